/* SPDX-License-Identifier: Apache-2.0 */
/* render: cells as the values API shows them (ValueRange). Pure; any thread. */
#ifndef SANDBOX_RENDER_H
#define SANDBOX_RENDER_H

#include "sandbox/calc.h"
#include "sandbox/filter.h"

enum render_value { RENDER_FORMATTED, RENDER_UNFORMATTED, RENDER_FORMULA };

struct render {
    enum render_value value;
    bool dates_as_text;
    bool by_columns;
};

/* Out of the API's words; NULL is the default of each. */
struct render render_from(const char *value, const char *date_time, const char *dimension);
/* {"range", "majorDimension", "values"}; trailing blanks are left out. */
cJSON *render_range(struct calc *calc, const struct place *place, struct render how);
/* "Sheet1!A1:B2" */
cJSON *render_name(const struct tab *t, struct area area);
#endif
