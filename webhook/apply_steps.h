/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apply_steps: what apply.c does with an edit, one file a step. Each fills the task's answer.
 *
 * Private to apply*.c. An error that refuse_is_about_values() refuses this edit only; others end
 * the transaction.
 */
#ifndef WEBHOOK_APPLY_STEPS_H
#define WEBHOOK_APPLY_STEPS_H

#include "common/err.h"
#include "webhook/edit_log.h"
#include "webhook/task.h"

/* MySQL has the row: merge the edited cells into it (apply_update.c). */
int apply_update(struct task *task, struct err *err);
/* MySQL has no such row: insert it, or wait until the person has typed what it needs. IS_AGAIN: it
 * was deleted in MySQL, and the sheet wins (apply_insert.c). */
int apply_insert(struct task *task, bool is_again, struct err *err);
/* MySQL does not have the row that an upsert names: it is new, or it was deleted meanwhile
 * (apply_missing.c). */
int apply_missing(struct task *task, struct err *err);
/* Is the row, which was looked for, the one in which the person typed (edit.is_over)?
 * (apply_over.c) */
int apply_over(struct task *task, bool *is_its_row, struct err *err);
/* Of an edit of a row that MySQL has: mark the touched cells whose later value is known already as
 * stale (apply_late.c). */
int apply_late(struct task *task, struct err *err);
/* The script writes the key of a new row, and rows may have moved since it read them: has it landed
 * in another row? Then most cells besides the edited ones show neither what MySQL has nor what was
 * agreed on, nor what that took the place of (apply_update.c). Such an edit is left to a
 * comparison: where it was the row after all, it only comes later. */
bool apply_is_strange(const struct task *task);
/* Does edited cell I, of which nobody tells what it showed before, say what was agreed on before
 * the newest edit of it? (apply_late.c) */
bool apply_repeats(const struct task *task, size_t i);
/* The row was deleted in the sheet (apply_delete.c). */
int apply_delete(struct task *task, struct err *err);
/* A conflict that waits is decided (apply_resolve.c). */
int apply_resolve(struct task *task, struct err *err);
/* Another edit is taken back (apply_undo.c). */
int apply_undo(struct task *task, struct err *err);
/* Complete the edit's row in the log, and append its result to RESULTS (apply_finish.c). */
int apply_finish(struct task *task, struct buf *results, struct err *err);
/* What the log is to say of it; the texts are in the task's arena. */
int apply_entry(struct task *task, struct edit_log_entry *out, struct err *err);

/* What became of the edited cells. */
struct tally {
    size_t n_edited;
    size_t n_written;
    size_t n_conflicts;
    size_t n_refused;
    size_t n_stale;
};

/* The two halves of apply_update, for whoever writes many rows at once (plain.c). The first says
 * what is to be written; the second comes when task->after has what became of it. *MUST_SAVE_BASE:
 * the task's base is to be stored. */
int apply_update_decide(struct task *task, struct value *writes, struct tally *tally,
                        struct err *err);
int apply_update_answer(struct task *task, const struct tally *tally, bool *must_save_base,
                        struct err *err);

/* Decide about an edited cell of a row that MySQL has; what is to be written goes to WRITES
 * (apply_cell.c). */
int apply_cell(struct task *task, size_t i, struct value *writes, struct tally *tally,
               struct err *err);
/* Log what was decided between two sides that had both changed the cell, after the write. */
int apply_cell_log(struct task *task, size_t i, struct err *err);
/* What the column's rule makes of the three sides; WHY: why it cannot be told, in the arena, NULL:
 * it can (apply_rule.c). */
int apply_rule(struct task *task, size_t i, struct value *out, const char **why, struct err *err);
/* Refuse, or log and decide, a conflict of the whole row: KIND as in the table conflicts
 * (apply_row.c). */
int apply_row_log(struct task *task, const char *kind, enum merge_verdict verdict, struct err *err);
/* Hold the row until it is decided, and say so; the conflict is opened unless it waits already. */
int apply_row_hold(struct task *task, const char *kind, struct err *err);
#endif
