"""probe for monitoring systems: the output of a plugin, and metrics for Prometheus."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from prometheus_client.parser import text_string_to_metric_families

from apachestaple.rules.rule import CACHE, tls_host
from tests.command.run import run
from tests.lab.tls import Subject, tls_server
from tests.schemas import PROBE, checked
from tests.test_probe import ON, trusted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Protocol

    from tests.lab.play import Lab
    from tests.lab.server import Httpd

    class Probed(Protocol):
        """Runs probe on some of the hosts; returns exit code and output."""

        def __call__(
            self, form: str, *names: str, words: tuple[str, ...] = ()
        ) -> tuple[int, str]: ...


NAMES = {"good": "a.example.com", "expired": "b.example.com", "no-ocsp": "c.example.com"}

# The guidelines of the Monitoring Plugins: 'label'=value[unit];[warn];[crit];[min];[max]
VALUE = re.compile(
    r"'(?P<label>[^'=]+)'=(?P<value>-?[\d.]+)(?P<unit>s|B|)"
    r"(?:;(?P<warning>[\d.:]*))?(?:;(?P<critical>[\d.:]*))?(?:;(?P<least>[\d.]*))?"
)


@pytest.fixture(scope="module")
def server(lab: Lab) -> Iterator[Httpd]:
    hosts = [tls_host(certificate=file, name=name) for file, name in NAMES.items()]
    with lab.httpd(f"{CACHE}{ON}\n{''.join(hosts)}") as httpd:
        assert httpd.start()
        yield httpd


@pytest.fixture
def probed(server: Httpd, lab: Lab) -> Probed:
    def probe(form: str, *names: str, words: tuple[str, ...] = ()) -> tuple[int, str]:
        targets = [f"{name}:{server.port}" for name in names]
        trust = ("--cafile", trusted(lab), "--address", "127.0.0.1")
        done = run("probe", *targets, *trust, "--format", form, *words)
        assert done.stderr == ""
        return done.returncode, done.stdout

    return probe


# -- nagios -------------------------------------------------------------------------------------


def values(line: str) -> dict[str, re.Match[str]]:
    text = line.partition(" | ")[2]
    found = list(VALUE.finditer(text))
    assert " ".join(one[0] for one in found) == text, "nothing else follows the bar"
    return {one["label"]: one for one in found}


def test_a_good_server_is_ok(probed: Probed, server: Httpd) -> None:
    code, text = probed("nagios", "a.example.com", words=("--warning", "14", "--critical", "7"))
    (line,) = text.splitlines()
    name = f"a.example.com:{server.port} at 127.0.0.1"
    assert code == 0
    assert line.startswith(f"STAPLING OK - {name}: a good staple for ")
    data = values(line)
    assert set(data) == {
        f"{name} {what}" for what in ("time", "certificate_days", "staple_hours", "staple_size")
    }
    days = data[f"{name} certificate_days"]
    assert (days["warning"], days["critical"]) == ("14:", "7:")
    assert float(days["value"]) > 14
    assert data[f"{name} time"]["unit"] == "s"


@pytest.mark.parametrize(
    ("words", "code", "verdict"),
    [
        (("--warning", "1000"), 1, "WARNING"),
        (("--critical", "1000"), 2, "CRITICAL"),
        (("--ocsp-warning", "1000"), 1, "WARNING"),
        (("--ocsp-critical", "1000"), 2, "CRITICAL"),
        (("--ocsp-warning", "1", "--warning", "1"), 0, "OK"),
    ],
    ids=str,
)
def test_limits(probed: Probed, words: tuple[str, ...], code: int, verdict: str) -> None:
    found, text = probed("nagios", "a.example.com", words=words)
    assert (found, text.split()[1]) == (code, verdict)


def test_several_servers_have_the_worst_verdict_and_a_line_each(probed: Probed) -> None:
    code, text = probed("nagios", *NAMES.values(), words=("--require-staple",))
    first, *more, last = text.splitlines()
    assert code == 2
    assert first.startswith("STAPLING CRITICAL - 3 servers, 2 with problems | ")
    assert [line.partition(":")[0] for line in more] == ["CRITICAL", "CRITICAL"]
    assert "b.example.com" in more[0]
    assert "the certificate expired at" in more[0]
    assert "no staple was sent" in more[1]
    assert last.startswith("1 of 3 servers are ok | 'a.example.com:")


def test_the_first_line_has_totals_and_the_last_one_the_values_of_each_server(
    probed: Probed,
) -> None:
    """As Nagios reads it, all after the second bar; as Icinga 2, the rest of any line with one."""
    words = ("--warning", "14", "--critical", "7")
    _, text = probed("nagios", "a.example.com", "b.example.com", words=words)
    first, *_, last = text.splitlines()
    totals, each = values(first), values(last)
    assert set(totals) == {"servers", "problems", "certificate_days", "staple_hours"}
    assert (totals["servers"]["value"], totals["problems"]["value"]) == ("2", "1")
    assert (totals["certificate_days"]["warning"], len(each)) == ("14:", 8)
    least = min(float(one["value"]) for label, one in each.items() if "certificate_days" in label)
    assert float(totals["certificate_days"]["value"]) == least < 0
    read = [f'parse_performance_data("{one[0]}")' for one in (*totals.values(), *each.values())]
    done = subprocess.run(
        ["icinga2", "console", "--eval", f"[{', '.join(read)}]"],
        capture_output=True,
        text=True,
        check=True,
    )
    found = [(one["label"], float(one["value"])) for one in json.loads(done.stdout)]
    assert found == [
        (label, float(one["value"])) for label, one in (*totals.items(), *each.items())
    ]


@pytest.mark.parametrize(
    "words",
    [
        ["--warning", "soon"],
        ["--cafile", "/no/such|file"],
        [],
        ["--no-such-option"],
        ["--format=nagios", "--warning"],
        ["--output", "/no/such/folder/file"],
        ["--targets", "/no/such/file"],
        ["--from", "{empty}"],
    ],
)
def test_errors_of_a_plugin_are_unknown(words: list[str], tmp_path: Path) -> None:
    """Also errors that Typer reports, and those of the file for the report."""
    empty = tmp_path / "httpd.conf"
    empty.write_text("Listen 80\n")
    targets = [] if not words or "--from" in words else ["localhost:1"]
    given = [word.format(empty=empty) for word in words]
    done = run("probe", "--format", "nagios", *targets, *given)
    assert done.returncode == 3
    assert done.stdout.startswith("STAPLING UNKNOWN - ")
    assert "|" not in done.stdout


def test_a_server_that_is_not_there_is_critical(lab: Lab) -> None:
    done = run("probe", f"127.0.0.1:{lab.dead.number}", "--format", "nagios")
    assert (done.returncode, done.stdout) == (
        2,
        f"STAPLING CRITICAL - 127.0.0.1:{lab.dead.number}: 127.0.0.1 port {lab.dead.number}: "
        "Connection refused\n",
    )


def test_a_subject_cannot_end_the_text_or_the_line(lab: Lab) -> None:
    # A line end would damage the index of the responder.
    names = ("x|'y'=1.example.com",)
    lab.authority.issue("bar", subject="x | 'y'=1\nz", names=names, ocsp=(), known=False)
    with lab.httpd(tls_host(certificate="bar")) as httpd:
        assert httpd.start()
        done = run("probe", f"127.0.0.1:{httpd.port}", "--format", "nagios")
    (line,) = done.stdout.splitlines()
    assert line.count("|") == 1
    assert "x¦'y'=1.example.com" in line.partition("|")[0]
    values(line)


# -- prometheus ---------------------------------------------------------------------------------


def test_metrics_can_be_parsed_and_have_the_names_of_ssl_exporter(
    probed: Probed, server: Httpd
) -> None:
    code, text = probed("prometheus", *NAMES.values())
    assert code == 1
    families = {family.name: family for family in text_string_to_metric_families(text)}
    found: dict[str, dict[str, float]] = {}
    for name, family in families.items():
        for sample in family.samples:
            found.setdefault(sample.labels["servername"], {})[name] = sample.value
            assert sample.labels["target"].endswith(f":{server.port}")
    good, expired, without = (found[name] for name in NAMES.values())
    assert good["apachestaple_probe_verdict"] == 0
    assert expired["apachestaple_probe_verdict"] == 2
    assert (good["ssl_probe_success"], good["ssl_ocsp_response_stapled"]) == (1, 1)
    assert (good["ssl_ocsp_response_status"], good["apachestaple_staple_verified"]) == (0, 1)
    assert good["ssl_ocsp_response_next_update"] > good["ssl_ocsp_response_this_update"]
    assert without["ssl_ocsp_response_stapled"] == 0
    assert "ssl_ocsp_response_status" not in without
    ends = {
        (sample.labels["servername"], sample.labels["position"]): sample.value
        for sample in families["ssl_cert_not_after"].samples
    }
    assert ends["b.example.com", "0"] < ends["a.example.com", "0"] < ends["a.example.com", "1"]


def test_metrics_of_a_hostile_certificate_can_be_parsed(lab: Lab) -> None:
    lab.authority.issue("label", subject='a"} 1\nb{x="\\', ocsp=(), known=False)
    with lab.httpd(tls_host(certificate="label")) as httpd:
        assert httpd.start()
        done = run("probe", f"127.0.0.1:{httpd.port}", "--format", "prometheus")
    families = list(text_string_to_metric_families(done.stdout))
    names = {
        sample.labels["cn"]
        for family in families
        if family.name == "ssl_cert_not_after"
        for sample in family.samples
    }
    assert any(name.startswith('a\\"} 1') for name in names)


def test_commands_for_ci_runners_are_escaped_as_prometheus_can_read_them() -> None:
    leaf = Subject("::error::x ##vso[task.x]", names=["www.example.com"])
    with tls_server(leaf.x509, leaf.key) as server:
        target = f"127.0.0.1:{server.port}"
        done = run("probe", target, "--no-verify", "--format", "prometheus")
    assert "##vso[" not in done.stdout
    assert "::error::" not in done.stdout
    read = subprocess.run(
        ["promtool", "check", "metrics"],
        input=done.stdout,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "error while linting" not in read.stderr, read.stderr


def test_a_server_that_is_probed_for_several_reasons_has_one_sample(
    server: Httpd, lab: Lab, tmp_path: Path
) -> None:
    """The textfile collector rejects the whole file if a sample is repeated."""
    main = server.root / "httpd.conf"
    other = tmp_path / "httpd.conf"
    off = tls_host("SSLUseStapling off", name="a.example.com").replace("443", str(server.port))
    other.write_text(f"ServerRoot {server.root}\n{off}")
    name = f"a.example.com:{server.port}"
    done = run(
        "probe",
        *(name, name, "--from", main, "--from", main, "--from", other),
        *("--cafile", trusted(lab), "--address", "127.0.0.1", "--format", "prometheus"),
    )
    samples = [
        (sample.name, *sample.labels.items())
        for family in text_string_to_metric_families(done.stdout)
        for sample in family.samples
    ]
    assert samples
    assert len(set(samples)) == len(samples)
    labels = f'keys="",servername="a.example.com",target="{name}"'
    assert f'apachestaple_probe_verdict{{address="127.0.0.1",{labels}}} 1.0\n' in done.stdout


# -- files --------------------------------------------------------------------------------------


def test_a_report_replaces_a_file_at_once(probed: Probed, tmp_path: Path) -> None:
    file = tmp_path / "stapling.prom"
    file.write_text("old")
    before = file.stat().st_ino
    code, text = probed("prometheus", "a.example.com", words=("--output", str(file)))
    assert (code, text) == (0, "")
    assert "apachestaple_probe_verdict" in file.read_text()
    assert file.stat().st_ino != before, "it was renamed, not written in place"
    assert list(tmp_path.iterdir()) == [file]


def test_json_has_the_verdict(probed: Probed) -> None:
    code, text = probed("json", *NAMES.values())
    documents = checked(text, PROBE)
    assert code == 1
    assert [document["verdict"] for document in documents] == ["ok", "critical", "ok"]
    assert documents[1]["problems"][0].startswith("the certificate expired at")
    assert [document["address"] for document in documents] == ["127.0.0.1"] * 3


# -- responders --check -------------------------------------------------------------------------

CHECK = ("--check", "--allow-private")


def test_responders_are_checked_for_monitoring_systems(lab: Lab, tmp_path: Path) -> None:
    hosts = tls_host(name="a.example.com") + tls_host(
        name="b.example.com", certificate="answer-expired"
    )
    with lab.httpd(f"{CACHE}{ON}\n{hosts}") as httpd:
        main = httpd.root / "httpd.conf"
        done = run("responders", main, *CHECK, "--format", "nagios")
        file = tmp_path / "responders.prom"
        metrics = run("responders", main, *CHECK, "--format", "prometheus", "--output", file)
    first, second, third = done.stdout.splitlines()
    assert done.returncode == 1
    assert first.startswith("STAPLING WARNING - 2 responder queries, 1 finding | ")
    assert set(values(first)) == {"queries", "findings", "hours"}
    assert second.startswith("WARNING: AS417 ")
    assert third.startswith("1 of 2 responses can be stapled | ")
    assert {label.rpartition(" ")[2] for label in values(third)} == {"time", "hours"}
    assert (metrics.returncode, metrics.stdout) == (1, "")
    success = {
        sample.labels["cn"]: sample.value
        for family in text_string_to_metric_families(file.read_text())
        if family.name == "apachestaple_responder_success"
        for sample in family.samples
    }
    assert success == {"good": 1, "answer-expired": 0}


def test_responders_that_are_not_queried_are_unknown(lab: Lab) -> None:
    with lab.httpd(f"{CACHE}{ON}\n{tls_host()}") as httpd:
        done = run("responders", httpd.root / "httpd.conf", "--check", "--format", "nagios")
    first, second = done.stdout.splitlines()
    assert done.returncode == 3
    assert first == "STAPLING UNKNOWN - 1 responder query, 0 findings, 1 not sent"
    assert "use --allow-private" in second


@pytest.mark.parametrize(
    ("words", "certificate", "more"),
    [
        ("SSLUseStapling off", "good", 0),
        (f"{ON}\nSSLCertificateChainFile certs/elsewhere.pem", "leaf-only", 1),
    ],
)
def test_nothing_is_ok_if_no_responder_is_queried(
    lab: Lab, words: str, certificate: str, more: int
) -> None:
    with lab.httpd(f"{CACHE}{tls_host(words, certificate=certificate)}") as httpd:
        done = run("responders", httpd.root / "httpd.conf", *CHECK, "--format", "nagios")
    first, *lines = done.stdout.splitlines()
    assert (done.returncode, first) == (3, "STAPLING UNKNOWN - no responder was queried")
    assert len(lines) == more
    assert all("its responder was not queried" in line for line in lines)


def test_a_configuration_that_cannot_be_read_is_unknown() -> None:
    done = run("responders", "/no/such/path", "--check", "--format", "nagios")
    assert done.returncode == 3
    assert done.stdout.startswith("STAPLING UNKNOWN - /no/such/path")
