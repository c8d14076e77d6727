/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watermark: how far the position may be saved while something is still on its way.
 *
 * A session counts transactions. Whatever waits (a row of the set, a check, a note, ...) says since
 * which one it does; behind the oldest of them nothing is on its way, and a position from there may
 * be saved. Such positions are noted about once a second, so a busy table, or a row that waits for
 * long, does not keep the checkpoint where it is, nor is it forgotten.
 */
#ifndef REPLICATOR_SESSION_WATERMARK_H
#define REPLICATOR_SESSION_WATERMARK_H

#include <stddef.h>
#include <stdint.h>

struct session;

enum { WATERMARK_MARKS = 32 };

/* A position behind which all transactions are that have a lower number. */
struct watermark_mark {
    uint64_t transaction;
    char *position; /* owned */
    int64_t us;     /* when its last transaction was committed, by our clock */
};

/* Zeroed: none is noted. */
struct watermark {
    struct watermark_mark marks[WATERMARK_MARKS]; /* by transaction */
    size_t n;
    int64_t noted_ms;  /* monotonic; the newest */
    int64_t looked_ms; /* monotonic; what is on its way was gone through */
};

/* Something has to wait since CAUSE, and perhaps did already. */
static inline void watermark_keep(uint64_t *since, uint64_t cause)
{
    if (*since == 0 || cause < *since)
        *since = cause;
}

/* Note the session's position, in front of transaction S->transaction. Without memory it is not. */
void watermark_note(struct session *s);
/* The newest position noted that nothing on its way needs; NULL: there is none. It is S's, and
 * stays until watermark_forget. */
const struct watermark_mark *watermark_find(const struct session *s);
/* MARK is saved: it, and what is older, is of no use any more. */
void watermark_forget(struct session *s, const struct watermark_mark *mark);
void watermark_close(struct session *s);

#endif
