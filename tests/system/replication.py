# SPDX-License-Identifier: Apache-2.0
"""Servers that replicate: a primary and a replica that may be promoted, and a group of MySQL servers (group replication)."""
import contextlib
import uuid

import pymysql

from programs import wait_until
from servers import ADMIN, PASSWORD, free_port

SAME = ["--log-slave-updates=ON", "--gtid-domain-id=1"]  # of MariaDB: what is replicated is in the replica's own binlog


class Pair:
    """A primary, and a read-only replica of it."""

    def __init__(self, cls, base, numbers):
        extra = SAME if cls.flavour == "mariadb" else []
        self.is_mariadb = cls.flavour == "mariadb"
        self.primary, self.replica = (cls(base, next(numbers), extra) for _ in range(2))

    def start(self):
        for server in (self.primary, self.replica):
            server.start()
            server.sql("RESET MASTER" if self.is_mariadb else "RESET BINARY LOGS AND GTIDS")
        if self.is_mariadb:
            self.replica.sql("SET GLOBAL gtid_slave_pos = ''")
            self.replica.sql(f"CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = {self.primary.port}, MASTER_USER = '{ADMIN}', "
                             f"MASTER_PASSWORD = '{PASSWORD}', MASTER_USE_GTID = slave_pos, MASTER_CONNECT_RETRY = 1")
        else:
            self.replica.sql(f"CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = {self.primary.port}, "
                             f"SOURCE_USER = '{ADMIN}', SOURCE_PASSWORD = '{PASSWORD}', SOURCE_AUTO_POSITION = 1, "
                             "GET_SOURCE_PUBLIC_KEY = 1, SOURCE_CONNECT_RETRY = 1")
        self.replica.sql("SET GLOBAL read_only = ON")
        self.replica.sql("START REPLICA")
        return self

    def position(self, server):
        return server.sql("SELECT @@GLOBAL.gtid_binlog_pos" if self.is_mariadb else "SELECT @@GLOBAL.gtid_executed")[0][0]

    def catch_up(self):
        """Nothing is written meanwhile by anybody but the replicator's lease."""
        wanted = self.position(self.primary)
        if self.is_mariadb:
            done = self.replica.sql("SELECT MASTER_GTID_WAIT(%s, 60)", [wanted])
        else:
            done = self.replica.sql("SELECT WAIT_FOR_EXECUTED_GTID_SET(%s, 60)", [wanted])
        assert done[0][0] == 0, done

    def stop_receiving(self):
        self.replica.sql("STOP REPLICA IO_THREAD")

    def promote(self):
        self.replica.sql("STOP REPLICA")
        self.replica.sql("RESET REPLICA ALL")
        self.replica.sql("SET GLOBAL read_only = OFF")

    def remove(self):
        for server in (self.replica, self.primary):
            server.remove()


class Group:
    """Three members of group replication; one takes writes."""

    SETTLED = "SELECT COUNT(*) FROM performance_schema.replication_group_members WHERE MEMBER_STATE = 'ONLINE'"

    def __init__(self, cls, base, numbers):
        ports = [free_port() for _ in range(3)]
        seeds = ",".join(f"127.0.0.1:{port}" for port in ports)
        name = uuid.uuid4()
        self.members = [cls(base, next(numbers), [
            "--performance-schema=ON", "--plugin-load-add=group_replication.so", "--report-host=127.0.0.1",
            f"--loose-group-replication-group-name={name}", "--loose-group-replication-start-on-boot=OFF",
            f"--loose-group-replication-local-address=127.0.0.1:{port}", f"--loose-group-replication-group-seeds={seeds}",
            "--loose-group-replication-recovery-get-public-key=ON", "--loose-group-replication-member-expel-timeout=0",
            "--loose-group-replication-consistency=BEFORE_ON_PRIMARY_FAILOVER"]) for port in ports]

    def start(self):
        for at, member in enumerate(self.members):
            member.start()
            member.sql("RESET BINARY LOGS AND GTIDS")
            if at == 0:
                member.sql("SET GLOBAL group_replication_bootstrap_group = ON")
            member.sql(f"START GROUP_REPLICATION USER = '{ADMIN}', PASSWORD = '{PASSWORD}'")
            if at == 0:
                member.sql("SET GLOBAL group_replication_bootstrap_group = OFF")
            wait_until(f"member {at} to be online", lambda m=member, n=at + 1: m.sql(self.SETTLED)[0][0] == n, 60, every_s=0.1)
        return self

    def primary(self):
        """The living member that takes writes, or None."""
        for member in self.members:
            with contextlib.suppress(pymysql.err.MySQLError):
                if member.process is not None and member.sql("SELECT @@GLOBAL.read_only")[0][0] == 0:
                    return member
        return None

    def remove(self):
        for member in self.members:
            member.remove()
