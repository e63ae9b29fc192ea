"""``python -m tests.branches > docs/branches.md``."""

import sys

from apachestaple.rules.catalogue import all_rules

from .page import branches_page
from .table import branches

sys.stdout.write(branches_page(branches(), {rule.code: rule.name for rule in all_rules()}))
