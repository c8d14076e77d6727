/* SPDX-License-Identifier: Apache-2.0 */
/*
 * absent: rows that MySQL changed and the tab has no more.
 *
 * A comparison finds the delete, and the webhook decides between the two. Where it finds that the
 * row is there all the same, the change is brought to it. The position is not saved before. Worker
 * thread.
 */
#ifndef REPLICATOR_SESSION_ABSENT_H
#define REPLICATOR_SESSION_ABSENT_H

#include "replicator/session/session.h"

struct absent {
    struct hash128 key;
    char *row_key;  /* owned */
    uint64_t since; /* watermark.h */
    UT_hash_handle hh;
};

/* The row of IMAGE is absent from F's tab: ask for a comparison. Of many rows at once the whole
 * table is compared. */
int absent_add(struct session *s, struct follow *f, const struct row_image *image, struct err *err);
/* F's tab was compared; base and row index are those of the comparison. */
int absent_compared(struct session *s, uint32_t at, struct err *err);
void absents_close(struct follow *f);
#endif
