"""The files for monitoring systems in examples/monitoring, checked by these systems' own tools."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from apachestaple.rules.rule import CACHE, tls_host
from tests.command.run import run
from tests.project import ROOT
from tests.test_probe import ON, trusted

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.play import Lab

FILES = ROOT / "examples/monitoring"
UNITS = ("apachestaple-probe.service", "apachestaple-probe.timer")


def checked(*words: str) -> str:
    """Run a tool that checks a file; returns what it prints."""
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    program = tmp_path / "apachestaple"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for name in UNITS:
        text = (FILES / name).read_text().replace("/usr/local/bin/apachestaple", str(program))
        # The user is created by the administrator.
        (tmp_path / name).write_text(text.replace("User=apachestaple", "User=daemon"))
    said = checked("systemd-analyze", "verify", *(str(tmp_path / name) for name in UNITS))
    assert not [line for line in said.splitlines() if "apachestaple" in line], said


def test_the_command_of_the_unit_runs(lab: Lab, tmp_path: Path) -> None:
    text = (FILES / UNITS[0]).read_text().replace("\\\n", " ")
    (line,) = [line for line in text.splitlines() if line.startswith("ExecStart=")]
    words = line.partition("=")[2].split()[1:]
    targets, output = tmp_path / "targets", tmp_path / "apachestaple.prom"
    with lab.httpd(f"{CACHE}{ON}\n{tls_host()}") as httpd:
        assert httpd.start()
        targets.write_text(f"localhost:{httpd.port}  # one\n")
        replaced = {
            "/etc/apachestaple/targets": str(targets),
            "/var/lib/prometheus/node-exporter/apachestaple.prom": str(output),
        }
        assert set(replaced) < set(words)
        done = run(*[replaced.get(word, word) for word in words], "--cafile", trusted(lab))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    checked("sh", "-c", f"promtool check metrics < '{output}'")


def test_prometheus_accepts_the_alerts() -> None:
    assert "7 rules found" in checked("promtool", "check", "rules", str(FILES / "prometheus.yml"))


# Metrics, and the alerts that fire three hours later. Times are in seconds since 1970, which is
# where the clock of promtool starts.
SERIES = {
    'ssl_probe_success{target="a"}': (0, "StaplingHandshakeFails"),
    'ssl_ocsp_response_stapled{target="a"}': (0, "StapleMissing"),
    'ssl_ocsp_response_next_update{target="a"}': (5 * 3600, "StapleExpires"),
    'ssl_ocsp_response_status{target="a"}': (1, "StapleNotGood"),
    'apachestaple_staple_verified{target="a"}': (0, "StapleNotGood"),
    'ssl_cert_not_after{target="a",position="0"}': (86400, "CertificateExpires"),
    'apachestaple_probe_verdict{target="a"}': (2, "StaplingVerdictCritical"),
    'apachestaple_probe_time_seconds{target="a",instance="b"}': (60, "StaplingNotProbed"),
}
QUIET = {
    'ssl_probe_success{target="a"}': 1,
    'ssl_ocsp_response_stapled{target="a"}': 1,
    'ssl_ocsp_response_next_update{target="a"}': 96 * 3600,
    'ssl_ocsp_response_status{target="a"}': 0,
    'apachestaple_staple_verified{target="a"}': 1,
    'ssl_cert_not_after{target="a",position="0"}': 60 * 86400,
    'apachestaple_probe_verdict{target="a"}': 1,
    'apachestaple_probe_time_seconds{target="a",instance="b"}': 4 * 3600,
}


@pytest.mark.parametrize("bad", [None, *SERIES])
def test_an_alert_fires_for_its_metric_and_for_no_other(bad: str | None, tmp_path: Path) -> None:
    shutil.copy(FILES / "prometheus.yml", tmp_path)
    values = {**QUIET, **({bad: SERIES[bad][0]} if bad else {})}
    names = sorted({name for _, name in SERIES.values()})
    rows = [
        {"eval_time": "4h", "alertname": name, "exp_alerts": []}
        for name in names
        if bad is None or name != SERIES[bad][1]
    ]
    test = {
        "rule_files": ["prometheus.yml"],
        "evaluation_interval": "10m",
        "tests": [
            {
                "interval": "10m",
                "input_series": [
                    {"series": name, "values": f"{value}x30"} for name, value in values.items()
                ],
                "alert_rule_test": rows,
                # ALERTS has a series for each alert that fires.
                "promql_expr_test": [
                    {
                        "expr": 'count by (alertname) (ALERTS{alertstate="firing"})',
                        "eval_time": "4h",
                        "exp_samples": [{"labels": f'{{alertname="{SERIES[bad][1]}"}}', "value": 1}]
                        if bad
                        else [],
                    }
                ],
            }
        ],
    }
    # JSON is YAML.
    (tmp_path / "test.yml").write_text(json.dumps(test))
    assert "SUCCESS" in checked("promtool", "test", "rules", str(tmp_path / "test.yml"))


def test_icinga_accepts_the_check(tmp_path: Path) -> None:
    main = tmp_path / "icinga2.conf"
    host = 'object Host "www.example.com" { check_command = "dummy"; vars.stapling = true }\n'
    main.write_text(f'include <itl>\ninclude "{FILES / "icinga2.conf"}"\n{host}')
    said = checked(
        *("icinga2", "daemon", "--validate", "--config", str(main)),
        *(f"-DDataDir={tmp_path}", f"-DLogDir={tmp_path}", f"-DCacheDir={tmp_path}"),
        *(f"-DRunDir={tmp_path}", f"-DInitRunDir={tmp_path}", "-DRunAsUser=root"),
        "-DRunAsGroup=root",
    )
    assert "Instantiated 1 Service" in said
