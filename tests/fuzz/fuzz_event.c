/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frame of an event, and the bodies that steer a stream.
 *
 * Input: a byte (bit 0: mend length and checksum, bit 1: checksums are on), one event.
 */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "replicator/binlog/cursor.h"
#include "replicator/binlog/event.h"
#include "replicator/binlog/gtid_event.h"
#include "tests/fuzz/targets.h"

enum { MEND = 1, HAS_CRC = 2, FLAGS_AT = 17, IN_USE = 1 };

static void put_u32(uint8_t *to, size_t v)
{
    for (size_t i = 0; i < 4; i++)
        to[i] = (uint8_t)(v >> (8 * i));
}

/* As a server would have framed it; a format description is summed as if it were not in use. */
static void mend(uint8_t *event, size_t size)
{
    uint8_t flags;
    uLong sum;

    if (size < EVENT_HEADER_BYTES + EVENT_CRC_BYTES)
        return;
    put_u32(event + 9, size);
    flags = event[FLAGS_AT];
    if (event[4] == EVENT_FORMAT)
        event[FLAGS_AT] &= (uint8_t)~IN_USE;
    sum = crc32(0, event, (uInt)(size - EVENT_CRC_BYTES));
    event[FLAGS_AT] = flags;
    put_u32(event + size - EVENT_CRC_BYTES, sum);
}

static void check_frame(const struct event *e, const uint8_t *bytes, size_t size)
{
    if (e->length != size || e->body != bytes + EVENT_HEADER_BYTES ||
        e->body_len > size - EVENT_HEADER_BYTES)
        abort();
}

/* Strings that are said to end with a NUL do, within the event. */
static void read_bodies(const struct event *e)
{
    const char *end = (const char *)e->body + e->body_len;
    struct gtid_list list = GTID_LIST_INIT;
    struct event_format format;
    struct event_rotate rotate;
    struct event_query query;
    struct gtid_event gtid;
    struct gtid_event_mariadb mariadb;
    struct err err;

    if (event_read_format(e, &format, &err) == 0 &&
        strlen(format.server_version) >= sizeof(format.server_version))
        abort();
    if (event_read_rotate(e, &rotate, &err) == 0 && rotate.file + rotate.file_len != end)
        abort();
    if (event_read_query(e, &query, &err) == 0 &&
        (query.schema + strlen(query.schema) >= end || query.sql + query.sql_len != end))
        abort();
    if (gtid_event_read(e, &gtid, &err) == 0 && strlen(gtid.tag) > GTID_TAG_MAX)
        abort();
    gtid_event_read_mariadb(e, &mariadb, &err);
    gtid_event_read_list(e, &list, &err);
    gtid_list_close(&list);
}

void fuzz_event(const uint8_t *data, size_t size)
{
    struct cursor c = cursor_init(data, size);
    unsigned flags = cursor_u8(&c);
    size_t len = cursor_left(&c);
    uint8_t *event = malloc(len);
    struct event_format format;
    struct event e;
    struct err err;

    if (event == NULL)
        return;
    memcpy(event, c.at, len);
    if ((flags & MEND) != 0)
        mend(event, len);
    event_format_init(&format, (flags & HAS_CRC) != 0);
    if (event_parse(&format, event, len, &e, &err) == 0) {
        check_frame(&e, event, len);
        read_bodies(&e);
    } else if ((flags & MEND) != 0 && len >= EVENT_HEADER_BYTES + EVENT_CRC_BYTES)
        abort(); /* nothing is wrong with it */
    free(event);
}
