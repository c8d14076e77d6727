/* SPDX-License-Identifier: Apache-2.0 */
/* json_text: JSON as Google writes it: two blanks of indentation, numbers as short as they are
 * exact. */
#ifndef SANDBOX_JSON_TEXT_H
#define SANDBOX_JSON_TEXT_H

#include <stdbool.h>

#include "common/buf.h"
#include "common/json.h"

/* Append JSON, on many lines (with a line feed at the end) or on one. */
void json_text_put(struct buf *out, const cJSON *json, bool is_pretty);
#endif
