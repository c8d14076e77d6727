# SPDX-License-Identifier: Apache-2.0
"""Real database servers in temporary folders on free loopback ports.

MariaDb is MariaDB 10.11: the machine's own mariadbd where that is it (Debian 12), else a chroot. MySql9 (9.7) and MariaDb11
(11.8) run in the chroots that tools/server-root makes, MySql56 from the files that tools/mysql-5.6 fetches. All write a row
binlog with GTIDs, and survive kill -9 (not a power cut: nothing is flushed to the disk, so tests stay fast).
"""
import fcntl
import os
import pathlib
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import pymysql

ROOT = pathlib.Path(__file__).resolve().parents[2]
ADMIN, PASSWORD = "tester", "tester-password"
DEADLOCK = 1213
SETTINGS = [
    "--bind-address=127.0.0.1", "--skip-name-resolve", "--log-bin=binlog", "--binlog-format=ROW", "--sync-binlog=0",
    "--innodb-flush-log-at-trx-commit=2", "--innodb-buffer-pool-size=64M", "--max-connections=100",
    "--character-set-server=utf8mb4",
]


class Unavailable(Exception):
    """This machine cannot run the server; the text says why."""


_ports = []  # files whose locks say that their ports are ours


def free_port():
    """Nothing listens there, and nobody who runs tests on this machine was given it: a lock that ends with the process says so. It
    lies below the ports that Linux gives to clients (32768 on): one of those may be taken by any connection before our program listens."""
    folder = pathlib.Path(tempfile.gettempdir()) / "tabrelay-ports"
    folder.mkdir(exist_ok=True)
    while True:
        port = 20000 + secrets.randbelow(12000)
        lock = open(folder / str(port), "w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) != 0:
                _ports.append(lock)
                return port


def as_root_user():
    return ["--user=root"] if os.geteuid() == 0 else []


class Server:
    """One server. start() after stop() or kill() takes up the same data on the same port."""

    flavour = ""
    require_by = ""  # a variable that makes it a failure when the server cannot be had
    templates = {}  # flavour -> a freshly initialised data folder, copied for every server

    @classmethod
    def require(cls):
        """Raise Unavailable where the machine cannot run it; may make it first."""
        raise NotImplementedError

    @classmethod
    def folder(cls):
        """Where its data folders go, and whether the folder goes with them."""
        return pathlib.Path(tempfile.mkdtemp(prefix="tabrelay-test-")), True

    def __init__(self, base, number, extra=()):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix=f"tabrelay-{self.flavour}-", dir=base))
        self.host, self.port = "127.0.0.1", free_port()
        self.user, self.password = ADMIN, PASSWORD
        self.number = number
        self.extra = list(extra)
        self.log_path = self.dir / "server.log"
        self.process = None

    def inside(self, path):
        """PATH as the server sees it."""
        return str(path)

    def initialise(self, datadir):
        raise NotImplementedError

    def command(self):
        raise NotImplementedError

    def prepare(self):
        if self.flavour not in self.templates:
            template = pathlib.Path(tempfile.mkdtemp(prefix=f"tabrelay-{self.flavour}-template-", dir=self.dir.parent))
            self.initialise(template / "data")
            self.templates[self.flavour] = template
        shutil.copytree(self.templates[self.flavour] / "data", self.dir / "data", symlinks=True)
        (self.dir / "data" / "auto.cnf").unlink(missing_ok=True)
        (self.dir / "init.sql").write_text(self.account())

    def account(self):
        return (f"CREATE USER IF NOT EXISTS '{ADMIN}'@'%' IDENTIFIED BY '{PASSWORD}';\n"
                f"GRANT ALL PRIVILEGES ON *.* TO '{ADMIN}'@'%' WITH GRANT OPTION;\n")

    def start(self, timeout_s=60):
        if not (self.dir / "data").exists():
            self.prepare()
        (self.dir / "tmp").mkdir(exist_ok=True)  # its own: a server that starts removes what others have in theirs
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [*self.command(), *as_root_user(), *SETTINGS, *self.extra, f"--port={self.port}",
                 f"--datadir={self.inside(self.dir / 'data')}", f"--socket={self.inside(self.dir / 's')}",
                 f"--tmpdir={self.inside(self.dir / 'tmp')}",
                 f"--pid-file={self.inside(self.dir / 'pid')}", f"--init-file={self.inside(self.dir / 'init.sql')}",
                 f"--server-id={self.number}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                self.connect().close()
                return self
            except pymysql.err.OperationalError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{self.flavour} did not start:\n{self.log()[-4000:]}") from None
                time.sleep(0.05)

    def stop(self, timeout_s=60):
        """An orderly shutdown."""
        self._end(signal.SIGTERM, timeout_s)

    def kill(self):
        """kill -9."""
        self._end(signal.SIGKILL, 10)

    def _end(self, number, timeout_s):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)
            try:
                self.process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise
        self.process = None

    def remove(self):
        self.kill()
        shutil.rmtree(self.dir, ignore_errors=True)

    def connect(self, **kwargs):
        options = {"host": self.host, "port": self.port, "user": self.user, "password": self.password,
                   "charset": "utf8mb4", "autocommit": True, "connect_timeout": 5}
        return pymysql.connect(**{**options, **kwargs})

    def sql(self, statement, args=None, **kwargs):
        """Run one statement on a connection of its own, again when it was a deadlock's victim; the rows as tuples."""
        connection = self.connect(**kwargs)
        try:
            with connection.cursor() as cursor:
                while True:
                    try:
                        cursor.execute(statement, args)
                        return list(cursor.fetchall())
                    except pymysql.err.OperationalError as error:
                        if error.args[0] != DEADLOCK:
                            raise
        finally:
            connection.close()

    def connections(self):
        """Number and user of each. The server makes a text of all that statements are doing, which may be no UTF-8 for a moment."""
        for tries in range(20):
            try:
                return self.sql("SELECT ID, USER FROM information_schema.PROCESSLIST")
            except pymysql.err.OperationalError:
                if tries == 19:
                    raise
                time.sleep(0.05)

    def script(self, text, **kwargs):
        """Run statements that end with ';' at the end of a line."""
        connection = self.connect(**kwargs)
        try:
            with connection.cursor() as cursor:
                for statement in text.split(";\n"):
                    if statement.strip():
                        cursor.execute(statement)
        finally:
            connection.close()

    def version(self):
        return self.sql("SELECT VERSION()")[0][0]

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""


class Chroot:
    """What a server in a chroot does its own way; its data is kept inside, in /var/my."""

    tool = ""  # of tools/, prints the chroot's path
    chroot = None

    @classmethod
    def require(cls):
        cls.chroot = made_by(cls.tool)

    @classmethod
    def folder(cls):
        folder = cls.chroot / "var" / "my"
        folder.mkdir(exist_ok=True)
        return folder, False

    def inside(self, path):
        return "/" + str(pathlib.Path(path).relative_to(self.chroot))

    def enter(self, *command):
        return own_mounts(self.chroot, 'mount --rbind /dev "$0/dev" && mount -t proc proc "$0/proc" && exec chroot "$0" "$@"', *command)


def own_mounts(folder, script, *command):
    """COMMAND begun by SCRIPT, a shell's, in a mount namespace of its own: what it mounts in FOLDER ($0) is there for COMMAND ($@) and gone with it."""
    # In a chroot the root is no mount point, so its propagation cannot be changed: there FOLDER becomes one.
    unshare, own = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])], ""
    if subprocess.run([*unshare, "true"], capture_output=True).returncode != 0:
        unshare, own = [*unshare, "--propagation", "unchanged"], 'mount --bind "$0" "$0" && mount --make-private "$0" && '
    return [*unshare, "sh", "-c", own + script, str(folder), *map(str, command)]


class Maria(Server):
    def enter(self, *command):
        return [find(command[0]), *command[1:]]

    def initialise(self, datadir):
        datadir.mkdir(mode=0o700)
        tmp = datadir.parent / "tmp"  # its own, as in start()
        tmp.mkdir(mode=0o700)
        subprocess.run(
            [*self.enter("mariadb-install-db"), "--no-defaults", *as_root_user(), f"--datadir={self.inside(datadir)}",
             f"--tmpdir={self.inside(tmp)}", "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve", "--force"],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def command(self):
        return [*self.enter("mariadbd"), "--no-defaults", "--binlog-row-metadata=FULL", "--gtid-strict-mode=ON",
                f"--gtid-domain-id={self.number % 7}"]


class MariaDb(Maria):
    """The machine's own."""

    flavour = "mariadb"
    require_by = "TABRELAY_REQUIRE_MARIADB"

    @staticmethod
    def is_meant():
        """It is 10.11, as on Debian 12 (Debian 13 has 11.8)."""
        server = find("mariadbd")
        if server is None or find("mariadb-install-db") is None:
            return False
        return " 10.11." in subprocess.run([server, "--version"], capture_output=True, text=True).stdout

    @classmethod
    def require(cls):
        pass


class MariaDb10(Chroot, Maria):
    """10.11 where the machine's own is another version."""

    flavour = "mariadb"
    require_by = "TABRELAY_REQUIRE_MARIADB"
    tool = "mariadb-10"


class MariaDb11(Chroot, Maria):
    """For the tests of the reader."""

    flavour = "mariadb11"
    require_by = "TABRELAY_REQUIRE_MARIADB11"
    tool = "mariadb-11"


class MySql9(Chroot, Server):
    flavour = "mysql"
    require_by = "TABRELAY_REQUIRE_MYSQL9"
    tool = "mysql-9"

    def initialise(self, datadir):
        subprocess.run([*self.enter("mysqld"), "--no-defaults", "--initialize-insecure", "--secure-file-priv=", *as_root_user(),
                        f"--datadir={self.inside(datadir)}"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def command(self):
        return [*self.enter("mysqld"), "--no-defaults", "--gtid-mode=ON", "--enforce-gtid-consistency=ON",
                "--binlog-row-metadata=FULL", "--mysqlx=OFF", "--performance-schema=OFF", "--log-error-verbosity=2",
                "--secure-file-priv="]


class MySql56(Server):
    """For the tests of the reader: the binlog as it was before MySQL 8."""

    flavour = "mysql56"
    require_by = "TABRELAY_REQUIRE_MYSQL56"
    files = None

    @classmethod
    def require(cls):
        cls.files = made_by("mysql-5.6") / "server"

    def initialise(self, datadir):
        shutil.copytree(self.files / "data" / "mysql", datadir, symlinks=True)
        subprocess.run(["chmod", "-R", "u+rwX", datadir], check=True)

    def account(self):
        return f"GRANT ALL PRIVILEGES ON *.* TO '{ADMIN}'@'%' IDENTIFIED BY '{PASSWORD}' WITH GRANT OPTION;\n"

    def command(self):
        return ["env", f"LD_LIBRARY_PATH={self.files}", self.files / "mysqld", "--no-defaults", f"--basedir={self.files}",
                f"--lc-messages-dir={self.files}/share", "--gtid-mode=ON", "--log-slave-updates", "--enforce-gtid-consistency",
                "--performance-schema=OFF", "--explicit-defaults-for-timestamp=OFF"]


def made_by(tool):
    """The folder that a script of tools/ prints, made when it is not there yet."""
    made = subprocess.run([ROOT / "tools" / tool], capture_output=True, text=True)
    if made.returncode != 0:
        raise Unavailable((made.stderr.strip().splitlines() or [f"tools/{tool} failed"])[-1])
    return pathlib.Path(made.stdout.strip())


def find(tool):
    return shutil.which(tool, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


FLAVOURS = {cls.flavour: cls for cls in (MariaDb if MariaDb.is_meant() else MariaDb10, MySql9, MariaDb11, MySql56)}
