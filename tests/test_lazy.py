"""Values that are computed once, and released."""

from __future__ import annotations

from apachestaple.httpd.source_file import SourceFile
from apachestaple.lazy import forget, lazy


class Counted:
    """Counts how often its value is computed."""

    def __init__(self) -> None:
        self.calls = 0

    @lazy
    def value(self) -> int:
        self.calls += 1
        return self.calls


def test_a_value_is_computed_once_until_it_is_forgotten() -> None:
    counted = Counted()
    assert (counted.value, counted.value) == (1, 1)
    forget(counted)
    assert counted.value == 2
    forget(Counted())
    assert counted.calls == 2


def test_released_lines_are_split_again() -> None:
    for text, first, last in (("a\nb\n", 2, 2), ("a \\\nb\nc\n", 3, 3), ("a\nb \\\nc\n", 2, 3)):
        file = SourceFile("/x", text)
        for _ in range(2):
            assert (file.first_line(1), file.last_line(1)) == (first, last)
            assert file.physical_line(1) == text.split("\n")[0]
            file.release()
