# SPDX-License-Identifier: Apache-2.0
"""Let a fresh server write the workloads, each into a binlog file of its own.

The file after it begins with a row of the table bench.mark: there live readers stop.
"""
from workloads import WORKLOADS


def fill(server, scale):
    connection = server.connect(autocommit=False)
    files = {}
    with connection, connection.cursor() as cursor:
        cursor.execute("SET time_zone = '+00:00'")
        cursor.execute("CREATE DATABASE bench")
        cursor.execute("USE bench")
        cursor.execute("CREATE TABLE mark (id INT NOT NULL PRIMARY KEY AUTO_INCREMENT)")
        for workload in WORKLOADS:
            for name, columns in workload.tables.items():
                cursor.execute(f"CREATE TABLE {name} {columns}")
            for statement in workload.before(scale):
                cursor.execute(statement)
                connection.commit()
            cursor.execute("FLUSH BINARY LOGS")
            cursor.execute("SHOW BINARY LOGS")
            files[workload.name] = cursor.fetchall()[-1][0]
            for transaction in workload.logged(scale):
                for statement in transaction:
                    cursor.execute(statement)
                connection.commit()
            cursor.execute("FLUSH BINARY LOGS")
            cursor.execute("INSERT INTO mark VALUES ()")
            connection.commit()
    return files
