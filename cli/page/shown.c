/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/page/shown.h"

#include <string.h>

#include "cli/json_rows.h"
#include "cli/show.h"
#include "common/json.h"

void shown_put_item(struct buf *out, const char *name, const cJSON *item)
{
    CLEANUP_BUF struct buf text = BUF_INIT, longer = BUF_INIT;

    if (item == NULL || cJSON_IsNull(item)) {
        buf_printf(out, "\"%s\": {\"%s\": true}", name, item == NULL ? "is_unknown" : "is_null");
        return;
    }
    show_item(&text, item, SHOWN_MAX);
    show_item(&longer, item, SHOWN_MAX + 1);
    buf_printf(out, "\"%s\": {", name);
    json_put_text(out, "text", buf_text(&text));
    buf_puts(out, longer.len != text.len ? ", \"cut\": true}" : "}");
}

void shown_put_value(struct buf *out, const char *name, const char *json)
{
    CLEANUP_JSON cJSON *item = NULL;
    struct err err;

    if (json != NULL)
        json_parse(json, strlen(json), &item, &err);
    shown_put_item(out, name, item);
}

void shown_put_key(struct buf *out, const char *row_key)
{
    CLEANUP_BUF struct buf key = BUF_INIT;

    show_key(&key, row_key);
    json_put_text(out, "key", buf_text(&key));
}
