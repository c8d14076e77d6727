/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/compress.h"

#include <zlib.h>

enum {
    CHUNK_BYTES = 64 * 1024,
    UNPACKED_MAX = 1 << 30, /* the servers' own limit of an event */
};

static int malformed(struct err *err)
{
    return err_set(err, ERR_FORMAT, "binlog: malformed compressed event");
}

/* Memory grows with what really comes out, not with what the header claims. */
static int inflate_all(z_stream *z, size_t want, struct buf *out, struct err *err)
{
    int result = Z_OK;

    while (result == Z_OK) {
        char *to = buf_reserve(out, CHUNK_BYTES);

        if (to == NULL)
            return err_nomem(err, "compressed event");
        z->next_out = (Bytef *)to;
        z->avail_out = CHUNK_BYTES;
        result = inflate(z, Z_NO_FLUSH);
        out->len += CHUNK_BYTES - z->avail_out;
        if (out->len > want)
            return malformed(err);
    }
    return result == Z_STREAM_END && out->len == want ? 0 : malformed(err);
}

/* Header byte: 0x80, algorithm in 0x70 (0 is zlib), then how many bytes of length follow,
 * big-endian (MariaDB, log_event.cc, binlog_buf_uncompress). */
int compress_unpack(struct cursor *c, struct buf *out, struct err *err)
{
    unsigned head = cursor_u8(c), n = head & 7;
    const uint8_t *length = cursor_take(c, n);
    z_stream z = {0};
    size_t want;
    int rc;

    if (length == NULL || (head & 0x80) == 0 || n < 1 || n > 4)
        return malformed(err);
    if ((head & 0x70) != 0)
        return err_set(err, ERR_FORMAT, "binlog: event compressed with the unknown algorithm %u",
                       head >> 4 & 7);
    want = be_load(length, n);
    if (want > UNPACKED_MAX || cursor_left(c) > UNPACKED_MAX)
        return malformed(err);
    buf_clear(out);
    z.next_in = (Bytef *)(uintptr_t)c->at;
    z.avail_in = (uInt)cursor_left(c);
    if (inflateInit(&z) != Z_OK)
        return err_nomem(err, "compressed event");
    rc = inflate_all(&z, want, out, err);
    inflateEnd(&z);
    return rc;
}
