/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MySQL's compressed transaction: each inner event is whole, and the same ones come when it is read
 * in pieces.
 *
 * Input: a byte (modulo 3: 0: a body as it is; 1: inner events, to be compressed; 2: inner events,
 * to be put into a payload without compression; the byte is also the size of the pieces), then
 * that.
 */
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "common/buf.h"
#include "common/hash.h"
#include "replicator/binlog/payload.h"
#include "tests/fuzz/pieces.h"
#include "tests/fuzz/targets.h"

enum { FORM_BODY, FORM_ZSTD, FORM_NONE, FORMS };

static int on_inner(void *ctx, const uint8_t *bytes, size_t len, struct err *err)
{
    uint64_t *heard = ctx;

    (void)err;
    if (len < EVENT_HEADER_BYTES || le_load(bytes + 9, 4) != len)
        abort();
    *heard = *heard * 31 + hash64(bytes, len);
    return 0;
}

/* Fields: compression (2), payload size (1), end mark; sizes as eight bytes. */
static void put_head(struct buf *out, unsigned compression, size_t size)
{
    buf_append(out, "\2\3\xfc", 3);
    buf_putc(out, (char)compression);
    buf_putc(out, '\0');
    buf_append(out, "\1\11\xfe", 3);
    for (size_t i = 0; i < 8; i++)
        buf_putc(out, (char)(size >> (8 * i) & 0xff));
    buf_putc(out, '\0');
}

static void put_zstd(struct buf *out, const struct cursor *c)
{
    size_t bound = ZSTD_compressBound(cursor_left(c));
    char *packed = malloc(bound);
    size_t n = packed == NULL ? 0 : ZSTD_compress(packed, bound, c->at, cursor_left(c), 1);

    if (packed == NULL || ZSTD_isError(n))
        abort();
    put_head(out, 0, n);
    buf_append(out, packed, n);
    free(packed);
}

static void put_body(struct buf *out, unsigned form, const struct cursor *c)
{
    if (form == FORM_ZSTD)
        put_zstd(out, c);
    else if (form == FORM_NONE)
        put_head(out, 255, cursor_left(c));
    if (form != FORM_ZSTD)
        buf_append(out, c->at, cursor_left(c));
}

static int read_pieces(struct payload *payload, const struct buf *body, size_t size,
                       uint64_t *heard)
{
    struct pieces p = {.rest = cursor_init(body->ptr, body->len), .next = size, .size = size};
    struct large_source source = {.read = pieces_read, .ctx = &p};
    struct err err;
    int rc = payload_stream(payload, &source, on_inner, heard, &err);

    pieces_close(&p);
    return rc;
}

void fuzz_payload(const uint8_t *data, size_t size)
{
    struct cursor c = cursor_init(data, size);
    unsigned head = cursor_u8(&c);
    CLEANUP_BUF struct buf body = BUF_INIT;
    struct event e = {.type = EVENT_TRANSACTION_PAYLOAD};
    struct payload *payload = NULL;
    uint64_t heard = 0, again = 0;
    struct err err;
    uint8_t *exact;
    int rc;

    put_body(&body, head % FORMS, &c);
    exact = malloc(body.len);
    if (exact == NULL || payload_new(&payload, &err) != 0)
        abort();
    if (body.len > 0)
        memcpy(exact, body.ptr, body.len);
    e.body = exact;
    e.body_len = body.len;
    rc = payload_read(payload, &e, on_inner, &heard, &err);
    /* How much zstd gives before it sees that its input is damaged depends on the pieces. */
    if (rc != read_pieces(payload, &body, 1 + head, &again) || (rc == 0 && heard != again))
        abort();
    payload_free(payload);
    free(exact);
}
