/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fragments: a rows event that MariaDB (12.3) wrote in parts, PARTIAL_ROW_DATA events, as it was.
 *
 *   how many parts u32, number of this one (from 1) u32, flags u8 (1: size of the whole u64), bytes
 *
 * The bytes of all parts are the event with its header (facts: MariaDB's page of the event,
 * MDEV-32570). Memory comes with the bytes, not with what a header claims. Pure; one thread at a
 * time.
 */
#ifndef REPLICATOR_BINLOG_FRAGMENTS_H
#define REPLICATOR_BINLOG_FRAGMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "replicator/binlog/event.h"

struct fragments {
    struct buf bytes;
    uint32_t total;
    uint32_t seen; /* 0: no event is under way */
};

#define FRAGMENTS_INIT ((struct fragments){0})

/* Also to be called when the event has been read: it may be large. */
void fragments_close(struct fragments *f);

/* The next part: 1 when it was the last one (OUT is the whole event then, in F until it is closed),
 * 0 when more must come, -1: ERR_FORMAT (a part is missing, more than 1 GiB, no rows event),
 * ERR_NOMEM. */
int fragments_add(struct fragments *f, const struct event *e, struct event *out, struct err *err);
/* Does a part still have to come? */
static inline bool fragments_is_open(const struct fragments *f)
{
    return f->seen > 0;
}
#endif
