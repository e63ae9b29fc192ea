"""The schemas themselves. Other tests validate the output of the commands against them."""

import pytest
from jsonschema import Draft202012Validator

from tests.schemas import FOLDER, HOSTS, LINT, schema

NAMES = sorted(path.name.removesuffix(".json") for path in FOLDER.iterdir())


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_valid_and_describes_itself(name: str) -> None:
    read = schema(name)
    Draft202012Validator.check_schema(read)
    assert read["$id"] == f"{name}.json"
    assert read["description"].startswith(("The output of `apachestaple ", "A document that `"))


def test_hosts_are_described_alike_in_both_reports() -> None:
    own = {key: HOSTS[key] for key in ("type", "items")}
    assert LINT["$defs"]["hosts"] == own
