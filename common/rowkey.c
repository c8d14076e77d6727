/* SPDX-License-Identifier: Apache-2.0 */
#include "common/rowkey.h"

#include <string.h>

#include "common/json.h"
#include "common/utf8.h"

/* cJSON ends a string at its first NUL. */
static bool is_plain_text(struct value v)
{
    return memchr(v.ptr, '\0', v.len) == NULL && utf8_is_valid(v.ptr, v.len);
}

void rowkey_write(struct buf *out, const struct value *key, size_t n)
{
    buf_putc(out, '[');
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_putc(out, ',');
        if (key[i].state != VALUE_TEXT) {
            buf_puts(out, "null");
        } else if (key[i].len == 0 || is_plain_text(key[i])) {
            buf_json(out, key[i].ptr, key[i].len);
        } else {
            buf_puts(out, "{\"hex\":\"");
            buf_hex(out, key[i].ptr, key[i].len);
            buf_puts(out, "\"}");
        }
    }
    buf_putc(out, ']');
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

static int append_hex(struct buf *bytes, const char *hex)
{
    for (; hex[0] != '\0'; hex += 2) {
        int high = hex_digit(hex[0]), low = high < 0 ? -1 : hex_digit(hex[1]);

        if (low < 0)
            return -1;
        buf_putc(bytes, (char)(high << 4 | low));
    }
    return 0;
}

static int read_item(const cJSON *item, struct buf *bytes, struct value *out)
{
    const char *hex = json_text(item, "hex", NULL);
    size_t start = bytes->len;

    if (cJSON_IsNull(item)) {
        *out = VALUE_INIT_NULL;
        return 0;
    }
    if (cJSON_IsString(item))
        buf_puts(bytes, item->valuestring);
    else if (hex == NULL || append_hex(bytes, hex) != 0)
        return -1;
    *out = value_text(bytes->ptr + start, bytes->len - start);
    return 0;
}

int rowkey_read(const char *text, size_t len, struct buf *bytes, struct value *key, size_t n,
                struct err *err)
{
    CLEANUP_JSON cJSON *json = NULL;
    const cJSON *item;
    size_t i = 0;

    if (json_parse(text, len, &json, err) != 0)
        return err_wrap(err, "row key");
    if (!cJSON_IsArray(json) || (size_t)cJSON_GetArraySize(json) != n)
        return err_set(err, ERR_FORMAT, "row key: expected an array of %zu values", n);
    /* One reservation, so that the values' pointers stay right: no value is longer than its JSON
     * text. */
    if (buf_reserve(bytes, len) == NULL)
        return err_nomem(err, "row key");
    cJSON_ArrayForEach(item, json)
    {
        if (read_item(item, bytes, &key[i]) != 0)
            return err_set(err, ERR_FORMAT, "row key: value %zu is no text, null or hex", i);
        i++;
    }
    return 0;
}
