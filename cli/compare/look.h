/* SPDX-License-Identifier: Apache-2.0 */
/*
 * look: one look at both sides of a mapping, which tells every row in which they differ.
 *
 * In this order: a consistent snapshot of MySQL is begun; the position is taken, which lies at or
 * after it; the table is read, 24 bytes a row are kept; perhaps the replicator is waited for until
 * its checkpoint covers that position; then the tab is read page by page. So all that the snapshot
 * shows had its chance to reach the tab. Rows whose content differs are read again out of the same
 * snapshot, a hundred at a time, and told one by one.
 */
#ifndef CLI_COMPARE_LOOK_H
#define CLI_COMPARE_LOOK_H

#include "cli/compare/cells.h"
#include "cli/compare/compare.h"
#include "cli/compare/difference.h"
#include "cli/compare/place.h"
#include "cli/compare/row_set.h"

struct key_list {
    struct {
        struct hash128 hash;
        char *row_key; /* owned */
    } * keys;          /* owned */
    size_t n, size;
};
int key_list_add(struct key_list *list, struct hash128 hash, const char *row_key);
void key_list_close(struct key_list *list);

struct look {
    struct compare *c;
    struct place *place;
    const struct key_list *only; /* NULL: all rows; else nothing but these is compared */
    int64_t wait_ms;             /* 0: the replicator is not waited for */
    int (*tell)(struct look *l, const struct difference *d, struct err *err);
    void *context; /* for TELL */

    /* What it found. */
    struct buf position; /* as text */
    enum compare_wait waited;
    size_t n_mysql, n_tab; /* rows */
    size_t n_marked;       /* rows of the tab whose note says that MySQL has deleted them */
    size_t n_keyless;      /* rows of the tab with cells and without a key ... */
    int64_t keyless_row;   /* ... the first of them, 0-based */
    size_t n_twice;        /* rows of the tab whose key stands above already */
    size_t n_unshown;      /* rows of MySQL with a blank key: no tab can show them */

    struct row_set set;    /* of MySQL's rows */
    struct row_set wanted; /* of ONLY's */
};

/* ERR_NOMEM: the table is too large for replicator.memory_limit. Errors of either side. */
int look_run(struct look *l, struct err *err);
void look_close(struct look *l);

/* look_pages.c: the tab's part. */
int look_read_tab(struct look *l, struct err *err);
#endif
