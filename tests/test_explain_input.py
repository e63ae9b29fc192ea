"""``apachestaple explain`` as a shell sees it: what is no log, or a damaged or endless one."""

from __future__ import annotations

import bz2
import fcntl
import gzip
import json
import lzma
import os
import re
import signal
import subprocess
import sys
import tempfile
import termios
import time
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pytest

from apachestaple.log import unpacking
from apachestaple.log.explainer import Explainer
from apachestaple.log.reading import LogError, read_blocks
from tests.command.run import run
from tests.lab.processes import wait_until
from tests.schemas import EXPLAIN, checked
from tests.test_cli import HOST, SSL, on_terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from apachestaple.log.explanation import Explanation

NOW = datetime(2026, 11, 22, tzinfo=UTC)
EXPLAINED = [sys.executable, "-m", "apachestaple", "explain", "--format", "json"]
PROBLEM = (
    b"[Sun Nov 22 10:00:00.000001 2026] [ssl:error] [pid 7:tid 1] AH02218: ssl_stapling_init_cert: "
    b"no OCSP URI in certificate and no SSLStaplingForceURL set [subject: CN=www.example.com / "
    b"issuer: CN=Authority / serial: 0A1B / notbefore: Nov  1 00:00:00 2026 GMT / notafter: Nov 30 "
    b"00:00:00 2026 GMT]\n"
    b"[Sun Nov 22 10:00:00.000002 2026] [ssl:error] [pid 7:tid 1] AH02604: Unable to configure "
    b"certificate www.example.com:443:0 for stapling\n"
)
OTHER = b"[Sun Nov 22 10:00:00.000001 2026] [core:error] [pid 7] AH00126: Invalid URI in request\n"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "error.log"
    path.write_bytes(OTHER * 3 + PROBLEM)
    return path


def in_process(log: Path) -> list[Explanation]:
    explainer = Explainer()
    explainer.read(read_blocks(str(log)), NOW)
    return explainer.explanations()


def told(*words: str | os.PathLike[str]) -> Any:
    done = run("explain", "--format", "json", *words)
    assert done.stderr == ""
    return checked(done.stdout, EXPLAIN)


def fed(chunks: Iterable[bytes]) -> tuple[Any, int, float]:
    """What is told of standard input, the exit code, and the peak memory in MB."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(EXPLAINED, stdin=subprocess.PIPE, stdout=output)
        assert process.stdin is not None
        with process.stdin as log:
            for chunk in chunks:
                log.write(chunk)
            log.flush()
            # What wait4() tells begins with the memory of the process that has forked.
            status = Path(f"/proc/{process.pid}/status").read_text()
        code = process.wait()
        output.seek(0)
        report = json.loads(output.read())
    (peak,) = re.findall(r"^VmHWM:\s*(\d+) kB$", status, re.MULTILINE)
    return report, code, int(peak) / 1024


# -- what it prints -----------------------------------------------------------------------------


def test_the_json_report_keeps_its_contract(log: Path) -> None:
    (problem,) = told(log)
    assert problem == {
        "log_id": "AH02218",
        "rule": "AS304",
        "host": "www.example.com:443",
        "certificate": "CN=www.example.com, serial 0A1B",
        "count": 1,
        "first": "2026-11-22T10:00:00.000001",
        "last": "2026-11-22T10:00:00.000001",
        "meaning": "the certificate has no OCSP responder URL, and SSLStaplingForceURL is not set "
        "for the host; clients get no staple (followed by AH02604)",
        "repair": "Turn stapling off for this host: SSLUseStapling off. If another host with this "
        "certificate has SSLStaplingForceURL, set it here as well: without it, httpd aborts "
        "handshakes while the cache has no response (AH02621).",
    }


def test_the_exit_code_says_whether_something_is_wrong(log: Path, tmp_path: Path) -> None:
    ordinary = tmp_path / "ordinary.log"
    ordinary.write_bytes(
        b"[Sun Nov 22 10:00:00 2026] [ssl:debug] [pid 7] AH01930: "
        b"stapling_get_cached_response: cache miss\n"
    )
    assert run("explain", log).returncode == 1
    done = run("explain", ordinary)
    assert done.returncode == 0
    assert "AH01930" in done.stdout
    assert "No stapling problems in the log." in done.stdout


def test_the_configuration_leads_to_file_and_line(log: Path, tmp_path: Path) -> None:
    (tmp_path / "httpd.conf").write_text(SSL.format(root=tmp_path) + HOST.format(stapling="on"))
    for path in (tmp_path, tmp_path / "httpd.conf"):
        done = run("explain", log, "--config", path)
        assert done.returncode == 1
        assert "AH02218[AS304]" in done.stdout
    log.write_bytes(
        b"[Sun Nov 22 10:00:00 2026] [ssl:emerg] [pid 7] AH01958: SSLStapling: no "
        b"stapling cache available\n"
    )
    (problem,) = told(log, "--config", tmp_path)
    assert problem["repair"].startswith(f"{tmp_path / 'httpd.conf'}:7: ")
    assert f"--> {tmp_path / 'httpd.conf'}:7:5" in run("explain", log, "--config", tmp_path).stdout


def test_a_settings_file_can_be_named_as_for_other_commands(log: Path, tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf/httpd.conf").write_text("Include ${WHERE}\n")
    (tmp_path / "here.toml").write_text("define = ['WHERE=httpd.conf.d/*.conf']\n")
    (tmp_path / "wrong.toml").write_text("nonsense = 1\n")
    words: list[str | Path] = ["--config", tmp_path / "conf", "--config"]
    assert "not a setting" in run("explain", log, *words, tmp_path / "wrong.toml").stderr
    assert run("explain", log, *words, tmp_path / "here.toml").returncode == 1
    done = run("explain", log, *words, tmp_path / "conf/httpd.conf")
    assert done.returncode == 2
    assert "one configuration" in done.stderr


def test_no_log_and_a_dash_are_standard_input() -> None:
    for words in ([], ["-"]):
        done = subprocess.run([*EXPLAINED, *words], input=PROBLEM, capture_output=True, check=False)
        assert done.returncode == 1
        assert [problem["rule"] for problem in checked(done.stdout.decode(), EXPLAIN)] == ["AS304"]


def test_a_quick_reading_shows_no_progress(log: Path) -> None:
    shown = on_terminal("explain", str(log))
    assert "AS304" in shown
    assert "reading" not in shown


# -- several logs, compressed ones --------------------------------------------------------------


@pytest.mark.parametrize(
    "compress", [gzip.compress, bz2.compress, lzma.compress], ids=["gzip", "bzip2", "xz"]
)
def test_a_compressed_log_is_known_by_its_bytes(
    log: Path, tmp_path: Path, compress: Callable[[bytes], bytes]
) -> None:
    rotated = tmp_path / "error.log.1"
    rotated.write_bytes(compress(log.read_bytes()))
    assert told(rotated) == told(log)
    (problem,) = told(log, rotated)
    assert problem["count"] == 2
    done = subprocess.run(EXPLAINED, input=rotated.read_bytes(), capture_output=True, check=False)
    assert checked(done.stdout.decode(), EXPLAIN) == told(log)


@pytest.mark.parametrize(
    "compress", [gzip.compress, bz2.compress, lzma.compress], ids=["gzip", "bzip2", "xz"]
)
def test_a_compressed_log_that_ends_early_is_explained_so_far(
    tmp_path: Path, compress: Callable[[bytes], bytes]
) -> None:
    # Bytes that do not compress, so that the beginning can be had without the end.
    log = tmp_path / "error.log.gz"
    log.write_bytes(compress(PROBLEM + os.urandom(1_500_000))[:1_200_000])
    done = run("explain", log)
    assert done.returncode == 2
    assert "AS304" in done.stdout
    assert f"{log}: compressed data ends early" in done.stderr


def test_a_damaged_compressed_log_is_explained_so_far(tmp_path: Path) -> None:
    log = tmp_path / "error.log.gz"
    whole = bytearray(gzip.compress(PROBLEM + os.urandom(3_000_000), compresslevel=1))
    whole[2_000_000:2_000_100] = b"\xff" * 100
    log.write_bytes(whole)
    done = run("explain", log)
    assert done.returncode == 2
    assert "AS304" in done.stdout
    assert str(log) in done.stderr


def test_zstd_is_refused_with_the_way_around(tmp_path: Path) -> None:
    log = tmp_path / "error.log.zst"
    log.write_bytes(b"\x28\xb5\x2f\xfd" + bytes(100))
    done = run("explain", log)
    assert done.returncode == 2
    assert "zstd -dc" in done.stderr


def test_what_is_no_log_does_not_hide_the_others(log: Path, tmp_path: Path) -> None:
    for useless, why in ((tmp_path / "gone.log", "No such file"), (tmp_path, "Is a directory")):
        done = run("explain", useless, log)
        assert done.returncode == 2
        assert "AS304" in done.stdout
        assert f"{useless}: {why}" in done.stderr
        alone = run("explain", useless)
        assert (alone.returncode, alone.stdout) == (2, "")


# -- limits -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "new",
    [lambda: zlib.compressobj(9, wbits=31), bz2.BZ2Compressor, lzma.LZMACompressor],
    ids=["gzip", "bzip2", "xz"],
)
def test_a_log_that_unpacks_without_end_is_read_to_a_limit(
    tmp_path: Path, new: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the real limit, a gigabyte, ``make linear`` tries it."""
    monkeypatch.setattr(unpacking, "_FREE", 10_000_000)
    log = tmp_path / "error.log.1"
    compressor = new()
    log.write_bytes(compressor.compress(PROBLEM + bytes(20_000_000)) + compressor.flush())
    explainer = Explainer()
    with pytest.raises(LogError, match="unpacks to more than 500 times its size"):
        explainer.read(read_blocks(str(log)), NOW)
    (problem,) = explainer.explanations()
    assert problem.rule == "AS304"


def test_a_log_that_compresses_well_is_read_whole(tmp_path: Path) -> None:
    log = tmp_path / "error.log.1.gz"
    with gzip.open(log, "wb", compresslevel=9) as file:
        for _ in range(10):
            file.write(PROBLEM * 2000)
    assert log.stat().st_size * 100 < 10 * 2000 * len(PROBLEM)
    (problem,) = told(log)
    assert problem["count"] == 20_000


def test_a_log_may_be_of_several_streams_with_zeros_between_them(tmp_path: Path) -> None:
    """As ``cat`` and tapes make them."""
    for compress in (gzip.compress, bz2.compress, lzma.compress):
        log = tmp_path / "error.log.1"
        log.write_bytes(compress(PROBLEM) + compress(PROBLEM * 2) + bytes(1024))
        assert [problem.count for problem in in_process(log)] == [3]


def test_the_header_of_a_log_cannot_ask_for_gigabytes(tmp_path: Path) -> None:
    log = tmp_path / "error.log.xz"
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 30, "mode": lzma.MODE_FAST}]
    filters[0] |= {"mf": lzma.MF_HC3, "nice_len": 4}
    compressor = lzma.LZMACompressor(lzma.FORMAT_XZ, filters=filters)
    log.write_bytes(compressor.compress(PROBLEM) + compressor.flush())
    done = run("explain", log)
    assert done.returncode == 2
    assert "cannot be unpacked (Memory usage limit" in done.stderr


def test_the_end_of_a_line_of_megabytes_explains_nothing(tmp_path: Path) -> None:
    log = tmp_path / "error.log"
    for length in (1 << 20, (1 << 20) + 1, 1 << 21, 5_000_000):
        log.write_bytes(b"x" * length + PROBLEM)
        # The line that follows is whole.
        assert [problem.log_id for problem in in_process(log)] == ["AH02604"]
        log.write_bytes(b"x" * length + b"\n" + PROBLEM)
        assert [problem.log_id for problem in in_process(log)] == ["AH02218"]


# -- damaged and endless logs -------------------------------------------------------------------


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"\n\n\n",
        bytes(100_000),
        bytes(range(256)) * 64,
        b"AH",
        b"AH01941",
        b"AH01941: ",
        b"{" * 10_000,
        b'{"message":"AH0',
        b"AH02218: " * 10_000,
        b"[" * 100_000 + b"] " * 100_000,
    ],
    ids=lambda damage: repr(damage[:12]),
)
def test_any_bytes_around_a_problem_hide_nothing(tmp_path: Path, damage: bytes) -> None:
    log = tmp_path / "error.log"
    log.write_bytes(damage)
    before = in_process(log)
    log.write_bytes(damage + b"\n" + PROBLEM + damage)
    after = in_process(log)
    assert len(after) <= len(before) + 2
    assert ("AS304", "www.example.com:443") in {(problem.rule, problem.host) for problem in after}


def test_an_empty_log_has_no_problems(tmp_path: Path) -> None:
    log = tmp_path / "error.log"
    log.touch()
    done = run("explain", log)
    assert (done.returncode, done.stdout) == (0, "No stapling problems in the log.\n")


def test_a_log_may_be_cut_anywhere(tmp_path: Path) -> None:
    """As by a full disk, or by tail -c: each end and each beginning of it."""
    log = tmp_path / "error.log"
    for cut in range(0, len(PROBLEM) + 1, 3):
        for part in (PROBLEM[:cut], PROBLEM[cut:]):
            log.write_bytes(part)
            explanations = in_process(log)
            # Without its process, a line cannot be told to follow from the other.
            assert len(explanations) <= 2
            assert bool(explanations) == (b"AH02218" in part or b"AH02604" in part)
            assert all(explanation.is_problem for explanation in explanations)


def test_bytes_that_are_no_text_are_shown_without_harm(tmp_path: Path) -> None:
    log = tmp_path / "error.log"
    log.write_bytes(PROBLEM.replace(b"CN=www", b"CN=\xff\x1b[31m\x00www"))
    (problem,) = told(log)
    assert "\udcff" in problem["certificate"]
    assert "\x1b" not in run("explain", log).stdout


def test_a_hundred_megabytes_of_one_line_take_steady_memory() -> None:
    line = PROBLEM.split(b"\n")[0] + b"\n"
    block = line * (1_000_000 // len(line))
    report, code, memory = fed(block for _ in range(100))
    assert code == 1
    assert report[0]["count"] == 100 * (1_000_000 // len(line))
    assert memory < 80


def test_a_hundred_megabytes_without_a_line_ending_take_steady_memory() -> None:
    report, code, memory = fed(b"x" * 1_000_000 for _ in range(100))
    assert (report, code) == ([], 0)
    assert memory < 80


def test_a_log_of_ever_new_lines_takes_steady_memory() -> None:
    def lines() -> Iterable[bytes]:
        for start in range(0, 40_000, 1000):
            yield b"".join(
                b"[Sun Nov 22 10:00:00 2026] [ssl:error] [pid %d:tid 1] AH01940: "
                b"stapling_renew_response: Unsupported uri https://%d.example.com/%s\n"
                % (number, number, b"x" * 200)
                for number in range(start, start + 1000)
            )

    report, code, memory = fed(lines())
    assert code == 1
    assert sum(problem["count"] for problem in report) == 40_000
    assert memory < 100


def waiting_bytes(pipe: IO[bytes]) -> int:
    """How much nobody has read yet."""
    answer = fcntl.ioctl(pipe.fileno(), termios.FIONREAD, bytes(4))
    return int.from_bytes(answer, sys.byteorder)


def test_ctrl_c_ends_an_endless_log_with_a_report() -> None:
    process = subprocess.Popen(
        EXPLAINED, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdin is not None
    process.stdin.write(PROBLEM)
    process.stdin.flush()
    pipe = process.stdin
    assert wait_until(lambda: waiting_bytes(pipe) == 0, 30)
    # It has taken the line from the pipe; now it has time to look at it.
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    # The pipe stays open, as that of tail -f does.
    assert process.stdout is not None
    assert process.stderr is not None
    report, trouble = process.stdout.read(), process.stderr.read()
    assert process.wait(timeout=10) == 130
    process.stdin.close()
    assert [problem["rule"] for problem in checked(report.decode(), EXPLAIN)] == ["AS304"]
    assert trouble == b""
    process.stdout.close()
    process.stderr.close()
