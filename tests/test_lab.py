"""The lab itself: what it says about httpd has to be what httpd does."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab.ca import Authority
from tests.lab.handshake import handshake, read_output
from tests.lab.play import Lab, play
from tests.lab.ports import ReservedPort
from tests.lab.processes import members, wait_until

CACHE = "SSLStaplingCache shmcb:stapling(128000)\n"


def site(certificate: str, *directives: str, name: str = "www.example.com") -> str:
    """An HTTPS host that staples."""
    return "\n".join(
        [
            "<VirtualHost *:443>",
            f"ServerName {name}",
            "SSLEngine on",
            "SSLUseStapling on",
            f"SSLCertificateFile certs/{certificate}.pem",
            f"SSLCertificateKeyFile certs/{certificate}.key",
            *directives,
            "</VirtualHost>\n",
        ]
    )


@pytest.mark.parametrize("certificate", ["good", "other", "third", "rsa", "must-staple"])
def test_a_good_certificate_gets_a_good_staple(lab: Lab, certificate: str) -> None:
    played = play(lab, CACHE + site(certificate))
    assert (played.accepted, played.started) == (True, True)
    assert played.handshakes[""].good
    assert not played.without_status


@pytest.mark.parametrize(
    ("certificate", "staple"),
    [
        ("revoked", "revoked"),
        ("unknown", "unknown"),
        ("dead-responder", "tryLater"),
        ("no-ocsp", None),
        ("must-staple-no-ocsp", None),
        ("leaf-only", None),
        ("self-signed", None),
    ],
)
def test_a_bad_certificate_gets_no_good_staple(
    lab: Lab, certificate: str, staple: str | None
) -> None:
    shaken = play(lab, CACHE + site(certificate)).handshakes[""]
    assert shaken.connected
    assert shaken.staple == staple
    assert not shaken.good


def test_a_dead_responder_gets_no_staple_when_errors_are_kept_back(lab: Lab) -> None:
    quiet = ("SSLStaplingReturnResponderErrors off", "SSLStaplingFakeTryLater off")
    played = play(lab, CACHE + site("dead-responder", *quiet))
    assert played.handshakes[""].connected
    assert played.handshakes[""].staple is None


@pytest.mark.parametrize("certificate", ["https-responder", "https-first"])
def test_an_https_responder_aborts_handshakes_that_ask_for_a_status(
    lab: Lab, certificate: str
) -> None:
    played = play(lab, CACHE + site(certificate))
    assert not played.handshakes[""].connected
    assert played.handshakes[""].alert == "internal error"
    assert played.without_status[""].connected
    assert played.aborts_handshakes
    assert {"AH01940", "AH01955"} <= played.log_ids


def test_a_silent_responder_stalls_the_handshake_for_the_timeout(lab: Lab) -> None:
    played = play(lab, CACHE + site("silent-responder", "SSLStaplingResponderTimeout 1"))
    assert played.handshakes[""].connected
    assert 1.0 <= played.handshakes[""].seconds < 1.9
    assert lab.silent.connections


def test_a_handshake_that_takes_too_long_is_not_connected(lab: Lab) -> None:
    played = play(lab, CACHE + site("silent-responder"), timeout=0.5)
    assert not played.handshakes[""].connected
    assert played.without_status[""].connected


def test_the_second_handshake_is_served_from_the_cache(lab: Lab) -> None:
    issued = lab.authority.issue("counted")
    total = lab.responder.queries_total()
    played = play(lab, CACHE + site("counted"), repeat=2)
    assert [shaken.good for shaken in played.all_handshakes[""]] == [True, True]
    assert lab.responder.queries(issued.serial) == 1
    assert lab.responder.queries_total() == total + 1


def test_the_responder_learns_of_each_change_at_once(lab: Lab) -> None:
    issued = lab.authority.issue("changing")
    configuration = CACHE + site("changing")
    stapled = [play(lab, configuration).handshakes[""].staple]
    lab.authority.revoke(issued)
    stapled.append(play(lab, configuration).handshakes[""].staple)
    lab.authority.forget(issued)
    stapled.append(play(lab, configuration).handshakes[""].staple)
    assert stapled == ["good", "revoked", "unknown"]


def test_a_cache_of_12345_bytes_passes_the_configtest_and_does_not_start(lab: Lab) -> None:
    played = play(lab, "SSLStaplingCache shmcb:x(12345)\n" + site("good"))
    assert played.accepted
    assert not played.started
    assert "AH00823" in played.log_ids


@pytest.mark.parametrize(
    "certificate", ["not-a-certificate", "truncated", "other-key", "issuer-first"]
)
def test_a_broken_certificate_file_does_not_start(lab: Lab, certificate: str) -> None:
    played = play(lab, CACHE + site(certificate))
    assert (played.accepted, played.started) == (True, False)


def test_an_empty_certificate_file_is_rejected(lab: Lab) -> None:
    assert not play(lab, CACHE + site("empty")).accepted


@pytest.mark.parametrize("certificate", ["expired", "not-yet-valid"])
def test_httpd_staples_whatever_the_date(lab: Lab, certificate: str) -> None:
    assert play(lab, CACHE + site(certificate)).handshakes[""].good


def test_messages_number_the_lines_of_the_given_configuration(lab: Lab) -> None:
    played = play(lab, "Listen 443\n\nNonsense on\n")
    assert not played.accepted
    assert re.search(r"line 3 of \S+/site\.conf", played.message)


def test_each_name_is_asked_for_by_itself(lab: Lab) -> None:
    configuration = CACHE + site("good") + site("no-ocsp", name="example.com")
    played = play(lab, configuration, servernames=["www.example.com", "example.com"])
    assert played.handshakes["www.example.com"].staple == "good"
    assert played.handshakes["example.com"].staple is None


def test_listen_on_443_makes_a_host_https_as_the_real_port_does(lab: Lab) -> None:
    configuration = CACHE + "Listen 443\n" + site("good").replace("SSLEngine on", "")
    assert play(lab, configuration).handshakes[""].good


def test_a_host_of_another_address_than_its_listen_stays_plain_http(lab: Lab) -> None:
    host = site("good").replace("SSLEngine on", "").replace("*:443", "127.0.0.1:443")
    played = play(lab, CACHE + "Listen 443\n" + host)
    assert not played.handshakes[""].connected
    assert not played.without_status[""].connected


def test_several_ports_can_be_listened_on(lab: Lab) -> None:
    second = site("other").replace("443", "8443")
    with lab.httpd(
        CACHE + "Listen 127.0.0.1:443\nListen *:8443\n" + site("good") + second
    ) as httpd:
        assert httpd.start(), httpd.log
        assert set(httpd.ports) == {443, 8443}
        assert handshake(httpd.ports[443]).good
        assert handshake(httpd.ports[8443], tls="1.2").good


def test_a_dbm_cache_works_for_the_children_too(lab: Lab) -> None:
    issued = lab.authority.issue("dbm")
    played = play(lab, "SSLStaplingCache dbm:staples\n" + site("dbm"), repeat=2)
    assert played.handshakes[""].good
    assert lab.responder.queries(issued.serial) == 1


def test_a_module_can_be_left_out(lab: Lab) -> None:
    assert not play(lab, CACHE + site("good"), without=["socache_shmcb"]).accepted
    assert play(lab, "# nothing\n", without=["ssl_module"]).started


def test_files_of_one_configuration_stay_its_own(lab: Lab) -> None:
    files = {"certs/good.pem": "", "conf.d/host.conf": site("good")}
    assert not play(lab, CACHE + "Include conf.d/*.conf\n", files=files).accepted
    assert (lab.certificates_folder / "good.pem").stat().st_size
    del files["certs/good.pem"]
    assert play(lab, CACHE + "Include conf.d/*.conf\n", files=files).handshakes[""].good


def test_no_file_is_written_outside_of_the_root(lab: Lab) -> None:
    with pytest.raises(ValueError, match="outside"):
        lab.httpd("", files={"../x": ""})


def test_the_dump_has_the_directives_in_effect(lab: Lab) -> None:
    with lab.httpd(CACHE + "<IfModule !mod_ssl.c>\nKeepAlive on\n</IfModule>\n") as httpd:
        assert "#   1:\n" + CACHE in httpd.dump()
        assert "KeepAlive" not in httpd.dump()


def test_nothing_is_left_after_stop_even_while_a_handshake_stalls(lab: Lab) -> None:
    with lab.httpd(CACHE + site("silent-responder")) as httpd:
        assert httpd.start()
        (group,) = {os.getpgid(pid) for pid in _processes_in(httpd.root)}
        assert not handshake(httpd.port, timeout=0.3).connected
        assert len(list(members(group))) > 1
        httpd.stop()
        assert not list(members(group))
        assert not _processes_in(httpd.root)
        assert httpd.start(), "it can be started again"


def test_nothing_is_left_when_python_is_killed() -> None:
    script = (
        "import sys, time\n"
        "from tests.lab.play import Lab\n"
        "lab = Lab()\n"
        "httpd = lab.httpd('# nothing')\n"
        "assert httpd.start()\n"
        "print(lab.folder, flush=True)\n"
        "time.sleep(60)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    with process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        assert len(_processes_in(folder)) > 1
        process.send_signal(signal.SIGKILL)
    assert wait_until(lambda: not _processes_in(folder), 3)
    shutil.rmtree(folder)


def test_a_reserved_port_refuses_and_is_given_to_nobody_else() -> None:
    with ReservedPort() as port:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port.number))
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port.number))


def test_an_authority_can_leave_out_private_keys(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "http://ocsp.example.com", write_keys=False)
    issued = authority.issue("www", names=["www.example.com"])
    assert issued.key is None
    assert issued.cert == tmp_path / "www.pem"
    assert not list(tmp_path.rglob("*.key"))


@pytest.mark.parametrize(
    ("output", "staple"),
    [
        ("OCSP response: no response sent\n", None),
        ("OCSP response: \n    OCSP Response Status: trylater (0x3)\n", "tryLater"),
        ("OCSP response: \n    OCSP Response Status: unauthorized (0x6)\n", "unauthorized"),
        ("OCSP response: response parse error\n", "unreadable"),
        ("CONNECTED(00000003)\n", None),
    ],
)
def test_the_client_output_is_understood(output: str, staple: str | None) -> None:
    assert read_output(output, 0.0).staple == staple


def _processes_in(folder: Path) -> list[int]:
    """The live processes that name ``folder`` on their command line."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if str(folder).encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found
