/* SPDX-License-Identifier: Apache-2.0 */
/* status: how each mapping is, as the replicator last wrote it; for `tabrelay status` and the page.
 */
#ifndef CLI_STATUS_H
#define CLI_STATUS_H

#include "cli/running.h"
#include "common/buf.h"
#include "common/config/config.h"
#include "common/err.h"
#include "common/mysql/db.h"

struct status {
    struct db_rows mappings;
    struct db_rows checkpoint;
    struct db_rows pruned; /* up to when, of the edit log and of conflicts; NULL: nothing was */
    struct running running;
    struct db_rows *families; /* owned; one a family of the configuration, of a row at most */
    size_t n_families;
};
#define STATUS_INIT ((struct status){.mappings = DB_ROWS_INIT, .checkpoint = DB_ROWS_INIT})

/* DB: as cli_open gives it. The caller closes OUT, also after a failure. */
int status_query(struct db *db, const struct config *config, struct status *out, struct err *err);
void status_close(struct status *status);
/* Append {"instance": ..., "is_running": ..., "holder": ..., "mappings": [...]}: every mapping of
 * CONFIG, those that the replicator has not seen yet as "not started"; and its "families", if it
 * has some. */
void status_put_json(struct buf *out, const struct config *config, const struct status *status);
#endif
