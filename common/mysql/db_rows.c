/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "common/mysql/db_private.h"

void db_fill_close(struct db_fill *fill)
{
    buf_close(&fill->data);
    buf_close(&fill->values);
}

char *db_fill_add(struct db_fill *fill, size_t len)
{
    struct value v = {.len = len, .state = VALUE_TEXT};
    char *to = buf_reserve(&fill->data, len + 1);

    if (to == NULL)
        return NULL;
    to[len] = '\0';
    /* The data may still move: an offset for now. */
    v.ptr = (const char *)(uintptr_t)fill->data.len;
    buf_append(&fill->values, &v, sizeof(v));
    fill->data.len += len + 1;
    return fill->values.is_failed ? NULL : to;
}

void db_fill_add_null(struct db_fill *fill)
{
    struct value v = VALUE_INIT_NULL;

    buf_append(&fill->values, &v, sizeof(v));
}

int db_fill_finish(struct db_fill *fill, struct db_rows *rows, struct err *err)
{
    size_t n = fill->values.len / sizeof(struct value);
    struct value *values;

    if (fill->data.is_failed || fill->values.is_failed)
        return err_nomem(err, "mysql: result");
    values = (struct value *)(void *)fill->values.ptr; /* as aligned as malloc gives it */
    for (size_t i = 0; i < n; i++)
        if (values[i].state == VALUE_TEXT)
            values[i].ptr = fill->data.ptr + (uintptr_t)values[i].ptr;
    rows->n_columns = fill->n_columns;
    rows->n_rows = fill->n_columns == 0 ? 0 : n / fill->n_columns;
    rows->values = values;
    rows->data = fill->data.ptr;
    *fill = DB_FILL_INIT;
    return 0;
}

void db_rows_close(struct db_rows *rows)
{
    free(rows->values);
    free(rows->data);
    *rows = DB_ROWS_INIT;
}

struct value db_rows_at(const struct db_rows *rows, size_t r, size_t c)
{
    if (r >= rows->n_rows || c >= rows->n_columns)
        return (struct value){.state = VALUE_ABSENT};
    return rows->values[r * rows->n_columns + c];
}

const char *db_rows_text(const struct db_rows *rows, size_t r, size_t c)
{
    struct value v = db_rows_at(rows, r, c);

    return v.state == VALUE_TEXT ? v.ptr : "";
}

int64_t db_rows_int(const struct db_rows *rows, size_t r, size_t c)
{
    return strtoll(db_rows_text(rows, r, c), NULL, 10);
}
