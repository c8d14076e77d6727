/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan: what the daemons would do if they were (re)started with this configuration now.
 *
 * One look (compare/look.h) tells every row in which the sides differ; here each is judged as the
 * replicator and the webhook would, three-way with base. Nothing is written.
 */
#ifndef CLI_PLAN_PLAN_H
#define CLI_PLAN_PLAN_H

#include "cli/cli.h"
#include "cli/compare/look.h"

/* What becomes of a row. */
enum plan_action_kind {
    PLAN_TAB_ADD,
    PLAN_TAB_CHANGE,
    PLAN_TAB_REMOVE,
    PLAN_MYSQL_ADD,
    PLAN_MYSQL_CHANGE,
    PLAN_MYSQL_REMOVE,
    PLAN_CONFLICT, /* both sides changed it: the policy decides */
    PLAN_HELD,     /* an open conflict holds it */
    PLAN_ACTIONS,
};

struct planned_row {
    char *row_key; /* owned */
    int64_t row;   /* 0-based, in the tab; -1 */
    char *cells;   /* owned; JSON of compare/difference.h */
};

struct planned_action {
    size_t n;
    struct planned_row *rows; /* owned; the first of them, at most the limit */
    size_t n_rows;
};

struct planned {
    const struct config_mapping *cfg;
    struct err problem; /* why it would wait; ERR_NONE: it would not */
    bool is_new;        /* the replicator has not met it, or not with this spreadsheet */
    bool is_rekeyed;
    struct buf changes; /* of columns: a JSON array of sentences */
    size_t n_mysql, n_tab, n_keyless, n_twice, n_unshown, n_marked;
    bool is_over_limit; /* the deletes in MySQL would wait for approval */
    struct planned_action actions[PLAN_ACTIONS];
};
void planned_close(struct planned *p);

/* LIMIT: examples of each action. -1 only when memory is short or a side was lost on the way. */
int plan_mapping(struct compare *c, const struct config_mapping *cfg, size_t limit,
                 struct planned *out, struct err *err);

/* structure.c: what the change of table and configuration does to the tab's columns. */
void plan_structure(const struct place *place, struct buf *changes);

/* report.c */
void plan_put_text(struct buf *out, const struct planned *p);
void plan_put_json(struct buf *out, const struct planned *p);
#endif
