# SPDX-License-Identifier: Apache-2.0
"""The completion of bash and zsh, in these shells: what a person gets who presses Tab."""
import os
import re
import shlex
import shutil
import subprocess

import pytest

from programs import BUILD, ROOT, run

CONFIG = """
mysql: {user: u}
google: {credentials: k.json}
webhook: {secret: 0123456789abcdef}
mappings:
  - {table: shop.products, spreadsheet: 1AbC, tab: P}
  - {table: shop.orders, spreadsheet: 1AbC, tab: O, name: open orders}
"""


@pytest.fixture
def shell(request, tmp_path):
    """shell(words) -> the proposals for the last of WORDS, in the shell of the test."""
    (tmp_path / "tabrelay.yaml").write_text(CONFIG)
    (tmp_path / "other.yaml").write_text(CONFIG.replace("shop.products", "shop.parts"))
    environment = {"PATH": f"{BUILD}:{os.environ['PATH']}", "HOME": str(tmp_path), "TERM": "dumb", "LC_ALL": "C.UTF-8"}
    return lambda *words: sorted({"bash": in_bash, "zsh": in_zsh}[request.param](words, tmp_path, environment))


def in_bash(words, folder, environment):
    script = f"""eval "$(tabrelay completion bash)"
        COMP_WORDS=(tabrelay {shlex.join(words)}); COMP_CWORD={len(words)}
        compopt() {{ :; }}
        _tabrelay
        printf '%s\\n' "${{COMPREPLY[@]}}" """
    done = subprocess.run(["bash", "--norc", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=20)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return [line.replace("\\ ", " ") for line in done.stdout.splitlines() if line]


def in_zsh(words, folder, environment):
    """The function is run as zsh's own completion runs it; what it hands to _describe and _files is printed."""
    script = f"""compdef() {{ :; }}; eval "$(tabrelay completion zsh)"
        _describe() {{ printf '%s\\n' "${{(@P)2}}"; }}; _files() {{ printf '%s\\n' *; }}
        words=(tabrelay {shlex.join(words)}); CURRENT={len(words) + 1}
        _tabrelay"""
    done = subprocess.run(["zsh", "-f", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=20)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return [re.split(r"(?<!\\):", line)[0] for line in done.stdout.splitlines() if line]


both = pytest.mark.parametrize("shell", ["bash", "zsh"], indirect=True)


@both
@pytest.mark.parametrize("words, proposals", [
    (["rec"], ["reconcile"]),
    (["deletes", ""], ["approve", "open orders", "products"]),
    (["deletes", "approve", "p"], ["products"]),
    (["status", "--j"], ["--json"]),
    (["verify", "--repair", ""], ["mysql", "sheet"]),
    (["conflicts", "resolve", "7", "--take", "s"], ["sheet"]),
    (["conflicts", "resolve", "7", "--take", "=", "s"], ["sheet"]),  # as bash splits it
    (["conflicts", "resolve", "--mapping", "open"], ["open orders"]),
    (["--config", "other.yaml", "snapshot", "p"], ["parts"]),
    (["completion", ""], ["bash", "zsh"]),
    (["events", "--no"], ["--no-follow"]),
    (["nonsense", "x"], []),
])
def test_what_is_proposed(shell, words, proposals):
    assert shell(*words) == proposals


@both
def test_files_are_proposed_where_a_file_is_meant(shell):
    assert "other.yaml" in shell("--config", "other")


@both
def test_every_command_is_proposed_and_none_that_is_hidden(shell):
    listed = re.findall(r"^  ([a-z-]+)  +\S", run("tabrelay", "--help").stdout.split("options:")[0], re.M)
    assert len(listed) > 10 and shell("") == sorted(listed)


def test_zsh_s_own_completion_takes_the_script(tmp_path):
    """Typed into an interactive zsh, with compinit: a Tab completes the word on the line."""
    script = f"""zmodload zsh/zpty; zpty Z zsh -f -i
        zpty -w Z 'PS1=; autoload -Uz compinit; compinit -u -d {tmp_path}/dump; eval "$(tabrelay completion zsh)"; print -r READY'
        zpty -r Z seen '*READY*READY*'
        zpty -w -n Z $'tabrelay recon\\t'
        zpty -r Z seen '*reconcile*' && print COMPLETED
        zpty -d Z"""
    environment = {"PATH": f"{BUILD}:{os.environ['PATH']}", "HOME": str(tmp_path), "TERM": "dumb"}
    done = subprocess.run([shutil.which("zsh"), "-f", "-c", script], env=environment, capture_output=True, text=True, timeout=20)
    assert "COMPLETED" in done.stdout, done


def test_make_install_puts_it_where_the_shells_look_and_uninstall_takes_it_away(tmp_path):
    def make(target):
        subprocess.run(["make", "-s", "-C", ROOT, target, f"DESTDIR={tmp_path}", "PREFIX=/usr", f"BUILD={BUILD}"], check=True, capture_output=True)

    files = {"bash": tmp_path / "usr/share/bash-completion/completions/tabrelay", "zsh": tmp_path / "usr/share/zsh/site-functions/_tabrelay"}
    make("install")
    for shell, path in files.items():
        assert path.read_text() == run("tabrelay", "completion", shell).stdout
    make("uninstall")
    assert not any(path.exists() for path in files.values())


def test_a_shell_that_is_not_known_is_refused():
    done = run("tabrelay", "completion", "fish")
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, 'tabrelay completion: unknown shell "fish"; there are: bash, zsh')
