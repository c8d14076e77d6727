/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plain: the usual edits, many at once: cells of rows that both sides have and agree on.
 *
 * What apply.c does one edit after the other, with a statement for each step, is done here with one
 * statement a step for all: read and lock the rows, their bases, decide (the same functions), write
 * the rows, read them again, write log and bases. Nothing is written before it is known which edits
 * are plain. Whatever is the least unusual is left to apply.c: conflicts, new rows, deletes, keys,
 * refusals, edits of one row twice, repeats, what is forced, found or late. An error takes back the
 * whole transaction, and then nothing is plain.
 */
#ifndef WEBHOOK_PLAIN_H
#define WEBHOOK_PLAIN_H

#include "common/err.h"
#include "common/mysql/db.h"
#include "webhook/job.h"

/* In a transaction in which nothing is written yet: apply the jobs all of whose edits are plain;
 * they are done then. Each job's apply has its mapping. */
int plain_apply(struct db *db, struct job *jobs, struct err *err);
#endif
