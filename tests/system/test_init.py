# SPDX-License-Identifier: Apache-2.0
"""`tabrelay init`: with options alone, and with answers typed into a terminal."""
import os
import pty
import re
import select
import signal
import socket
import stat
import subprocess
import sys
import time

import pytest
import yaml

from programs import BUILD, ROOT, run, wait_until
from servers import ADMIN, free_port

sys.path.insert(0, str(ROOT / "sandbox"))
from client import Sandbox  # noqa: E402

TABLES = """
CREATE TABLE products (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50) NOT NULL, price DECIMAL(10,2) NULL,
    shown VARCHAR(60) AS (CONCAT('#', name)) STORED);
CREATE TABLE places (id INT NOT NULL PRIMARY KEY, spot POINT NULL, `on` INT NULL);
CREATE TABLE bare (a INT, b INT);
INSERT INTO products (name) VALUES ('lamp'), ('chair');
"""
PASSWORD = "tester-password"
ADDRESS = "https://docs.google.com/spreadsheets/d/1AbC-dEf_9/edit?gid=0#gid=0"


@pytest.fixture
def init(server, database, tmp_path):
    """init(options...) runs it in an empty folder where nobody can be asked."""
    user = f"{database}_init"  # who sees these tables only
    server.script(TABLES, database=database)
    server.sql(f"CREATE USER '{user}'@'%' IDENTIFIED BY '{PASSWORD}'")
    server.sql(f"GRANT SELECT ON {database}.* TO '{user}'@'%'")

    def call(*options, code=0, password=PASSWORD):
        done = subprocess.run([BUILD / "tabrelay", "init", *map(str, options)], cwd=tmp_path, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=60,
                              env={**os.environ, "TABRELAY_MYSQL_PASSWORD": password})
        assert done.returncode == code, done.stdout + done.stderr
        return done

    call.server = ["--host", "127.0.0.1", "--port", server.port, "--user", user]
    call.folder = tmp_path
    call.database = database
    call.port, call.user = server.port, user
    yield call
    server.sql(f"DROP USER '{user}'@'%'")


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def test_options_alone_make_a_configuration(init):
    done = init(*init.server, "--tables", f"{init.database}.products,{init.database}.places", "--spreadsheet", ADDRESS)
    text = (init.folder / "tabrelay.yaml").read_text()
    settings = yaml.safe_load(text)
    assert settings["mysql"] == {"host": "127.0.0.1", "port": init.port, "user": init.user, "password": "${TABRELAY_MYSQL_PASSWORD}"}
    places, products = settings["mappings"]  # in the order of the list
    assert products == {"table": f"{init.database}.products", "spreadsheet": "1AbC-dEf_9", "tab": "products",
                        "direction": "both", "conflict": "sheet_wins"}
    assert places["columns"] == ["id", "on"]
    assert "1 computed by MySQL, not editable" in text and "decimal(10,2)" in text
    secret = init.folder / "webhook-secret"
    assert mode(secret) == 0o600 and re.fullmatch(r"[\w-]{43}\n", secret.read_text())
    assert PASSWORD not in text and secret.read_text().strip() not in text + done.stdout + done.stderr
    assert "service-account.json is not there yet" in done.stderr
    assert [line for line in done.stdout.splitlines() if "init-db" in line]


def test_a_table_that_is_named_is_found_among_hundreds(init, server):
    server.script("".join(f"CREATE TABLE a{i} (id INT PRIMARY KEY);\n" for i in range(210)), database=init.database)
    init(*init.server, "--tables", f"{init.database}.products", "--spreadsheet", ADDRESS)
    assert f"table: {init.database}.products" in (init.folder / "tabrelay.yaml").read_text()


def test_a_configuration_that_is_there_stays(init):
    path = init.folder / "tabrelay.yaml"
    path.write_text("mine")
    done = init(*init.server, "--spreadsheet", "1AbC", "--tables", "products", code=1)
    assert done.stderr.splitlines()[0] == "tabrelay: init: tabrelay.yaml is there already"
    assert path.read_text() == "mine" and not (init.folder / "webhook-secret").exists()
    init(*init.server, "--spreadsheet", "1AbC", "--tables", f"{init.database}.products", "--force")
    secret = (init.folder / "webhook-secret").read_text()
    done = init(*init.server, "--spreadsheet", "1AbC", "--tables", f"{init.database}.products", "--force")
    assert (init.folder / "webhook-secret").read_text() == secret and "stays as it is" in done.stdout


def test_what_it_writes_may_stand_in_another_folder_with_the_password_in_a_file(init):
    (init.folder / "etc").mkdir()
    (init.folder / "pw").write_text(PASSWORD + "\n")
    done = init(*init.server, "--output", "etc/mine.yaml", "--password-file", "pw", "--tables", f"{init.database}.products",
         "--spreadsheet", "1AbC", "--public-url", "https://hooks.example.com", "--direction", "to_sheet", password="wrong")
    assert ". tabrelay --config etc/mine.yaml init-db " in done.stdout
    settings = yaml.safe_load((init.folder / "etc/mine.yaml").read_text())
    assert settings["mysql"]["password"] == f"file:{init.folder}/pw"
    assert (settings["webhook"]["public_url"], settings["mappings"][0]["direction"]) == ("https://hooks.example.com", "to_sheet")
    assert run("tabrelay", "--config", init.folder / "etc/mine.yaml", "script").returncode == 0


@pytest.mark.parametrize("options, message", [
    (["--tables", "bare"], "bare has no key by which a row could be known in a tab"),
    (["--tables", "nothing"], 'there is no table "nothing" that this user may see'),
    (["--tables", "9999"], '"9999": the tables have numbers from 1 to'),
    (["--tables", ""], "no table was chosen"),
    (["--spreadsheet", "no id!"], '"no id!" has no spreadsheet\'s id'),
    (["--direction", "up"], "direction: expected"),
    (["--port", "99999"], "mysql.port: "),
    (["--user", "nobody"], "Access denied"),
    (["--sandbox", "http://127.0.0.1:9"], "Failed to connect to 127.0.0.1 port 9"),
])
def test_what_is_refused_leaves_nothing(init, options, message):
    defaults = {"--tables": f"{init.database}.products", "--spreadsheet": "1AbC",
                **dict(zip(init.server[::2], init.server[1::2]))}
    defaults[options[0]] = options[1].replace("bare", f"{init.database}.bare")
    done = init(*[word for pair in defaults.items() for word in pair], code=1)
    assert message in done.stderr
    assert list(init.folder.iterdir()) == []


def test_names_that_yaml_or_the_configuration_would_read_otherwise(init, server):
    names = ["no", "123", "${HOME}"]
    server.script("".join(f"CREATE TABLE `{name}` (id INT PRIMARY KEY);\n" for name in names), database=init.database)
    for name in names[:2]:
        init(*init.server, "--spreadsheet", "1AbC", "--tables", f"{init.database}.{name}", "--force")
        assert yaml.safe_load((init.folder / "tabrelay.yaml").read_text())["mappings"][0]["table"] == f"{init.database}.{name}"
        assert run("tabrelay", "--config", init.folder / "tabrelay.yaml", "script",
                   environment={"TABRELAY_MYSQL_PASSWORD": "x"}).returncode == 0
    (init.folder / "tabrelay.yaml").unlink()
    done = init(*init.server, "--spreadsheet", "1AbC", "--tables", f"{init.database}.${{HOME}}", code=1)
    assert "cannot be written in a configuration" in done.stderr
    assert not (init.folder / "tabrelay.yaml").exists()


def test_where_nobody_can_be_asked_the_spreadsheet_must_be_given():
    done = run("tabrelay", "init", "--yes")
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, "tabrelay init: nobody can be asked here: --spreadsheet is needed")


class Terminal:
    """`tabrelay init` at a terminal of its own."""

    def __init__(self, folder, *options):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.environ.pop("TABRELAY_MYSQL_PASSWORD", None)
            os.execv(BUILD / "tabrelay", ["tabrelay", "init", *map(str, options)])
        self.seen = ""

    def expect(self, text, timeout_s=20):
        """Wait for TEXT, and forget all up to it."""
        deadline = time.monotonic() + timeout_s
        while text not in self.seen:
            ready, _, _ = select.select([self.fd], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"waited for {text!r} in vain: {self.seen!r}"
            try:
                self.seen += os.read(self.fd, 4096).decode()
            except OSError:  # it has ended
                raise AssertionError(f"ended before {text!r}: {self.seen!r}") from None
        before, _, self.seen = self.seen.partition(text)
        return before + text

    def answer(self, question, text):
        self.expect(question)
        os.write(self.fd, text.encode())

    def end(self):
        """Its exit status, and what it still printed."""
        rest = self.seen
        while select.select([self.fd], [], [], 20)[0]:
            try:
                part = os.read(self.fd, 4096)
            except OSError:
                break
            if not part:
                break
            rest += part.decode()
        try:  # before the terminal is closed: what still runs would be hung up
            _, status = wait_until(f"the end, after {rest!r}", lambda: (done := os.waitpid(self.pid, os.WNOHANG))[0] and done)
        finally:
            os.close(self.fd)
        return os.waitstatus_to_exitcode(status), rest


def test_answers_at_a_terminal_make_a_configuration(init):
    terminal = Terminal(init.folder)
    terminal.answer("MySQL's host [127.0.0.1]: ", "\n")
    terminal.answer("Its port [3306]: ", f"{init.port}\n")
    terminal.answer("The user [tabrelay]: ", f"{init.user}\n")
    terminal.answer("Its password", "wrong\n")
    terminal.expect("Access denied")
    terminal.answer("MySQL's host [127.0.0.1]: ", "\n")
    terminal.answer(f"Its port [{init.port}]: ", "\n")
    terminal.answer(f"The user [{init.user}]: ", "\n")
    terminal.answer("Its password", PASSWORD + "\n")
    listed = terminal.expect("Which tables?")
    assert PASSWORD not in listed
    assert re.search(rf"{init.database}\.bare .*cannot be mapped: no primary key", listed)
    assert re.search(rf"{init.database}\.products +\d+ +4 +\d+ +id +1 computed by MySQL", listed)
    terminal.answer(": ", f"{init.database}.bare\n")
    terminal.answer("Which tables?", f"{init.database}.products\n")
    terminal.answer("The spreadsheet's address", "my sheet\n")
    terminal.answer("has no spreadsheet's id", "")
    terminal.answer("The spreadsheet's address", ADDRESS + "\n")
    terminal.answer("key file [service-account.json]: ", "\n")
    terminal.answer("The webhook's https address", "\n")
    terminal.answer("[both]: ", "to_sheet\n")
    terminal.answer("[sheet_wins]: ", "\n")
    terminal.answer("Write tabrelay.yaml [yes]: ", "\n")
    status, rest = terminal.end()
    assert status == 0 and "Next:" in rest and ". tabrelay init-db " in rest, rest
    assert sorted(p.name for p in init.folder.iterdir()) == ["mysql-password", "tabrelay.yaml", "webhook-secret"]
    assert mode(init.folder / "mysql-password") == 0o600
    done = run("tabrelay", "--config", init.folder / "tabrelay.yaml", "init-db", "--print")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_ctrl_c_and_ctrl_d_leave_nothing_and_the_terminal_as_it_was(init, key):
    terminal = Terminal(init.folder, *init.server)
    terminal.answer("Its password", key)
    status, rest = terminal.end()
    assert status == 1 and "stopped; nothing was written" in rest
    assert list(init.folder.iterdir()) == []


def test_ctrl_c_while_mysql_is_asked_is_not_lost(init):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        terminal = Terminal(init.folder, "--host", "127.0.0.1", "--port", silent.getsockname()[1], "--user", "somebody")
        terminal.answer("Its password", "secret\n")
        connection, _ = silent.accept()
        os.kill(terminal.pid, signal.SIGINT)
        connection.close()
        status, rest = terminal.end()
    assert status == 1 and "stopped; nothing was written" in rest


def test_a_sandbox_s_key_is_fetched_and_what_init_wrote_synchronises(init, programs, server):
    sandbox = Sandbox(f"http://127.0.0.1:{free_port()}/")
    programs("tabrelay-sandbox", ["--listen", sandbox.base.removeprefix("http://").rstrip("/"), "--data", init.folder / "sandbox"],
             ready_url=f"{sandbox.base}/healthz").start()
    spreadsheet = sandbox.create("mine", ["products"])
    administrator = [*init.server[:-1], ADMIN]
    init(*administrator, "--tables", f"{init.database}.products", "--spreadsheet", f"{sandbox.base}/d/{spreadsheet}", "--sandbox", sandbox.base)
    assert mode(init.folder / "service-account.json") == 0o600
    path = init.folder / "tabrelay.yaml"
    state = f"{init.database}_state"
    path.write_text(path.read_text().replace("127.0.0.1:8080", f"127.0.0.1:{free_port()}").replace("127.0.0.1:9187", f"127.0.0.1:{free_port()}")
                    .replace("# instance: tabrelay ", f"instance: {init.database} ")
                    .replace("\nmysql:\n", f"\nmysql:\n  state_database: {state}\n"))
    environment = {"TABRELAY_MYSQL_PASSWORD": PASSWORD}
    try:
        assert run("tabrelay", "--config", path, "init-db", environment=environment).returncode == 0
        programs("tabrelay-replicator", ["--config", path], environment=environment, ready_log="started").start()
        wait_until("the rows in the tab", lambda: len(sandbox.rows(spreadsheet, 0, count=10)) >= 3)
    finally:
        server.sql(f"DROP DATABASE IF EXISTS {state}")
