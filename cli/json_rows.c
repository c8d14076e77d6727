/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/json_rows.h"

#include <string.h>

static void put_member(struct buf *out, const struct json_member *member,
                       const struct db_rows *rows, size_t r)
{
    struct value v = db_rows_at(rows, r, member->at);

    buf_printf(out, "\"%s\": ", member->name);
    if (v.state != VALUE_TEXT)
        buf_puts(out, "null");
    else if (member->kind == JSON_TEXT)
        buf_json(out, v.ptr, v.len);
    else
        buf_append(out, v.ptr, v.len);
}

void json_put_members(struct buf *out, const struct json_member *members, size_t n,
                      const struct db_rows *rows, size_t r)
{
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_puts(out, ", ");
        put_member(out, &members[i], rows, r);
    }
}

void json_put_text(struct buf *out, const char *name, const char *text)
{
    buf_printf(out, "\"%s\": ", name);
    buf_json(out, text, strlen(text));
}
