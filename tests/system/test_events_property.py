# SPDX-License-Identifier: Apache-2.0
"""Values of every type, under every row image, row metadata and compression: what the reader gives is what SELECT gives, live and
from file.

tests/unit/test_reader_live.c writes the values by SQL (what it is told there), reads them live, and compares every value of every
image with SELECT. Then `tabrelay events` reads the same logs, live and from the files: the lines are the same, and as many as were
written. TABRELAY_TEST_RANDOM=N: N random values a column under every setting.
"""
import itertools
import os
import re
import subprocess

import pytest

from programs import BUILD
from reading import config_for, events, logs_of, placeless, tables_summed

EVERY = ["mariadb", "mysql", "mariadb11", "mysql56"]
TABLES = "tabrelay_reader_*.t*"  # not those of another name, which the C test sees refused
LINE = re.compile(rb'.{0,400}?"schema":"(tabrelay_reader_\d+)","table":"(\w+)","type":"(\w+)"')


def rows_written(server):
    """Run the C test on SERVER; the rows that it wrote into its first database, by type."""
    where = f"{server.host}:{server.port}:{server.user}:{server.password}"
    done = subprocess.run([BUILD / "tests" / "test_reader_live"], capture_output=True, text=True, timeout=600,
                          env={**os.environ, "TABRELAY_TEST_MYSQL": where, "TABRELAY_TEST_KEEP": "1"})
    assert done.returncode == 0, done.stdout + done.stderr
    counts = re.search(r"tabrelay_reader_0: (\d+) inserted, (\d+) updated, (\d+) deleted", done.stdout)
    return dict(zip(["insert", "update", "delete"], map(int, counts.groups())))


@pytest.mark.parametrize("every_server", EVERY, indirect=True)
def test_every_value_of_every_type_agrees_with_select_live_and_from_file(every_server, tmp_path):
    config = config_for(every_server, tmp_path)
    written = rows_written(every_server)
    counted = {}
    with events(config, "--table", TABLES, "--from", "start", "--no-follow") as live, \
            events(config, "--table", TABLES, "--schema", "--file", *logs_of(every_server)) as filed:
        for a, b in itertools.zip_longest(live, filed):
            if every_server.flavour == "mariadb11":
                a, b = placeless(a or b""), placeless(b or b"")
            assert a == b, (a[:2000] if a else a, b[:2000] if b else b)
            where = LINE.match(a)
            if where:
                counted[where.groups()] = counted.get(where.groups(), 0) + 1
    tables = tables_summed(TABLES, *logs_of(every_server))
    summed = {(t["schema"].encode(), t["table"].encode(), kind.encode()): t[kind]
              for t in tables for kind in ("insert", "update", "delete") if t[kind]}
    assert summed == counted
    assert written == {kind: sum(t[kind] for t in tables if t["schema"] == "tabrelay_reader_0")
                       for kind in written}
