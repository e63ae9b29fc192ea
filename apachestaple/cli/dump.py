"""``apachestaple dump``."""

import sys
from typing import TYPE_CHECKING

from apachestaple.cli.errors import FAILED, tell, tell_errors
from apachestaple.cli.options import Common, Format, Path
from apachestaple.cli.values import one_of

if TYPE_CHECKING:
    from apachestaple.httpd.configuration import Directive


def dump(common: Common, path: Path = None, form: Format = "text") -> int:
    """Print the directives in effect, like httpd's DUMP_CONFIG."""
    from apachestaple.discovery.starts import find_starts
    from apachestaple.httpd.dump import dump_text
    from apachestaple.httpd.reader import read
    from apachestaple.report.json import dump_json
    from apachestaple.report.terminal import emit, is_terminal, printable

    one_of("--format", form, "text", "json")
    given = [path] if path else []
    starts, problems, notes = find_starts(given, common.settings(given))
    tell(*problems)
    directives: list[Directive] = []
    known: set[str] = set()
    for start in starts.unread(known):
        configuration = read(start)
        known.update(file.real_path for file in configuration.files.values())
        tell_errors(configuration)
        sources = {one.file: one.source_file for one in configuration.directives}
        hidden = [path for path, source in sources.items() if not configuration.may_show(source)]
        tell(*(f"{path}: contains no directive of httpd, so it is not shown" for path in hidden))
        directives += [one for one in configuration.directives if one.file not in hidden]
    common.tell_notes(*notes)
    if problems and not known:
        return FAILED
    if form == "json":
        emit(dump_json(directives))
    else:
        lines = dump_text(directives)
        if is_terminal(sys.stdout):
            lines = (printable(line.replace("\t", "    ")) for line in lines)
        emit("".join(f"{line}\n" for line in lines), exact=True)
    return 0
