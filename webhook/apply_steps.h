/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apply_steps: what apply.c does with an edit, one file a step. Each fills the task's answer.
 *
 * Private to apply.c. An error that refuse_is_about_values() refuses this edit only; others end the
 * transaction.
 */
#ifndef WEBHOOK_APPLY_STEPS_H
#define WEBHOOK_APPLY_STEPS_H

#include "common/err.h"
#include "webhook/task.h"

/* MySQL has the row: merge the edited cells into it (apply_update.c). */
int apply_update(struct task *task, struct err *err);
/* MySQL has no such row: insert it, or wait until the person has typed what it needs. IS_AGAIN: it
 * was deleted in MySQL, and the sheet wins (apply_insert.c). */
int apply_insert(struct task *task, bool is_again, struct err *err);
/* MySQL does not have the row that an upsert names: it is new, or it was deleted meanwhile
 * (apply_missing.c). */
int apply_missing(struct task *task, struct err *err);
/* The row was deleted in the sheet (apply_delete.c). */
int apply_delete(struct task *task, struct err *err);
/* Complete the edit's row in the log, and append its result to RESULTS (apply_finish.c). */
int apply_finish(struct task *task, struct buf *results, struct err *err);
#endif
