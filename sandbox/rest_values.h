/* SPDX-License-Identifier: Apache-2.0 */
/* rest_values: what the writing methods of values have in common. */
#ifndef SANDBOX_REST_VALUES_H
#define SANDBOX_REST_VALUES_H

#include "sandbox/render.h"
#include "sandbox/rest.h"
#include "sandbox/value_range.h"

struct values_response {
    bool with_values;
    struct render how;
};

struct values_response values_response_from_query(const struct call *call);
/* An UpdateValuesResponse. */
cJSON *values_answer(const struct book *b, const struct tab *t, const struct value_written *done,
                     const struct values_response *response);
#endif
