"""Hosts that share certificates: every prediction right, no repair harmful, every host that could.

The same configurations on every run; `make shared` draws others, and many more.
"""

from __future__ import annotations

import os
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.shared import oracle, program
from tests.shared.arena import Arena
from tests.shared.case import check_oracle, look
from tests.shared.draw import draw
from tests.shared.judge import FIX, HARMED, HOSTS, MISJUDGED, MISSED, UNSAFE
from tests.shared.program import Answer
from tests.shared.run import Report, examples, run_in, with_errors
from tests.shared.shrink import shrunk
from tests.shared.site import MAIN, Host, Named, Profile, Site
from tests.shared.wallet import LEAVES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.shared.case import Case
    from tests.shared.site import Server

SEED = int(os.environ.get("SEED") or 20261)
PARTS = 2
EACH = 1
_HTTP = LEAVES[0]
_NO_URI = next(leaf for leaf in LEAVES if leaf.uri == "none")


@pytest.fixture(scope="session")
def arena() -> Iterator[Arena]:
    with Arena() as ready:
        yield ready


def clean(arena: Arena, report: Report) -> None:
    """Nothing is wrong; else it is shown with the smallest configurations."""
    if not report.clean:
        shown = "\n".join([*examples(arena, SEED, report), *report.lines()])
        pytest.fail(f"again with SEED={SEED}\n{shown}")


@pytest.mark.parametrize("part", range(PARTS))
def test_hosts_and_fix_are_right_about_shared_certificates(arena: Arena, part: int) -> None:
    report = run_in(arena, SEED, range(part * EACH, (part + 1) * EACH))
    clean(arena, report)
    assert report.sites == EACH
    assert report.contacts > 0


@pytest.mark.parametrize("number", range(1))
def test_the_oracle_predicts_what_failing_responders_lead_to(arena: Arena, number: int) -> None:
    case = with_errors(arena, SEED, number)
    assert not case.mismatches, "\n".join(case.lines())
    assert case.contacts > 0


def two_hosts(arena: Arena, first: Profile, second: Profile, *certificates: Named) -> Site:
    """Two hosts with these profiles; one certificate for both, or one for each."""
    port = arena.ground.tls_ports[0]
    hosts = (
        Host("first.example.com", port, certificates[:1], 1),
        Host("second.example.com", port, certificates[-1:], 2),
    )
    main = Host(MAIN, arena.ground.main_port, (), 0)
    return Site(main, hosts, (Profile(), first, second), {port: "*"})


def on(*, chain_file: str | None = None, force_url: str | None = None) -> Profile:
    """A profile of a host with TLS and stapling."""
    return Profile(engine=True, stapling=True, chain_file=chain_file, force_url=force_url)


def names(case: Case, kind: str, command: str) -> set[str]:
    """The hosts about which something of this kind is wrong."""
    return {wrong.host for wrong in case.wrong if (wrong.kind, wrong.command) == (kind, command)}


def seen(arena: Arena, site: Site) -> dict[str, str]:
    """What clients of each host get, in a word."""
    case = check_oracle(arena, site)
    assert not case.wrong
    assert not case.mismatches
    return {client.host: case.seen.category(client) for client in site.clients()}


def test_one_host_staples_by_the_issuer_of_another(arena: Arena) -> None:
    site = two_hosts(arena, on(), on(), Named(_HTTP, full=True), Named(_HTTP, full=False))
    assert seen(arena, site) == {"first.example.com": "good", "second.example.com": "good"}
    alone = site.without("first.example.com")
    assert seen(arena, alone) == {"second.example.com": "never"}


def test_a_host_without_a_uri_depends_on_another_with_a_force_url(arena: Arena) -> None:
    forced = on(force_url=arena.ground.responder)
    site = two_hosts(arena, on(), forced, Named(_NO_URI, full=True))
    depends = "depends on who was asked first"
    assert seen(arena, site) == {"first.example.com": depends, "second.example.com": "good"}


def test_the_last_host_decides_whose_issuer_is_taken(arena: Arena) -> None:
    leaf = Named(_HTTP, full=False)
    right, bare = on(chain_file="certs/ca.pem"), on(chain_file="certs/bare.pem")
    assert set(seen(arena, two_hosts(arena, right, bare, leaf)).values()) == {"never"}
    assert set(seen(arena, two_hosts(arena, bare, right, leaf)).values()) == {"good"}


def test_a_wrong_prediction_is_told(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> None:
    site = two_hosts(arena, on(), on(), Named(_HTTP, full=True))
    assert look(arena, site, ()).wrong == []
    for wrong in (False, None):
        answers = {"first.example.com": Answer(wrong, ""), "second.example.com": Answer(True, "")}
        monkeypatch.setattr(program, "hosts", lambda _root, answers=answers: answers)
        assert names(look(arena, site, ()), MISJUDGED, HOSTS) == {"first.example.com"}
    monkeypatch.setattr(program, "hosts", lambda _root: {})
    assert len(names(look(arena, site, ()), MISJUDGED, HOSTS)) == 2


def test_a_harmful_repair_is_told(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> None:
    def with_text(old: str, new: str, command: str = FIX) -> Case:
        def fix(root: Path, *, unsafe: bool) -> str:
            path = root / "site.conf"
            path.write_text(path.read_text().replace(old, new))
            return f"unsafe: {unsafe}"

        with monkeypatch.context() as patch:
            patch.setattr(program, "fix", fix)
            return look(arena, site, (command,))

    site = two_hosts(arena, on(), on(), Named(_HTTP, full=True), Named(_HTTP, full=False))
    both = {"first.example.com", "second.example.com"}
    assert names(with_text("", ""), HARMED, FIX) == set()
    off = "UseStapling on", "UseStapling off"
    assert names(with_text(*off), HARMED, FIX) == both
    # Without --unsafe, fix does not take the issuer from the certificate file of the first host.
    assert names(with_text(*off), MISSED, FIX) == {"first.example.com"}
    assert names(with_text(*off, UNSAFE), HARMED, UNSAFE) == both
    assert names(with_text(*off, UNSAFE), MISSED, UNSAFE) == both
    bad_url = "SSLUseStapling on\n    SSLStaplingForceURL https://ocsp.example.com"
    assert names(with_text("SSLUseStapling on", bad_url), HARMED, FIX) == both
    dead = f"SSLUseStapling on\n    SSLStaplingForceURL {arena.ground.failing[0]}"
    assert names(with_text("SSLUseStapling on", dead), HARMED, FIX) == both
    assert names(with_text("SSLEngine on", "SSLEngine on\nNonsense"), HARMED, FIX) == both


def test_a_wrong_oracle_is_told(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> None:
    right, bare = on(chain_file="certs/ca.pem"), on(chain_file="certs/bare.pem")
    site = two_hosts(arena, right, bare, Named(_HTTP, full=False))

    def in_order_of_the_file(site: Site) -> list[Server]:
        return site.servers()

    assert check_oracle(arena, site).mismatches == []
    monkeypatch.setattr(oracle, "_in_order", in_order_of_the_file)
    assert check_oracle(arena, site).mismatches != []


def test_what_is_wrong_is_shown_small(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> None:
    site = draw(Random(f"{SEED}-0"), arena.ground)
    site = replace(site, hosts=site.hosts[:3])
    monkeypatch.setattr(program, "hosts", lambda _root: {})
    case = look(arena, site, ())
    small = shrunk(arena, case, case.wrong[0], seconds=600)
    assert len(small.site.hosts) == 1
    assert names(small, MISJUDGED, HOSTS)
    assert "hosts does not list it" in "\n".join(small.lines())
