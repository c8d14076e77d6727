/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/fragments.h"

#include "replicator/binlog/cursor.h"

enum { FLAG_SIZE = 1, EVENT_MAX = 1 << 30 /* the servers' own limit */ };

void fragments_close(struct fragments *f)
{
    buf_close(&f->bytes);
    *f = FRAGMENTS_INIT;
}

/* The whole event has a checksum of its own or not: nobody says which. A good one is one. */
static int read_whole(struct fragments *f, struct event *out, struct err *err)
{
    static const struct event_format plain, with_crc = {.has_crc = true};
    const uint8_t *bytes = (const uint8_t *)f->bytes.ptr;
    struct err ignored;

    f->seen = 0;
    if (event_parse(&with_crc, bytes, f->bytes.len, out, &ignored) != 0 &&
        event_parse(&plain, bytes, f->bytes.len, out, err) != 0)
        return -1;
    if (!event_is_rows(out->type))
        return err_set(err, ERR_FORMAT, "binlog: event type %u in parts", out->type);
    return 1;
}

int fragments_add(struct fragments *f, const struct event *e, struct event *out, struct err *err)
{
    struct cursor c = cursor_init(e->body, e->body_len);
    uint32_t total = cursor_u32(&c), number = cursor_u32(&c);
    size_t n;

    if ((cursor_u8(&c) & FLAG_SIZE) != 0)
        cursor_u64(&c); /* what really comes counts */
    if (c.is_short)
        return err_set(err, ERR_FORMAT, "binlog: part of a rows event of %zu bytes", e->body_len);
    if (f->seen == 0)
        f->total = total;
    if (total != f->total || number != f->seen + 1 || number > total)
        return err_set(err, ERR_FORMAT,
                       "binlog: part %u of %u of a rows event where part %u of %u was to come",
                       number, total, f->seen + 1, f->total);
    n = cursor_left(&c);
    if (n > EVENT_MAX - f->bytes.len)
        return err_set(err, ERR_FORMAT, "binlog: a rows event of more than 1 GiB");
    buf_append(&f->bytes, c.at, n);
    if (f->bytes.is_failed)
        return err_nomem(err, "rows event");
    f->seen = number;
    return number < total ? 0 : read_whole(f, out, err);
}
