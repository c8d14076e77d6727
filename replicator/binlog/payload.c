/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/payload.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "common/buf.h"
#include "replicator/binlog/cursor.h"

/* mysql-server, libs/mysql/binlog/event/codecs: fields in any order, end mark 0. */
enum {
    FIELD_END = 0,
    FIELD_SIZE = 1,
    FIELD_COMPRESSION = 2,
    FIELD_UNCOMPRESSED = 3,
    COMPRESSION_ZSTD = 0,
    COMPRESSION_NONE = 255,
};
#define INNER_MAX (UINT32_C(1) << 30) /* the servers' own limit of an event */

struct payload {
    ZSTD_DCtx *zstd;     /* owned */
    struct buf unpacked; /* the inner event under way */
};

typedef int (*event_function)(void *ctx, const uint8_t *bytes, size_t len, struct err *err);

int payload_new(struct payload **out, struct err *err)
{
    struct payload *p = calloc(1, sizeof(*p));

    if (p != NULL)
        p->zstd = ZSTD_createDCtx();
    if (p == NULL || p->zstd == NULL) {
        payload_free(p);
        return err_nomem(err, "transaction payload");
    }
    *out = p;
    return 0;
}

void payload_free(struct payload *p)
{
    if (p == NULL)
        return;
    ZSTD_freeDCtx(p->zstd);
    buf_close(&p->unpacked);
    free(p);
}

static int malformed(const struct event *e, struct err *err)
{
    return err_set(err, ERR_FORMAT, "binlog: malformed transaction payload of %zu bytes",
                   e->body_len);
}

/* Leaves C at the payload. */
static int read_head(struct cursor *c, uint64_t *size, uint64_t *compression)
{
    *size = 0;
    *compression = COMPRESSION_NONE;
    for (;;) {
        uint64_t type = cursor_lenenc(c);
        struct cursor field;

        if (type == FIELD_END)
            return c->is_short ? -1 : 0;
        field = cursor_sub(c, cursor_lenenc(c));
        if (type == FIELD_SIZE)
            *size = cursor_lenenc(&field);
        else if (type == FIELD_COMPRESSION)
            *compression = cursor_lenenc(&field);
        if (field.is_short)
            return -1;
    }
}

/* The length of the event whose header begins at P. */
static uint32_t inner_length(const char *p)
{
    return (uint32_t)le_load((const uint8_t *)p + 9, 4);
}

/* Unpack until WANT bytes are there: 1, 0 when the source ends before, -1. */
static int unpack(struct payload *p, ZSTD_inBuffer *in, size_t want, struct err *err)
{
    while (p->unpacked.len < want) {
        size_t need = want - p->unpacked.len, before = in->pos;
        ZSTD_outBuffer out = {.dst = buf_reserve(&p->unpacked, need), .size = need};
        size_t rc;

        if (out.dst == NULL)
            return err_nomem(err, "transaction payload");
        rc = ZSTD_decompressStream(p->zstd, &out, in);
        if (ZSTD_isError(rc))
            return err_set(err, ERR_FORMAT, "binlog: transaction payload: %s",
                           ZSTD_getErrorName(rc));
        p->unpacked.len += out.pos;
        if (out.pos == 0 && in->pos == before)
            return 0;
    }
    return 1;
}

static int read_zstd(struct payload *p, struct cursor c, const struct event *e,
                     event_function function, void *ctx, struct err *err)
{
    ZSTD_inBuffer in = {.src = c.at, .size = cursor_left(&c)};

    ZSTD_DCtx_reset(p->zstd, ZSTD_reset_session_only);
    for (;;) {
        uint32_t len;
        int rc;

        buf_clear(&p->unpacked);
        rc = unpack(p, &in, EVENT_HEADER_BYTES, err);
        if (rc <= 0)
            return rc == 0 && p->unpacked.len > 0 ? malformed(e, err) : rc;
        len = inner_length(p->unpacked.ptr);
        if (len < EVENT_HEADER_BYTES || len > INNER_MAX)
            return malformed(e, err);
        rc = unpack(p, &in, len, err);
        if (rc <= 0)
            return rc == 0 ? malformed(e, err) : -1;
        if (function(ctx, (const uint8_t *)p->unpacked.ptr, len, err) != 0)
            return -1;
    }
}

static int read_plain(struct cursor c, const struct event *e, event_function function, void *ctx,
                      struct err *err)
{
    while (cursor_left(&c) > 0) {
        const uint8_t *bytes = c.at;
        uint32_t len = cursor_left(&c) < EVENT_HEADER_BYTES ? 0 : inner_length((const char *)bytes);

        if (len < EVENT_HEADER_BYTES || cursor_take(&c, len) == NULL)
            return malformed(e, err);
        if (function(ctx, bytes, len, err) != 0)
            return -1;
    }
    return 0;
}

int payload_read(struct payload *p, const struct event *e, event_function function, void *ctx,
                 struct err *err)
{
    struct cursor c = cursor_init(e->body, e->body_len);
    uint64_t size, compression;

    if (read_head(&c, &size, &compression) != 0 || size != cursor_left(&c))
        return malformed(e, err);
    if (compression == COMPRESSION_ZSTD)
        return read_zstd(p, c, e, function, ctx, err);
    if (compression == COMPRESSION_NONE)
        return read_plain(c, e, function, ctx, err);
    return err_set(err, ERR_FORMAT, "binlog: transaction payload with the unknown compression %llu",
                   (unsigned long long)compression);
}
