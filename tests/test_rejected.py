"""Every kind of error that httpd finds while it reads: the place and the words are httpd's.

The rows go through httpd's sources: server/config.c, server/core.c, server/util.c, mod_macro.c,
mod_version.c, mod_so.c. `Arena.verdict` compares file, line and message of the first error.
"""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.differential.compare import MACROS, Arena, case

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Row(NamedTuple):
    """A configuration below the preamble, and words of httpd's message."""

    words: str
    body: str
    files: Mapping[str, str] = {}


MISSING = {"a.conf": "UnsetEnv a\n\nInclude none.conf\n"}
DEEP = "deep/" * 130

ROWS = {
    # server/config.c, ap_build_config_sub
    "a close without a section": Row(
        "</VirtualHost> without matching <VirtualHost> section", "UnsetEnv a\n</VirtualHost>\n"
    ),
    "a close of nothing": Row("</> without matching <> section", "</>\n"),
    "half a close": Row("</ without matching < section", "</\n"),
    "a close without a section, quoted": Row("</x y> without matching", '"</x y>"\n'),
    "a close by a variable": Row("</one> without matching", "</${ENV_ONE}>\n"),
    "a close without bracket": Row(
        "</Files> directive missing closing '>'", "<Files a>\nUnsetEnv a\n</Files\n"
    ),
    "a close with a space": Row(
        "</Files> directive missing closing '>'", "<Files a>\n</Files >\n</Files>\n"
    ),
    "a wrong close": Row("Expected </Files> but saw </If>", "<Files a>\n</If>\n</Files>\n"),
    "a close with two brackets": Row(
        "Expected </Files> but saw </Files>>", "<Files a>\n</Files>>\n"
    ),
    "a wrong close, in httpd's own spelling": Row(
        "Expected </Files> but saw </LIMIT>", "<fILES a>\n</LIMIT>\n"
    ),
    "a wrong close of an unknown section": Row("Expected </pERL> but saw </x>", "<pERL>\n</x>\n"),
    "a close of the outer section": Row(
        "Expected </Files> but saw </Directory>", "<Directory /a>\n<Files a>\n</Directory>\n"
    ),
    "a continued wrong close": Row("Expected </Files> but saw </If>", "<Files a>\n</I\\\nf>\n"),
    # ap_build_config
    "a section that is not closed": Row(
        "Files> was not closed.", "UnsetEnv a\n<Files a>\nUnsetEnv b\n"
    ),
    "two sections that are not closed": Row(
        "Directory> was not closed.", "<Directory /a>\n<Files a>\nUnsetEnv b\n"
    ),
    "a continued section that is not closed": Row(
        "Files> was not closed.", "<Files \\\na>\nUnsetEnv b\n"
    ),
    "a section that a file does not close": Row(
        "Files> was not closed.", "Include a.conf\n</Files>\n", {"a.conf": "\n<Files a>\n"}
    ),
    "a section that another file closes": Row(
        "</Files> without matching", "<Files a>\nInclude a.conf\n", {"a.conf": "</Files>\n"}
    ),
    "a section that a condition opens and the file does not close": Row(
        "Files> was not closed.", "<Files a>\n<IfModule env_module>\nUnsetEnv a\n</IfModule>\n"
    ),
    # ap_build_cont_config
    "a condition that holds, closed with a remark": Row(
        "</IfModule> without matching", "<IfModule env_module>\n</IfModule> # env\n"
    ),
    "a condition that holds, closed in quotes": Row(
        "</IfModule> without matching", '<IfModule env_module>\n"</IfModule>"\n'
    ),
    "a condition that holds, closed by a variable": Row(
        "</IfModule> without matching",
        "Define X IfModule\n<IfModule env_module>\n</${X}>\n",
    ),
    "a section inside a condition that the condition's end closes": Row(
        "Expected </Files> but saw </IfModule>", "<IfModule env_module>\n<Files a>\n</IfModule>\n"
    ),
    "a close of what is outside the condition": Row(
        "</Files> without matching",
        "<Files a>\n<IfModule env_module>\n</Files>\n</IfModule>\n",
    ),
    "a close of another condition": Row(
        "</IfDefine> without matching", "<IfModule env_module>\n</IfDefine>\n"
    ),
    # ap_soak_end_container
    "a false condition without end": Row(
        "Expected </IfDefine> before end of configuration",
        "UnsetEnv a\n<ifdefine NO>\nUnsetEnv a\n",
    ),
    "a false condition whose section has no end": Row(
        "Expected </fILES> before end of configuration",
        "<IfDefine NO>\n<fILES a>\n</files>\n<fILES a>\n",
    ),
    "a wrong close in a false condition": Row(
        "Expected </IfDefine> but saw </IfModule>", "<ifdefine NO>\n</IfModule>\n"
    ),
    "a wrong close in a section of a false condition": Row(
        "Expected </fILES> but saw </IfDefine>", "<IfDefine NO>\n<fILES a>\n</IfDefine>\n"
    ),
    "a close without bracket in a false condition": Row(
        "Expected </IfDefine> but saw </IfDefin>", "<IfDefine NO>\n</IfDefine\n"
    ),
    "a close with a space in a false condition": Row(
        "Expected </IfDefine> but saw </IfDefin>", "<IfDefine NO>\n</IfDefine >\n"
    ),
    "a false condition that a file does not end": Row(
        "Expected </IfDefine> before end",
        "Include a.conf\n</IfDefine>\n",
        {"a.conf": "<IfDefine NO>\n"},
    ),
    # server/core.c, start_cond_section
    "IfModule without argument": Row(
        "<IfModule> directive requires additional", "<ifmodule>\n</IfModule>\n"
    ),
    "IfDefine without argument": Row(
        "<IfDefine> directive requires additional", "<IfDefine >\n</IfDefine>\n"
    ),
    "IfFile without argument": Row(
        "<IfFile> directive requires additional", '<IfFile "">\n</IfFile>\n'
    ),
    "IfDirective, the negation alone": Row(
        "<IfDirective> directive requires additional", "<IfDirective !>\n</IfDirective>\n"
    ),
    "IfSection without anything": Row("<IfSection> directive requires additional", "<IfSection\n"),
    "IfModule without bracket": Row(
        "<IfModule> directive missing closing '>'", "<IfModule env_module\n</IfModule>\n"
    ),
    "IfDefine without bracket": Row("<IfDefine> directive missing closing '>'", "<IfDefine X\n"),
    "IfFile, the bracket on the next line": Row(
        "<IfFile> directive missing closing '>'", "<IfFile a.conf\n>\n</IfFile>\n"
    ),
    # set_define, unset_define
    "Define without name": Row("Define takes 1-2 arguments", "Define\n"),
    "Define with three words": Row("Define takes 1-2 arguments", "Define a b c\n"),
    "Define with an empty name": Row("Define takes 1-2 arguments", 'define "" b\n'),
    "Define with a colon": Row("Variable name must not contain ':'", "Define a:b c\n"),
    "UnDefine without name": Row("UnDefine takes one argument", "UnDefine\n"),
    "UnDefine with two names": Row("UnDefine takes one argument", "undefine a b\n"),
    "UnDefine with a colon": Row("Variable name must not contain ':'", "UnDefine a:b\n"),
    # set_server_root, set_runtime_dir
    "ServerRoot without path": Row("ServerRoot takes one argument", "ServerRoot\n"),
    "ServerRoot that is not there": Row(
        "ServerRoot must be a valid directory", "ServerRoot /nowhere\n"
    ),
    "ServerRoot that is a file": Row(
        "ServerRoot must be a valid directory", "ServerRoot @ROOT@/a.conf\n", MISSING
    ),
    "ServerRoot with two paths": Row("ServerRoot takes one argument", "ServerRoot / /\n"),
    "DefaultRuntimeDir that is not there": Row(
        "DefaultRuntimeDir must be a valid directory", "DefaultRuntimeDir nowhere\n"
    ),
    "DefaultRuntimeDir without path": Row(
        "DefaultRuntimeDir takes one argument", "DefaultRuntimeDir\n"
    ),
    # include_config
    "Include without path": Row("Include takes one argument", "Include\n"),
    "Include with two paths": Row("Include takes one argument", "include a.conf b.conf\n", MISSING),
    "IncludeOptional with an empty path": Row(
        "IncludeOptional takes one argument", 'IncludeOptional ""\n'
    ),
    "a loop of includes": Row(
        "Exceeded maximum include depth of 128",
        "Include a.conf\n",
        {"a.conf": "Include b.conf\n", "b.conf": "Include a.conf\n"},
    ),
    "an Include of a path that is too long": Row(
        "Invalid Include path", "Include " + "x" * 5000 + "\n"
    ),
    # server/util.c, ap_dir_nofnmatch, ap_dir_fnmatch, ap_pcfg_openfile
    "an Include of what is not there": Row(
        "Could not open configuration file", "UnsetEnv a\nInclude none.conf\n"
    ),
    "an Include by an undefined variable": Row(
        "Could not open configuration file", "Include ${NO}.conf\n"
    ),
    "an Include of what is not there in an Include": Row(
        "Could not open configuration file", "UnsetEnv a\nInclude a.conf\n", MISSING
    ),
    "an Include of what is not there in a folder": Row(
        "Could not open configuration file", "Include conf.d\n", {"conf.d/a": MISSING["a.conf"]}
    ),
    "an Include of what is not there in a section": Row(
        "Could not open configuration file", "<Files a>\nInclude none.conf\n</Files>\n"
    ),
    "an Include of a device": Row("Could not open configuration file", "Include /dev/zero\n"),
    "an Include of a file with a slash": Row(
        "Could not open configuration file", "Include a.conf/\n", {"a.conf": ""}
    ),
    "an Include below a file": Row(
        "Could not open configuration file", "Include a.conf/b\n", {"a.conf": ""}
    ),
    "a wildcard without match": Row(
        "No matches for the wildcard '*.none'", "Include conf.d/*.none\n"
    ),
    "a wildcard for a folder without match": Row(
        "No matches for the wildcard 'x*'", "Include x*/a.conf\n"
    ),
    "a wildcard in a folder that is not there": Row(
        "Could not open directory", "Include none/*.conf\n"
    ),
    "a wildcard in a file": Row(
        "Could not open directory", "IncludeOptional a.conf/*\n", {"a.conf": ""}
    ),
    "a wildcard for folders, one without the file": Row(
        "Could not open configuration file", "Include sites/*/x.conf\n", {"sites/one/x.conf": ""}
    ),
    "folders in folders": Row(
        "exceeds the maximum include directory nesting level of 128",
        "Include deep\n",
        {f"{DEEP}x.conf": ""},
    ),
    # modules/core/mod_macro.c
    "Use before any macro": Row("no macro defined before Use", MACROS + "Use X\n"),
    "UndefMacro before any macro": Row(
        "no macro defined before UndefMacro", MACROS + "UndefMacro X\n"
    ),
    "Macro without bracket": Row(
        "<Macro> directive missing closing '>'", MACROS + "<Macro A\n</Macro>\n"
    ),
    "Macro without name": Row(
        "<Macro macro definition: empty name", MACROS + "<Macro>\n</Macro>\n"
    ),
    "Macro with an empty name": Row(
        "<Macro macro definition: name not found", MACROS + '<Macro "">\n</Macro>\n'
    ),
    "one parameter twice": Row("argument name conflict", MACROS + "<Macro A $y $x $x>\n</Macro>\n"),
    "a parameter without name": Row(
        "empty argument #2 name", MACROS + '<Macro A $x "">\n</Macro>\n'
    ),
    "Macro without end": Row(
        "expected token not found: </Macro>", MACROS + "<Macro A>\nUnsetEnv a\n"
    ),
    "Macro in a macro without end": Row(
        "expected token not found: </Macro>",
        MACROS + "<Macro A>\n<Macro B>\n</Macro>\nUnsetEnv a\n",
    ),
    "a line of 8191 bytes in a macro": Row(
        "expected token not found: </Macro>",
        MACROS + "<Macro A>\nUnsetEnv " + "é" * 4091 + "\n</Macro>\nUnsetEnv a\n",
    ),
    "Use without name": Row(
        "no macro name specified with Use", MACROS + "<Macro A>\n</Macro>\nUse\n"
    ),
    "Use of an unknown macro": Row(
        "macro 'xy' undefined", MACROS + "<Macro A>\n</Macro>\nUse Xy a\n"
    ),
    "Use of a macro that is gone": Row(
        "macro 'a' undefined", MACROS + "<Macro A>\n</Macro>\nUndefMacro a\nUse A\n"
    ),
    "too few arguments": Row(
        "used with 1 arguments instead of 2", MACROS + "<Macro A $x $y>\n</Macro>\nUse A b\n"
    ),
    "too many arguments": Row(
        "used with 2 arguments instead of 0", MACROS + "<Macro A>\n</Macro>\nUse A b c\n"
    ),
    "an argument that is too long": Row(
        "cannot substitute, buffer size too small",
        MACROS + "<Macro A $x>\n\nUnsetEnv $x$x\n</Macro>\nUse A " + "x" * 4095 + "\n",
    ),
    "a macro that uses itself": Row(
        "recursive use of macro 'a' is invalid",
        MACROS + "<Macro A>\n# b\n\nUse A\n</Macro>\nUse A\n",
    ),
    "a macro that uses itself by another": Row(
        "recursive use of macro 'a' is invalid",
        MACROS + "<Macro A>\nUse B\n</Macro>\n<Macro B>\nUse A\n</Macro>\nUse A\n",
    ),
    "UndefMacro without name": Row(
        "UndefMacro takes one argument", MACROS + "<Macro A>\n</Macro>\nUndefMacro\n"
    ),
    "UndefMacro of an unknown macro": Row(
        "cannot remove undefined macro 'b'", MACROS + "<Macro A>\n</Macro>\nUndefMacro B\n"
    ),
    "a wrong close in a macro": Row(
        "Expected </Files> but saw </Limit>",
        MACROS + "<Macro A $x>\n<Files a>\n# b\n\n</$x>\n</Macro>\nUnsetEnv a\nUse A Limit\n",
    ),
    "an Include in a macro": Row(
        "Could not open configuration file",
        MACROS + "<Macro A>\nUnsetEnv a\nInclude none\n</Macro>\nUse A\n",
    ),
    "an Include in a macro of an Include": Row(
        "Could not open configuration file",
        MACROS + "Include a.conf\n<Files b>\nUse A\n</Files>\n",
        {"a.conf": "\n<Macro A>\nUnsetEnv a\nInclude none\n</Macro>\n"},
    ),
    "a section that a macro does not close": Row(
        "Files> was not closed.",
        MACROS + "<Macro A>\nUnsetEnv a\n<Files a>\n</Macro>\nUse A\nUnsetEnv b\n",
    ),
    "a false condition that a macro does not end": Row(
        "Expected </IfDefine> before end",
        MACROS + "<Macro A>\nUnsetEnv a\n<IfDefine NO>\n</Macro>\nUse A\nUnsetEnv b\n",
    ),
    # modules/metadata/mod_version.c
    "IfVersion without version": Row(
        "Version appears to be invalid.", "<IfVersion>\n</IfVersion>\n"
    ),
    "IfVersion with a word": Row(
        "Version appears to be invalid.", "<IfVersion >= two>\n</IfVersion>\n"
    ),
    "IfVersion with a letter": Row(
        "Version appears to be invalid.", "<IfVersion < 2.4b>\n</IfVersion>\n"
    ),
    "IfVersion with four numbers": Row(
        "Version appears to be invalid.", "<IfVersion 2.4.71.1>\n</IfVersion>\n"
    ),
    "IfVersion with four words": Row(
        "<IfVersion takes one, two or three arguments", "<IfVersion >= 2.4 > x\n</IfVersion>\n"
    ),
    "IfVersion with an empty word": Row(
        "<IfVersion takes one, two or three arguments", '<IfVersion "" 2.4>\n</IfVersion>\n'
    ),
    "IfVersion with an unknown operator": Row(
        "unrecognized operator '=>'", "<IfVersion => 2.4>\n</IfVersion>\n"
    ),
    "IfVersion with the negation alone": Row(
        "unrecognized operator '!'", "<IfVersion ! 2.4>\n</IfVersion>\n"
    ),
    "IfVersion with half an expression": Row(
        "Missing delimiting / of regular expression.", "<IfVersion = /2>\n</IfVersion>\n"
    ),
    "IfVersion with a broken expression": Row(
        "Unable to compile regular expression", "<IfVersion ~ (2>\n</IfVersion>\n"
    ),
    "IfVersion without bracket": Row(
        "<IfVersion> directive missing closing '>'", "<IfVersion >= 2.4\n</IfVersion>\n"
    ),
    # modules/core/mod_so.c
    "LoadModule without file": Row("LoadModule takes two arguments", "LoadModule x_module\n"),
    "LoadModule with an empty file": Row(
        "LoadModule takes two arguments", 'LoadModule x_module ""\n'
    ),
    "LoadModule with three words": Row("LoadModule takes two arguments", "LoadModule a b c\n"),
    "LoadModule of what is not there": Row(
        "Cannot load modules/none.so into server", "LoadModule x_module modules/none.so\n"
    ),
    "LoadModule of what is no module": Row(
        "Cannot load ./a.conf into server",
        "LoadModule x_module ./a.conf\n",
        {"a.conf": "UnsetEnv a\n"},
    ),
    "LoadModule by another name": Row(
        "Can't locate API module structure `x_module'", "LoadModule x_module modules/mod_alias.so\n"
    ),
    "LoadModule of what is built in": Row(
        "module unixd_module is built-in and can't be loaded",
        "LoadModule unixd_module modules/x.so\n",
    ),
    "LoadFile without file": Row("LoadFile requires at least one argument", "LoadFile\n"),
    "LoadFile of what is not there": Row(
        "Cannot load ./none.so into server", "LoadFile ./none.so\n"
    ),
}


@pytest.fixture(scope="module")
def arena() -> Iterator[Arena]:
    # A short name: httpd's log cuts a message of 128 of them at 8192 bytes.
    with tempfile.TemporaryDirectory(prefix="r-", dir="/tmp") as folder:
        yield Arena(folder)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
def test_the_error_is_that_of_httpd(arena: Arena, row: Row) -> None:
    verdict = arena.verdict(case(row.body, row.files))
    assert verdict.kind == "rejected", (verdict.kind, verdict.detail)
    assert verdict.told is not None
    assert row.words in verdict.told.message
