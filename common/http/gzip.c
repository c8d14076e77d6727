/* SPDX-License-Identifier: Apache-2.0 */
#include "common/http/gzip.h"

#include <limits.h>
/* zlib.h then takes const input */
#define ZLIB_CONST
#include <zlib.h>

/* JSON packs well at the quickest level, too. */
enum { GZIP_WINDOW = 15 + 16, LEVEL = 1, MEMORY = 8 };

int gzip_put(struct buf *out, const char *data, size_t len, struct err *err)
{
    z_stream z = {0};
    size_t bound;
    char *to;
    int rc;

    if (len > INT_MAX)
        return err_set(err, ERR_FORMAT, "gzip: %zu bytes are too many", len);
    if (deflateInit2(&z, LEVEL, Z_DEFLATED, GZIP_WINDOW, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        return err_nomem(err, "gzip");
    bound = deflateBound(&z, len);
    to = buf_reserve(out, bound);
    if (to == NULL) {
        deflateEnd(&z);
        return err_nomem(err, "gzip");
    }
    z.next_in = (const Bytef *)data;
    z.avail_in = (uInt)len;
    z.next_out = (Bytef *)to;
    z.avail_out = (uInt)bound;
    rc = deflate(&z, Z_FINISH);
    out->len += bound - z.avail_out;
    deflateEnd(&z);
    return rc == Z_STREAM_END ? 0 : err_set(err, ERR_FORMAT, "gzip: zlib failed");
}
