"""Where fix writes, what it refuses, and what the repaired server then does."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import pytest

from apachestaple.rules.rule import CACHE, tls_host
from tests.command.run import run, run_bytes
from tests.lab.handshake import handshake
from tests.lab.ports import ReservedPort
from tests.lab.processes import Child, wait_until
from tests.lab.server import BINARY
from tests.random_trees.draw import GOOD_CACHE
from tests.random_trees.layouts import Written, write
from tests.random_trees.model import Host, Layout, Spelling, Switch, Tree
from tests.random_trees.proof import texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.lab.play import Lab

ON, OFF = Switch(on=True), Switch(on=False)
WWW = Host("www.example.com", "good")
OTHER = Host("other.example.com", "other")
HOPELESS = Host("hopeless.example.com", "no-ocsp")
LAYOUTS = pytest.mark.parametrize("layout", list(Layout))


@dataclass
class Bench:
    """One tree on the disk."""

    written: Written
    port: int
    state: Path

    def fix(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run ``apachestaple fix`` on it."""
        environment = {"XDG_STATE_HOME": str(self.state), "NO_COLOR": "1"}
        return run("fix", self.written.main, *arguments, env=environment)

    def texts(self) -> Mapping[str, bytes]:
        return texts(self.written.root)

    def staples(
        self, *names: str, tries: int = 1, until: list[str | None] | None = None
    ) -> list[str | None]:
        """Start httpd, and say what each of its hosts staples; again, until it is so."""
        root = self.written.root
        command = [BINARY, "-d", str(root), "-f", str(self.written.main), "-DFOREGROUND"]
        child = Child(command, output=root / "logs/stderr", environment=self.written.environment)
        try:
            wait_until(lambda: not child.running or (root / "httpd.pid").exists(), 15)
            assert child.running, (root / "logs/stderr").read_text()
            found: list[str | None] = [None] * len(names)
            for _ in range(tries):
                made = [handshake(self.port, name) for name in names]
                assert all(each.connected for each in made)
                found = [each.staple for each in made]
                if found == until:
                    break
            return found
        finally:
            child.stop(0.3)


@pytest.fixture
def bench(lab: Lab, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Bench]:
    """The tree that the test's ``tree`` mark or its parameter names, written but not started."""
    tree = request.node.get_closest_marker("tree").args[0]
    parameters = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    names = {field.name for field in fields(Tree)}
    tree = replace(tree, **{name: parameters[name] for name in names & parameters.keys()})
    root = lab.folder / f"fix-{tmp_path.name}"
    with ReservedPort() as port:
        written = write(tree, root, lab.certificates_folder, port.number)
        yield Bench(written, port.number, tmp_path)


def tree(*hosts: Host, layout: Layout = Layout.DEBIAN, **more: object) -> pytest.MarkDecorator:
    return pytest.mark.tree(Tree(layout, hosts, **more))  # type: ignore[arg-type]


SNIPPETS = {
    Layout.DEBIAN: {"conf-available/ocsp-stapling.conf", "conf-enabled/ocsp-stapling.conf"},
    Layout.RHEL: {"conf.d/ocsp-stapling.conf"},
}


@LAYOUTS
@tree(WWW, OTHER)
def test_beside_a_package_s_file_a_file_of_our_own_is_made(bench: Bench, layout: Layout) -> None:
    before = bench.texts()
    done = bench.fix("--configtest", "always")
    assert done.returncode == 0, done.stdout + done.stderr
    after = bench.texts()
    assert after.keys() - before.keys() == SNIPPETS[layout]
    assert {path: after[path] for path in before} == before, "no file that was there has changed"
    assert bench.staples("www.example.com", "other.example.com") == ["good", "good"]
    assert "Nothing to repair" in bench.fix("--configtest", "always").stdout


@tree(WWW, OTHER)
def test_a_package_s_file_is_known_in_a_copy_without_links(bench: Bench) -> None:
    enabled = bench.written.root / "mods-enabled/ssl.conf"
    text = enabled.read_text()
    enabled.unlink()
    enabled.write_text(text)
    before = bench.texts()
    assert bench.fix("--configtest", "always").returncode == 0
    after = bench.texts()
    assert after.keys() - before.keys() == SNIPPETS[Layout.DEBIAN]
    assert {path: after[path] for path in before} == before
    assert bench.staples("www.example.com", "other.example.com") == ["good", "good"]


@LAYOUTS
@tree(WWW, OTHER, caches=("shmcb:logs/x(12345)",), place="package")
def test_what_stands_in_a_package_s_file_is_repaired_there(bench: Bench, layout: Layout) -> None:
    before = bench.texts()
    assert bench.fix("--configtest", "always").returncode == 0
    after = bench.texts()
    assert after.keys() == before.keys()
    changed = {path for path in before if after[path] != before[path]}
    file = {Layout.DEBIAN: "mods-available/ssl.conf", Layout.RHEL: "conf.d/ssl.conf"}[layout]
    assert changed == {file}


@tree(replace(WWW, switch=ON), caches=(GOOD_CACHE,), errors=(True, True), shmcb=False)
def test_debian_enables_a_module_by_a_link(bench: Bench) -> None:
    before = bench.texts()
    assert bench.fix("--configtest", "always").returncode == 0
    new = bench.texts().keys() - before.keys()
    assert new == {"mods-enabled/socache_shmcb.load"}
    link = bench.written.root / "mods-enabled/socache_shmcb.load"
    assert os.readlink(link) == "../mods-available/socache_shmcb.load"
    assert bench.staples("www.example.com") == ["good"]


@tree(
    replace(WWW, switch=ON),
    layout=Layout.RHEL,
    caches=(GOOD_CACHE,),
    errors=(True, True),
    shmcb=False,
)
def test_rhel_loads_a_module_in_a_file_of_its_own(bench: Bench) -> None:
    before = bench.texts()
    assert bench.fix("--configtest", "always").returncode == 0
    after = bench.texts()
    (new,) = after.keys() - before.keys()
    assert new == "conf.modules.d/10-socache_shmcb.conf"
    line = b"LoadModule socache_shmcb_module modules/mod_socache_shmcb.so\n"
    assert after[new] == line
    assert bench.staples("www.example.com") == ["good"]


@tree(replace(WWW, switch=ON), caches=(GOOD_CACHE,), errors=(True, True), shmcb=False)
def test_a_module_that_is_not_installed_is_refused(bench: Bench) -> None:
    (bench.written.root / "mods-available/socache_shmcb.load").unlink()
    before = bench.texts()
    done = bench.fix()
    assert "mod_socache_shmcb is not installed: " in done.stdout
    assert "AS204" in done.stdout
    assert bench.texts() == before


@LAYOUTS
@tree(
    replace(WWW, shares=True),
    replace(OTHER, shares=True),
    replace(HOPELESS, shares=True),
    shared=ON,
    caches=(GOOD_CACHE,),
    errors=(True, True),
)
def test_a_host_that_differs_from_those_it_shares_lines_with_has_the_last_word(
    bench: Bench, layout: Layout
) -> None:
    before = bench.texts()
    assert bench.fix("--configtest", "always").returncode == 0
    after = bench.texts()
    folder = "sites-available" if layout is Layout.DEBIAN else "conf.d"
    assert [path for path in after if after[path] != before.get(path)] == [
        f"{folder}/hopeless.example.com.conf"
    ]
    text = after[f"{folder}/hopeless.example.com.conf"].decode()
    assert text.endswith("    SSLUseStapling off\n</VirtualHost>\n")
    names = ("www.example.com", "other.example.com", "hopeless.example.com")
    assert bench.staples(*names) == ["good", "good", None]


@tree(
    replace(WWW, of_macro=True),
    replace(HOPELESS, of_macro=True),
    macro=ON,
    caches=(GOOD_CACHE,),
    errors=(True, True),
)
def test_a_macro_whose_hosts_need_different_settings_is_refused(bench: Bench) -> None:
    before = bench.texts()
    done = bench.fix()
    assert bench.texts() == before
    assert "macro.conf line 3 was not changed: it is for hopeless.example.com" in done.stdout
    assert "which need different settings" in done.stdout
    assert "AS304" in done.stdout


@tree(
    replace(WWW, of_macro=True),
    replace(OTHER, of_macro=True),
    replace(HOPELESS, switch=OFF),
    macro=OFF,
    caches=(GOOD_CACHE,),
    errors=(True, True),
    unsafe=True,
)
def test_a_macro_is_edited_once_for_all_its_hosts(bench: Bench) -> None:
    before = bench.texts()
    assert bench.fix("--unsafe", "--configtest", "always").returncode == 0
    after = bench.texts()
    assert after["sites-available/macro.conf"] == before["sites-available/macro.conf"].replace(
        b"SSLUseStapling off", b"SSLUseStapling on"
    )
    assert bench.staples("www.example.com", "other.example.com") == ["good", "good"]


@tree(
    replace(HOPELESS, switch=Switch(on=True, spelling=Spelling.VARIABLE)),
    caches=(GOOD_CACHE,),
    errors=(True, True),
)
def test_a_switch_from_a_variable_is_refused(bench: Bench) -> None:
    before = bench.texts()
    done = bench.fix()
    assert bench.texts() == before
    assert "was not changed: its value is from a" in done.stdout


STAPLING_HERE_AND_THERE = (
    replace(WWW, switch=ON),
    replace(OTHER, shares=True),
    replace(HOPELESS, switch=OFF, twice=True),
)


@pytest.mark.parametrize(
    ("layout", "place"),
    [(Layout.DEBIAN, "own"), (Layout.DEBIAN, "package"), (Layout.RHEL, "main")],
)
@tree(*STAPLING_HERE_AND_THERE, shared=ON, caches=(GOOD_CACHE,), errors=(True, True))
def test_disabled_nothing_but_the_cache_is_left(bench: Bench, layout: Layout, place: str) -> None:
    del layout, place
    done = bench.fix("--disable", "--configtest", "always")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "AS501" not in done.stdout
    root = bench.written.root
    left = [
        line.strip()
        for path, text in bench.texts().items()
        for line in _read(root, path, text).splitlines()
        if b"tapling" in line
    ]
    # A running httpd could not be reloaded without it.
    assert [line.split()[0] for line in left] == [b"SSLStaplingCache"]
    assert bench.staples("www.example.com", "other.example.com") == [None, None]
    assert "Nothing to repair" in bench.fix("--disable").stdout


@LAYOUTS
@tree(WWW, OTHER)
def test_disabled_our_own_file_holds_the_cache_alone(bench: Bench, layout: Layout) -> None:
    before = bench.texts()
    assert bench.fix("--configtest", "always").returncode == 0
    done = bench.fix("--disable", "--configtest", "always")
    assert done.returncode == 0
    snippet = (bench.written.root / min(SNIPPETS[layout])).read_text()
    assert re.search(r"<IfModule ssl_module>\s+SSLStaplingCache \S+\s+</IfModule>", snippet)
    assert "SSLUseStapling" not in snippet
    after = bench.texts()
    assert {path: after[path] for path in before} == before
    assert "SSLStaplingCache stays" in done.stdout


@tree(WWW, caches=("shmcb:logs/x(12345)",), place="own")
def test_disabled_our_own_file_is_gone_where_no_httpd_runs_with_its_cache(bench: Bench) -> None:
    root = bench.written.root
    (root / "conf-enabled/tls.conf").unlink()
    (root / "conf-available/tls.conf").rename(root / "conf-available/ocsp-stapling.conf")
    link = root / "conf-enabled/ocsp-stapling.conf"
    link.symlink_to("../conf-available/ocsp-stapling.conf")
    assert bench.fix("--disable", "--configtest", "always").returncode == 0
    assert not link.is_symlink()
    assert not (root / "conf-available/ocsp-stapling.conf").exists()


def test_a_section_that_is_empty_without_stapling_goes_with_it(tmp_path: Path) -> None:
    main = tmp_path / "httpd.conf"
    main.write_text(
        f"ServerRoot {tmp_path}\nLoadModule ssl_module modules/mod_ssl.so\n"
        "<IfModule ssl_module>\n  <IfModule mod_ssl.c>\n    SSLUseStapling on\n  </IfModule>\n"
        "  SSLStaplingCache shmcb:x(131072)\n</IfModule>\n"
        "<IfModule ssl_module>\n  # Ours.\n  SSLStaplingFakeTryLater off\n</IfModule>\n"
        "<IfModule ssl_module>\n  SSLProtocol all\n  SSLStaplingErrorCacheTimeout 5\n</IfModule>\n"
    )
    done = run("fix", "--disable", main, env={"XDG_STATE_HOME": str(tmp_path / "state")})
    assert done.returncode == 0, done.stderr
    assert "<IfModule ssl_module> removed, as it is empty" in done.stdout
    assert "SSLUseStapling removed" not in done.stdout
    assert main.read_text() == (
        f"ServerRoot {tmp_path}\nLoadModule ssl_module modules/mod_ssl.so\n"
        "<IfModule ssl_module>\n  # Ours.\n</IfModule>\n"
        "<IfModule ssl_module>\n  SSLProtocol all\n</IfModule>\n"
    )


def test_a_line_that_is_right_for_one_of_its_hosts_stays(lab: Lab, tmp_path: Path) -> None:
    """Hosts that are added later have it, too."""
    shared = "SSLUseStapling on\n"
    hosts = (("a", "good"), ("b", "no-ocsp"), ("c", "rsa-no-ocsp"))
    text = CACHE + "".join(
        tls_host("Include tls.conf", name=f"{name}.example.com", certificate=certificate)
        for name, certificate in hosts
    )
    with lab.httpd(text, files={"tls.conf": shared}) as httpd:
        run("fix", httpd.root / "httpd.conf", env={"XDG_STATE_HOME": str(tmp_path)})
        assert (httpd.root / "tls.conf").read_text() == shared
        assert (httpd.root / "site.conf").read_text().count("SSLUseStapling off\n") == 2


@LAYOUTS
@tree(*STAPLING_HERE_AND_THERE, shared=ON, caches=(GOOD_CACHE,), errors=(True, True))
def test_mod_md_staples_in_mod_ssl_s_place(bench: Bench, layout: Layout) -> None:
    done = bench.fix("--use-mod-md", "--configtest", "always")
    assert done.returncode == 0, done.stdout + done.stderr
    said = b"".join(bench.texts().values())
    assert b"MDStapling on" in said
    assert b"SSLUseStapling" not in said
    assert said.count(b"SSLStaplingCache") == 1, "a running httpd needs it"
    loads = {Layout.DEBIAN: "mods-enabled/md.load", Layout.RHEL: "conf.modules.d/10-md.conf"}
    assert loads[layout] in bench.texts()
    names = ("www.example.com", "other.example.com", "hopeless.example.com")
    # The first handshakes may come before mod_md has fetched the responses, all in one go.
    wanted: list[str | None] = ["good", "good", None]
    assert bench.staples(*names, tries=40, until=wanted) == wanted
    assert "Nothing to repair" in bench.fix("--use-mod-md").stdout
    assert "Nothing to repair" in bench.fix().stdout


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--use-mod-md", "--httpd-version", "2.4.41"], "mod_md staples since httpd 2.4.42"),
        (["--use-mod-md", "--httpd-version", "2.4.66"], "mod_md of httpd 2.4.66 staples only for"),
        (["--proxy", "http://127.0.0.1:1", "--httpd-version", "2.4.18"], "since httpd 2.4.19"),
    ],
)
@tree(replace(WWW, switch=ON), caches=(GOOD_CACHE,), errors=(True, True))
def test_what_an_older_httpd_does_not_have_is_refused(
    bench: Bench, arguments: list[str], reason: str
) -> None:
    before = bench.texts()
    assert reason in bench.fix(*arguments).stdout
    assert bench.texts() == before


@tree(replace(WWW, switch=ON), caches=(GOOD_CACHE,), errors=(True, True))
def test_mod_md_that_is_not_installed_or_must_not_staple_is_refused(bench: Bench) -> None:
    (bench.written.root / "mods-available/md.load").unlink()
    before = bench.texts()
    done = bench.fix("--use-mod-md")
    assert "mod_md is needed for stapling: mod_md is not installed: " in done.stdout
    assert bench.texts() == before
    main = bench.written.main
    main.write_text(f"{main.read_text()}<IfModule md_module>\nMDStapleOthers off\n</IfModule>\n")
    assert "MDStapleOthers is off in " not in bench.fix("--use-mod-md").stdout
    main.write_text(main.read_text().replace("<IfModule md", "<IfModule !md"))
    assert "MDStapleOthers is off in " in bench.fix("--use-mod-md").stdout


@tree(
    replace(HOPELESS, force_url="http://ocsp.example.com", switch=ON),
    caches=(GOOD_CACHE,),
    errors=(True, True),
)
def test_mod_md_does_not_get_a_host_that_staples_by_a_forced_url(bench: Bench) -> None:
    before = bench.texts()
    assert "only staples with SSLStaplingForceURL" in bench.fix("--use-mod-md").stdout
    assert bench.texts() == before


# Whatever it is asked for, it asks the responder.
PROXY = """
LoadModule proxy_module modules/mod_proxy.so
LoadModule proxy_http_module modules/mod_proxy_http.so
Listen 127.0.0.1:3128
ProxyPass / {}/
"""


@tree(
    replace(WWW, certificate="dead-responder", switch=ON),
    caches=(GOOD_CACHE,),
    errors=(True, True),
)
def test_through_a_proxy_a_responder_that_is_out_of_reach_answers(bench: Bench, lab: Lab) -> None:
    assert bench.staples("www.example.com") == [None]
    with lab.httpd(PROXY.format(lab.responder.url)) as proxy:
        assert proxy.start()
        url = f"http://127.0.0.1:{proxy.ports[3128]}"
        done = bench.fix("--proxy", url, "--configtest", "always")
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"SSLOCSPProxyURL {url}" in str(bench.texts()["conf-available/tls.conf"])
        assert bench.staples("www.example.com") == ["good"]
        assert "Nothing to repair" in bench.fix("--proxy", url).stdout


@pytest.mark.parametrize(
    "arguments",
    [
        *(["--proxy", url] for url in ("proxy:3128", "https://proxy:3128", "http://proxy")),
        ["--proxy", "http://proxy:70000"],
        ["--disable", "--use-mod-md"],
        ["--disable", "--proxy", "http://proxy:3128"],
    ],
)
@tree(WWW)
def test_options_of_no_use_are_refused(bench: Bench, arguments: list[str]) -> None:
    before = bench.texts()
    done = bench.fix(*arguments)
    assert done.returncode == 2
    assert re.match(r"apachestaple: (only one of )?--", done.stderr)
    assert bench.texts() == before


@tree(WWW, OTHER)
def test_patch_accepts_the_diff_of_files_and_links_to_be_made(bench: Bench) -> None:
    root = bench.written.root
    shown = run_bytes("fix", "--diff", "apache2.conf", cwd=root)
    before = bench.texts()
    subprocess.run(["patch", "-p1"], cwd=root, input=shown.stdout, check=True, capture_output=True)
    patched = bench.texts()
    assert patched.keys() - before.keys() == SNIPPETS[Layout.DEBIAN]
    assert "Nothing to repair" in bench.fix("--configtest", "always").stdout


@tree(WWW, OTHER, shmcb=False, session_cache=False)
def test_files_and_links_to_be_made_are_in_the_tree_that_is_written_elsewhere(
    bench: Bench, tmp_path: Path
) -> None:
    before = bench.texts()
    done = bench.fix("--output", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    assert bench.texts() == before
    enabled = tmp_path / "out/conf-enabled/ocsp-stapling.conf"
    assert os.readlink(enabled) == "../conf-available/ocsp-stapling.conf"
    assert "SSLUseStapling on" in enabled.read_text()
    module = tmp_path / "out/mods-enabled/socache_shmcb.load"
    assert os.readlink(module) == "../mods-available/socache_shmcb.load"


def _read(root: Path, path: str, text: bytes) -> bytes:
    """What httpd would read; the files that are only available do not count."""
    if "available" in path and not path.startswith("sites-available"):
        enabled = root / path.replace("available", "enabled")
        return text if enabled.exists() else b""
    return text


UNUSABLE = (
    "SSLStaplingForceURL ocsp.example.com",
    "SSLStaplingForceURL https://ocsp.example.com/",
    "SSLStaplingResponderTimeout 0",
    "SSLStaplingStandardCacheTimeout 0",
)


@pytest.mark.parametrize("line", UNUSABLE)
def test_a_setting_with_which_stapling_does_not_work_is_taken_out(
    lab: Lab, tmp_path: Path, line: str
) -> None:
    with lab.httpd(CACHE + tls_host("SSLUseStapling on", line)) as httpd:
        bench = Bench(Written(httpd.root, httpd.root / "httpd.conf", {}), httpd.port, tmp_path)
        site = httpd.root / "site.conf"
        before = site.read_text()
        done = bench.fix("--select", "AS110,AS111,AS402")
        assert done.returncode == 0, done.stdout + done.stderr
        assert site.read_text() == before.replace(f"    {line}\n", "")
        assert httpd.start()
        asked = lab.responder.queries_total()
        assert [handshake(httpd.port).staple for _ in range(2)] == ["good", "good"]
        assert lab.responder.queries_total() == asked + 1


def test_a_forced_url_without_which_there_is_nobody_to_ask_stays(lab: Lab, tmp_path: Path) -> None:
    host = tls_host("SSLUseStapling on", UNUSABLE[1], certificate="no-ocsp")
    with lab.httpd(CACHE + host) as httpd:
        bench = Bench(Written(httpd.root, httpd.root / "httpd.conf", {}), httpd.port, tmp_path)
        site = httpd.root / "site.conf"
        before = site.read_text()
        bench.fix("--select", "AS402")
        assert site.read_text() == before.replace("    SSLUseStapling on\n", "")
