"""The words of a line are the same by each way to read them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from apachestaple.httpd.words import first_word, split_words


@given(st.text(alphabet="ab$ä \t\v\"'\\", max_size=8))
def test_the_first_word_is_the_first_of_all(text: str) -> None:
    assert first_word(text) == next(iter(split_words(text)), "")
