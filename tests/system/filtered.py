#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Run a command under the system call filter of a unit file: filtered.py UNIT COMMAND...

Where no systemd runs this stands for it: SystemCallFilter= and RestrictAddressFamilies= as systemd.exec(5) describes them. What
systemd would refuse with an error ends the process here (signal SYS), so that nothing that is refused goes unnoticed.
"""
import ctypes
import os
import pathlib
import re
import struct
import subprocess
import sys

AUDIT_ARCH_X86_64 = 0xC000003E
LD, JEQ, JGE, RET = 0x20, 0x15, 0x35, 0x06  # struct seccomp_data: nr at 0, arch at 4, args from 16 on
ALLOW, KILL, EAFNOSUPPORT = 0x7FFF0000, 0x80000000, 0x00050000 | 97
X32 = 0x40000000
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}


def settings(unit, key):
    """The values of KEY in file UNIT, in their order."""
    return [value.split() for value in re.findall(rf"^{key}=(.*)$", pathlib.Path(unit).read_text(), re.M)]


def expand(name):
    """The names of a group such as @setuid, and of the groups in it."""
    if not name.startswith("@"):
        return {name}
    said = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager", name], check=True, capture_output=True, text=True).stdout
    lines = [line.strip() for line in said.splitlines()[1:]]
    return set().union(*(expand(line) for line in lines if line and not line.startswith("#")))


def allowed(unit):
    """The names of the system calls that UNIT leaves."""
    names = set()
    for values in settings(unit, "SystemCallFilter"):
        negative = values[0].startswith("~")
        group = set().union(*(expand(value.lstrip("~")) for value in values))
        names = names - group if negative else names | group
    # "execve, exit, exit_group, getrlimit, rt_sigreturn, sigreturn ... are implicitly allow-listed"
    return names | expand("@default") | {"execve", "exit", "exit_group", "rt_sigreturn"}


def numbers(names):
    text = subprocess.run(["gcc", "-E", "-dM", "-include", "asm/unistd.h", "-xc", "/dev/null"], check=True, capture_output=True, text=True).stdout
    known = {name: int(number) for name, number in re.findall(r"#define __NR_(\w+) (\d+)$", text, re.M)}
    return known["socket"], sorted(known[name] for name in names if name in known)


def program(unit):
    """The filter as the kernel wants it."""
    socket, calls = numbers(allowed(unit))
    families = [FAMILIES[name] for values in settings(unit, "RestrictAddressFamilies") for name in values]
    code = [(LD, 0, 0, 4), (JEQ, 1, 0, AUDIT_ARCH_X86_64), (RET, 0, 0, KILL), (LD, 0, 0, 0), (JGE, 0, 1, X32), (RET, 0, 0, KILL)]
    for call in calls:
        if call != socket:
            code += [(JEQ, 0, 1, call), (RET, 0, 0, ALLOW)]
    code += [(JEQ, 1, 0, socket), (RET, 0, 0, KILL), (LD, 0, 0, 16)]
    for family in families:
        code += [(JEQ, 0, 1, family), (RET, 0, 0, ALLOW)]
    code += [(RET, 0, 0, EAFNOSUPPORT)]
    return b"".join(struct.pack("HBBI", *line) for line in code), len(code)


def restrict(unit):
    code, n = program(unit)
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(code, len(code))
    filters = struct.pack("HxxxxxxQ", n, ctypes.addressof(buffer))
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, filters, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the filter is refused")


if __name__ == "__main__":
    restrict(sys.argv[1])
    os.execv(sys.argv[2], sys.argv[2:])
