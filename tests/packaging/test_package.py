# SPDX-License-Identifier: Apache-2.0
"""The Debian package: built in a Debian 12 and a Debian 13, installed in a bare one of each, looked at, removed, purged."""
import re
import shutil
import subprocess

import pytest

from root import Root, REPOSITORY, copy_sources

PROGRAMS = ["tabrelay", "tabrelay-replicator", "tabrelay-webhook", "tabrelay-sandbox"]
UNITS = sorted(path.name[:-len(".in")] for path in (REPOSITORY / "packaging" / "systemd").glob("*.service.in"))
VERSION = re.search('TABRELAY_VERSION "(.*)"', (REPOSITORY / "common" / "version.h").read_text())[1]
EXPOSURE = 20  # systemd-analyze security, in tenths: 0 is best, "OK" ends at 50


# A worker each.
@pytest.fixture(scope="module", params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in ("bookworm", "trixie")])
def release(request):
    return request.param


@pytest.fixture(scope="module")
def package(release, tmp_path_factory):
    """The .deb, built in a root of its release."""
    root = Root(release, "build")
    try:
        copy_sources(root.path / "source")
        root.run("make", "-s", "-C", "/source", "deb", DEB_BUILD_OPTIONS="noopt noautodbgsym")
        built, = (root.path / "source" / "build" / "deb").glob("*.deb")
        return shutil.copy(built, tmp_path_factory.mktemp("deb"))
    finally:
        root.remove()


@pytest.fixture(scope="module")
def bare(release, package):
    """A bare Debian in which the package's dependencies are, and the package is not yet."""
    root = Root(release, "bare")
    shutil.copy(package, root.path / "tabrelay.deb")
    root.run("apt-get", "-qq", "update")
    root.run("apt-get", "-qq", "install", "-y", "--no-install-recommends", "/tabrelay.deb")
    yield root
    root.remove()


def test_the_package_runs(bare, release):
    release_number = {"bookworm": "12", "trixie": "13"}[release]
    assert bare.run("dpkg-query", "-W", "-f", "${Version}", "tabrelay").stdout == f"{VERSION}~deb{release_number}"
    for program in PROGRAMS:
        assert bare.run(program, "--version").stdout == f"{program} {VERSION}\n"
    # What the documents of a Debian package promise is there, also the man pages' and the script's.
    listed = bare.run("dpkg", "-L", "tabrelay").stdout.split()
    assert {"/usr/share/tabrelay/example.yaml", "/usr/share/tabrelay/Code.gs", "/usr/share/man/man1/tabrelay.1.gz",
            "/usr/share/doc/tabrelay/docs/limits.md", "/etc/tabrelay"} <= set(listed)


def test_the_services_user_may_read_etc_tabrelay_and_nobody_else(bare):
    assert bare.run("stat", "-c", "%U %G %a", "/etc/tabrelay").stdout == "root tabrelay 2750\n"
    bare.run("sh", "-c", "echo secret > /etc/tabrelay/secret")
    try:
        assert bare.run("setpriv", "--reuid=tabrelay", "--regid=tabrelay", "--clear-groups", "cat", "/etc/tabrelay/secret").stdout == "secret\n"
        assert bare.run("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "cat", "/etc/tabrelay/secret", check=False).returncode != 0
        assert bare.run("setpriv", "--reuid=tabrelay", "--regid=tabrelay", "--clear-groups", "touch", "/etc/tabrelay/own", check=False).returncode != 0
    finally:
        (bare.path / "etc/tabrelay/secret").unlink()


def test_the_command_line_finds_the_services_configuration(bare):
    bare.run("sh", "-c", "echo 'log_level: loud' > /etc/tabrelay/tabrelay.yaml")
    try:
        said = bare.run("sh", "-c", "cd /tmp && ! tabrelay status 2>&1").stdout
    finally:
        (bare.path / "etc/tabrelay/tabrelay.yaml").unlink()
    assert "/etc/tabrelay/tabrelay.yaml:1:12: log_level: " in said


def test_no_service_is_enabled_by_itself(bare):
    enabled = [path for path in (bare.path / "etc/systemd").rglob("tabrelay*")]
    assert enabled == []


def test_the_units_are_right_and_closed_in(bare, release):
    bare.run("apt-get", "-qq", "install", "-y", "--no-install-recommends", "systemd")
    complaints = bare.run("systemd-analyze", "verify", "--man=no", *UNITS).stdout
    assert [line for line in complaints.splitlines() if "tabrelay" in line] == []
    for unit in UNITS:
        bare.run("systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE}", unit)
    # The threshold does fail: a unit that is not closed in is well above it.
    bare.run("sh", "-c", "printf '[Service]\\nExecStart=/bin/true\\n' > /run/open.service")
    assert bare.run("systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE}", "/run/open.service", check=False).returncode != 0


def test_purge_leaves_nothing(bare):
    bare.run("dpkg", "--purge", "tabrelay")
    without = bare.files()
    assert [name for name in without if "tabrelay" in name] == ["tabrelay.deb"]
    assert "tabrelay" not in (bare.path / "etc/passwd").read_text() + (bare.path / "etc/group").read_text()
    # Installed and purged once more, now that the dependencies are there: not one file more or less, nor changed mode.
    bare.run("dpkg", "--install", "/tabrelay.deb")
    assert bare.files() != without
    bare.run("dpkg", "--purge", "tabrelay")
    assert bare.files() == without


def test_what_a_person_wrote_stays(bare):
    bare.run("dpkg", "--install", "/tabrelay.deb")
    bare.run("sh", "-c", "echo mine > /etc/tabrelay/tabrelay.yaml")
    bare.run("dpkg", "--purge", "tabrelay")
    assert (bare.path / "etc/tabrelay/tabrelay.yaml").read_text() == "mine\n"


def test_the_package_is_built_from_what_tools_install_names():
    control = (REPOSITORY / "packaging/debian/control").read_text()
    field = re.search(r"^Build-Depends:(.*?)^\w", control, re.S | re.M)[1]
    wanted = {name.split()[0] for name in field.replace("\n", " ").split(",")} - {"debhelper-compat", "dh-sequence-installsysusers"}
    listed = subprocess.run([REPOSITORY / "tools/install", "--list", "build"], check=True, capture_output=True, text=True).stdout.split()
    assert wanted == set(listed)
