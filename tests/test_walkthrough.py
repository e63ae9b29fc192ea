"""What ``make walkthrough`` reads on the pages that it follows."""

import re

from tests.command.run import run
from tests.project import ROOT
from tests.walkthrough.__main__ import PAGES
from tests.walkthrough.pages import Command, File, agrees, steps

PAGE = """
Create `/etc/site.conf` with this content, which
is for the site:

```apache
SSLUseStapling on
```

```console
$ sudo tee file <<EOF
> first
> EOF
$ apachestaple probe www.example.com
www.example.com:443: ok, a good staple
…
    tls          TLSv1.3, 127.0.0.1, 0.01 s
```

```sh
not followed
```
"""


def test_the_steps_of_a_page() -> None:
    file, command, probe = steps(PAGE)
    assert file == File(6, "/etc/site.conf", "SSLUseStapling on\n")
    assert command == Command(10, "sudo tee file <<EOF\nfirst\nEOF\n", "")
    assert isinstance(probe, Command)
    assert (probe.line, probe.text) == (13, "apachestaple probe www.example.com\n")


def test_a_file_that_is_changed_is_written_like_a_new_one() -> None:
    changed = PAGE.replace("Create `", "Change `")
    assert list(steps(changed)) == list(steps(PAGE))


def test_only_times_and_left_out_lines_may_differ() -> None:
    probe = list(steps(PAGE))[-1]
    assert isinstance(probe, Command)
    output = (
        "www.example.com:443: ok, a good staple\n    more\n    tls          TLSv1.3, 127.0.0.1, "
    )
    assert agrees(probe.output, f"{output}17.90 s\n")
    assert not agrees(probe.output, f"{output}17.90 s\nmore\n")
    assert not agrees(probe.output, f"{output.replace('good', 'bad')}17.90 s\n")


def test_each_page_that_is_followed_has_commands_with_their_output() -> None:
    for page in PAGES:
        commands = [
            step
            for step in steps((ROOT / page).read_text(encoding="utf-8"))
            if isinstance(step, Command)
        ]
        assert any("apachestaple" in command.text for command in commands), page
        assert any(command.output.strip(" \n…") for command in commands), page


# There is no RHEL server here: this is the layout of its packages.
def test_the_guide_for_rhel_shows_what_fix_writes_there() -> None:
    page = (ROOT / "docs/how-to/rhel.md").read_text(encoding="utf-8")
    root = ROOT / "tests/fixtures/rhel"
    done = run("fix", "--diff", "--root", root, root / "etc/httpd", cwd=root)
    (block,) = re.findall(r"```apache\n(.*?)```", page, re.DOTALL)
    assert "+++ b/etc/httpd/conf.d/ocsp-stapling.conf\n" in done.stdout
    assert "".join(re.findall(r"^\+([^+].*\n)", done.stdout, re.MULTILINE)) == block
    assert "reload httpd: systemctl reload httpd\n" in done.stderr
    assert "sudo systemctl reload httpd\n" in page
