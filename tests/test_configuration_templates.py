"""Templates of configuration management, and configurations in YAML, as ``lint`` reads them."""

from __future__ import annotations

import itertools
import subprocess
import sys
from typing import TYPE_CHECKING

import jinja2
import pytest

from apachestaple.discovery.templates.documents import documents
from apachestaple.discovery.templates.variants import variants
from apachestaple.rules.rule import CACHE
from tests.command.run import run
from tests.test_discovery import configurations, linted, places, repository, write

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["repository"]

# In each, the comment names the findings that hold whatever the template's values are.
JINJA = """\
{# Managed by Ansible #}
{% if stapling %}
SSLStaplingCache shmcb:{{ path }}({{ size }})
{% else %}
SSLStaplingCache shmcb:/var/run/other
{% endif %}
{% for host in hosts %}
<VirtualHost *:{{ host.port }}>
    ServerName {{ host.name }}
    SSLEngine on
    SSLCertificateFile /etc/ssl/{{ host.name }}.pem
{% if host.stapling %}
    SSLUseStapling on
{% else %}
    SSLUseStapling off
{% endif %}
    SSLStaplingFakeTryLater {{ "on" if host.stapling else "off" }}
    SSLStaplingReturnResponderErrors maybe
    SSLStaplingCache shmcb:/var/run/x(123456)
    SSLUseStappling on
    {{ host.extra }}
</VirtualHost>
{% endfor %}
"""
# The same structure in other languages.
RUBY = """\
<%# Managed by Puppet %>
<%- if @stapling -%>
SSLStaplingCache shmcb:<%= @path %>(<%= @size %>)
<%- else -%>
SSLStaplingCache shmcb:/var/run/other
<%- end -%>
<% @hosts.each do |host| -%>
<VirtualHost *:<%= host['port'] %>>
    ServerName <%= host['name'] %>
    SSLEngine on
    SSLCertificateFile /etc/ssl/<%= host['name'] %>.pem
<% if host['stapling'] -%>
    SSLUseStapling on
<% else -%>
    SSLUseStapling off
<% end -%>
    SSLStaplingFakeTryLater <%= host['stapling'] ? 'on' : 'off' %>
    SSLStaplingReturnResponderErrors maybe
    SSLStaplingCache shmcb:/var/run/x(123456)
    SSLUseStappling on
    <%= host['extra'] %>
</VirtualHost>
<% end -%>
"""
EPP = """\
<%- | Array $hosts | -%>
<% if $stapling { -%>
SSLStaplingCache shmcb:<%= $path %>(<%= $size %>)
<% } else { -%>
SSLStaplingCache shmcb:/var/run/other
<% } -%>
<% $hosts.each |$host| { -%>
<VirtualHost *:<%= $host['port'] %>>
    ServerName <%= $host['name'] %>
    SSLEngine on
    SSLCertificateFile /etc/ssl/<%= $host['name'] %>.pem
<% if $host['stapling'] { -%>
    SSLUseStapling on
<% } else { -%>
    SSLUseStapling off
<% } -%>
    SSLStaplingFakeTryLater <%= $errors %>
    SSLStaplingReturnResponderErrors maybe
    SSLStaplingCache shmcb:/var/run/x(123456)
    SSLUseStappling on
    <%= $extra %>
</VirtualHost>
<% } -%>
"""
GO = """\
{{/* Managed by Helm */}}
{{- if .Values.stapling }}
SSLStaplingCache shmcb:{{ .Values.path }}({{ .Values.size }})
{{- else }}
SSLStaplingCache shmcb:/var/run/other
{{- end }}
{{- range $host := .Values.hosts }}
<VirtualHost *:{{ $host.port }}>
    ServerName {{ $host.name }}
    SSLEngine on
    SSLCertificateFile /etc/ssl/{{ $host.name }}.pem
{{- if $host.stapling }}
    SSLUseStapling on
{{- else }}
    SSLUseStapling off
{{- end }}
    SSLStaplingFakeTryLater {{ $host.errors | quote }}
    SSLStaplingReturnResponderErrors maybe
    SSLStaplingCache shmcb:/var/run/x(123456)
    SSLUseStappling on
    {{ $host.extra }}
</VirtualHost>
{{- end }}
"""
TERRAFORM = """\
# Managed by Terraform
%{ if stapling ~}
SSLStaplingCache shmcb:${path}(${size})
%{ else ~}
SSLStaplingCache shmcb:/var/run/other
%{ endif ~}
%{ for host in hosts ~}
<VirtualHost *:${host.port}>
    ServerName ${host.name}
    SSLEngine on
    SSLCertificateFile /etc/ssl/${host.name}.pem
%{ if host.stapling ~}
    SSLUseStapling on
%{ else ~}
    SSLUseStapling off
%{ endif ~}
    SSLStaplingFakeTryLater ${host.errors}
    SSLStaplingReturnResponderErrors maybe
    SSLStaplingCache shmcb:/var/run/x(123456)
    SSLUseStappling on
    ${host.extra}
</VirtualHost>
%{ endfor ~}
"""
CONFIGURE = """\
# @configure_input@
SSLStaplingCache shmcb:@PATH@(@SIZE@)
#
#
#
#
#
<VirtualHost *:@PORT@>
    ServerName @NAME@
    SSLEngine on
    SSLCertificateFile @sysconfdir@/@NAME@.pem
    SSLUseStapling @STAPLING@
#
#
#
#
    SSLStaplingFakeTryLater @ERRORS@
    SSLStaplingReturnResponderErrors maybe
    SSLStaplingCache shmcb:/var/run/x(123456)
    SSLUseStappling on
</VirtualHost>
"""
LANGUAGES = {
    "www.conf.j2": JINJA,
    "www.conf.erb": RUBY,
    "www.conf.epp": EPP,
    "www.conf.tmpl": GO,
    "www.conf.tpl": TERRAFORM,
    "www.conf.in": CONFIGURE,
    "www.conf.dist": CONFIGURE,
}


@pytest.mark.parametrize("name", LANGUAGES)
def test_findings_of_a_template_do_not_depend_on_its_values(name: str, tmp_path: Path) -> None:
    write(tmp_path, {f"templates/{name}": LANGUAGES[name]})
    report = linted(tmp_path)
    assert configurations(report) == [("fragments", f"templates/{name}")]
    found = {(each["rule"], each["line"]) for each in report["findings"]}
    assert found == {("AS103", 18), ("AS202", 19), ("AS101", 20)}
    assert {each["fix"] for each in report["findings"]} == {None}


def test_what_a_template_renders_has_its_findings(tmp_path: Path) -> None:
    """Jinja itself renders the template with every combination of values."""
    write(tmp_path, {"www.conf.j2": JINJA})
    found = {each["rule"] for each in linted(tmp_path)["findings"]}
    template = jinja2.Template(JINJA, trim_blocks=True)
    for stapling, of_host, extra in itertools.product((True, False), (True, False), ("", "Use x")):
        host = {"port": 443, "name": "www", "stapling": of_host, "extra": extra}
        text = template.render(path="/x", size=131072, stapling=stapling, hosts=[host])
        write(tmp_path, {"rendered/www.conf": text})
        assert found <= {each["rule"] for each in linted(tmp_path, "rendered")["findings"]}


def test_lines_in_exclusive_branches_are_not_set_twice(tmp_path: Path) -> None:
    exclusive = f"{{% if old %}}\n{CACHE}{{% endif %}}\n{{% if not old %}}\n{CACHE}{{% endif %}}\n"
    write(tmp_path, {"a.conf.j2": exclusive, "b.conf.j2": f"# {{{{ x }}}}\n{CACHE}{CACHE}"})
    assert places(linted(tmp_path), "AS208") == ["b.conf.j2:2"]


def test_a_section_may_be_opened_in_each_branch(tmp_path: Path) -> None:
    text = (
        "{% if a %}\n<VirtualHost *:443>\n{% elif b %}\n<VirtualHost *:8443>\n{% else %}\n"
        "<VirtualHost *:9443>\n{% endif %}\nSSLEngine on\n</VirtualHost>\n"
    )
    write(tmp_path, {"a.conf.j2": text, "b.conf.j2": text.replace("</VirtualHost>", "</Other>")})
    report = linted(tmp_path)
    assert {each["file"] for each in report["findings"]} == {"b.conf.j2"}


def test_a_template_may_be_a_part_of_a_file(tmp_path: Path) -> None:
    head = "<VirtualHost *:{{ port }}>\nSSLEngine on\n"
    write(
        tmp_path, {"head.conf.j2": head, "foot.conf.j2": "{{ x }}\nSSLEngine on\n</VirtualHost>\n"}
    )
    assert linted(tmp_path)["findings"] == []


def test_a_template_may_include_what_others_define(repository: Path) -> None:
    text = "Include /{{ root }}/{{ name }}.conf\nInclude ${OTHER}/*.conf\nSSLUseStapling maybe\n"
    plain = "Include ${OTHER}/*.conf\nSSLUseStapling maybe\n"
    write(repository, {"a.conf.j2": text, "b.conf": plain})
    assert {each["rule"] for each in linted(repository)["findings"]} == {"AS103"}


def test_variants_have_the_lines_of_the_template() -> None:
    for text in LANGUAGES.values():
        for variant in variants(text):
            assert variant.count("\n") == text.count("\n")
            for line, original in zip(variant.split("\n"), text.split("\n"), strict=True):
                assert not line or line.split()[0] in original


def test_an_ordinary_configuration_is_no_template(tmp_path: Path) -> None:
    text = (
        f"{CACHE}{CACHE}RewriteCond %{{HTTPS}} off\nServerAdmin web@EXAMPLE.com\n"
        'LogFormat "{\\"t\\":\\"%t\\"}" json\nHeader set X "<100% of {all}"\n'
    )
    write(tmp_path, {"a.conf": text})
    report = linted(tmp_path)
    assert places(report, "AS208") == ["a.conf:1"]
    assert report["findings"][0]["fix"] == "safe"


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        *(("a.conf.j2", mark) for mark in ("{{", "{%", "{#")),
        ("a.conf.erb", "<%="),
        ("a.conf.tftpl", "%{ if"),
        ("a.conf.tmpl", "{{-"),
    ],
)
def test_the_rest_of_a_line_with_an_unclosed_tag_is_unknown(
    tmp_path: Path, name: str, mark: str
) -> None:
    text = f"SSLUseStapling {mark} x\nSSLStaplingFakeTryLater maybe\n"
    write(tmp_path, {name: f"{text}SSLCipherSuite {mark} x \\\nmaybe\n"})
    assert places(linted(tmp_path), "AS103") == [f"{name}:2"]
    assert linted(tmp_path)["summary"]["errors"] == 1


def test_marks_without_end_do_not_make_a_template(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"a.conf": f'LogFormat "%{{%d}}t <% {{{{ {{#" x\n{CACHE}{CACHE}SSLUseStapling {{{{\n'},
    )
    report = linted(tmp_path)
    assert places(report, "AS208") == ["a.conf:2"]
    assert report["findings"][0]["fix"] == "safe"
    assert places(report, "AS103") == ["a.conf:4"]


# In each, the third line is the only one with a finding.
WHOLE_TAGS = {
    "quotes.conf.j2": 'SSLUseStapling {{ "}}" | x("%}") }}\n# {{ y }}\n',
    "braces.conf.j2": "SSLUseStapling {{ x({'a': {'b': 1}}) }}\n# {{ y }}\n",
    "raw.conf.j2": '{% raw %}LogFormat "%{%d}t{{" x\n{% endraw %}SSLUseStapling {{ y }}\n',
    "comment.conf.tmpl": "{{- /* It's {{ x }} */ -}}\nSSLUseStapling {{ y }}\n",
    "string.conf.tmpl": "SSLUseStapling {{`{{ x }}`}}\n# {{ y }}\n",
    "other.conf.erb": 'LogFormat "%{%d}t {{" x\nSSLUseStapling <%= @y %>\n',
    "mustache.conf.mustache": "SSLUseStapling {{{ x }}}\n# {{{ y }}}\n",
}


@pytest.mark.parametrize("name", WHOLE_TAGS)
def test_a_tag_ends_where_its_language_ends_it(tmp_path: Path, name: str) -> None:
    write(tmp_path, {name: f"{WHOLE_TAGS[name]}SSLUseStapling maybe\n"})
    found = [(each["rule"], each["line"]) for each in linted(tmp_path)["findings"]]
    assert found == [("AS103", 3)]


def test_values_of_a_template_decide_which_section_and_folder_is_read(tmp_path: Path) -> None:
    text = (
        "ServerRoot <%= @root %>\nInclude ports.conf\nIncludeOptional <%= @root %>/*.conf\n"
        "<IfVersion <%= @operator %> 2.4>\nSSLUseStapling maybe\n</IfVersion>\n"
        "<IfVersion >= <%= @version %>>\nSSLUseStapling maybe\n</IfVersion>\n"
        "SSLUseStapling maybe\n"
    )
    write(tmp_path, {".git/HEAD": "", "templates/apache2.conf.erb": text})
    found = [(each["rule"], each["line"]) for each in linted(tmp_path)["findings"]]
    assert found == [("AS103", 10)]


def test_a_comment_ignores_a_finding_in_any_branch(tmp_path: Path) -> None:
    branches = "{% if x %}\nSSLUseStapling on\n{% else %}\n"
    ignored = "# apachestaple: ignore[AS103]: known\nSSLUseStapling maybe\n{% endif %}\n"
    write(tmp_path, {"a.conf.j2": branches + ignored})
    report = linted(tmp_path)
    assert report["findings"] == []
    assert report["summary"]["suppressed"] == 1


HOSTS = """\
{% if a %}
<VirtualHost *:443>
    ServerName one.example.com
    SSLEngine on
    SSLUseStapling {{ x }}
</VirtualHost>
{% elif b %}
<VirtualHost *:443>
    ServerName two.example.com
    SSLEngine on
    SSLUseStapling off
</VirtualHost>
{% else %}
<VirtualHost *:443>
    ServerName three.example.com
    SSLEngine on
{% if c %}
    SSLUseStapling on
{% else %}
    SSLUseStapling off
{% endif %}
</VirtualHost>
{% endif %}
"""


def test_hosts_in_all_branches_are_listed(tmp_path: Path) -> None:
    write(tmp_path, {"a.conf.j2": HOSTS})
    report = linted(tmp_path)
    hosts = [(host["name"], host["line"], host["use_stapling"]) for host in report["hosts"]]
    assert hosts == [
        ("one.example.com:443", 2, None),
        ("two.example.com:443", 8, False),
        ("three.example.com:443", 14, None),
    ]
    assert report["hosts"][2]["why"] == "it depends on the values of the template"
    assert report["summary"]["hosts"] == report["configurations"][0]["hosts"] == 3
    text = run("hosts", ".", cwd=tmp_path).stdout
    assert [line.split()[:2] for line in text.splitlines()[1::2]] == [
        ["one.example.com:443", "?"],
        ["two.example.com:443", "off"],
        ["three.example.com:443", "?"],
    ]


HELM = """\
data:
  httpd.conf: &conf |
    SSLEngine {{ .Values.engine }}
    SSLUseStapling {{ .Values.stapling }}
{{- if .Values.cache }}
    SSLStaplingCache shmcb:/x(12345)
{{- end }}
    SSLStaplingFakeTryLater maybe
  other.conf: |
    sslusestapling maybe
"""


def test_lines_of_a_helm_template_do_not_end_a_text(tmp_path: Path) -> None:
    write(tmp_path, {"templates/configmap.yaml": HELM})
    found = {(each["rule"], each["line"]) for each in linted(tmp_path)["findings"]}
    assert found == {("AS206", 6), ("AS103", 8), ("AS103", 10)}


def test_very_many_configurations_in_yaml_are_not_all_read(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": "a: |\n  SSLUseStapling maybe\n" * 2000})
    done = run("lint", "--format", "concise", ".", cwd=tmp_path)
    assert "a.yaml: only the first 707 configurations in it were read" in done.stderr
    assert done.stdout.count("AS103") == 707


YAML = """\
apiVersion: v1
kind: ConfigMap
data:
  nginx.conf: |
    server { ssl_stapling on; }
  httpd.conf: |-
    ServerRoot /usr/local/apache2
    SSLStaplingCache shmcb:/x(12345)
  other: SSLUseStapling
---
- name: A task
  copy:
    dest: /etc/httpd/conf.d/www.conf
    content: |
      <VirtualHost *:{{ port }}>
      SSLStaplingCache shmcb:/x
      </VirtualHost>
- |
  SSLUseStapling maybe
"""


def test_configurations_in_yaml_are_found(tmp_path: Path) -> None:
    write(tmp_path, {"www.yaml": YAML, "other.yml": "a: |\n  SSLUseStapling\nb: 1\n"})
    report = linted(tmp_path)
    found = {(each["rule"], each["line"], each["column"]) for each in report["findings"]}
    assert found == {("AS206", 8, 5), ("AS202", 16, 7), ("AS103", 19, 3)}
    assert len(documents("www.yaml", YAML).variants) == 3
    assert {each["fix"] for each in report["findings"]} == {None}


def test_comments_are_not_added_to_templates(tmp_path: Path) -> None:
    write(tmp_path, {"www.yaml": YAML, "a.conf.j2": JINJA, "c.conf": CACHE + CACHE})
    assert run("lint", "--add-ignore", "known", tmp_path).returncode == 1
    assert (tmp_path / "www.yaml").read_text() == YAML
    assert (tmp_path / "a.conf.j2").read_text() == JINJA
    assert "ignore[AS208]" in (tmp_path / "c.conf").read_text()


def test_fix_leaves_templates_alone(tmp_path: Path) -> None:
    write(tmp_path, {"a.conf.j2": JINJA, "www.yaml": YAML, "c.conf": CACHE + CACHE})
    done = run("fix", "--no-backup", "--configtest", "never", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "a.conf.j2").read_text() == JINJA
    assert (tmp_path / "www.yaml").read_text() == YAML
    assert (tmp_path / "c.conf").read_text() == CACHE
    alone = run("fix", tmp_path / "a.conf.j2")
    assert alone.returncode == 2
    assert "is a template, which fix does not change" in alone.stderr


def test_a_template_shows_its_own_lines(tmp_path: Path) -> None:
    write(tmp_path, {"a.conf.j2": "SSLUseStapling maybe {{ x }}\nSSLUseStapling maybe\n"})
    assert "2 | SSLUseStapling maybe" in run("lint", tmp_path).stdout


def test_the_text_of_a_file_may_come_from_standard_input(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            ".git/HEAD": "",
            "httpd.conf": "Listen 443\nInclude sites/*.conf\nIncludeOptional other/*.conf\n",
            "sites/www.conf": "",
        },
    )

    def piped(name: str, text: str) -> str:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "apachestaple", "lint"),
                *("--format", "github", "--stdin-filename", name, "-"),
            ],
            cwd=tmp_path,
            input=text.encode("utf-8", "surrogateescape"),
            capture_output=True,
            check=False,
        )
        assert done.returncode == 1, done.stderr
        return done.stdout.decode()

    host = "<VirtualHost *:443>\nSSLEngine on\nSSLUseStapling on\n</VirtualHost>\n"
    # The server that includes the file has no cache.
    assert "file=sites/www.conf,line=3," in piped("sites/www.conf", host)
    assert "AS201" in piped("sites/www.conf", host)
    # So is a file that is not on the disk yet, also in a folder that is not.
    for name in ("sites/new.conf", "other/new.conf"):
        assert f"file={name},line=3," in piped(name, host)
        assert "AS201" in piped(name, host)
    # A name that no Include matches is a fragment of its own.
    assert "AS201" not in piped("sites/new.txt", f"{host}SSLUseStapling maybe\n")
    assert "AS103" in piped("new.conf", "SSLUseStapling maybe\n")
    assert "AS103" in piped("new.conf.j2", "{{ x }}\nSSLUseStapling maybe\n\udcff")
    assert "AS208" in piped("httpd.conf", CACHE + CACHE)
    assert run("lint", "--stdin-filename", "x.conf", ".").returncode == 2
