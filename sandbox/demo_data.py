# SPDX-License-Identifier: Apache-2.0
"""Print SQL that fills the demo's tables (demo.sql) with Debian's iso-codes: ISO 3166-1, ISO 3166-2, ISO 4217."""
import json
import sys

ISO = "/usr/share/iso-codes/json/iso_{}.json"
ROWS_A_STATEMENT = 500
FUNDS = set("BOV CHE CHW CLF COU MXV USN UYI UYW".split())
METALS = set("XAG XAU XPD XPT".split())
OTHERS = set("XBA XBB XBC XBD XDR XSU XTS XUA XXX".split())
# Units for one euro, fixed since the euro replaced the currency that each was tied to.
FIXED = {"EUR": "1", "XAF": "655.957", "XOF": "655.957", "XPF": "119.331742", "KMF": "491.96775", "BAM": "1.95583",
         "CVE": "110.265"}
FIXED_SINCE = "1999-01-01"


def entries(standard):
    with open(ISO.format(standard), encoding="utf-8") as file:
        return json.load(file)[standard]


def literal(value):
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(value)
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def insert(table, columns, rows):
    for first in range(0, len(rows), ROWS_A_STATEMENT):
        values = ",\n".join(f"({', '.join(map(literal, row))})" for row in rows[first:first + ROWS_A_STATEMENT])
        print(f"INSERT INTO {table} ({', '.join(columns)}) VALUES\n{values};")


def countries():
    return [(e["alpha_2"], e["name"], e.get("official_name"), int(e["numeric"]), e.get("flag", ""))
            for e in sorted(entries("3166-1"), key=lambda e: e["alpha_2"])]


def parent(entry):
    """Some parents are given without their country."""
    code = entry.get("parent")
    return code if code is None or "-" in code else f"{entry['code'][:2]}-{code}"


def subdivisions(known):
    return [(e["code"][:2], e["code"], e["name"], e["type"], parent(e))
            for e in sorted(entries("3166-2"), key=lambda e: e["code"]) if e["code"][:2] in known]


def kind(code):
    return "fund" if code in FUNDS else "metal" if code in METALS else "other" if code in OTHERS else "money"


def currencies():
    rows = []
    for e in sorted(entries("4217"), key=lambda e: e["alpha_3"]):
        code = e["alpha_3"]
        rows.append((code, e["name"], int(e["numeric"]), kind(code), FIXED.get(code),
                     FIXED_SINCE if code in FIXED else None))
    return rows


def main():
    sys.stdout.reconfigure(encoding="utf-8")
    rows = countries()
    print("SET NAMES utf8mb4;")
    insert("countries", ("code", "name", "official_name", "numeric_code", "flag"), rows)
    insert("subdivisions", ("country", "code", "name", "type", "parent"), subdivisions({row[0] for row in rows}))
    insert("currencies", ("code", "name", "numeric_code", "kind", "per_euro", "fixed_since"), currencies())


if __name__ == "__main__":
    main()
