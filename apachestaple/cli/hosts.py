"""``apachestaple hosts``."""

from apachestaple.cli.errors import tell_errors
from apachestaple.cli.options import Common, Format, Path
from apachestaple.cli.values import one_of


def hosts(common: Common, path: Path = None, form: Format = "text") -> int:
    """List the TLS hosts, and whether they staple."""
    from apachestaple.discovery.starts import find_start
    from apachestaple.lint.lint import lint
    from apachestaple.lint.startup import PREVENTS_START
    from apachestaple.mod_ssl.reading import read_site
    from apachestaple.report.json import hosts_json
    from apachestaple.report.tables import hosts_table
    from apachestaple.report.terminal import emit
    from apachestaple.rules.catalogue import all_rules

    one_of("--format", form, "text", "json")
    settings = common.settings([path] if path else None)
    site = read_site(find_start(path, settings), settings.certificates_required)
    tell_errors(site.configuration)
    rules = [rule for rule in all_rules() if rule.effect in PREVENTS_START]
    findings = lint([site], rules).findings
    if form == "json":
        emit(hosts_json(site, findings=findings))
    else:
        emit(hosts_table(site, common.paint, findings))
    return 0
