/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plain_private: what plain.c and plain_rows.c share; nobody else includes it.
 */
#ifndef WEBHOOK_PLAIN_PRIVATE_H
#define WEBHOOK_PLAIN_PRIVATE_H

#include "webhook/apply_steps.h"
#include "webhook/job.h"
#include "webhook/task.h"

struct plain_edit {
    struct job *job;
    struct task task;
    struct hash128 key;
    struct value *writes; /* n_columns, in the task's arena */
    struct tally tally;
    bool must_save_base;
};

struct plain {
    struct db *db;
    const struct schema_mapping *m;
    struct plain_edit **edits; /* owned, and what they point to */
    size_t n;
};

/* plain_rows.c: the rows of N edits from FROM on (MANY at most), locked: as they are, with their
 * bases, or after they were written. */
int plain_read_before(struct plain *p, size_t from, size_t n, struct err *err);
int plain_read_after(struct plain *p, size_t from, size_t n, struct err *err);
#endif
