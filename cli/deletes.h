/* SPDX-License-Identifier: Apache-2.0 */
/* deletes: rows that vanished from tabs and wait for approval; for `tabrelay deletes` and the page.
 */
#ifndef CLI_DELETES_H
#define CLI_DELETES_H

#include "common/config/config.h"
#include "common/err.h"
#include "common/mysql/db.h"

enum { DELETES_MAPPING, DELETES_HELD, DELETES_KEYS };

/* A row for each mapping with held deletes, its columns as above: KEYS is
 * a JSON array of row keys, of 100 rows at most, or NULL. DB: as cli_open gives it. */
int deletes_query(struct db *db, const struct config *config, struct db_rows *rows,
                  struct err *err);
#endif
