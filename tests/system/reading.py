# SPDX-License-Identifier: Apache-2.0
"""What the tests of the reader share: a server's binlog files, and `tabrelay events` on the server or on files."""
import contextlib
import json
import re
import subprocess

from programs import BUILD
from servers import free_port


def logs_of(server):
    """The server's binlog files, in order."""
    return [server.dir / "data" / name[0] for name in server.sql("SHOW BINARY LOGS")]


def newest_log(server):
    return logs_of(server)[-1]


def config_for(server, folder):
    """The path of a configuration that names the server."""
    path = folder / "reading.yaml"
    path.write_text(json.dumps({
        "instance": "reading-test",
        "mysql": {"host": "127.0.0.1", "port": server.port, "user": server.user, "password": server.password},
        "google": {"credentials": "no-such-key.json"},
        "webhook": {"secret": "0123456789abcdef", "listen": f"127.0.0.1:{free_port()}"},
        "mappings": [{"table": "some.items", "spreadsheet": "1AbC", "tab": "Items"}],
    }))
    return path


def command(config, *arguments):
    return [BUILD / "tabrelay", *(["--config", config] if config else []), "events", *map(str, arguments)]


@contextlib.contextmanager
def events(config, *arguments):
    """The lines of `tabrelay events` as they come; it must end well. CONFIG None: without a server."""
    process = subprocess.Popen(command(config, *arguments), stdout=subprocess.PIPE)
    with process.stdout as lines:
        yield lines
    assert process.wait() == 0, arguments


def changes(config, *arguments):
    """All of them, as objects."""
    with events(config, *arguments) as lines:
        return [json.loads(line) for line in lines]


def placeless(line):
    """A line without its position: since 11.4 MariaDB says none inside a transaction, and does not send what it annotates."""
    return re.sub(rb'"position":"[^"]*",', b"", line, count=1)


def tables_summed(table, *paths):
    """The rows by table that --summary counts in files, of the tables that TABLE means."""
    done = subprocess.run(command(None, "--summary", "--json", "--table", table, "--file", *paths), stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)["tables"]
