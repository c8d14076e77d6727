/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/gtid_event.h"

#include <string.h>

#include "replicator/binlog/cursor.h"

/* MySQL's field numbers in a tagged GTID event (mysql-server, control_events.h). */
enum {
    FIELD_FLAGS,
    FIELD_UUID,
    FIELD_NUMBER,
    FIELD_TAG,
    FIELD_LAST_COMMITTED,
    FIELD_SEQUENCE,
    FIELD_COMMIT_TIME,
};

static int malformed(const struct event *e, struct err *err)
{
    return err_set(err, ERR_FORMAT, "binlog: malformed GTID event type %u of %zu bytes", e->type,
                   e->body_len);
}

/* A time of 7 bytes; its highest bit says that another one follows. */
static int64_t read_time(struct cursor *c)
{
    return (int64_t)(cursor_uint(c, 7) & (((uint64_t)1 << 55) - 1));
}

static int read_untagged(const struct event *e, struct gtid_event *out, struct err *err)
{
    struct cursor c = cursor_init(e->body, e->body_len);
    const uint8_t *uuid;

    cursor_u8(&c); /* flags */
    uuid = cursor_take(&c, GTID_UUID_BYTES);
    out->number = (int64_t)cursor_u64(&c);
    if (c.is_short)
        return malformed(e, err);
    memcpy(out->uuid, uuid, GTID_UUID_BYTES);
    cursor_take(&c, 1 + 8 + 8); /* logical clock; 5.7 ends here */
    if (!c.is_short && cursor_left(&c) >= 7)
        out->commit_time_us = read_time(&c);
    return 0;
}

/* The number of trailing 1 bits of the first byte is the number of bytes that follow
 * (mysql-server, libs/mysql/serialization). */
static uint64_t read_varint(struct cursor *c)
{
    uint8_t first = cursor_u8(c);
    unsigned more = 0;
    uint64_t rest;

    while (more < 8 && (first >> more & 1) != 0)
        more++;
    if (more == 0)
        return first >> 1;
    rest = cursor_uint(c, more);
    if (more == 8)
        return rest;
    return (uint64_t)first >> (more + 1) | (more == 7 ? rest : rest << (7 - more));
}

static int64_t read_signed_varint(struct cursor *c)
{
    uint64_t v = read_varint(c);

    return (int64_t)((v >> 1) ^ (0 - (v & 1)));
}

static int read_tagged_field(struct cursor *c, uint64_t field, struct gtid_event *out)
{
    size_t n;
    const uint8_t *p;
    char raw[GTID_TAG_MAX + 1] = "";

    switch (field) {
    case FIELD_FLAGS:
        read_varint(c);
        return 0;
    case FIELD_UUID:
        for (size_t i = 0; i < GTID_UUID_BYTES; i++)
            out->uuid[i] = (uint8_t)read_varint(c);
        return 0;
    case FIELD_NUMBER:
        out->number = read_signed_varint(c);
        return 0;
    case FIELD_TAG:
        n = (size_t)read_varint(c);
        p = n <= GTID_TAG_MAX ? cursor_take(c, n) : NULL;
        if (p == NULL)
            return -1;
        memcpy(raw, p, n);
        return n == 0 || gtid_tag_parse(raw, out->tag) == n ? 0 : -1;
    case FIELD_LAST_COMMITTED:
    case FIELD_SEQUENCE:
        read_signed_varint(c);
        return 0;
    case FIELD_COMMIT_TIME:
        out->commit_time_us = (int64_t)read_varint(c);
        return 0;
    default:
        return -1;
    }
}

static int read_tagged(const struct event *e, struct gtid_event *out, struct err *err)
{
    struct cursor c = cursor_init(e->body, e->body_len);

    if (read_varint(&c) != 1)
        return err_set(err, ERR_FORMAT, "binlog: tagged GTID event of an unknown version");
    read_varint(&c); /* size */
    read_varint(&c); /* last field that must be understood */
    while (!c.is_short && cursor_left(&c) > 0) {
        uint64_t field = read_varint(&c);

        /* Nothing after the commit time is needed, and an unknown field has no known length. */
        if (field > FIELD_COMMIT_TIME)
            break;
        if (read_tagged_field(&c, field, out) != 0)
            return malformed(e, err);
    }
    return c.is_short ? malformed(e, err) : 0;
}

int gtid_event_read(const struct event *e, struct gtid_event *out, struct err *err)
{
    *out = (struct gtid_event){0};
    if ((e->type == EVENT_GTID_TAGGED ? read_tagged : read_untagged)(e, out, err) != 0)
        return -1;
    if (e->type == EVENT_ANONYMOUS_GTID)
        out->number = 0;
    else if (out->number < 1 || out->number == INT64_MAX)
        return malformed(e, err);
    return 0;
}

/* After the flags: what they announce, then (MariaDB 10.8) flags of a second kind, or zeros. */
static enum gtid_alter read_alter(struct cursor c, uint8_t flags)
{
    enum { START = 0x02, COMMIT = 0x04, ROLLBACK = 0x08 };
    unsigned extra;

    if ((flags & GTID_FLAG_COMMIT_ID) != 0)
        cursor_u64(&c);
    if ((flags & (GTID_FLAG_PREPARED_XA | GTID_FLAG_COMPLETED_XA)) != 0) {
        unsigned lengths;

        cursor_u32(&c); /* format */
        lengths = cursor_u8(&c);
        lengths += cursor_u8(&c);
        cursor_take(&c, lengths);
    }
    extra = cursor_u8(&c); /* 0 when nothing is left */
    return (extra & START) != 0      ? GTID_ALTER_START
           : (extra & COMMIT) != 0   ? GTID_ALTER_COMMIT
           : (extra & ROLLBACK) != 0 ? GTID_ALTER_ROLLBACK
                                     : GTID_ALTER_WHOLE;
}

int gtid_event_read_mariadb(const struct event *e, struct gtid_event_mariadb *out, struct err *err)
{
    struct cursor c = cursor_init(e->body, e->body_len);

    out->gtid.number = cursor_u64(&c);
    out->gtid.domain = cursor_u32(&c);
    out->gtid.server = e->server_id;
    out->flags = cursor_u8(&c);
    out->alter = read_alter(c, out->flags);
    return c.is_short ? malformed(e, err) : 0;
}

/* Several servers of one domain are listed, the newest last. */
static int read_triples(struct cursor *c, uint32_t n, struct gtid_list *out, struct err *err)
{
    for (; n > 0; n--) {
        struct gtid_triple triple = {.domain = cursor_u32(c)};

        triple.server = cursor_u32(c);
        triple.number = cursor_u64(c);
        if (gtid_list_set(out, triple, err) != 0)
            return -1;
    }
    return 0;
}

int gtid_event_read_list(const struct event *e, struct gtid_list *list, struct err *err)
{
    struct cursor c = cursor_init(e->body, e->body_len);
    uint32_t n = cursor_u32(&c) & 0x0fffffff;
    struct gtid_list told = GTID_LIST_INIT;
    int rc;

    if (c.is_short || cursor_left(&c) < (uint64_t)n * 16)
        return malformed(e, err);
    rc = read_triples(&c, n, &told, err);
    for (size_t i = 0; rc == 0 && i < told.n_items; i++)
        if (gtid_list_find(list, told.items[i].domain) == NULL)
            rc = gtid_list_set(list, told.items[i], err);
    gtid_list_close(&told);
    return rc;
}
