/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/event.h"

#include <libdeflate.h>
#include <string.h>

#include "replicator/binlog/cursor.h"

enum {
    FORMAT_FIXED_BYTES = 2 + 50 + 4 + 1, /* version, server version, created, header length */
    FORMAT_TAIL_BYTES = 1 + EVENT_CRC_BYTES,
    FLAG_IN_USE = 0x1,
    FLAGS_AT = 17,
};

void event_format_init(struct event_format *format, bool has_crc)
{
    *format = (struct event_format){.has_crc = has_crc};
}

/* The event's last four bytes are the CRC-32 of all before them. A format description event is
 * summed as if it were not in use: the server sets that bit afterwards. */
static bool crc_is_good(const uint8_t *bytes, size_t len, uint8_t type)
{
    size_t summed = len - EVENT_CRC_BYTES;
    uint8_t header[EVENT_HEADER_BYTES];
    uint32_t sum = 0;

    if (type == EVENT_FORMAT) {
        memcpy(header, bytes, sizeof(header));
        header[FLAGS_AT] &= (uint8_t)~FLAG_IN_USE;
        sum = libdeflate_crc32(0, header, sizeof(header));
        bytes += sizeof(header);
        summed -= sizeof(header);
    }
    return libdeflate_crc32(sum, bytes, summed) == le_load(bytes + summed, EVENT_CRC_BYTES);
}

/* Since 5.6.1 (MariaDB 5.3) the event ends with the algorithm and room for a checksum, even when
 * the algorithm is "none". Older ones just end. */
static bool format_has_tail(const uint8_t *bytes, size_t len)
{
    unsigned numbers[3] = {0};
    size_t n = 0;
    bool is_mariadb;

    if (len < EVENT_HEADER_BYTES + FORMAT_FIXED_BYTES + FORMAT_TAIL_BYTES)
        return false;
    is_mariadb = memmem(bytes + EVENT_HEADER_BYTES + 2, 50, "MariaDB", 7) != NULL;
    for (const uint8_t *p = bytes + EVENT_HEADER_BYTES + 2, *end = p + 50; p < end && n < 3; p++) {
        if (*p >= '0' && *p <= '9' && numbers[n] < 1000)
            numbers[n] = numbers[n] * 10 + (unsigned)(*p - '0');
        else if (*p == '.')
            n++;
        else
            break;
    }
    return numbers[0] * 10000 + numbers[1] * 100 + numbers[2] >= (is_mariadb ? 50300 : 50601);
}

/* Bytes after the body of this event. */
static size_t tail_bytes(const struct event_format *format, const uint8_t *bytes, size_t len,
                         uint8_t type, bool *has_crc)
{
    if (type != EVENT_FORMAT) {
        *has_crc = format->has_crc;
        return *has_crc ? EVENT_CRC_BYTES : 0;
    }
    *has_crc = false;
    if (!format_has_tail(bytes, len))
        return 0;
    *has_crc = bytes[len - FORMAT_TAIL_BYTES] != 0;
    return EVENT_CRC_BYTES;
}

int event_read_header(const uint8_t *bytes, size_t len, struct event *out, struct err *err)
{
    if (len < EVENT_HEADER_BYTES)
        return err_set(err, ERR_FORMAT, "binlog: event header of %zu bytes instead of %d", len,
                       EVENT_HEADER_BYTES);
    *out = (struct event){.time_s = le_load32(bytes),
                          .type = bytes[4],
                          .server_id = le_load32(bytes + 5),
                          .length = le_load32(bytes + 9),
                          .log_pos = le_load32(bytes + 13),
                          .flags = (uint16_t)le_load(bytes + FLAGS_AT, 2)};
    return 0;
}

int event_parse(const struct event_format *format, const uint8_t *bytes, size_t len,
                struct event *out, struct err *err)
{
    bool has_crc;
    size_t tail;

    if (event_read_header(bytes, len, out, err) != 0)
        return -1;
    if (out->length != len)
        return err_set(err, ERR_FORMAT, "binlog: event type %u says %u bytes, but %zu came",
                       out->type, out->length, len);
    tail = tail_bytes(format, bytes, len, out->type, &has_crc);
    if (len < EVENT_HEADER_BYTES + tail)
        return err_set(err, ERR_FORMAT,
                       "binlog: event type %u of %zu bytes has no room for a "
                       "checksum",
                       out->type, len);
    if (has_crc && !crc_is_good(bytes, len, out->type))
        return err_set(err, ERR_FORMAT, "binlog: event type %u of %zu bytes at %u: wrong checksum",
                       out->type, len, out->log_pos);
    out->body = bytes + EVENT_HEADER_BYTES;
    out->body_len = len - EVENT_HEADER_BYTES - tail;
    return 0;
}

int event_read_format(const struct event *e, struct event_format *out, struct err *err)
{
    struct cursor c = cursor_init(e->body, e->body_len);
    unsigned version = cursor_u16(&c);
    const uint8_t *server = cursor_take(&c, 50);
    unsigned header;
    size_t n;

    cursor_u32(&c); /* created */
    header = cursor_u8(&c);
    if (c.is_short)
        return err_set(err, ERR_FORMAT, "binlog: format description of %zu bytes", e->body_len);
    if (version != 4 || header != EVENT_HEADER_BYTES)
        return err_set(err, ERR_FORMAT,
                       "binlog: format version %u with headers of %u bytes; only "
                       "version 4 with 19 is known",
                       version, header);
    event_format_init(out, false);
    memcpy(out->server_version, server, 50);
    out->is_mariadb = strstr(out->server_version, "MariaDB") != NULL;
    n = cursor_left(&c);
    /* event_parse has cut the checksum off; the algorithm is what is left of the tail. */
    if (e->length > EVENT_HEADER_BYTES + e->body_len && n > 0)
        out->has_crc = c.at[--n] == 1;
    for (size_t i = 0; i < n && i < 255; i++)
        out->post_header[i + 1] = c.at[i];
    return 0;
}

int event_read_rotate(const struct event *e, struct event_rotate *out, struct err *err)
{
    struct cursor c = cursor_init(e->body, e->body_len);

    out->offset = cursor_u64(&c);
    out->file_len = cursor_left(&c);
    out->file = (const char *)c.at;
    if (c.is_short || out->file_len == 0 || out->file_len > 512 ||
        memchr(out->file, '\0', out->file_len) != NULL)
        return err_set(err, ERR_FORMAT, "binlog: malformed rotate event of %zu bytes", e->body_len);
    return 0;
}

/* Status variables stand without a length each; those before the character sets are known
 * (mysql-server, statement_events.h; the same in MariaDB). */
static uint16_t read_collation(struct cursor c)
{
    enum { FLAGS2 = 0, SQL_MODE = 1, AUTO_INCREMENT = 3, CHARSET = 4, CATALOG = 6 };

    while (!c.is_short && cursor_left(&c) > 0) {
        switch (cursor_u8(&c)) {
        case FLAGS2:
        case AUTO_INCREMENT:
            cursor_take(&c, 4);
            break;
        case SQL_MODE:
            cursor_take(&c, 8);
            break;
        case CATALOG:
            cursor_take(&c, cursor_u8(&c));
            break;
        case CHARSET:
            return cursor_u16(&c);
        default:
            return 0;
        }
    }
    return 0;
}

int event_read_query(const struct event *e, struct event_query *out, struct err *err)
{
    struct cursor c = cursor_init(e->body, e->body_len);
    unsigned schema_len, status_len;
    const uint8_t *schema;

    cursor_u32(&c); /* thread */
    cursor_u32(&c); /* seconds it took */
    schema_len = cursor_u8(&c);
    out->error_code = cursor_u16(&c);
    status_len = cursor_u16(&c);
    out->collation = read_collation(cursor_sub(&c, status_len));
    schema = cursor_take(&c, schema_len + 1U);
    out->sql = (const char *)c.at;
    out->sql_len = cursor_left(&c);
    if (c.is_short || schema[schema_len] != '\0')
        return err_set(err, ERR_FORMAT, "binlog: malformed query event of %zu bytes", e->body_len);
    out->schema = (const char *)schema;
    return 0;
}

bool event_is_rows(uint8_t type)
{
    return (type >= EVENT_WRITE_ROWS_V1 && type <= EVENT_DELETE_ROWS_V1) ||
           (type >= EVENT_WRITE_ROWS && type <= EVENT_DELETE_ROWS) ||
           type == EVENT_PARTIAL_UPDATE_ROWS ||
           (type >= EVENT_WRITE_ROWS_COMPRESSED_V1 && type <= EVENT_DELETE_ROWS_COMPRESSED);
}
