/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compare: both sides of a mapping beside each other, without writing to either. `verify` and
 * `plan` are two reports of it.
 *
 * MySQL is read in one consistent snapshot, the tab in pages; see look.h. One thread.
 */
#ifndef CLI_COMPARE_COMPARE_H
#define CLI_COMPARE_COMPARE_H

#include "common/config/config.h"
#include "common/err.h"
#include "common/mysql/db.h"
#include "common/stop.h"
#include "replicator/binlog/position.h"
#include "replicator/sheets/sheets.h"
#include "replicator/sync/state.h"

struct compare {
    const struct config *config;
    struct state state; /* our own tables, and marks */
    struct db *db;      /* owned; the mapped tables, in a snapshot */
    struct stop *stop;  /* owned; never asked: an interrupt ends the program */
    struct sheets *sheets;
};

/* Connect to MySQL and read Google's credentials. Close after a failure, too. */
int compare_open(struct compare *c, const struct config *config, struct err *err);
void compare_close(struct compare *c);

enum compare_wait { WAIT_COVERED, WAIT_BEHIND, WAIT_NOT_RUNNING };
/* Wait up to TIMEOUT_MS until the replicator's checkpoint covers P: all that was committed before P
 * has been acknowledged by Google. Marks are committed meanwhile: the checkpoint is saved when
 * there is something new in the binlog. */
int compare_wait(struct compare *c, const struct position *p, int64_t timeout_ms,
                 enum compare_wait *out, struct err *err);
#endif
