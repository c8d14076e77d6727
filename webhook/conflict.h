/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conflict: rows of the table conflicts (schemas/state-3.sql): every cell, or whole row, that both
 * sides changed: decided at once, or waiting.
 *
 * Inside the edit's transaction; blocks for one statement each. Texts that are read live in the
 * task's arena.
 */
#ifndef WEBHOOK_CONFLICT_H
#define WEBHOOK_CONFLICT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "webhook/task.h"

/* Values are JSON (values.h; of a whole row an object); NULL: not known, or none. */
struct conflict {
    int64_t id;
    const char *row_key;
    const char *column; /* its name in MySQL; "": the whole row */
    const char *kind;   /* these four as in the table's ENUMs */
    const char *policy;
    const char *state;
    const char *outcome; /* NULL: not decided */
    const char *base;
    const char *mysql;
    const char *sheet;
    const char *final;
    int64_t edited_ms;
    int64_t changed_us;  /* when MySQL's change was committed; 0: not known */
    const char *decider; /* who decided: an address or a policy; "": nobody, both sides agreed */
};

/* Open, or log, a conflict of the task's row. */
int conflict_add(struct task *task, const struct conflict *c, struct err *err);
/* The mapping's conflict with this id, locked; *IS_FOUND. */
int conflict_load(struct task *task, int64_t id, struct conflict *out, bool *is_found,
                  struct err *err);
/* The one of the task's row that waits, of this column ("": of the row). */
int conflict_find(struct task *task, const char *column, struct conflict *out, bool *is_found,
                  struct err *err);
/* The sheet says something else now, by the task's edit. */
int conflict_update(struct task *task, const struct conflict *c, const char *sheet,
                    struct err *err);
/* It is decided: outcome, final, changed_us and decider of C. */
int conflict_resolve(struct task *task, const struct conflict *c, struct err *err);
/* Both sides have come to agree on the whole row: all that waits of it is over. */
int conflict_close_row(struct task *task, struct err *err);

/* A value's JSON, in the task's arena; NULL: it is absent, or memory ran out. */
const char *conflict_value(struct task *task, struct value v);
/* The row as the sheet shows it: its cells as they were sent. */
const char *conflict_sheet_row(struct task *task);
#endif
