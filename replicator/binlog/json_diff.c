/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/json_diff.h"

#include "replicator/binlog/cursor.h"
#include "replicator/binlog/json_tree.h"

enum { REPLACE = 0, INSERT = 1, REMOVE = 2 };

static enum json_fit apply_next(struct json_tree *t, struct cursor *c)
{
    unsigned operation = cursor_u8(c);
    size_t path_len = (size_t)cursor_lenenc(c), len;
    const uint8_t *text = cursor_take(c, path_len), *p;
    struct json_path path;
    struct json_value value;

    if (text == NULL || json_path_open((const char *)text, path_len, &path) != 0)
        return JSON_MALFORMED;
    if (operation == REMOVE)
        return json_tree_remove(t, path);
    len = (size_t)cursor_lenenc(c);
    p = cursor_take(c, len);
    if (p == NULL || len == 0)
        return JSON_MALFORMED;
    value = json_document(p, len);
    if (operation == REPLACE)
        return json_tree_replace(t, path, value);
    return operation == INSERT ? json_tree_insert(t, path, value) : JSON_MALFORMED;
}

int json_diff_apply(const uint8_t *before, size_t before_len, const uint8_t *diff, size_t diff_len,
                    struct arena *arena, struct value *out, struct err *err)
{
    struct cursor c = cursor_init(diff, diff_len);
    struct json_printer printer;
    struct json_tree tree;
    enum json_fit fit = JSON_FITS;

    *out = (struct value){0};
    if (before_len == 0)
        return 0;
    json_tree_init(&tree, json_document(before, before_len), arena);
    while (fit == JSON_FITS && cursor_left(&c) > 0)
        fit = apply_next(&tree, &c);
    if (fit == JSON_MALFORMED)
        return err_set(err, ERR_FORMAT, "malformed JSON difference of %zu bytes", diff_len);
    if (fit != JSON_FITS)
        return 0;
    if (json_printer_init(&printer, before_len + diff_len, arena) != 0 ||
        json_tree_print(&tree, &printer) != 0)
        return json_printer_fail(&printer, before_len + diff_len, err);
    *out = json_printer_take(&printer);
    return 0;
}
