# SPDX-License-Identifier: Apache-2.0
"""`tabrelay status --watch` and progress: drawn in place on a terminal, plain elsewhere."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios

from programs import BUILD, run, wait_until


class Terminal:
    """A pseudo-terminal of LINES x COLUMNS in which a command runs; OUTPUT "stderr": only that is the terminal."""

    def __init__(self, *arguments, lines=12, columns=60, output="stdout"):
        self.master, slave = pty.openpty()
        self.resize(lines, columns)
        self.seen = ""
        plain = subprocess.PIPE
        self.process = subprocess.Popen([BUILD / arguments[0], *map(str, arguments[1:])], stdin=slave,
                                        stdout=slave if output == "stdout" else plain, stderr=slave, text=True)
        os.close(slave)

    def resize(self, lines, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def read(self):
        while select.select([self.master], [], [], 0)[0]:
            try:
                part = os.read(self.master, 65536)
            except OSError:  # the other end is closed
                return self.seen
            self.seen += part.decode()
        return self.seen

    def screens(self):
        return self.read().split("\033[H")[1:]

    def type(self, text):
        os.write(self.master, text.encode())

    def close(self):
        status = self.process.wait(10)
        self.read()
        os.close(self.master)
        return status


def shown(line):
    return re.sub(r"\033\[[?0-9]*[a-zA-Z]", "", line)


def test_status_is_drawn_in_place_until_q(stack):
    terminal = Terminal("tabrelay", "--config", stack.config, "status", "--watch", "0.2")
    wait_until("two screens", lambda: len(terminal.screens()) > 2)
    screen = terminal.screens()[1].split("\r\n")
    assert "tabrelay status" in screen[0] and "q ends" in screen[0]
    assert len(screen) <= 12 and max(len(shown(line)) for line in screen) <= 60
    assert any("items" in line for line in screen)
    terminal.resize(12, 30)
    terminal.process.send_signal(signal.SIGWINCH)
    wait_until("a narrow screen", lambda: all(len(shown(line)) <= 30 for line in terminal.screens()[-2].split("\r\n")))
    terminal.type("q")
    assert terminal.close() == 0
    assert terminal.seen.startswith("\033[?1049h") and terminal.seen.endswith("\033[?1049l")


def test_ctrl_c_gives_the_terminal_back(stack):
    terminal = Terminal("tabrelay", "--config", stack.config, "status", "--watch")
    wait_until("a screen", terminal.screens)
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.close() == 0
    assert terminal.seen.endswith("\033[?25h\033[?1049l")


def test_it_ends_with_its_terminal(stack):
    terminal = Terminal("tabrelay", "--config", stack.config, "status", "--watch", "60")
    wait_until("a screen", terminal.screens)
    os.close(terminal.master)
    assert terminal.process.wait(10) == 0


def test_without_a_terminal_status_is_printed_in_blocks(stack):
    process = subprocess.Popen([BUILD / "tabrelay", "--config", stack.config, "status", "--watch", "0.2"], stdout=subprocess.PIPE, text=True)
    blocks = []
    while len(blocks) < 2:
        line = process.stdout.readline()
        assert "\033" not in line
        if line.startswith("tabrelay status   2"):
            blocks.append(line)
    process.stdout.close()
    assert process.wait(10) == 0  # whoever read it has gone


def test_progress_is_for_terminals(stack):
    terminal = Terminal("tabrelay", "--config", stack.config, "snapshot", "items", "--wait", "30", output="stderr")
    assert terminal.process.stdout.read() == "items: snapshot asked for\nitems: snapshot done, 0 rows\n"
    assert terminal.close() == 0
    assert "\ritems" in terminal.seen and terminal.seen.endswith("\r\033[K")
    plain = run("tabrelay", "--config", stack.config, "snapshot", "items", "--wait", "30")
    assert (plain.returncode, plain.stderr) == (0, "")


def test_a_wrong_pace_is_refused():
    done = run("tabrelay", "status", "--watch", "often")
    assert done.returncode == 2 and 'expected seconds from 0.2 to 3600, got "often"' in done.stderr


def test_verify_says_how_far_it_is(stack):
    stack.sql("INSERT INTO items (name) VALUES ('one'), ('two')")
    stack.wait_equal("Items")
    terminal = Terminal("tabrelay", "--config", stack.config, "verify", "items", output="stderr")
    assert terminal.process.stdout.read().startswith("items: MATCH: 2 rows")
    assert terminal.close() == 0
    assert "\ritems: MySQL 2 rows" in terminal.seen and "\ritems: the tab [" in terminal.seen and terminal.seen.endswith("\r\033[K")
