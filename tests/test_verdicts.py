"""Wrong configurations are judged as ``httpd -t`` judges them."""

from __future__ import annotations

import random
import subprocess
from typing import TYPE_CHECKING

from apachestaple.mod_ssl.addresses import address_problem
from tests.lab.server import BINARY, MODULES

if TYPE_CHECKING:
    from pathlib import Path

ADDRESSES = """
8443 99999 0 *:99999 *:0 :443 a:b:443 [::1:443 *: *:* * ** :* [::1]443 *:65536 *:65535 [::1]:0
[::1]: [::g]:443 []:443 [::1%lo]:443 [::1%]:443 [%lo]:443 00443 a:00000 a:4294967297 [1.2.3.4]:443
[::1]:* [::1]* 443* *:443:* _default_ [::ffff:1.2.3.4]:80 x:-1 x:+1 65536 [ ] [] [::1]]:1 [[::1]]:1
[1::2::3] 1111111111111111111111111 a:1111111111111111111111111 [FE80::1]:443
""".split()
PARTS = ("[", "]", ":", "*", "443", "0", "::1", "%lo", "a", "1.2.3.4", "fe80")


def drawn_addresses(count: int) -> list[str]:
    drawn = random.Random(5)
    return ["".join(drawn.choices(PARTS, k=drawn.randint(1, 5))) for _ in range(count)]


def test_addresses_of_a_virtual_host_are_judged_as_httpd_judges_them(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    main = tmp_path / "httpd.conf"
    different = {}
    for word in dict.fromkeys((*ADDRESSES, *drawn_addresses(150))):
        main.write_text(
            f"ServerRoot {tmp_path}\nServerName lab.example\n"
            f"LoadModule mpm_event_module {MODULES}/mod_mpm_event.so\n"
            f"<VirtualHost {word}>\n</VirtualHost>\n"
        )
        done = subprocess.run(
            [BINARY, "-t", "-f", main], capture_output=True, text=True, timeout=30, check=False
        )
        said = done.stderr.strip().splitlines()[-1] if done.returncode else None
        if said != address_problem(word):
            different[word] = said, address_problem(word)
    assert not different
