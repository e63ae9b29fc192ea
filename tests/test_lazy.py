"""Values that are computed once, and released; the memory of what is kept."""

from __future__ import annotations

import gc
import subprocess
import sys
from typing import TYPE_CHECKING

from apachestaple.discovery.starts import find_start
from apachestaple.httpd.source_file import SourceFile
from apachestaple.httpd.syntax import LogicalLines
from apachestaple.lazy import forget, lazy, share_names
from apachestaple.mod_ssl.reading import read_site
from apachestaple.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


class Counted:
    """Counts how often its value is computed."""

    def __init__(self) -> None:
        self.calls = 0

    @lazy
    def value(self) -> int:
        self.calls += 1
        return self.calls


def test_a_value_is_computed_once_until_it_is_forgotten() -> None:
    counted = Counted()
    assert (counted.value, counted.value) == (1, 1)
    forget(counted)
    assert counted.value == 2
    forget(Counted())
    assert counted.calls == 2


def test_released_lines_are_split_again() -> None:
    for text, first, last in (("a\nb\n", 2, 2), ("a \\\nb\nc\n", 3, 3), ("a\nb \\\nc\n", 2, 3)):
        file = SourceFile("/x", text)
        for _ in range(2):
            assert (file.first_line(1), file.last_line(1)) == (first, last)
            assert file.physical_line(1) == text.split("\n")[0]
            file.release()


def test_reading_keeps_no_lines(tmp_path: Path) -> None:
    (tmp_path / "one.conf").write_text("SSLUseStapling on\n")
    (tmp_path / "httpd.conf").write_text("Include one.conf\nInclude one.conf\nSSLUseStapling off\n")
    site = read_site(find_start(str(tmp_path / "httpd.conf"), Settings()))
    files = list(site.configuration.files.values())
    assert len(files) == 2
    assert not any(isinstance(kept, LogicalLines) for kept in gc.get_referents(*files))
    lines = [(each.raw, each.line) for each in site.configuration.directives]
    assert lines == [("on", 1), ("on", 1), ("off", 3)]


class Alike(Counted):
    """Has a table of the names of its attributes that is shared."""

    @lazy
    def one(self) -> int:
        return 1

    @lazy
    def two(self) -> int:
        return 2


share_names(Alike())


def test_computed_values_need_no_table_of_names() -> None:
    many = [Alike() for _ in range(100)]
    assert [alike.one + alike.two for alike in many] == [3] * 100
    assert sys.getsizeof(vars(many[-1])) == sys.getsizeof(vars(Alike()))


def test_hosts_share_names() -> None:
    done = subprocess.run([sys.executable, "-c", HOSTS], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


HOSTS = """
import sys
from apachestaple.mod_ssl.hosts import Host
hosts = [Host(None, ()) for _ in range(100)]
for host in hosts:
    host.is_tls, host.served, host.names, host.asks_responders, host.staples
print(sys.getsizeof(vars(hosts[-1])) == sys.getsizeof(vars(Host(None, ()))))
"""
