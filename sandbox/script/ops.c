/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/script/ops.h"

#include <string.h>

#include "sandbox/script/text.h"

static const struct ops_row *find(const char *name)
{
    const struct ops_row *const tables[] = {ops_sheet, ops_project, ops_utility};

    for (size_t i = 0; i < 3; i++)
        for (const struct ops_row *row = tables[i]; row->name != NULL; row++)
            if (strcmp(row->name, name) == 0)
                return row;
    return NULL;
}

int ops_call(struct run *r, const char *name, const char *args, size_t len, struct buf *out,
             struct err *err)
{
    CLEANUP_BUF struct buf utf8 = BUF_INIT, result = BUF_INIT;
    CLEANUP_JSON cJSON *json = NULL;
    const struct ops_row *row = find(name);

    if (row == NULL)
        return err_set(err, ERR_VALUE, "no operation %s", name);
    text_to_utf8(args, len, &utf8);
    if (json_parse(buf_text(&utf8), utf8.len, &json, err) != 0)
        return err_wrap(err, "%s", name);
    if (row->call(r, json, &result, err) != 0)
        return -1;
    if (result.len == 0)
        buf_puts(&result, "null");
    text_from_utf8(buf_text(&result), result.len, out);
    return utf8.is_failed || result.is_failed || out->is_failed ? err_nomem(err, name) : 0;
}

int ops_zone(struct run *r, const char *name, const struct zone **out, struct err *err)
{
    struct zone *zone;

    if (r->zone == NULL || strcmp(zone_name(r->zone), name) != 0) {
        zone = zone_new(name);
        if (zone == NULL)
            return err_nomem(err, "time zone");
        zone_free(r->zone);
        r->zone = zone;
    }
    *out = r->zone;
    return 0;
}

void ops_put_text(struct buf *out, const char *text)
{
    buf_json(out, text, strlen(text));
}

int ops_put_json(struct buf *out, cJSON *item, struct err *err)
{
    CLEANUP_JSON cJSON *owned = item;
    CLEANUP_FREE char *text = item == NULL ? NULL : cJSON_PrintUnformatted(item);

    if (text == NULL)
        return err_nomem(err, "script");
    buf_puts(out, text);
    return 0;
}
