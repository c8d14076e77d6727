/* SPDX-License-Identifier: Apache-2.0 */
/* undo: take an edit back, as a new edit; for `tabrelay undo` and the page. */
#ifndef CLI_UNDO_H
#define CLI_UNDO_H

#include <stdbool.h>

#include <cjson/cJSON.h>

#include "common/config/config.h"
#include "common/err.h"
#include "common/mysql/db.h"

/* Did the edit (row 0 of ROWS, as log_load gives it) change anything that can be taken back?
 * ERR_GONE says why not. */
int undo_check(const struct db_rows *rows, struct err *err);
/* Send its undo to the webhook, as post_send does. FORCE: also columns that were changed since. */
int undo_send(const struct config *config, const struct db_rows *rows, bool force,
              const char *somebody, cJSON **answer, struct err *err);
#endif
