/* SPDX-License-Identifier: Apache-2.0 */
/* engine_calls: what a person did, told to the Apps Script engine as Google's triggers would be.
 * Any thread; returns at once. */
#ifndef SANDBOX_ENGINE_CALLS_H
#define SANDBOX_ENGINE_CALLS_H

#include <stdbool.h>

#include "sandbox/a1.h"
#include "sandbox/sandbox.h"

/* What an action did, as triggers see it. */
struct effect {
    bool is_edit; /* values changed in AREA */
    struct area area;
    int64_t sheet_id;
    char *value, *old_value; /* owned; of a single cell; NULL if blank or several */
    const char *change;      /* "EDIT", "INSERT_ROW", ...; NULL: nothing changed */
};

void effect_close(struct effect *e);
void engine_fire(struct sandbox *s, const char *spreadsheet, const char *user,
                 const struct effect *e);
#endif
