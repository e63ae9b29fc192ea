"""The reader against the real httpd: what is in effect, and where a configuration is rejected."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from apachestaple.discovery.locate import locate
from apachestaple.httpd.dump import dump_text
from apachestaple.httpd.layout import Options
from apachestaple.httpd.reader import read

if TYPE_CHECKING:
    from pathlib import Path

    from apachestaple.httpd.configuration import Configuration
    from tests.lab.play import Lab
    from tests.lab.server import Httpd

FILES = {
    "one.conf": "ServerAdmin one@example.com\n",
    "sites/b.conf": "<VirtualHost *:80>\nServerName b\n</VirtualHost>\n",
    "sites/a.conf": "<VirtualHost *:80>\nServerName a\n</VirtualHost>\n",
    "sites/.hidden.conf": "ServerAdmin hidden@example.com\n",
    "sites/deep/c.conf": "ServerAdmin c@example.com\n",
    "inner.conf": "ServerName inner\n",
    "defines.conf": "Define LATER yes\n",
    "empty.conf": "",
    "guarded.conf": "<IfDefine !SEEN>\nDefine SEEN\nInclude guarded.conf\nServerTokens OS\n</IfDefine>\n",
    "open.conf": "<IfModule ssl_module>\nServerAdmin open@example.com\n",
}

# Each is read by httpd and by us, and the dumps are compared line for line.
ACCEPTED = {
    "a continued directive": "ServerAdmin \\\n  a@example.com\nTimeout 5\n",
    "a continuation inside a word": "Server\\\nAdmin a@exam\\\nple.com\n",
    "a continued comment": "# a comment \\\nServerAdmin a@example.com\nTimeout 5\n",
    "a continuation with CR LF": "ServerAdmin \\\r\n a@example.com\r\nTimeout 5\r\n",
    "a continuation at the end of the file": "Timeout 5\nServerAdmin a@example.com \\\n",
    "a backslash at the end of the file": "Timeout 5\nServerAdmin a@example.com\\",
    "no line end": "Timeout 5",
    "tabs, vertical tabs and form feeds": "\t\x0bServerAdmin\x0c a@example.com \t\n",
    "a hash inside a line": "ServerAdmin a#b@example.com\nSSLUseStapling on # note\n",
    "quotes of both kinds": "ServerAdmin \"a b\"\nServerName 'c d'\n",
    "escaped quotes": "ServerAdmin \"a \\\" b \\\\ c\"\nErrorDocument 404 'it\\'s'\n",
    "a quote inside a word": 'ServerAdmin a"b\n',
    "a missing closing quote": 'ServerAdmin "a b\n',
    "a quoted name": '"ServerAdmin" a@example.com\n',
    "an empty argument": '<VirtualHost *:80>\nServerAlias "" a\n</VirtualHost>\n',
    "names in any case": "serveradmin a@example.com\nTIMEOUT 5\n<virtualhost *:80>\n</VIRTUALHOST>\n",
    "a defined variable": "Define NAME value\nServerAdmin ${NAME}@example.com\n",
    "a value with a space": 'Define TWO "a b"\nLogFormat ${TWO}\n',
    "a variable of the environment": "ServerAdmin ${HOME_OF_TEST}\n",
    "an undefined variable": "ServerAdmin ${NOT_DEFINED_ANYWHERE}\n",
    "text that is no variable": "ServerAdmin $NAME${NAME\n",
    "a value at the moment of reading": "Define V 1\nTimeout ${V}\nDefine V 2\nKeepAliveTimeout ${V}\n",
    "a define without value": "Define FLAG\n<IfDefine FLAG>\nTimeout 5\n</IfDefine>\n",
    "an undefine": "Define FLAG x\nUnDefine FLAG\n<IfDefine !FLAG>\nTimeout 5\n</IfDefine>\n",
    "a define inside a section": "<VirtualHost *:80>\nDefine V 7\n</VirtualHost>\nTimeout ${V}\n",
    "a define within an include": "Include defines.conf\n<IfDefine LATER>\nTimeout 5\n</IfDefine>\n",
    "a variable as a section's name": "Define S Directory\n<${S} />\nRequire all denied\n</${S}>\n",
    "a loaded module": "<IfModule ssl_module>\nTimeout 5\n</IfModule>\n",
    "a module by its source": "<IfModule mod_ssl.c>\nTimeout 5\n</IfModule>\n",
    "a module that is not there": "<IfModule mod_nothing.c>\nTimeout 5\n</IfModule>\nTimeout 6\n",
    "a module that is not there, negated": "<IfModule !mod_nothing.c>\nTimeout 5\n</IfModule>\n",
    "a module that is loaded later": (
        "<IfModule macro_module>\nTimeout 5\n</IfModule>\n"
        "LoadModule macro_module modules/mod_macro.so\n"
        "<IfModule macro_module>\nTimeout 6\n</IfModule>\n"
    ),
    "the mpm by its source": "<IfModule event.c>\nTimeout 5\n</IfModule>\n",
    "nested conditions": (
        "<IfModule ssl_module>\n<IfModule !ssl_module>\nTimeout 5\n</IfModule>\n"
        "<IfDefine !X>\nTimeout 6\n</IfDefine>\n</IfModule>\n"
    ),
    "sections inside a false condition": (
        "<IfModule mod_nothing.c>\n<VirtualHost *:80>\n<Directory />\n</Directory>\n"
        "</VirtualHost>\nNonsense\n</IfModule>\nTimeout 5\n"
    ),
    "a false condition with a quoted close": '<IfDefine NO>\n"</IfDefine>"\nTimeout 5\n',
    "a false condition closed with a remark": "<IfDefine NO>\n</IfDefine> # NO\nTimeout 5\n",
    "an existing file": "<IfFile one.conf>\nTimeout 5\n</IfFile>\n",
    "a missing file": "<IfFile missing.conf>\nTimeout 5\n</IfFile>\nTimeout 6\n",
    "a version": "<IfVersion >= 2.4>\nTimeout 5\n</IfVersion>\n<IfVersion < 2.4.3>\nTimeout 6\n</IfVersion>\n",
    "a version alone": "<IfVersion 2.4.71>\nTimeout 5\n</IfVersion>\n",
    "a version by expression": "<IfVersion = /^2.4.([0-9]+)$/>\nTimeout 5\n</IfVersion>\n",
    "a version by tilde, negated": "<IfVersion !~ ^2.2>\nTimeout 5\n</IfVersion>\n",
    "text after a section": "<Directory /> junk\nRequire all denied\n</Directory> junk\nTimeout 5\n",
    "a directive behind a section": "<IfModule ssl_module>Timeout 5\n</IfModule>\nTimeout 6\n",
    "an empty section": "<VirtualHost *:80>\n</VirtualHost>\nTimeout 5\n",
    "a section with an empty section": "<VirtualHost *:80>\n<Directory />\n</Directory>\n</VirtualHost>\n",
    "nested sections": (
        "<VirtualHost *:80>\nServerName a\n<Directory />\n<Limit GET>\nRequire all denied\n"
        "</Limit>\nOptions none\n</Directory>\nServerAdmin b\n</VirtualHost>\nTimeout 5\n"
    ),
    "an include": "Timeout 5\nInclude one.conf\nTimeout 6\n",
    "an include of nothing": "Include empty.conf\nTimeout 6\n",
    "a wildcard": "Include sites/*.conf\n",
    "a wildcard with a question mark and a set": "Include sites/?.conf\nInclude sites/[!a].conf\n",
    "a wildcard for a folder": "IncludeOptional */a.conf\n",
    "a folder": "Include sites\n",
    "an optional include without match": "IncludeOptional none/*.conf\nIncludeOptional none.conf\nTimeout 5\n",
    "an include in a virtual host": "<VirtualHost *:80>\nInclude inner.conf\nTimeout 5\n</VirtualHost>\n",
    "an include as the first thing in a section": "<VirtualHost *:80>\nInclude inner.conf\n</VirtualHost>\n",
    "an include of a file that guards itself": "Include guarded.conf\nTimeout 5\n",
    "an include with dots": "Include ./sites/../one.conf\n",
    "the same file twice": "Include one.conf\nInclude one.conf\n",
    "a condition that ends with its file": "Include open.conf\nTimeout 5\n",
    "a macro": (
        "LoadModule macro_module modules/mod_macro.so\n"
        "<Macro Host $name ${port}>\n<VirtualHost *:${port}>\nServerName $name\n\n# remark\n"
        "</VirtualHost>\n</Macro>\nUse Host a 80\nUse HOST b 81\nTimeout 5\n"
    ),
    "a macro with an escaped argument": (
        "LoadModule macro_module modules/mod_macro.so\n"
        "<Macro E @text>\nErrorDocument 404 @text\n</Macro>\nUse E 'a \"b\" c'\n"
    ),
    "macros in macros": (
        "LoadModule macro_module modules/mod_macro.so\n"
        "<Macro Inner $a>\nServerAdmin $a\n</Macro>\n<Macro Outer $b>\nUse Inner x$b\nTimeout 5\n"
        "</Macro>\nUse Outer y\nKeepAlive on\n"
    ),
    "a macro within a macro": (
        "LoadModule macro_module modules/mod_macro.so\n"
        "<Macro Outer $b>\n<Macro Inner $a>\nServerAdmin $a$b\n</Macro>\nUse Inner x\n</Macro>\n"
        "Use Outer y\n"
    ),
    "a section that a macro opens": (
        "LoadModule macro_module modules/mod_macro.so\n"
        "<Macro Open>\n<VirtualHost *:80>\nServerName a\n</Macro>\nUse Open\nServerAdmin b\n"
        "</VirtualHost>\nTimeout 5\n"
    ),
    "bytes that are no UTF-8": "ServerAdmin a\udcff\udcfe@example.com\n",
    "a no-break space": "ServerAdmin a\u00a0b\n",
}

# httpd rejects each, and names the line that we name.
REJECTED = {
    "a missing include": "Timeout 5\nInclude missing.conf\n",
    "a wildcard without match": "Timeout 5\nInclude none/*.conf\n",
    "a wildcard without match in a folder that is there": "Include sites/*.none\n",
    "a missing include within an include": "Include bad-include.conf\n",
    "a file that is a device": "Include /dev/zero\n",
    "a section that is not closed": "Timeout 5\n<VirtualHost *:80>\nServerName a\n",
    "two sections that are not closed": "<VirtualHost *:80>\n<Directory />\nOptions none\n",
    "a section that an include does not close": "Include bad-section.conf\n",
    "a wrong close": "<VirtualHost *:80>\n</Directory>\n</VirtualHost>\n",
    "a close without a section": "Timeout 5\n</VirtualHost>\n",
    "a close in another file": "<VirtualHost *:80>\nInclude bad-close.conf\n</VirtualHost>\n",
    "a close with a space": "<VirtualHost *:80>\n</VirtualHost >\n",
    "a close without bracket": "<VirtualHost *:80>\n</VirtualHost\n",
    "a wrong close inside a false condition": "<IfDefine NO>\n<Directory />\n</IfDefine>\n",
    "a false condition without end": "Timeout 5\n<IfDefine NO>\nTimeout 5\n",
    "a true condition closed with a remark": "<IfModule ssl_module>\n</IfModule> # ssl\n",
    "a section that a condition closes": "<IfModule ssl_module>\n<Directory />\n</IfModule>\n",
    "a close of what is outside the condition": (
        "<VirtualHost *:80>\n<IfModule ssl_module>\n</VirtualHost>\n</IfModule>\n"
    ),
    "a condition without argument": "<IfModule>\n</IfModule>\n",
    "a condition without bracket": "<IfDefine X\n</IfDefine>\n",
    "a version that is none": "<IfVersion >= two>\n</IfVersion>\n",
    "an unknown operator": "<IfVersion => 2.4>\n</IfVersion>\n",
    "a name with a colon": "Define a:b c\n",
    "a define without name": "Define\n",
    "a define with three words": "Define a b c\n",
    "an undefine without name": "UnDefine\n",
    "an include with two paths": "Include one.conf two.conf\n",
    "an include without path": "Include\n",
    "a loop of includes": "Include loop-a.conf\n",
    "a module with one word": "LoadModule x_module\n",
    "a use before any macro": "LoadModule macro_module modules/mod_macro.so\nUse X\n",
    "an unknown macro": (
        "LoadModule macro_module modules/mod_macro.so\n<Macro A>\nTimeout 5\n</Macro>\nUse X\n"
    ),
    "a macro with too few arguments": (
        "LoadModule macro_module modules/mod_macro.so\n<Macro A $x>\nTimeout $x\n</Macro>\nUse A\n"
    ),
    "a macro without end": "LoadModule macro_module modules/mod_macro.so\n<Macro A>\nTimeout 5\n",
    "a macro without name": "LoadModule macro_module modules/mod_macro.so\n<Macro>\n</Macro>\n",
    "a macro with one argument twice": (
        "LoadModule macro_module modules/mod_macro.so\n<Macro A $x $x>\nTimeout $x\n</Macro>\n"
    ),
    "a quoted section close of a true condition": '<IfModule ssl_module>\n"</IfModule>"\n',
}
REJECTED_FILES = {
    "bad-include.conf": "Timeout 5\n\nInclude missing.conf\n",
    "bad-section.conf": "Timeout 5\n<Directory />\n",
    "bad-close.conf": "</VirtualHost>\n",
    "loop-a.conf": "Include loop-b.conf\n",
    "loop-b.conf": "Include loop-a.conf\n",
    "one.conf": "Timeout 5\n",
}

ENVIRONMENT = {"HOME_OF_TEST": "/somewhere/else"}


def read_as_httpd(httpd: Httpd) -> Configuration:
    start = locate(str(httpd.root / "httpd.conf"), Options(defines={"DUMP_CONFIG": None}))
    environment = {**os.environ, **httpd.environment}
    paths = replace(start.paths, boundary=None)
    return read(start._replace(environment=environment, installed=True, paths=paths))


@pytest.mark.parametrize("text", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_the_dump_is_that_of_httpd(lab: Lab, text: str) -> None:
    with lab.httpd(text, files=FILES, environment=ENVIRONMENT) as httpd:
        configuration = read_as_httpd(httpd)
        ours = "".join(f"{line}\n" for line in dump_text(configuration.directives))
        assert not configuration.errors
        assert ours == httpd.dump()


@pytest.mark.parametrize("text", REJECTED.values(), ids=REJECTED.keys())
def test_the_error_stands_where_httpd_says(lab: Lab, text: str) -> None:
    with lab.httpd(text, files=REJECTED_FILES) as httpd:
        test = httpd.configtest()
        assert not test.accepted
        configuration = read_as_httpd(httpd)
    assert configuration.errors
    place = configuration.errors[0].place
    named = re.findall(r"yntax error on line (\d+) of (\S+?):", test.output)
    assert (str(place.end_line), place.file) in named, (test.output, configuration.errors)


def test_directives_that_are_not_wanted_are_left_out(tmp_path: Path) -> None:
    main = tmp_path / "httpd.conf"
    main.write_text(
        "LoadModule macro_module mod_macro.so\nTimeout 5\nTimeout 6\nServerName a\n<VirtualHost *:80>\nServerName b\nTimeout 7\n"
        "</VirtualHost>\n<Macro M>\nTimeout 8\nServerName c\n</Macro>\nUse M\nTimeout 9"
    )
    start = locate(str(main), Options())
    found = read(start, is_wanted=lambda key: key == "servername").directives
    every = read(start).directives
    wanted = [each for each in every if each.is_section or each.key == "servername"]
    assert list(dump_text(found)) == list(dump_text(wanted))
    assert [each.raw for each in found] == ["a", "*:80>", "b", "c"]


def test_an_error_in_a_macro_stands_where_it_can_be_mended(lab: Lab) -> None:
    text = "LoadModule macro_module modules/mod_macro.so\n<Macro A>\nUse A\n</Macro>\nUse A\n"
    with lab.httpd(text) as httpd:
        assert "recursive use of macro 'a' is invalid" in httpd.configtest().output
        (error,) = read_as_httpd(httpd).errors
    assert error.message == "recursive use of macro 'a' is invalid"
    assert error.place.line == 3


def test_a_line_of_16_megabytes_is_too_long(lab: Lab) -> None:
    with lab.httpd("Timeout 5\nServerAdmin " + "x" * 16 * 1024 * 1024 + "\n") as httpd:
        assert "Line too long" in httpd.configtest().output
        (error,) = read_as_httpd(httpd).errors
    assert "Line too long" in error.message
    assert error.place.line == 2


def test_the_order_of_loading_does_not_matter_to_the_cache(lab: Lab) -> None:
    text = (
        "SSLStaplingCache shmcb:logs/x(128000)\n"
        "LoadModule socache_shmcb_module modules/mod_socache_shmcb.so\n"
    )
    with lab.httpd(text, without={"socache_shmcb_module"}) as httpd:
        assert httpd.configtest().accepted
