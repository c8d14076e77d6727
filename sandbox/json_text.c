/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/json_text.h"

#include <math.h>
#include <string.h>

#include "sandbox/display.h"

static void put_break(struct buf *out, int depth)
{
    static const char blanks[] = "                                ";

    buf_putc(out, '\n');
    for (int left = 2 * depth; left > 0; left -= (int)sizeof(blanks) - 1)
        buf_append(out, blanks,
                   (size_t)left < sizeof(blanks) - 1 ? (size_t)left : sizeof(blanks) - 1);
}

static void put_number(struct buf *out, double n)
{
    if (!isfinite(n))
        buf_puts(out, "null");
    else if (n == trunc(n) && fabs(n) < 1e15)
        buf_printf(out, "%lld", (long long)n);
    else
        display_put_exact(out, n);
}

/* DEPTH -1: on one line. */
static void put(struct buf *out, const cJSON *json, int depth)
{
    bool is_object = cJSON_IsObject(json);
    const cJSON *item;

    if (cJSON_IsString(json)) {
        buf_json(out, json->valuestring, strlen(json->valuestring));
    } else if (cJSON_IsNumber(json)) {
        put_number(out, json->valuedouble);
    } else if (cJSON_IsBool(json)) {
        buf_puts(out, cJSON_IsTrue(json) ? "true" : "false");
    } else if (!is_object && !cJSON_IsArray(json)) {
        buf_puts(out, "null");
    } else {
        buf_putc(out, is_object ? '{' : '[');
        cJSON_ArrayForEach(item, json)
        {
            if (item != json->child)
                buf_putc(out, ',');
            if (depth >= 0)
                put_break(out, depth + 1);
            if (is_object) {
                buf_json(out, item->string, strlen(item->string));
                buf_puts(out, depth >= 0 ? ": " : ":");
            }
            put(out, item, depth >= 0 ? depth + 1 : -1);
        }
        if (depth >= 0 && json->child != NULL)
            put_break(out, depth);
        buf_putc(out, is_object ? '}' : ']');
    }
}

void json_text_put(struct buf *out, const cJSON *json, bool is_pretty)
{
    put(out, json, is_pretty ? 0 : -1);
    if (is_pretty)
        buf_putc(out, '\n');
}
