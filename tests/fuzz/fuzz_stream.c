/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any sequence of events through the whole decoder, and again from its beginning: the same is
 * heard.
 *
 * Input: a byte (bit 0: MariaDB), then events: type, two bytes of the body's length, body.
 */
#include <stdlib.h>

#include "replicator/binlog/cursor.h"
#include "replicator/binlog/event.h"
#include "tests/fuzz/decoder.h"
#include "tests/fuzz/targets.h"

enum { FRAME_BYTES = 3, PIECE_BYTES = 7 };

static uint64_t hear(struct cursor c, bool is_mariadb, size_t piece)
{
    struct decoder *d = decoder_new(is_mariadb);
    bool is_whole = true;
    uint64_t heard;

    decoder_cut(d, piece);
    while (is_whole && cursor_left(&c) >= FRAME_BYTES) {
        uint8_t type = cursor_u8(&c);
        size_t n = cursor_u16(&c);

        if (n > cursor_left(&c))
            n = cursor_left(&c);
        /* How much of a damaged payload is heard depends on the pieces. */
        if (decoder_give(d, type, cursor_take(&c, n), n) != 0)
            is_whole = type != EVENT_TRANSACTION_PAYLOAD;
    }
    heard = is_whole ? decoder_heard(d) : 0;
    decoder_free(d);
    return heard;
}

void fuzz_stream(const uint8_t *data, size_t size)
{
    struct cursor c = cursor_init(data, size);
    bool is_mariadb = (cursor_u8(&c) & 1) != 0;

    if (hear(c, is_mariadb, 0) != hear(c, is_mariadb, PIECE_BYTES))
        abort();
}
