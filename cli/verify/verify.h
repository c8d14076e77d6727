/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify: are both sides of a mapping equal, cell by cell, at one position?
 *
 * The first look compares all rows. Rows that differ may be on their way: they are looked at again,
 * up to three times, each time after the replicator has come to the position that MySQL was read
 * at. What has become equal was moving; what differs and is the same as in the look before is a
 * mismatch; what keeps changing leaves the question open.
 */
#ifndef CLI_VERIFY_VERIFY_H
#define CLI_VERIFY_VERIFY_H

#include "cli/cli.h"
#include "cli/compare/look.h"

enum verdict { VERIFY_MATCH, VERIFY_MISMATCH, VERIFY_INCONCLUSIVE };

/* Why a row that differs is no fault: it waits for somebody. */
enum suspect_held {
    HELD_NOT,
    HELD_CONFLICT, /* an open conflict holds its cells, or the row */
    HELD_DELETE,   /* it is gone from the tab; the delete waits for approval */
    HELD_WAITING,  /* a new row that is not complete, or was refused */
    HELD_KEPT,     /* MySQL has it no more, and the mapping says that it stays */
};

/* A row that differed in the last look. */
struct suspect {
    struct hash128 key;
    char *row_key; /* owned */
    bool is_in_mysql, is_in_tab;
    bool is_twice;       /* a row of the tab whose key stands above already */
    int64_t row;         /* 0-based, in the tab; -1 */
    uint64_t mysql, tab; /* hashes of the content */
    enum suspect_held held;
    bool is_stable; /* the same as in the look before */
    char *cells;    /* owned; JSON: [{"header", "mysql", "tab"}]; NULL: too many rows */
};

struct suspects {
    struct suspect *items; /* owned */
    size_t n, size;
    size_t n_more; /* rows that differed beyond SUSPECTS_MAX: only counted */
};
enum { SUSPECTS_MAX = 10000, SUSPECTS_DETAILED = 1000 };
void suspects_close(struct suspects *s);

/* The answer for one mapping. */
struct verified {
    const char *mapping;
    enum verdict verdict;
    struct buf reason; /* of INCONCLUSIVE; "" else */
    struct buf hint;
    struct buf position;
    size_t n_rows, n_keyless, n_twice, n_unshown, n_marked; /* rows of MySQL; see look.h */
    int64_t keyless_row;
    struct suspects suspects; /* what differs in the end */
};
void verified_close(struct verified *v);
/* How many of the rows that differ are a fault, and how many wait for somebody. */
size_t verified_mismatches(const struct verified *v);
size_t verified_held(const struct verified *v);

/* Compare. What makes it impossible is told as INCONCLUSIVE with its reason. ERR_NOMEM only. */
int verify_mapping(struct compare *c, const struct config_mapping *cfg, int64_t wait_ms,
                   struct verified *out, struct err *err);

/* collect.c: a look that fills SUSPECTS (of LAST's rows only; NULL: of all). */
int verify_look(struct look *l, const struct suspects *last, struct suspects *out, struct err *err);

/* report.c */
void verify_put_text(struct buf *out, const struct verified *v, size_t limit);
void verify_put_json(struct buf *out, const struct verified *v, size_t limit);

/* repair.c: bring the mismatches of V in order, by what SIDE ("mysql", "sheet") has, or only say
 * what that would do. */
int repair_run(struct compare *c, const struct config_mapping *cfg, const struct verified *v,
               const char *side, bool is_dry, struct buf *told, struct err *err);
#endif
