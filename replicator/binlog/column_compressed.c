/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/column_compressed.h"

#include <zlib.h>

#include "replicator/binlog/cursor.h"

enum {
    METHOD_NONE = 0,
    METHOD_ZLIB = 8,
    FLAG_RAW = 8,
    UNPACKED_MAX = 1 << 30, /* the servers' own limit of a packet */
    RATIO_MAX = 1032,       /* deflate's: a bit for up to 258 bytes (RFC 1951), and zlib's manual */
};

static int malformed(size_t len, struct err *err)
{
    return err_set(err, ERR_FORMAT, "malformed COMPRESSED value of %zu bytes", len);
}

/* Exactly WANT bytes into TO; false if the stream is damaged or has another length. */
static bool inflate_into(char *to, size_t want, const uint8_t *p, size_t len, bool is_raw)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)p,
                  .avail_in = (uInt)len,
                  .next_out = (Bytef *)to,
                  .avail_out = (uInt)want};
    bool is_good;

    if (inflateInit2(&z, is_raw ? -MAX_WBITS : MAX_WBITS) != Z_OK)
        return false;
    is_good = inflate(&z, Z_FINISH) == Z_STREAM_END && z.avail_out == 0;
    inflateEnd(&z);
    return is_good;
}

static int unpack(const uint8_t *p, size_t len, struct arena *arena, struct value *out,
                  struct err *err)
{
    size_t n = p[0] & 7, left = len - 1 - n;
    uint64_t want;
    char *text;

    if (n == 0 || n >= len)
        return malformed(len, err);
    want = be_load(p + 1, n);
    if (want > UNPACKED_MAX || left > UNPACKED_MAX || want / RATIO_MAX > left)
        return malformed(len, err);
    text = arena_text(arena, want);
    if (text == NULL)
        return err_nomem(err, "binlog value");
    if (!inflate_into(text, want, p + 1 + n, left, (p[0] & FLAG_RAW) != 0))
        return malformed(len, err);
    *out = value_text(text, want);
    return 0;
}

int column_uncompress(const uint8_t *p, size_t len, struct arena *arena, struct value *out,
                      struct err *err)
{
    if (len == 0) {
        *out = value_text("", 0);
        return 0;
    }
    switch (p[0] >> 4) {
    case METHOD_NONE:
        *out = value_text((const char *)p + 1, len - 1);
        return 0;
    case METHOD_ZLIB:
        return unpack(p, len, arena, out, err);
    default:
        return err_set(err, ERR_FORMAT, "value COMPRESSED by the unknown method %u", p[0] >> 4);
    }
}
