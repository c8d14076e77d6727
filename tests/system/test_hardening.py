# SPDX-License-Identifier: Apache-2.0
"""What makes programs harder to break into is in ours, and missed where it is not (tests/hardening)."""
import subprocess

import pytest

from programs import BUILD, ROOT

HARDENING = ROOT / "tests" / "hardening"


@pytest.mark.parametrize("program", ["tabrelay", "tabrelay-replicator", "tabrelay-webhook", "tabrelay-sandbox"])
def test_it_is_built_in(program):
    done = subprocess.run([HARDENING, BUILD / program], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, f"{BUILD / program}: hard\n")


def test_what_is_missing_is_found(tmp_path):
    (tmp_path / "soft.c").write_text("int main(void) { return 0; }\n")
    subprocess.run(["gcc", "-std=c17", "-g", "-fno-stack-protector", "-fcf-protection=none", "-no-pie", "-z", "execstack", "-Wl,-z,norelro,-z,lazy,-rpath,/x",
                    "-o", tmp_path / "soft", tmp_path / "soft.c"], check=True)
    done = subprocess.run([HARDENING, tmp_path / "soft"], capture_output=True, text=True)
    assert done.returncode == 1
    for missing in ("its stack may be executed", "no RELRO", "not position independent", "no BIND_NOW", "RPATH", "no stack protector",
                    "nothing is fortified", "branches are not protected", "compiled without -fstack-clash-protection"):
        assert missing in done.stdout
