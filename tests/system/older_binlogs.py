# SPDX-License-Identifier: Apache-2.0
"""A binlog of MySQL 9.7 rewritten into the format of an older MySQL.

What differs: the format description (server version, number of event types), GTID events (42 bytes before 8.0: no commit time), the
optional metadata of TABLE_MAPs (none before 8.0; with binlog_row_metadata=MINIMAL signs and character sets only), the flag of
rows events that came with 9.6. Positions and checksums are made anew.
"""
import struct
import zlib
from typing import NamedTuple

HEADER = struct.Struct("<IBIIIH")
FORMAT, TABLE_MAP, GTIDS, ROWS = 15, 19, (33, 34), (30, 31, 32)
IN_USE, SQL_FOREIGN_KEYS = 0x1, 0x10


class Version(NamedTuple):
    server: bytes
    post_headers: str  # hex, one byte for each event type
    gtid_bytes: int    # of a GTID event's body; 0: all
    metadata: tuple    # types of a TABLE_MAP's optional fields that are there


V57 = Version(b"5.7.44-log", "380d0008001200040404041200005f00041a08000000080808020000000a0a0a2a2a00123400", 42, ())
V80 = Version(b"8.0.36", "000d000800000000040004000000620004" "1a08000000080808020000000a0a0a2a2a001234000a2800", 0, (1, 2, 3))
V84 = Version(b"8.4.3", "000d000800000000040004000000630004" "1a08000000000000020000000a0a0a2a2a001234000a280000", 0, (1, 2, 3))


def lenenc(body, at):
    """The number at AT, and where it ends."""
    first = body[at]
    if first < 251:
        return first, at + 1
    size = {252: 2, 253: 3, 254: 8}[first]
    return int.from_bytes(body[at + 1:at + 1 + size], "little"), at + 1 + size


def format_description(version, body, has_checksum):
    return (struct.pack("<H", 4) + version.server.ljust(50, b"\0") + body[52:56] + bytes([HEADER.size]) +
            bytes.fromhex(version.post_headers) + bytes([has_checksum]))


def table_map(version, body):
    at = 8
    for _ in ("schema", "table"):
        at += 1 + body[at] + 1
    columns, at = lenenc(body, at)
    length, at = lenenc(body, at + columns)
    at += length + (columns + 7) // 8
    kept, rest = body[:at], body[at:]
    while rest:
        length, start = lenenc(rest, 1)
        if rest[0] in version.metadata:
            kept += rest[:start + length]
        rest = rest[start + length:]
    return kept


def rewritten(version, kind, body, has_checksum):
    if kind == FORMAT:
        return format_description(version, body, has_checksum)
    if kind == TABLE_MAP:
        return table_map(version, body)
    if kind in GTIDS and version.gtid_bytes:
        return body[:version.gtid_bytes]
    if kind in ROWS:
        flags, = struct.unpack_from("<H", body, 6)
        return body[:6] + struct.pack("<H", flags & ~SQL_FOREIGN_KEYS) + body[8:]
    return body


def rewrite(log, version, has_checksum=True):
    """LOG (the bytes of a file with checksums) as VERSION would have written it."""
    out, at = bytearray(log[:4]), 4
    while at < len(log):
        time, kind, server, length, _, flags = HEADER.unpack_from(log, at)
        body = rewritten(version, kind, log[at + HEADER.size:at + length - 4], has_checksum)
        at += length
        # A format description has room for a checksum in any case.
        length = HEADER.size + len(body) + (4 if has_checksum or kind == FORMAT else 0)
        event = HEADER.pack(time, kind, server, length, len(out) + length, flags & ~IN_USE) + body
        if has_checksum or kind == FORMAT:
            event += struct.pack("<I", zlib.crc32(event))
        out += event
    return bytes(out)
