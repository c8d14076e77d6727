/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a gzipped body: unpacked to no more than was allowed, or refused with words; and
 * what we pack ourselves comes back as it was. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/http/gzip.h"
#include "sandbox/inflate.h"
#include "tests/fuzz/targets.h"

enum { MAX_BYTES = 1 << 20, STEP = 65536 };

void fuzz_gzip(const uint8_t *data, size_t size)
{
    CLEANUP_BUF struct buf plain = BUF_INIT;
    CLEANUP_BUF struct buf packed = BUF_INIT;
    CLEANUP_BUF struct buf again = BUF_INIT;
    struct err err = ERR_INIT;

    if (inflate_gzip((const char *)data, size, MAX_BYTES, &plain, &err) == 0) {
        if (plain.len > MAX_BYTES)
            abort();
    } else if (err.msg[0] == '\0' || plain.len > MAX_BYTES + STEP) {
        abort();
    }
    if (gzip_put(&packed, (const char *)data, size, &err) != 0 ||
        inflate_gzip(packed.ptr, packed.len, size, &again, &err) != 0 || again.len != size ||
        (size > 0 && memcmp(again.ptr, data, size) != 0))
        abort();
}
