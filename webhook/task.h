/* SPDX-License-Identifier: Apache-2.0 */
/*
 * task: one edit on its way: what the sheet says, what MySQL has, what both agreed on, what will be
 * answered.
 *
 * Cells stand in the order of the mapping's columns. Texts live in the task's arena until
 * task_close. One thread.
 */
#ifndef WEBHOOK_TASK_H
#define WEBHOOK_TASK_H

#include <stdbool.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/hash.h"
#include "common/mysql/db.h"
#include "webhook/answer.h"
#include "webhook/conflict_count.h"
#include "webhook/edit.h"
#include "webhook/merge.h"
#include "webhook/schema.h"
#include "webhook/state.h"

/* A cell of the row as it was sent. */
struct task_cell {
    bool is_sent;
    bool is_edited; /* a person touched it, and it was sent */
    bool is_refused;
    bool is_stale; /* what it was computed against has moved on, or a later value is known */
    struct cell cell;
    struct value value;  /* VALUE_ABSENT: not sent, or the column cannot hold it */
    const char *problem; /* why it cannot: completes "The value ..."; NULL: it can */
    bool has_old;
    struct cell old_cell; /* what it showed before */
    struct value old;     /* VALUE_ABSENT: not known */
    enum merge_verdict
        verdict;        /* what was decided of an edited cell that is not refused or stale */
    const char *policy; /* by which policy, when both sides had changed it */
    int64_t changed_us; /* when MySQL had changed it, where that decided; else 0 */
};

enum task_key {
    TASK_KEY_OK,
    TASK_KEY_BLANK,   /* at least one key cell is blank and cannot be an empty text */
    TASK_KEY_MISSING, /* a key cell was not sent */
    TASK_KEY_BAD,     /* a key cell holds what its column cannot */
};

struct task {
    struct db *db;
    const struct schema_mapping *m;
    const struct edit_request *request;
    const struct edit *edit;
    struct arena arena;

    struct task_cell *cells;
    enum task_key key_state;
    struct value *key; /* the row's: as stored when it was found, else as sent; n_key */

    bool is_found;
    struct value *mysql; /* the row before the edit; n_columns */
    bool has_base;
    struct state_base base;
    const struct value *after; /* the row as this edit has written it, or NULL; n_columns, in the
                                  arena */
    struct hash128 content;    /* of the non-blank cells as they were sent */
    bool is_base_changed;      /* something waits no more: the base must be stored */
    struct conflict_counts conflicts;
    const char *same_as; /* the edit that inserted this very row; NULL: none */

    const char *reconcile; /* why the tab must be compared with the table; NULL: it need not */
    struct answer answer;
};

/* Take the edit's cells apart. Close TASK in any case. */
int task_open(struct task *task, struct db *db, const struct schema_mapping *m,
              const struct edit_request *request, const struct edit *edit, struct err *err);
void task_close(struct task *task);
/* Forget what was found out and decided, to begin anew after a rollback. */
void task_reset(struct task *task);

/* The value that column I would hold for CELL, in the arena; absent: PROBLEM says why it cannot. */
int task_parse(struct task *task, size_t i, const struct cell *cell, struct value *out,
               const char **problem, struct err *err);
/* With the key as sent: find and lock the row and its base, and set is_found, mysql, has_base, base
 * and key. */
int task_find(struct task *task, struct err *err);
/* Read the row again after a write, into AFTER. ERR_VALUE: it is not under its key any more. */
int task_reread(struct task *task, struct err *err);
/* With a key as text (rowkey.h), as tabrelay keeps it, in the place of the one that was sent.
 * ERR_VALUE: rows have another key now. */
int task_find_by(struct task *task, const char *row_key, struct err *err);
/* What both sides last agreed on in column I; absent: it cannot be told. */
struct value task_base_value(const struct task *task, size_t i);
/* The three sides of a cell, MYSQL being its value there. Without a base MAY_ASSUME_BASE takes the
 * sheet to show what MySQL had before the edit. */
struct merge_cell task_sides(const struct task *task, size_t i, struct value mysql,
                             bool may_assume_base);
/* Both sides agree on V in column I. */
void task_agree(struct task *task, size_t i, struct value v);
int task_save_base(struct task *task, struct err *err);
struct hash128 task_key_hash(const struct task *task);
/* The key as text; NULL when out of memory. In the arena. */
const char *task_row_key(struct task *task);
/* N values that are all absent, in the arena. */
struct value *task_values(struct task *task, size_t n, struct err *err);

/* Refuse a cell: the note says "WHAT WAS TYPED" and why; the message says it with the header. */
int task_refuse(struct task *task, size_t i, struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* The same with the cell's own problem. */
int task_refuse_problem(struct task *task, size_t i, struct err *err);
/* Refuse the edit as a whole. Returns 0. */
int task_reject(struct task *task, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The cell must show this value. */
int task_show(struct task *task, size_t i, struct value v, struct err *err);
/* Every cell must show the row as MySQL has it. */
int task_show_all(struct task *task, struct err *err);
/* Put the row's key into the answer. */
int task_tell_key(struct task *task, struct err *err);

/* Has MySQL's value of the column moved on since the base? */
bool task_is_changed(const struct task *task, size_t i);
/* Is the key among the touched cells? */
bool task_is_key_edited(const struct task *task);
/* Was any mapped cell touched? */
bool task_is_edited(const struct task *task);
/* Do all mapped cells show nothing? */
bool task_is_blank(const struct task *task);
/* A value or cell for a message: quoted, cut when long; NULL and blank cells are (empty). In the
 * arena. */
const char *task_quote(struct task *task, struct value v);
const char *task_quote_cell(struct task *task, const struct cell *cell);
#endif
