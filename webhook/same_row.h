/* SPDX-License-Identifier: Apache-2.0 */
/*
 * same_row: a row that was typed without a key is told twice: by the script, and, when its key has
 * not come yet, by a comparison that finds it. Both tell the same cells (task.content); the second
 * to come is answered with what the first has inserted.
 *
 * Each insert can be claimed once, so that equal rows which were typed twice stay two.
 */
#ifndef WEBHOOK_SAME_ROW_H
#define WEBHOOK_SAME_ROW_H

#include <stdbool.h>

#include "common/err.h"
#include "webhook/task.h"

/* Look for that insert; *IS_SAME: there is one, and the answer tells of its row. Waits for another
 * request that is inserting these very cells. Inside the edit's transaction. */
int same_row_claim(struct task *task, bool *is_same, struct err *err);

/* A row that is typed cell by cell while the webhook is away, or while its first answer is on its
 * way, is told once a cell, each time without a key. The script names the earlier edit (edit.after)
 * where it is sure of that; else the row's place tells. *IS_EARLIER: this edit is a later state of
 * a row that the script has told already, and TASK has that row now: it is an update. */
int same_row_find_earlier(struct task *task, bool *is_earlier, struct err *err);
#endif
