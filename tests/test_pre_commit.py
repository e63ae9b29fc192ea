"""The hooks for pre-commit, run by pre-commit itself in a repository of configurations."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.installation import shared_folder
from tests.project import copy_project

FAULTY = """\
<VirtualHost *:443>
    ServerName www.example.com
    SSLEngine on
    SSLUseStapling \N{LEFT DOUBLE QUOTATION MARK}on\N{RIGHT DOUBLE QUOTATION MARK}
</VirtualHost>
"""
GOOD = """\
<VirtualHost *:443>
    ServerName www.example.com
    SSLEngine on
    SSLUseStapling "on"
</VirtualHost>
"""

CONFIGURATIONS = [
    "apache2.conf",
    "web1/httpd.conf",
    "etc/apache2/sites-available/www.conf",
    "roles/web/files/apache2/ports.conf",
    "httpd/conf.d/ssl.conf",
    "httpd/conf/extra/httpd-vhosts.conf",
    "sites-available/www.conf",
    "conf-available/ocsp.conf",
    "vhosts.d/www.conf",
    "conf.d/ssl.conf",
]
OTHERS = [
    "README.md",
    "www.conf",
    "sites-available/www.conf.bak",
    "etc/nginx/sites-available/www.conf",
    "nginx/conf.d/default.conf",
    "supervisor/conf.d/worker.conf",
    "src/apache2/module.c",
    "apache2/envvars",
]


class Repository:
    """A git repository of configurations that uses the hooks of a project."""

    def __init__(self, folder: Path, project: Path) -> None:
        self.folder = folder / "configurations"
        self.folder.mkdir()
        self._project = project
        # Hooks are installed once for all repositories.
        self._environment = _environment(project.parent)
        self.git("init", "--quiet")
        self.use(["apachestaple", "apachestaple-fix"])

    def use(self, hooks: Sequence[str], *options: str) -> None:
        """Write pre-commit's configuration, with further options for each hook."""
        lines = ["repos:", f"- repo: {self._project}", f"  rev: {_head(self._project)}", "  hooks:"]
        for hook in hooks:
            lines += [f"  - id: {hook}", *(f"    {option}" for option in options)]
        self.write(".pre-commit-config.yaml", "\n".join(lines) + "\n")

    def write(self, path: str, text: str) -> Path:
        """Write and stage a file."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        self.git("add", "--force", path)
        return file

    def git(self, *arguments: str) -> None:
        subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env=self._environment,
            check=True,
            capture_output=True,
        )

    def pre_commit(self, *arguments: str) -> tuple[int, str]:
        """Run pre-commit; its exit code and output."""
        done = subprocess.run(
            [sys.executable, "-m", "pre_commit", *arguments],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The working tree as the only commit of a git repository."""
    with shared_folder(tmp_path_factory, "pre-commit-hooks") as folder:
        copy = folder / "apachestaple"
        if not copy.exists():
            copy_project(copy)
            for words in (["init"], ["add", "--all"], ["commit", "--message", "The working tree"]):
                subprocess.run(
                    ["git", *words],
                    cwd=copy,
                    env=_environment(folder),
                    check=True,
                    capture_output=True,
                )
    return copy


@pytest.fixture
def repository(project: Path, tmp_path: Path) -> Repository:
    return Repository(tmp_path, project)


def test_the_hooks_stop_and_repair_a_faulty_fragment(repository: Repository) -> None:
    site = repository.write("sites-available/www.conf", FAULTY)
    code, output = repository.pre_commit("run", "--all-files", "--verbose")
    assert code == 1, output
    lint, _, fix = output.partition("- hook id: apachestaple-fix\n")
    assert "- hook id: apachestaple\n- duration" in lint
    assert "- exit code: 1" in lint
    assert "sites-available/www.conf" in lint
    assert "web-characters" in lint
    assert "- files were modified by this hook" in fix
    assert site.read_text() == GOOD
    assert [path.name for path in site.parent.iterdir()] == ["www.conf"]


def test_the_hooks_let_a_good_fragment_pass(repository: Repository) -> None:
    site = repository.write("sites-available/www.conf", GOOD)
    code, output = repository.pre_commit("run", "--all-files", "--verbose")
    assert code == 0, output
    assert output.count("Passed") == 2
    assert site.read_text() == GOOD


# Each changed file, and the lines of its findings.
CHANGED = {
    "www/sites-available/www.conf": ("sites-enabled/www.conf:4:", "AS201"),
    "roles/web/templates/a.conf.j2": ("a.conf.j2:2:", "AS103"),
    "puppet/apache/templates/b.conf.erb": ("b.conf.erb:2:", "AS103"),
    "chart/templates/configmap.yaml": ("configmap.yaml:5:", "AS103"),
}
HOST = """\
<VirtualHost *:443>
    ServerName www.example.com
    SSLEngine on
    SSLUseStapling on
</VirtualHost>
"""
CONFIG_MAP = """\
kind: ConfigMap
data:
  httpd.conf: |
    SSLUseStapling {{ .Values.stapling }}
    SSLUseStapling maybe
"""


def test_changed_files_are_linted_in_their_server_and_as_templates(repository: Repository) -> None:
    repository.use(["apachestaple"])
    main = "ServerRoot /etc/apache2\nListen 443\nIncludeOptional sites-enabled/*.conf\n"
    repository.write("www/apache2.conf", main)
    site = repository.write("www/sites-available/www.conf", "")
    enabled = repository.folder / "www/sites-enabled/www.conf"
    enabled.parent.mkdir()
    enabled.symlink_to("../sites-available/www.conf")
    repository.git("add", "--all")
    repository.git("commit", "--message", "Before")
    repository.write(str(site.relative_to(repository.folder)), HOST)
    repository.write("roles/web/templates/a.conf.j2", "{# x #}\nSSLUseStapling maybe\n")
    repository.write("puppet/apache/templates/b.conf.erb", "<%# x %>\nSSLUseStapling maybe\n")
    repository.write("chart/templates/configmap.yaml", CONFIG_MAP)
    repository.write("chart/values.yaml", "stapling: maybe\n")
    code, output = repository.pre_commit("run", "--verbose")
    assert code == 1, output
    assert "- exit code: 1" in output
    findings = output.split("\n\n")
    for place, rule in CHANGED.values():
        assert any(place in each and f"[{rule}]" in each for each in findings), output


def test_yaml_of_other_programs_passes(project: Path, repository: Repository) -> None:
    for name in ("playbook.yml", "chart/values.yaml", "roles/nginx/templates/x.conf.j2"):
        repository.write(name, "a: {{ b }}\n")
    config = f"""\
repos:
- repo: {project}
  rev: {_head(project)}
  hooks:
  - id: apachestaple
    language: system
    entry: {sys.executable} -m apachestaple lint --
    verbose: true
"""
    repository.write(".pre-commit-config.yaml", config)
    code, output = repository.pre_commit("run", "--all-files")
    assert code == 0, output
    assert "no configuration of httpd in it" in output


@pytest.mark.parametrize("hook", ["apachestaple", "apachestaple-fix"])
def test_the_hooks_look_at_configurations_of_apache_alone(
    repository: Repository, hook: str
) -> None:
    templates = [
        "sites-available/www.conf.j2",
        "roles/web/templates/apache2/www.conf.erb",
        "roles/web/templates/www.conf.j2",
        "chart/templates/configmap.yaml",
        "states/web.sls",
    ]
    wanted = [*CONFIGURATIONS, *(templates if hook == "apachestaple" else ())]
    for path in [*CONFIGURATIONS, *templates, *OTHERS]:
        repository.write(path, "# text\n")
    # The program's place is taken by one that says which files it got.
    repository.use([hook], "language: system", "entry: printf '%s\\n'", "verbose: true")
    code, output = repository.pre_commit("run", "--all-files")
    assert code == 0, output
    passed = set(output.splitlines()) & {*CONFIGURATIONS, *templates, *OTHERS}
    assert passed == set(wanted)


def test_a_file_that_is_called_like_an_option_is_a_file(
    repository: Repository, tmp_path: Path
) -> None:
    named = tmp_path / "sites-available" / "www.conf"
    named.parent.mkdir()
    named.write_text("mine")
    site = repository.write(f"./--output={named}", FAULTY)
    for hook in ("apachestaple", "apachestaple-fix"):
        code, output = repository.pre_commit("run", hook, "--all-files")
        assert code == 1, output
        assert named.read_text() == "mine"
        assert "sage:" not in output
    assert site.read_text() == GOOD


def _head(project: Path) -> str:
    command = ["git", "rev-parse", "HEAD"]
    return subprocess.run(
        command, cwd=project, check=True, capture_output=True, text=True
    ).stdout.strip()


def _environment(folder: Path) -> Mapping[str, str]:
    """The environment here, without its git and Python, and with an identity to commit."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GIT_", "PRE_COMMIT")) and name not in {"PYTHONPATH", "VIRTUAL_ENV"}
    }
    return {
        **kept,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Test",
        "GIT_AUTHOR_EMAIL": "test@example.com",
        "GIT_COMMITTER_NAME": "Test",
        "GIT_COMMITTER_EMAIL": "test@example.com",
        "PRE_COMMIT_HOME": str(folder / "pre-commit"),
        # Compiling all dependencies takes longer than the few runs of the hooks.
        "PIP_NO_COMPILE": "1",
    }
