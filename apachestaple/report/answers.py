"""The table of ``responders --check``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.ocsp.status import moment
from apachestaple.report.columns import aligned
from apachestaple.report.terminal import Paint, cut

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apachestaple.ocsp.query import Answer, Query


def answers_table(answers: Mapping[Query, Answer], paint: Paint) -> str:
    """One line for each query."""
    if not answers:
        return "No responder was queried.\n"
    rows = [["RESPONDER", "CERTIFICATE", "ANSWER", "SIGNED BY", "UNTIL", "BYTES", "SECONDS"]]
    rows += [_row(query, answer) for query, answer in answers.items()]
    lines = aligned(rows)
    return "\n".join([paint(lines[0], "bold"), *lines[1:]]) + "\n"


def _row(query: Query, answer: Answer) -> list[str]:
    said, signer, until, length = "none", "-", "-", "-"
    if answer.not_asked is not None:
        said = "not asked"
    response = answer.response
    if response is not None:
        length = str(response.length)
        said = response.said
        signer = cut(response.signature.signer or "-")
        if response.next_update is not None:
            until = moment(response.next_update)
    through = f" through {query.proxy}" if query.proxy else ""
    return [
        f"{cut(query.url)}{cut(through)}",
        cut(query.leaf.common_name),
        said,
        signer,
        until,
        length,
        f"{answer.seconds:.2f}",
    ]
