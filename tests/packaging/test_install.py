# SPDX-License-Identifier: Apache-2.0
"""make install and uninstall, into a folder."""
import os
import subprocess

import pytest

from root import REPOSITORY

BUILD = os.environ.get("TABRELAY_BUILD", "build")


def make(target, folder, *settings):
    done = subprocess.run(["make", "-s", f"BUILD={BUILD}", "-o", "all", target, f"DESTDIR={folder}", *settings], cwd=REPOSITORY,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


@pytest.mark.xdist_group("install")  # one after the other: both write units into the build folder
@pytest.mark.parametrize("prefix", ["/usr/local", "/opt/tabrelay"])
def test_what_is_installed_is_there_and_goes_again(tmp_path, prefix):
    make("install", tmp_path, f"PREFIX={prefix}")
    inside = prefix[1:]
    installed = files(tmp_path)
    assert {f"{inside}/bin/{name}" for name in ("tabrelay", "tabrelay-replicator", "tabrelay-webhook", "tabrelay-sandbox")} <= installed
    assert {f"{inside}/share/man/man1/tabrelay.1", f"{inside}/share/tabrelay/Code.gs", f"{inside}/share/tabrelay/example.yaml",
            f"{inside}/share/bash-completion/completions/tabrelay", f"{inside}/lib/sysusers.d/tabrelay.conf"} <= installed
    unit = (tmp_path / inside / "lib/systemd/system/tabrelay-webhook.service").read_text()
    assert f"ExecStart={prefix}/bin/tabrelay-webhook --config /etc/tabrelay/tabrelay.yaml" in unit
    assert "@" not in unit
    (tmp_path / "etc/tabrelay/tabrelay.yaml").write_text("mine\n")
    make("uninstall", tmp_path, f"PREFIX={prefix}")
    assert files(tmp_path) == {"etc/tabrelay/tabrelay.yaml"}
