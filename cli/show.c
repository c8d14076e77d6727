/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show.h"

#include <string.h>

#include "common/cleanup.h"
#include "common/json.h"
#include "common/rowkey.h"
#include "common/utf8.h"

/* One control character of ASCII, or of the second row (U+0080 to U+009F). */
static bool is_control(const char *text, size_t bytes)
{
    unsigned char c = (unsigned char)text[0];

    return c < 0x20 || c == 0x7f || (bytes == 2 && c == 0xc2 && (unsigned char)text[1] < 0xa0);
}

void show_text(struct buf *out, const char *text, size_t len, size_t max)
{
    size_t n = 0;

    for (size_t at = 0, bytes; at < len; at += bytes, n++) {
        bytes = utf8_length(text + at, len - at);
        if (n == max) {
            buf_puts(out, "...");
            return;
        }
        if (bytes == 0 || is_control(text + at, bytes)) {
            buf_putc(out, bytes == 0 ? '?' : ' ');
            bytes = bytes == 0 ? 1 : bytes;
            continue;
        }
        buf_append(out, text + at, bytes);
    }
}

void show_item(struct buf *out, const cJSON *item, size_t max)
{
    static const char *const inner[] = {"date", "error"};
    const char *hex = json_text(item, "hex", NULL);
    char *text;

    if (cJSON_IsNull(item) || item == NULL) {
        buf_puts(out, item == NULL ? "(not known)" : "NULL");
        return;
    }
    if (cJSON_IsString(item)) {
        show_text(out, item->valuestring, strlen(item->valuestring), max);
        return;
    }
    if (hex != NULL) {
        buf_puts(out, "0x");
        show_text(out, hex, strlen(hex), max);
        return;
    }
    for (size_t i = 0; i < sizeof(inner) / sizeof(inner[0]); i++) {
        const char *found = json_text(item, inner[i], NULL);

        if (found != NULL) {
            show_text(out, found, strlen(found), max);
            return;
        }
    }
    text = cJSON_PrintUnformatted(item);
    if (text != NULL)
        show_text(out, text, strlen(text), max);
    cJSON_free(text);
}

void show_value(struct buf *out, const char *json, size_t max)
{
    CLEANUP_JSON cJSON *item = NULL;
    struct err err;

    if (json != NULL && json_parse(json, strlen(json), &item, &err) != 0)
        show_text(out, json, strlen(json), max);
    else
        show_item(out, item, max);
}

void show_key(struct buf *out, const char *row_key)
{
    CLEANUP_JSON cJSON *array = NULL;
    const cJSON *item;
    const char *separator = "";
    struct err err;

    if (row_key == NULL || json_parse(row_key, strlen(row_key), &array, &err) != 0 ||
        !cJSON_IsArray(array)) {
        buf_putc(out, '?');
        return;
    }
    cJSON_ArrayForEach(item, array)
    {
        buf_puts(out, separator);
        show_item(out, item, SHOW_SHORT);
        separator = ", ";
    }
}

void show_put_json(struct buf *out, struct value v)
{
    CLEANUP_BUF struct buf key = BUF_INIT;

    /* A key of one column is the value in brackets. */
    rowkey_write(&key, &v, 1);
    if (!key.is_failed)
        buf_append(out, key.ptr + 1, key.len - 2);
}
