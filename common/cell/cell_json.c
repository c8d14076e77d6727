/* SPDX-License-Identifier: Apache-2.0 */
#include "common/cell/cell_json.h"

#include <math.h>
#include <string.h>

#include "common/cell/calendar.h"
#include "common/json.h"
#include "common/number.h"

void cell_put_json(struct buf *out, const struct cell *cell)
{
    char number[NUMBER_TEXT_SIZE];

    switch (cell->type) {
    case CELL_BLANK:
        buf_puts(out, "null");
        return;
    case CELL_NUMBER:
        buf_append(out, number, number_print_double(cell->number, number));
        return;
    case CELL_BOOL:
        buf_puts(out, cell->boolean ? "true" : "false");
        return;
    case CELL_TEXT:
        buf_json(out, cell->text, cell->text_len);
        return;
    case CELL_ERROR:
        buf_puts(out, "{\"error\":");
        buf_json(out, cell->text, cell->text_len);
        buf_putc(out, '}');
        return;
    }
}

static bool is_text(const struct cell *cell, const char *text)
{
    return text != NULL && strlen(text) == cell->text_len &&
           memcmp(text, cell->text, cell->text_len) == 0;
}

/* A date is a day number; the script tells it to a millisecond, which is 1.2e-8 days. */
static bool is_number(double number, const cJSON *json)
{
    const char *text = json_text(json, "date", NULL);
    struct moment moment;

    if (cJSON_IsNumber(json))
        return fabs(json->valuedouble - number) < 1e-9;
    if (text == NULL || !calendar_parse_moment(text, strlen(text), &moment) ||
        !calendar_is_real(moment.date))
        return false;
    return fabs((double)calendar_serial(moment.date) +
                (double)moment.time_us / (double)CALENDAR_DAY_US - number) < 1e-8;
}

bool cell_is_json(const struct cell *cell, const cJSON *json)
{
    switch (cell->type) {
    case CELL_BLANK:
        return json == NULL || cJSON_IsNull(json);
    case CELL_NUMBER:
        return is_number(cell->number, json);
    case CELL_BOOL:
        return cJSON_IsBool(json) && cJSON_IsTrue(json) == cell->boolean;
    case CELL_TEXT:
        return is_text(cell, cJSON_GetStringValue(json));
    case CELL_ERROR:
        return is_text(cell, json_text(json, "error", NULL));
    }
    return false;
}
