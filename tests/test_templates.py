"""A user's templates: what they may render, and what they may take for it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from apachestaple.fix.editing.render import (
    ChainFile,
    LoadModule,
    Renderer,
    StaplingCache,
    UseStapling,
)
from apachestaple.templating import TemplateProblemError, Templates

if TYPE_CHECKING:
    from pathlib import Path

SWITCH = UseStapling("on", "www.example.com:443", "")
CACHE = StaplingCache("${APACHE_RUN_DIR}/ocsp", 131072)


def template(folder: Path, text: str, name: str = "use_stapling.conf.j2") -> Renderer:
    (folder / name).write_text(text)
    return Renderer(str(folder))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("LoadFile /tmp/x.so", "line 1 of the rendered text has LoadFile"),
        ("# why\n\nErrorLog |/bin/sh", "line 3 of the rendered text has ErrorLog"),
        ("Include /etc/passwd", "has Include"),
        ("Define A b", "has Define"),
        ("SetEnv LD_PRELOAD x", "has SetEnv"),
        ("'SSLUseStapling' on", "has 'SSLUseStapling'"),
        ("<IfDefine A>\nSSLUseStapling on\n</IfDefine>", "has <IfDefine"),
        ("<IfModule a><IfModule b>", "has <IfModule"),
        ("</IfModule>", "</IfModule> without matching <IfModule> section"),
        ("<IfModule a>\nSSLUseStapling on", "a section is not closed"),
        ("LoadModule ssl_module /tmp/x.so", "loads another module than the given one"),
        ("SSLUseStapling on\\\n", "ends with a backslash"),
        ("# a \\\nSSLUseStapling on", "line 1 of the rendered text ends with a backslash"),
        ("SSLUseStapling ${HOME}", "has ${HOME}, which none of the template's variables contains"),
        ("# ${HOME", "has ${HOME, which none of"),
        ("SSLUseStapling on\x0b", "has the control character U+000B"),
        ("# \x1b[2J\nSSLUseStapling on", "has the control character U+001B"),
        ("# a\rLoadFile x\nSSLUseStapling on", "line 2 of the rendered text has LoadFile"),
        ("# {{ 'a\\rb' }}", "has the control character U+000D"),
        ("{{ '#' * 70_000 }}", "renders more than 64 KB"),
    ],
)
def test_what_fix_itself_would_not_write_is_refused_with_its_line(
    tmp_path: Path, text: str, reason: str
) -> None:
    renderer = template(tmp_path, text)
    with pytest.raises(TemplateProblemError) as caught:
        renderer.lines(SWITCH)
    assert str(caught.value).startswith(f"{tmp_path}/use_stapling.conf.j2: ")
    assert reason in str(caught.value)


def test_directives_of_stapling_conditions_on_modules_and_comments_are_rendered(
    tmp_path: Path,
) -> None:
    renderer = template(
        tmp_path,
        "# for {{ path }}\r\n<IfModule mod_ssl.c>\n  SSLStaplingCache shmcb:{{ path }}({{ size }})"
        "\n\tSSLStaplingResponderTimeout 5\n</IfModule>\n",
        "stapling_cache.conf.j2",
    )
    assert renderer.lines(CACHE) == (
        "# for ${APACHE_RUN_DIR}/ocsp",
        "<IfModule mod_ssl.c>",
        "  SSLStaplingCache shmcb:${APACHE_RUN_DIR}/ocsp(131072)",
        "\tSSLStaplingResponderTimeout 5",
        "</IfModule>",
    )


def test_a_module_is_loaded_by_the_path_that_fix_asks_for_alone(tmp_path: Path) -> None:
    asked = LoadModule("socache_shmcb_module", "modules/mod_socache_shmcb.so")
    good = template(tmp_path, "LoadModule {{ module }} {{ path }}", "load_module.conf.j2")
    assert good.lines(asked) == ("LoadModule socache_shmcb_module modules/mod_socache_shmcb.so",)
    bad = template(tmp_path, "LoadModule {{ module }} /tmp/x.so", "load_module.conf.j2")
    with pytest.raises(
        TemplateProblemError, match="has LoadModule with other arguments than the given ones"
    ):
        bad.lines(asked)


@pytest.mark.parametrize(
    "text",
    ["SSLCertificateChainFile /etc/shadow", "SSLCertificateChainFile {{ path }}\nSSLEngine off"],
)
def test_a_chain_file_is_the_one_that_fix_asks_for_alone(tmp_path: Path, text: str) -> None:
    asked = ChainFile("certs/a chain.pem", '"')
    assert Renderer().lines(asked) == ('SSLCertificateChainFile "certs/a chain.pem"',)
    bad = template(tmp_path, text, "chain_file.conf.j2")
    with pytest.raises(TemplateProblemError):
        bad.lines(asked)
    other = template(tmp_path, "SSLCertificateChainFile certs/chain.pem")
    with pytest.raises(TemplateProblemError, match="has SSLCertificateChainFile"):
        other.lines(UseStapling("on", "", ""))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
            "takes more than 1 second",
        ),
        ("{% for i in range(10**9) %}{% endfor %}", "Range too big"),
        ("{{ 10 ** (10 ** 8) }}", "takes more than 1 second"),
        ("{{ 'a' * 10**9 }}", "needs more than 512 MB"),
        ("{{ 'x' | center(10**9) }}", "needs more than 512 MB"),
        ("{{ '%1000000000d' | format(1) }}", "needs more than 512 MB"),
        ("{{ 'ab' * 10**7 }}", "renders more than 16 million characters"),
        ("{% include 'use_stapling.conf.j2' %}", "nested too deeply"),
        ("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", "nested too deeply"),
        ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "nested too deeply"),
        ("#" * 70_000, "larger than 65,536 bytes"),
    ],
)
def test_a_template_that_takes_too_much_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "use_stapling.conf.j2").write_text(text)
    templates = Templates(str(tmp_path))
    with pytest.raises(TemplateProblemError, match=reason):
        templates.render("use_stapling.conf.j2", {"state": "on"})


def test_a_process_that_has_ended_renders_no_more(tmp_path: Path) -> None:
    (tmp_path / "slow").write_text("{{ 10 ** (10 ** 8) }}")
    (tmp_path / "good").write_text("{{ name }}")
    templates = Templates(str(tmp_path))
    assert templates.render("good", {"name": "\udcff \u20ac"}) == "\udcff \u20ac"
    for _ in range(2):
        with pytest.raises(TemplateProblemError, match="takes more than 1 second"):
            templates.render("slow", {})


@pytest.mark.parametrize("kind", ["pipe", "link out of the folder", "link to /dev/zero"])
def test_a_template_is_a_file_of_the_folder(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    (tmp_path / "secret").write_text("secret")
    path = folder / "inner"
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero" if "zero" in kind else "../secret")
    (folder / "outer").write_text("# {% include 'inner' %}")
    for name in ("inner", "outer"):
        with pytest.raises(TemplateProblemError, match="the template inner") as caught:
            Templates(str(folder)).render(name, {})
        assert "secret" not in str(caught.value)


def test_the_working_folder_brings_no_module_to_the_process(tmp_path: Path) -> None:
    """Python would import jinja2.py from there, if it were started as usual."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "name").write_text("text")
    (tmp_path / "jinja2.py").write_text("open('imported', 'w')")
    (tmp_path / "json.py").write_text("open('imported', 'w')")
    program = (
        "from apachestaple.templating import Templates; "
        "print(Templates('templates').render('name', {}))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "text\n"
    assert not (tmp_path / "imported").exists()
