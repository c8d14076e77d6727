/* SPDX-License-Identifier: Apache-2.0 */
/*
 * comparison: a tab compared with its base. Only the files of reconcile include this (reconcile.c:
 * when, reconcile_rows.c, reconcile_deletes.c: what). Worker thread.
 */
#ifndef REPLICATOR_SESSION_COMPARISON_H
#define REPLICATOR_SESSION_COMPARISON_H

#include "replicator/session/session.h"

enum { CANDIDATES_MAX = 1000, PAGE_ROWS_MAX = 100 };

/* One comparison under way. */
struct comparison {
    struct session *s;
    struct follow *f;
    uint32_t at;
    struct found found;
    int64_t n_keyless;        /* rows with something in them and no key */
    bool *changed;            /* owned; scratch, one a column */
    const struct grid *notes; /* of the page's cells */
    struct base_rows base;    /* of the page's keys, as it is now */
    size_t *copied;           /* owned; edits in FOUND that turned out to be a copy's, from 1 */
    size_t n_copied;
    /* Rows that may be those of keys that are gone: they have cells and no key, or stand where the
     * key stood. The first that were met. */
    int64_t candidates[CANDIDATES_MAX];
    size_t n_candidates;
    /* Of the page: rows whose key is new, and rows that differ and show what they did before
     * MySQL's values came; the first that were met. */
    int64_t new_rows[PAGE_ROWS_MAX];
    struct base_entry *old_rows[PAGE_ROWS_MAX];
    size_t n_new_rows, n_old_rows;
};

/* ROW may be the row of a key that is gone. */
static inline void comparison_add_candidate(struct comparison *c, int64_t row)
{
    if (row >= 1 && c->n_candidates < CANDIDATES_MAX)
        c->candidates[c->n_candidates++] = row;
}

/* Read all pages and collect what people changed. Columns that have moved: the session is to
 * restart, and nothing more is to be said. Blocks. */
int comparison_rows(struct comparison *c, struct err *err);
/* reconcile_twins.c */
/* Does somebody know already that another row with this key counts? */
bool comparison_is_twin(const struct comparison *c, int64_t row);
/* A row whose key stands in a row above: say so. */
int comparison_note_twin(struct comparison *c, const struct grid *grid, struct base_entry *entry,
                         int64_t row, struct err *err);
/* ENTRY's row ROW has said that it does not count, and is the first one now: what it is to show of
 * MySQL's values comes first, then it counts, and is looked at once more. */
int comparison_count_twin(struct comparison *c, const struct grid *grid, struct base_entry *entry,
                          int64_t row, struct err *err);
/* After a page: a key that was typed over in the row that counted leaves a copy of that row alone.
 */
int comparison_left_copies(struct comparison *c, const struct grid *grid, struct err *err);
/* ROW counts: it is not a twin any more, if it was one. */
int comparison_forget_twin(struct comparison *c, struct hash128 key, int64_t row, struct err *err);
/* Do the cells that have changed show what they did before MySQL's values came? */
bool comparison_shows_old(const struct comparison *c, const struct grid *grid, int64_t row,
                          const struct base_row *base);

/* Is all of ROW blank that is mapped? */
bool comparison_is_blank(const struct mapping *m, const struct grid *grid, int64_t row);
/* Collect the rows that are gone, or hold them back. Blocks. */
int comparison_deletes(struct comparison *c, struct err *err);
#endif
