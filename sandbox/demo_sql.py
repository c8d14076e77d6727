# SPDX-License-Identifier: Apache-2.0
"""Run SQL in the demo's server and print the rows: demo_sql.py STATEMENT, or - for statements on standard input."""
import os
import sys

import pymysql


def show(cursor):
    rows = [[d[0] for d in cursor.description]] + [["NULL" if v is None else str(v) for v in row] for row in cursor]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for number, row in enumerate(rows):
        print("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))


def statements(text):
    """The statements of sandbox/demo.sql and sandbox/demo_data.py: each ends with ';' at the end of a line."""
    return [s for s in text.split(";\n") if s.strip()]


def main():
    text = sys.argv[1]
    connection = pymysql.connect(host="127.0.0.1", port=int(os.environ["DEMO_MYSQL_PORT"]), user="demo", charset="utf8mb4",
                                 password=os.environ["DEMO_MYSQL_PASSWORD"], database="world", autocommit=True)
    with connection, connection.cursor() as cursor:
        if text == "-":
            for statement in statements(sys.stdin.read()):
                cursor.execute(statement)
            return
        cursor.execute(text)
        if cursor.description:
            show(cursor)
        print(f"{cursor.rowcount} row{'' if cursor.rowcount == 1 else 's'}")


if __name__ == "__main__":
    try:
        main()
    except pymysql.err.MySQLError as error:
        sys.exit(f"MySQL: {error.args[-1]}")
