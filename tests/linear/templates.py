"""Rows of the readers of templates and YAML, and of what discovery looks for in files."""

from __future__ import annotations

from functools import partial

from apachestaple.discovery.contents import kind_of, needs_rendering
from apachestaple.discovery.fragments import by_folder
from apachestaple.discovery.templates.documents import documents

from .configurations import limit, main_file, repeated
from .row import Row

_MARKS = ("{{", "{%", "<%", "{#", "%{ if ")
# What is repeated in a template.
TEMPLATES = {
    **{f"{mark} without end": mark for mark in ("{{", "{%", "<%", "{#", "%{ if ", "%{if", "@A")},
    **{
        f"{mark} on each line": f"SSLEngine {mark} x\n" for mark in ("{{", "{%", "<%", "{#", "%{if")
    },
    "ends": "}} %} %> #}",
    "tags": "{{ x }}",
    "quotes": '{{ " ',
    "half quotes": '{{ \\"}} ',
    "braces": "{{ { }} ",
    "open braces": "{{ {",
    "comments of Go": "{{/* }} ",
    "raw blocks": "{% raw %} ",
    "half raw blocks": "{% raw %}{% endraw ",
    "open blocks": "{% if x %}SSLEngine on\n",
    "branches": "{% if x %}{% elif y %}{% else %}{% endif %}\n",
    "closed blocks": "{% endif %}\n",
    "blocks of Ruby": "<% do |a| %> ",
    "half blocks of Ruby": "<% do do | %> ",
    "values": "SSLStaplingCache shmcb:/x({{ size }})\n",
    "values on a line": "(<%= a %>:<%= b %> ",
    "findings": "SSLStaplingCache x{{ y }}\n",
}
# What is repeated in a YAML file.
YAML = {
    "keys": "a: ",
    "colons": ": ",
    "dashes": "- ",
    "dashes and spaces": "-  -",
    "anchors": "a: &a ",
    "texts": "a: |\n  b\n",
    "texts of other programs": "a: |\n  SSLEngine: b;\n",
}
# What is repeated in a file that may be a configuration.
FILES = {
    "Includes": "Include a{n}/*.conf\n",
    "Includes of spaces": "Include      ",
    "variables": "${a} ",
    "half variables": "${",
    "continued lines": "\\\n",
    "sections": "<A",
}


def rendered(text: str) -> object:
    return needs_rendering("x.conf", text), documents("x.conf.dist", f"SSLEngine on\n{text}")


def in_yaml(text: str) -> object:
    return documents("x.yaml", f"SSLEngine: b\n{text}")


def surveyed(text: str) -> object:
    return kind_of(text), list(by_folder({"/a/x.conf": text, "/a/y.conf": text}))


ROWS = [
    *(
        Row(f"template of {name}", partial(repeated, form), rendered)
        for name, form in TEMPLATES.items()
    ),
    *(Row(f"YAML of {name}", partial(repeated, form), in_yaml) for name, form in YAML.items()),
    *(Row(f"survey of {name}", partial(repeated, form), surveyed) for name, form in FILES.items()),
]

_TEXT = "a: |\n  SSLEngine {{ x }}\n"
_BRANCHES = "SSLEngine {% if x %}a{% else %}b{% endif %} {% if x %}a{% endif %}\n"
_FINDINGS = "SSLStaplingCache x{{ y }}\nSSLUseStaplin {{ y }}\n"

LIMITS = [
    limit("40,000 configurations in YAML", main_file(_TEXT * 40_000, "a.yaml"), 10, 200),
    limit("a template of 15,000 branches", main_file(_BRANCHES * 15_000, "a.conf.j2"), 20, 400),
    limit("a template of 20,000 findings", main_file(_FINDINGS * 20_000, "a.conf.j2"), 20, 400),
]
