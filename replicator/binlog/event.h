/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event: the frame of one binlog event: header, checksum, body; and the bodies that steer the
 * stream itself (format description, rotate, query).
 *
 * Pure: bytes in, structs out that point into them. Any thread.
 */
#ifndef REPLICATOR_BINLOG_EVENT_H
#define REPLICATOR_BINLOG_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

/* Numbers as in MySQL's Log_event_type and MariaDB's; both servers together. */
enum event_type {
    EVENT_QUERY = 2,
    EVENT_STOP = 3,
    EVENT_ROTATE = 4,
    EVENT_INTVAR = 5,
    EVENT_APPEND_BLOCK = 9,
    EVENT_RAND = 13,
    EVENT_USER_VAR = 14,
    EVENT_FORMAT = 15,
    EVENT_XID = 16,
    EVENT_BEGIN_LOAD = 17,
    EVENT_EXECUTE_LOAD = 18,
    EVENT_TABLE_MAP = 19,
    EVENT_WRITE_ROWS_V1 = 23,
    EVENT_UPDATE_ROWS_V1 = 24,
    EVENT_DELETE_ROWS_V1 = 25,
    EVENT_INCIDENT = 26,
    EVENT_HEARTBEAT = 27,
    EVENT_IGNORABLE = 28,
    EVENT_ROWS_QUERY = 29,
    EVENT_WRITE_ROWS = 30,
    EVENT_UPDATE_ROWS = 31,
    EVENT_DELETE_ROWS = 32,
    EVENT_GTID = 33,
    EVENT_ANONYMOUS_GTID = 34,
    EVENT_PREVIOUS_GTIDS = 35,
    EVENT_TRANSACTION_CONTEXT = 36,
    EVENT_VIEW_CHANGE = 37,
    EVENT_XA_PREPARE = 38,
    EVENT_PARTIAL_UPDATE_ROWS = 39,
    EVENT_TRANSACTION_PAYLOAD = 40,
    EVENT_HEARTBEAT_V2 = 41,
    EVENT_GTID_TAGGED = 42,
    EVENT_LARGE_TRANSACTION_HEADER = 43,
    EVENT_ANNOTATE_ROWS = 160,
    EVENT_BINLOG_CHECKPOINT = 161,
    EVENT_MARIADB_GTID = 162,
    EVENT_GTID_LIST = 163,
    EVENT_START_ENCRYPTION = 164,
    EVENT_QUERY_COMPRESSED = 165,
    EVENT_WRITE_ROWS_COMPRESSED_V1 = 166,
    EVENT_UPDATE_ROWS_COMPRESSED_V1 = 167,
    EVENT_DELETE_ROWS_COMPRESSED_V1 = 168,
    EVENT_WRITE_ROWS_COMPRESSED = 169,
    EVENT_UPDATE_ROWS_COMPRESSED = 170,
    EVENT_DELETE_ROWS_COMPRESSED = 171,
    EVENT_PARTIAL_ROW_DATA = 172,
};

enum {
    EVENT_HEADER_BYTES = 19,
    EVENT_CRC_BYTES = 4,
    EVENT_FLAG_ARTIFICIAL = 0x20,
    EVENT_FLAG_IGNORABLE = 0x80,
};

/* What the format description event says of the events after it. */
struct event_format {
    char server_version[51];
    bool has_crc;
    bool is_mariadb;
    uint8_t
        post_header[256]; /* bytes of each type's fixed part; 0 if the server knows no such type */
};

struct event {
    uint32_t time_s; /* 0: artificial, no time */
    uint8_t type;
    uint32_t server_id;
    uint32_t length;  /* header, body and checksum */
    uint32_t log_pos; /* end position modulo 2^32; 0 if the server did not say */
    uint16_t flags;
    const uint8_t *body; /* not owned; after the header, before the checksum */
    size_t body_len;
};

/* Before the first format description event: checksums as announced to the server. */
void event_format_init(struct event_format *format, bool has_crc);

/* Only the header, of the first 19 of LEN bytes: no body, nothing checked. */
int event_read_header(const uint8_t *bytes, size_t len, struct event *out, struct err *err);

/* Read one whole event and check its length and CRC32. A format description event is read by its
 * own checksum byte. ERR_FORMAT. */
int event_parse(const struct event_format *format, const uint8_t *bytes, size_t len,
                struct event *out, struct err *err);

/* Read the body of a format description event. */
int event_read_format(const struct event *e, struct event_format *out, struct err *err);

struct event_rotate {
    uint64_t offset;
    const char *file; /* not NUL-terminated */
    size_t file_len;
};
int event_read_rotate(const struct event *e, struct event_rotate *out, struct err *err);

struct event_query {
    uint16_t error_code; /* not 0: the statement ended half-way */
    uint16_t collation;  /* of the client, and so of SQL; 0 if not told */
    const char *schema;  /* NUL-terminated */
    const char *sql;     /* not NUL-terminated; still compressed in EVENT_QUERY_COMPRESSED */
    size_t sql_len;
};
int event_read_query(const struct event *e, struct event_query *out, struct err *err);

/* Does an event of this type carry rows? */
bool event_is_rows(uint8_t type);
#endif
