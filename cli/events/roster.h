/* SPDX-License-Identifier: Apache-2.0 */
/*
 * roster: the tables that have come by in the log, by name: which are wanted, what is known of
 * them.
 *
 * One thread at a time.
 */
#ifndef CLI_EVENTS_ROSTER_H
#define CLI_EVENTS_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/events/layout.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/mysql/table.h"

struct roster_table {
    char *schema; /* owned */
    char *name;   /* owned */
    uint64_t hash;
    bool is_wanted;              /* fits the patterns */
    struct layout *layout;       /* owned; NULL until its first line */
    uint64_t shape;              /* that LAYOUT is of (struct change) */
    uint64_t rows[LAYOUT_TYPES]; /* told of, by enum change_type */

    /* For names.c. */
    struct table *known; /* owned; from information_schema; NULL: none */
    bool is_fitting;     /* KNOWN is the table that the log has */
    bool is_stale;       /* it may have been altered since it was loaded */
    bool is_warned;
    struct buf map; /* the last TABLE_MAP's body, from its schema on */
};

struct roster {
    const char *const *patterns; /* not owned; SCHEMA.TABLE; none: every table is wanted */
    size_t n_patterns;
    struct roster_table **slots; /* owned; open addressing */
    size_t size;                 /* a power of two, or 0 */
    size_t n_tables;
    size_t n_layouts;
};

#define ROSTER_INIT ((struct roster){0})

void roster_close(struct roster *r);

/* The table's entry, made when it is new, valid until roster_close or roster_trim. NULL: ERR_NOMEM.
 */
struct roster_table *roster_find(struct roster *r, const char *schema, const char *name,
                                 struct err *err);

/* The layout of changes like C, of T; made when there is none of this shape. NULL: ERR_NOMEM. */
const struct layout *roster_layout(struct roster *r, struct roster_table *t, const struct change *c,
                                   struct err *err);
/* Shapes are numbered from the start again. */
void roster_forget_layouts(struct roster *r);

/* Forget what there is too much of: layouts, or everything. True: pointers to it are no more valid.
 */
bool roster_trim(struct roster *r);

/* Does a table of this name, or one that a statement does not name (""), fit the patterns? */
bool roster_wants(const struct roster *r, const char *schema, const char *name);
#endif
