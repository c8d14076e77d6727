/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/value_range.h"

#include <string.h>

#include "sandbox/cell_data.h"
#include "sandbox/mem.h"
#include "sandbox/refuse.h"
#include "sandbox/typed.h"

int value_input(const char *option, bool *is_raw, struct err *err)
{
    if (option == NULL || strcmp(option, "INPUT_VALUE_OPTION_UNSPECIFIED") == 0)
        return refuse(err, 400, "'valueInputOption' is required but not specified");
    *is_raw = strcmp(option, "RAW") == 0;
    return 0;
}

void value_size(const cJSON *values, bool by_columns, int64_t *rows, int64_t *columns)
{
    int64_t lines = 0, longest = 0, n;
    const cJSON *line;

    cJSON_ArrayForEach(line, values)
    {
        n = cJSON_GetArraySize(line);
        longest = n > longest ? n : longest;
        lines++;
    }
    *rows = by_columns ? longest : lines;
    *columns = by_columns ? lines : longest;
}

static int write_cell(struct tab *t, int64_t row, int64_t column, const cJSON *value, bool is_raw,
                      struct err *err)
{
    struct cell *c;

    if (cJSON_IsString(value) && cell_data_check_text(value->valuestring, err) < 0)
        return -1;
    c = tab_write(t, row, column);
    if (cJSON_IsNumber(value))
        cell_set(c, (struct scalar){.kind = KIND_NUMBER, .number = value->valuedouble});
    else if (cJSON_IsBool(value))
        cell_set(c, (struct scalar){.kind = KIND_BOOL, .boolean = cJSON_IsTrue(value)});
    else if (is_raw)
        cell_set(c, (struct scalar){.kind = KIND_TEXT, .text = value->valuestring});
    else
        typed_enter(c, value->valuestring);
    return 0;
}

/* All of VALUES must be scalars and inside the place, before anything is written. */
static int check_values(const struct value_write *w, int64_t rows, int64_t columns, struct err *err)
{
    const struct area *a = &w->place.area;
    const cJSON *line, *value;
    int i = 0, k;

    cJSON_ArrayForEach(line, w->values)
    {
        k = 0;
        cJSON_ArrayForEach(value, line)
        {
            if (cJSON_IsObject(value) || cJSON_IsArray(value))
                return refuse(err, 400, "Invalid values[%d][%d]: %s", i, k,
                              cJSON_IsArray(value) ? "list_value {\n}\n" : "struct_value {\n}\n");
            k++;
        }
        i++;
    }
    if (a->row + rows > a->end_row || a->column + columns > a->end_column) {
        CLEANUP_BUF struct buf name = BUF_INIT;

        a1_put(&name, w->place.tab->title, *a);
        if (a->row + rows > a->end_row)
            return refuse(err, 400,
                          "Requested writing within range [%.200s], but tried writing to row "
                          "[%lld]",
                          buf_text(&name), (long long)a->end_row + 1);
        buf_puts(&name, "], but tried writing to column [");
        a1_put_column(&name, a->end_column);
        return refuse(err, 400, "Requested writing within range [%.200s]", buf_text(&name));
    }
    return 0;
}

int value_write(struct book *draft, const struct value_write *w, struct value_written *done,
                struct err *err)
{
    const struct area *a = &w->place.area;
    int64_t rows, columns, i = 0, k;
    const cJSON *line, *value;
    CLEANUP_FREE bool *has_row = NULL;
    CLEANUP_FREE bool *has_column = NULL;
    struct tab *t;

    *done = (struct value_written){0};
    value_size(w->values, w->by_columns, &rows, &columns);
    if (check_values(w, rows, columns, err) < 0)
        return -1;
    t = book_write_tab(draft, w->place.tab);
    has_row = mem_new((size_t)rows, 1);
    has_column = mem_new((size_t)columns, 1);
    cJSON_ArrayForEach(line, w->values)
    {
        k = 0;
        cJSON_ArrayForEach(value, line)
        {
            int64_t row = w->by_columns ? k : i, column = w->by_columns ? i : k;

            k++;
            if (cJSON_IsNull(value))
                continue;
            if (write_cell(t, a->row + row, a->column + column, value, w->is_raw, err) < 0)
                return -1;
            done->rows += !has_row[row];
            done->columns += !has_column[column];
            has_row[row] = has_column[column] = true;
            done->cells++;
        }
        i++;
    }
    done->area = (struct area){a->row, a->row + (rows > 0 ? rows : 1), a->column,
                               a->column + (columns > 0 ? columns : 1)};
    book_touch(draft, t, TOUCH_CELLS, done->area);
    return 0;
}

void value_clear(struct book *draft, const struct place *place)
{
    struct tab *t = book_write_tab(draft, place->tab);
    struct area a = place->area;

    if (a.end_row > (int64_t)t->n_row)
        a.end_row = (int64_t)t->n_row;
    for (int64_t row = a.row; row < a.end_row; row++)
        for (int64_t column = a.column; column < a.end_column; column++)
            if (cell_has_value(tab_cell(t, row, column)))
                cell_clear_value(tab_write(t, row, column));
    book_touch(draft, t, TOUCH_CELLS, place->area);
}
