/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/values.h"

#include "common/json.h"
#include "common/rowkey.h"

void values_write(struct buf *out, struct value v)
{
    CLEANUP_BUF struct buf one = BUF_INIT;

    rowkey_write(&one, &v, 1);
    if (one.len > 2)
        buf_append(out, one.ptr + 1, one.len - 2); /* without the brackets */
    out->is_failed |= one.is_failed;
}

void values_write_row(struct buf *out, const struct schema_mapping *m, const struct value *values)
{
    bool is_first = true;

    buf_putc(out, '{');
    for (size_t i = 0; i < m->n_columns; i++) {
        const char *name = schema_column_of(m, i)->name;

        if (values[i].state == VALUE_ABSENT)
            continue;
        if (!is_first)
            buf_putc(out, ',');
        is_first = false;
        buf_json(out, name, strlen(name));
        buf_putc(out, ':');
        values_write(out, values[i]);
    }
    buf_putc(out, '}');
}

static int unreadable(struct err *err, const char *what)
{
    return err->code == ERR_NOMEM ? -1
                                  : err_set(err, ERR_VALUE, "a logged %s cannot be read", what);
}

int values_read(const char *text, struct arena *arena, struct value *out, struct err *err)
{
    CLEANUP_BUF struct buf array = BUF_INIT;
    CLEANUP_BUF struct buf bytes = BUF_INIT;

    *out = (struct value){.state = VALUE_ABSENT};
    if (text == NULL)
        return 0;
    buf_printf(&array, "[%s]", text);
    if (array.is_failed)
        return err_nomem(err, "values");
    if (rowkey_read(array.ptr, array.len, &bytes, out, 1, err) != 0)
        return unreadable(err, "value");
    if (out->state != VALUE_TEXT)
        return 0;
    out->ptr = arena_copy(arena, out->ptr, out->len);
    return out->ptr == NULL ? err_nomem(err, "values") : 0;
}

int values_read_row(const char *text, const struct schema_mapping *m, struct arena *arena,
                    struct value *values, struct err *err)
{
    CLEANUP_JSON cJSON *json = NULL;

    if (json_parse(text, strlen(text), &json, err) != 0)
        return unreadable(err, "row");
    for (size_t i = 0; i < m->n_columns; i++) {
        const cJSON *item = json_get(json, schema_column_of(m, i)->name);
        char *one = item == NULL ? NULL : cJSON_PrintUnformatted(item);
        int rc;

        if (item != NULL && one == NULL)
            return err_nomem(err, "values");
        rc = values_read(one, arena, &values[i], err);
        cJSON_free(one);
        if (rc != 0)
            return -1;
    }
    return 0;
}
