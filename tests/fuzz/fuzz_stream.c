/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any sequence of events through the whole decoder, and again from its beginning: the same is
 * heard.
 *
 * Input: a byte (bit 0: MariaDB), then events: type, two bytes of the body's length, body.
 */
#include <stdlib.h>

#include "replicator/binlog/cursor.h"
#include "tests/fuzz/decoder.h"
#include "tests/fuzz/targets.h"

enum { FRAME_BYTES = 3 };

static uint64_t hear(struct cursor c, bool is_mariadb)
{
    struct decoder *d = decoder_new(is_mariadb);
    uint64_t heard;

    while (cursor_left(&c) >= FRAME_BYTES) {
        uint8_t type = cursor_u8(&c);
        size_t n = cursor_u16(&c);

        if (n > cursor_left(&c))
            n = cursor_left(&c);
        decoder_give(d, type, cursor_take(&c, n), n);
    }
    heard = decoder_heard(d);
    decoder_free(d);
    return heard;
}

void fuzz_stream(const uint8_t *data, size_t size)
{
    struct cursor c = cursor_init(data, size);
    bool is_mariadb = (cursor_u8(&c) & 1) != 0;

    if (hear(c, is_mariadb) != hear(c, is_mariadb))
        abort();
}
