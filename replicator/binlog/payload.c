/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/payload.h"

#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
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
    UNPACK_BYTES = 128 * 1024,
};
#define INNER_MAX (UINT32_C(1) << 30) /* the servers' own limit of an event */

struct payload {
    ZSTD_DCtx *zstd;     /* owned */
    struct buf unpacked; /* the inner event under way */

    const struct large_source *source;
    ZSTD_inBuffer in; /* what of it is at hand */
    bool has_ended;
    uint64_t given; /* bytes that the source gave */
    payload_function *function;
    void *ctx;
};

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

static int malformed(struct err *err)
{
    return err_set(err, ERR_FORMAT, "binlog: malformed transaction payload");
}

/* Have at least one byte at hand: 1, or 0 at the end. */
static int more(struct payload *p, struct err *err)
{
    const uint8_t *bytes = NULL; /* a source at its end may name none */
    size_t len = 0;

    if (p->in.pos < p->in.size)
        return 1;
    if (p->has_ended)
        return 0;
    if (p->source->read(p->source->ctx, &bytes, &len, err) != 0)
        return -1;
    p->has_ended = len == 0;
    p->given += len;
    p->in = (ZSTD_inBuffer){.src = bytes, .size = len};
    return len > 0;
}

/* --- the head: fields of a type and a length each --- */

static int take_byte(struct payload *p, uint8_t *out, struct err *err)
{
    int rc = more(p, err);

    if (rc == 1)
        *out = ((const uint8_t *)p->in.src)[p->in.pos++];
    return rc == 0 ? malformed(err) : rc < 0 ? -1 : 0;
}

static int take_lenenc(struct payload *p, uint64_t *out, struct err *err)
{
    uint8_t bytes[9] = {0};
    size_t more_bytes;
    struct cursor c;

    if (take_byte(p, bytes, err) != 0)
        return -1;
    more_bytes = bytes[0] == 0xfc ? 2 : bytes[0] == 0xfd ? 3 : bytes[0] == 0xfe ? 8 : 0;
    for (size_t i = 0; i < more_bytes; i++)
        if (take_byte(p, &bytes[1 + i], err) != 0)
            return -1;
    c = cursor_init(bytes, 1 + more_bytes);
    *out = cursor_lenenc(&c);
    return c.is_short ? malformed(err) : 0;
}

/* A field we know is a number; others are stepped over. */
static int take_field(struct payload *p, uint64_t type, uint64_t *size, uint64_t *compression,
                      struct err *err)
{
    uint64_t len, v;
    uint8_t skipped;

    if (take_lenenc(p, &len, err) != 0)
        return -1;
    if (type == FIELD_COMPRESSION || type == FIELD_SIZE || type == FIELD_UNCOMPRESSED) {
        if (take_lenenc(p, &v, err) != 0)
            return -1;
        if (type == FIELD_COMPRESSION)
            *compression = v;
        if (type == FIELD_SIZE)
            *size = v;
        return 0;
    }
    for (; len > 0; len--)
        if (take_byte(p, &skipped, err) != 0)
            return -1;
    return 0;
}

static int take_head(struct payload *p, uint64_t *size, uint64_t *compression, struct err *err)
{
    *size = 0;
    *compression = COMPRESSION_NONE;
    for (;;) {
        uint64_t type;

        if (take_lenenc(p, &type, err) != 0)
            return -1;
        if (type == FIELD_END)
            return 0;
        if (take_field(p, type, size, compression, err) != 0)
            return -1;
    }
}

/* --- the events --- */

static size_t min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Unpack what is at hand, N bytes at most, behind what was unpacked; the number of bytes. */
static ssize_t unpack_some(struct payload *p, bool is_zstd, size_t n, struct err *err)
{
    ZSTD_outBuffer out = {.dst = buf_reserve(&p->unpacked, n), .size = n};
    size_t rc;

    if (out.dst == NULL)
        return err_nomem(err, "transaction payload");
    if (!is_zstd) {
        out.pos = min_size(n, p->in.size - p->in.pos);
        memcpy(out.dst, (const uint8_t *)p->in.src + p->in.pos, out.pos);
        p->in.pos += out.pos;
    } else {
        rc = ZSTD_decompressStream(p->zstd, &out, &p->in);
        if (ZSTD_isError(rc))
            return err_set(err, ERR_FORMAT, "binlog: transaction payload: %s",
                           ZSTD_getErrorName(rc));
    }
    p->unpacked.len += out.pos;
    return (ssize_t)out.pos;
}

/* Unpack until WANT bytes are there: 1, or 0 when the source ends before. Memory grows with what
 * really comes out, not with what an event's header claims. */
static int unpack(struct payload *p, bool is_zstd, size_t want, struct err *err)
{
    while (p->unpacked.len < want) {
        size_t before = p->in.pos, n = min_size(want - p->unpacked.len, UNPACK_BYTES);
        int rc = more(p, err);
        ssize_t got;

        /* zstd may still hold some output when its input has ended. */
        if (rc < 0 || (rc == 0 && !is_zstd))
            return rc;
        got = unpack_some(p, is_zstd, n, err);
        if (got < 0)
            return -1;
        if (got == 0 && rc == 0 && p->in.pos == before)
            return 0;
    }
    return 1;
}

/* The length of the event whose header begins at P. */
static uint32_t inner_length(const char *p)
{
    return le_load32((const uint8_t *)p + 9);
}

static int hand_out(struct payload *p, bool is_zstd, struct err *err)
{
    for (;;) {
        uint32_t len;
        int rc;

        buf_clear(&p->unpacked);
        rc = unpack(p, is_zstd, EVENT_HEADER_BYTES, err);
        if (rc <= 0)
            return rc == 0 && p->unpacked.len > 0 ? malformed(err) : rc;
        len = inner_length(p->unpacked.ptr);
        if (len < EVENT_HEADER_BYTES || len > INNER_MAX)
            return malformed(err);
        rc = unpack(p, is_zstd, len, err);
        if (rc <= 0)
            return rc == 0 ? malformed(err) : -1;
        if (p->function(p->ctx, (const uint8_t *)p->unpacked.ptr, len, err) != 0)
            return -1;
    }
}

int payload_stream(struct payload *p, const struct large_source *source, payload_function *function,
                   void *ctx, struct err *err)
{
    uint64_t compression, size, head;

    p->source = source;
    p->in = (ZSTD_inBuffer){0};
    p->has_ended = false;
    p->given = 0;
    p->function = function;
    p->ctx = ctx;
    if (take_head(p, &size, &compression, err) != 0)
        return -1;
    head = p->given - (p->in.size - p->in.pos);
    if (compression != COMPRESSION_ZSTD && compression != COMPRESSION_NONE)
        return err_set(err, ERR_FORMAT,
                       "binlog: transaction payload with the unknown compression %llu",
                       (unsigned long long)compression);
    ZSTD_DCtx_reset(p->zstd, ZSTD_reset_session_only);
    if (hand_out(p, compression == COMPRESSION_ZSTD, err) != 0)
        return -1;
    return p->given - head == size ? 0 : malformed(err);
}

static int read_once(void *ctx, const uint8_t **bytes, size_t *len, struct err *err)
{
    struct cursor *c = ctx;

    (void)err;
    *bytes = c->at;
    *len = cursor_left(c);
    c->at = c->end;
    return 0;
}

int payload_read(struct payload *p, const struct event *e, payload_function *function, void *ctx,
                 struct err *err)
{
    struct cursor c = cursor_init(e->body, e->body_len);
    const struct large_source source = {.read = read_once, .ctx = &c};

    return payload_stream(p, &source, function, ctx, err);
}
