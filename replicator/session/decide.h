/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decide: conflicts that need no person. Worker thread; memory is bounded (10,000 conflicts; what
 * does not fit is found when the next session begins).
 */
#ifndef REPLICATOR_SESSION_DECIDE_H
#define REPLICATOR_SESSION_DECIDE_H

#include "replicator/session/session.h"

/* A conflict that nothing is left to decide about: of the cell in a column (its name's hash), or of
 * a row (of ""). */
struct decision_id {
    uint32_t mapping;
    struct hash128 key;
    uint64_t column;
};
struct decision {
    struct decision_id id;
    char *column; /* owned */
    UT_hash_handle hh;
};

/* Nothing is left to decide about COLUMN of a row; "": about the row. */
int decide_add(struct session *s, uint32_t mapping, struct hash128 key, const char *column,
               struct err *err);
/* A conflict may wait for the time of MySQL's change. */
void decide_ask(struct follow *f);
/* The stream shows mark SERIAL. */
void decide_mark(struct session *s, uint64_t serial);
int decide_step(struct session *s, struct err *err);
void decisions_close(struct session *s);
#endif
