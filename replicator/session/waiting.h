/* SPDX-License-Identifier: Apache-2.0 */
/*
 * waiting: rows that are gone from a tab in such number that their deletes wait for approval.
 *
 * An approval is for the rows that waited when it was given. They are kept for the session; a new
 * one knows only how many they were. Worker thread.
 */
#ifndef REPLICATOR_SESSION_WAITING_H
#define REPLICATOR_SESSION_WAITING_H

#include "replicator/session/session.h"

struct waiting {
    struct hash128 key;
    UT_hash_handle hh;
};

int waiting_add(struct reconcile *r, struct hash128 key, struct err *err);
bool waiting_has(const struct reconcile *r, struct hash128 key);
/* Append the keys of some of them (100 at most) as a JSON array; of those that base still knows. */
int waiting_put_keys(const struct reconcile *r, struct state *state, const char *mapping,
                     struct buf *json, struct err *err);
void waiting_close(struct reconcile *r);
#endif
