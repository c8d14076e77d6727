/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/inflate.h"

#include <limits.h>
/* zlib.h then takes const input */
#define ZLIB_CONST
#include <zlib.h>

enum { GZIP_WINDOW = 15 + 16, STEP = 65536 };

static int unpack(z_stream *z, size_t max_bytes, struct buf *out, struct err *err)
{
    int rc = Z_OK;

    while (rc != Z_STREAM_END) {
        char *to = buf_reserve(out, STEP);

        if (to == NULL)
            return err_nomem(err, "inflate");
        z->next_out = (Bytef *)to;
        z->avail_out = STEP;
        rc = inflate(z, Z_NO_FLUSH);
        out->len += STEP - z->avail_out;
        if (rc != Z_OK && rc != Z_STREAM_END)
            return err_set(err, ERR_FORMAT, "it is torn or no gzip");
        if (out->len > max_bytes)
            return err_set(err, ERR_FORMAT, "it unpacks to more than %zu bytes", max_bytes);
    }
    buf_append(out, "", 0);
    return 0;
}

int inflate_gzip(const char *data, size_t len, size_t max_bytes, struct buf *out, struct err *err)
{
    z_stream z = {0};
    int rc;

    if (len > UINT_MAX || inflateInit2(&z, GZIP_WINDOW) != Z_OK)
        return err_set(err, ERR_FORMAT, "zlib cannot start");
    z.next_in = (const Bytef *)data;
    z.avail_in = (uInt)len;
    rc = unpack(&z, max_bytes, out, err);
    inflateEnd(&z);
    return rc;
}
