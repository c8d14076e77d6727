# SPDX-License-Identifier: Apache-2.0
"""A copy of a Debian root (tools/debian-root) in which a test may change what it likes: run() runs a command in it as root."""
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]

# A mount namespace of its own: /proc and /dev are there for the command and gone with it.
LOOPBACK = "import fcntl, socket, struct; fcntl.ioctl(socket.socket(), 0x8914, struct.pack('16sh', b'lo', 0x41))"  # SIOCSIFFLAGS: up
ENTER = 'mount --bind "$0" "$0" && mount --make-private "$0" && mount --rbind /dev "$0/dev" && mount -t proc proc "$0/proc" && exec chroot "$0" "$@"'


def made(release, kind):
    """The folder that tools/debian-root keeps; skips where it cannot be had, and fails where CI requires it."""
    result = subprocess.run([REPOSITORY / "tools" / "debian-root", release, kind], capture_output=True, text=True)
    if result.returncode != 0:
        if os.environ.get("TABRELAY_REQUIRE_ROOTS"):
            pytest.fail(f"Debian's {release} is required here, but: {result.stderr}")
        pytest.skip(result.stderr.strip())
    return pathlib.Path(result.stdout.strip())


class Root:
    def __init__(self, release, kind):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix=f"tabrelay-{release}-{kind}-", dir="/var/tmp"))
        subprocess.run(["cp", "-a", "--reflink=auto", f"{made(release, kind)}/.", self.path], check=True)

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)

    def run(self, *command, check=True, alone=False, **environment):
        """The finished command; its output (errors, too) is in stdout. CHECK: it must succeed.

        ALONE: with a network (127.0.0.1) and processes of its own, which end with it.
        """
        clean = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "HOME": "/root", "LC_ALL": "C.UTF-8",
                 "DEBIAN_FRONTEND": "noninteractive", **environment}
        apart = ["--net", "--pid", "--fork", "--kill-child"] if alone else []
        enter = f'/usr/bin/python3 -c "{LOOPBACK}" && {ENTER}' if alone else ENTER
        done = subprocess.run(["unshare", "--mount", "--propagation", "unchanged", *apart, "sh", "-c", enter, self.path, *command],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=clean)
        if check and done.returncode != 0:
            pytest.fail(f"{' '.join(command)}: status {done.returncode}\n{done.stdout[-4000:]}")
        return done

    def files(self):
        """Every path and what it is, but for what apt and dpkg write for themselves."""
        own = ("var/lib/apt", "var/lib/dpkg", "var/cache", "var/log", "tmp", "proc", "dev", "sys", "run")
        found = {}
        for path in self.path.rglob("*"):
            name = str(path.relative_to(self.path))
            if not name.startswith(own):
                found[name] = path.lstat().st_mode
        return found


def copy_sources(to):
    """The files that git knows or would know."""
    names = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=REPOSITORY, check=True, capture_output=True).stdout
    to.mkdir()
    subprocess.run(["cp", "--parents", "-a", "-t", to, *filter(None, names.decode().split("\0"))],
                   cwd=REPOSITORY, check=True)
