/* SPDX-License-Identifier: Apache-2.0 */
/*
 * held: cells and rows of a task that wait for a decision, as its base says (common/base.h).
 *
 * The base of a held cell is what the sheet shows; MySQL has something else. These change the
 * task's base in memory; task_save_base() stores it.
 */
#ifndef WEBHOOK_HELD_H
#define WEBHOOK_HELD_H

#include <stdbool.h>

#include "common/err.h"
#include "webhook/conflict.h"
#include "webhook/task.h"

bool held_cell(const struct task *task, size_t i);
bool held_row(const struct task *task);
/* The sheet shows V, and nobody is to write the cell. */
void held_hold(struct task *task, size_t i, struct value v);
void held_release(struct task *task, size_t i);
/* What the sheet shows of a held cell; absent: it cannot be told. Good until base is changed. */
struct value held_value(const struct task *task, size_t i);

/* Of a row that MySQL and the sheet have: end what waits and is decided by itself, a held row, and
 * held cells in which MySQL has come to what the sheet shows. */
int held_release_equal(struct task *task, struct err *err);
/* A person has typed into a held cell. *IS_OVER: its conflict is ended, and SAME, KEEP or APPLY
 * stands in the cell's verdict; otherwise it still waits (HOLD, LAST_WRITE), or nothing waits for
 * it and it is held no more. */
int held_edit(struct task *task, size_t i, bool *is_over, struct err *err);
/* Say that the cell waits, and for whom, in the message and in a note. WHY: more of it, or NULL. */
int held_say(struct task *task, size_t i, const char *why, struct err *err);
#endif
