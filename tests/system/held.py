# SPDX-License-Identifier: Apache-2.0
"""Cells and rows that wait for a person, made by SQL as the webhook makes them (common/base.h, common/base_values.h)."""
import ctypes
import ctypes.util
import json
import struct

_xxhash = ctypes.CDLL(ctypes.util.find_library("xxhash") or "libxxhash.so.0")
_xxhash.XXH3_64bits.restype = ctypes.c_uint64
_xxhash.XXH3_64bits.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
NULL_HASH = 1
ROW = ""


def hash64(data):
    return _xxhash.XXH3_64bits(data, len(data))


def hash_value(text):
    return NULL_HASH if text is None else max(hash64(text.encode()), 2)


def column_id(name):
    return hash64(name.encode()) & 0xFFFFFFFF


def held_id(name):
    return hash64(struct.pack("<QQ", hash64(name.encode()), 0x68656C64)) & 0xFFFFFFFF


def shown(blob, name, before, at_ms):
    """BLOB, as when MySQL's value of a column took the place of BEFORE in the sheet."""
    seeds = {0x73686F77: hash_value(before), 0x73696E63: at_ms}
    return blob + b"".join(struct.pack("<IQ", hash64(struct.pack("<QQ", hash64(name.encode()), seed)) & 0xFFFFFFFF, value)
                           for seed, value in seeds.items())


def entries(blob):
    return dict(struct.iter_unpack("<IQ", blob))


def base(stack, key):
    """(hashes as {id: hash}, agreed, changed_us) of the row with this key; None: it has no base."""
    rows = stack.sql(f"SELECT hashes, agreed, changed_us FROM {stack.state_database}.base WHERE mapping = 'items' AND row_key = %s",
                     (json.dumps([str(key)], separators=(",", ":")),))
    return (entries(rows[0][0]), rows[0][1], rows[0][2]) if rows else None


def is_held(stack, key, column):
    found = base(stack, key)
    return found is not None and held_id(column) in found[0]


def hold(stack, key, column, sheet, mysql=None, state="open", kind="update_update", force=None):
    """Open a conflict of COLUMN ("": the whole row), the sheet showing SHEET; its number. FORCE: columns that its edit is to force."""
    row_key = json.dumps([str(key)], separators=(",", ":"))
    hashes, _, _ = base(stack, key)
    agreed = b""
    hashes[held_id(column)] = 1
    if column != ROW:
        hashes[column_id(column)] = hash_value(sheet)
        agreed = struct.pack("<II", column_id(column), len(sheet.encode())) + sheet.encode()
    blob = b"".join(struct.pack("<IQ", *entry) for entry in hashes.items())
    db = stack.state_database
    connection = stack.server.connect(database=db)
    with connection, connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT key_hash FROM base WHERE mapping = 'items' AND row_key = %s FOR UPDATE", (row_key,))
        key_hash = cursor.fetchone()[0]
        cursor.execute("UPDATE base SET hashes = %s, agreed = %s WHERE mapping = 'items' AND row_key = %s", (blob, agreed, row_key))
        cursor.execute("INSERT INTO conflicts (mapping, key_hash, row_key, column_name, kind, policy, state, edit_id, editor, edited_at, "
                       "mysql_value, sheet_value, opened_at) VALUES ('items', %s, %s, %s, %s, 'manual', %s, 'made', 'ann', "
                       "UTC_TIMESTAMP(3), %s, %s, UTC_TIMESTAMP(3))",
                       (key_hash, row_key, column, kind, state, json.dumps(mysql), json.dumps(sheet)))
        number = cursor.lastrowid
        if force is not None:
            cursor.execute("INSERT INTO edit_log (edit_id, mapping, source, kind, key_hash, row_key, edited_columns, editor, edited_at, "
                           "received_at, cells, outcome) VALUES (UUID(), 'items', 'script', 'upsert', %s, %s, %s, 'ann', UTC_TIMESTAMP(3), "
                           "UTC_TIMESTAMP(3), '{}', 'conflict')", (key_hash, row_key, json.dumps(force)))
        cursor.execute("COMMIT")
    return number


def conflict(stack, number):
    """(state, outcome, resolved_by)"""
    return stack.sql(f"SELECT state, outcome, resolved_by FROM {stack.state_database}.conflicts WHERE id = %s", (number,))[0]
