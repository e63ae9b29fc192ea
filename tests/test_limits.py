"""Where times and lengths become problems, to the second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from apachestaple.ocsp.status import SUCCESSFUL, StatusResponse
from apachestaple.probing.judging import Limit, Verdict

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def after(seconds: int) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("this", "following", "max_age", "problem"),
    [
        (300, 400, None, None),
        (301, 400, None, "is not valid before"),
        (-600, -300, None, None),
        (-600, -301, None, "expired at"),
        (60, 60, None, None),
        (60, 59, None, "expires before it becomes valid"),
        (-10, 60, 10, None),
        (-11, 60, 10, "is 11 seconds old"),
        (0, 60, 0, None),
        (-1, 60, 0, "is 1 seconds old"),
        (-1, 60, -1, None),
    ],
)
def test_the_times_of_a_response(
    this: int, following: int, max_age: int | None, problem: str | None
) -> None:
    """The limits are those of OCSP_check_validity, with the 300 seconds of OpenSSL's clients."""
    response = StatusResponse(1, SUCCESSFUL, this_update=after(this), next_update=after(following))
    found = response.problem_of_times(NOW, max_age=max_age)
    assert (found is None) is (problem is None), found
    assert (found or "").startswith(problem or "")


@pytest.mark.parametrize(
    ("seconds", "verdict"),
    [(20, Verdict.OK), (19, Verdict.WARNING), (10, Verdict.WARNING), (9, Verdict.CRITICAL)],
)
def test_a_limit_is_the_time_that_has_to_be_left(seconds: int, verdict: Verdict) -> None:
    limit = Limit(timedelta(seconds=20), timedelta(seconds=10))
    assert limit.verdict(timedelta(seconds=seconds)) is verdict
    assert Limit().verdict(timedelta(seconds=seconds)) is Verdict.OK
