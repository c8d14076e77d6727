/* SPDX-License-Identifier: Apache-2.0 */
/* cell_json: a cell as the webhook's protocol has it (docs/ARCHITECTURE.md). Pure. */
#ifndef COMMON_CELL_CELL_JSON_H
#define COMMON_CELL_CELL_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "common/buf.h"
#include "common/cell/cell.h"

/* Append a number, "text", true, false, null (blank) or {"error": "#N/A"}. */
void cell_put_json(struct buf *out, const struct cell *cell);
/* Does CELL hold what JSON (NULL: blank) says? That may be {"date": "1990-10-03T00:00:00.000"},
 * too.
 */
bool cell_is_json(const struct cell *cell, const cJSON *json);
#endif
