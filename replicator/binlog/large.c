/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/large.h"

#include <libdeflate.h>

#include "replicator/binlog/cursor.h"

static size_t min_size(size_t a, uint64_t b)
{
    return a < b ? a : (size_t)b;
}

static int too_short(struct err *err)
{
    return err_set(err, ERR_FORMAT, "binlog: a large event ends before its length");
}

int large_check(const struct event_format *format, const struct large_source *source, uint64_t len,
                struct err *err)
{
    uint64_t summed = len - EVENT_CRC_BYTES;
    uint8_t crc[EVENT_CRC_BYTES];
    uint32_t sum = 0;
    size_t n_crc = 0;

    if (!format->has_crc)
        return 0;
    while (n_crc < sizeof(crc)) {
        const uint8_t *bytes;
        size_t n, of_body;

        if (source->read(source->ctx, &bytes, &n, err) != 0)
            return -1;
        if (n == 0)
            return too_short(err);
        of_body = min_size(n, summed);
        sum = libdeflate_crc32(sum, bytes, of_body);
        summed -= of_body;
        for (size_t i = of_body; i < n && n_crc < sizeof(crc); i++)
            crc[n_crc++] = bytes[i];
    }
    if (sum != le_load32(crc))
        return err_set(err, ERR_FORMAT, "binlog: event of %llu bytes: wrong checksum",
                       (unsigned long long)len);
    return 0;
}

int large_open(const struct event_format *format, const struct large_source *source, uint64_t len,
               struct event *e, struct large_body *out, struct err *err)
{
    const uint8_t *bytes;
    size_t n;

    if (source->read(source->ctx, &bytes, &n, err) != 0)
        return -1;
    if (event_read_header(bytes, n, e, err) != 0)
        return -1;
    len -= EVENT_HEADER_BYTES + (format->has_crc ? EVENT_CRC_BYTES : 0U);
    *out = (struct large_body){.source = source,
                               .bytes = bytes + EVENT_HEADER_BYTES,
                               .n_bytes = n - EVENT_HEADER_BYTES,
                               .left = len};
    return 0;
}

int large_read_body(void *ctx, const uint8_t **bytes, size_t *len, struct err *err)
{
    struct large_body *body = ctx;

    *len = 0;
    if (body->left == 0)
        return 0;
    if (body->n_bytes > 0) {
        *bytes = body->bytes;
        *len = body->n_bytes;
        body->n_bytes = 0;
    } else if (body->source->read(body->source->ctx, bytes, len, err) != 0) {
        return -1;
    }
    if (*len == 0)
        return too_short(err);
    *len = min_size(*len, body->left);
    body->left -= *len;
    return 0;
}
