/* SPDX-License-Identifier: Apache-2.0 */
/*
 * batch: the requests of one spreadsheets.batchUpdate as JSON text, written once, straight into the
 * buffer that is sent.
 *
 * https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/request
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/number.h"
#include "common/planted.h"
#include "replicator/sheets/private.h"

struct batch *batch_new(void)
{
    return calloc(1, sizeof(struct batch));
}

void batch_free(struct batch *b)
{
    if (b == NULL)
        return;
    buf_close(&b->requests);
    free(b);
}

void batch_clear(struct batch *b)
{
    buf_clear(&b->requests);
    b->n_requests = 0;
    b->n_cells = 0;
}

void batch_fill(struct batch *b)
{
    b->is_fill = true;
}

size_t batch_bytes(const struct batch *b)
{
    return b->requests.len;
}

size_t batch_requests(const struct batch *b)
{
    return b->n_requests;
}

size_t batch_cells(const struct batch *b)
{
    return b->n_cells;
}

static struct buf *begin(struct batch *b)
{
    if (b->n_requests++ > 0)
        buf_putc(&b->requests, ',');
    return &b->requests;
}

void batch_add(struct batch *b, const struct buf *request)
{
    struct buf *out = begin(b);

    buf_append(out, request->ptr, request->len);
    out->is_failed = out->is_failed || request->is_failed;
}

void batch_join(struct batch *b, const struct batch *other)
{
    if (other->n_requests == 0)
        return;
    batch_add(b, &other->requests);
    b->n_requests += other->n_requests - 1;
    b->n_cells += other->n_cells;
}

/* userEnteredValue is one of numberValue, stringValue, boolValue: exact types, nothing is parsed;
 * {} clears. */
static void put_cell(struct buf *out, const struct cell *cell)
{
    char number[NUMBER_TEXT_SIZE];

    switch (cell->type) {
    case CELL_BLANK:
    case CELL_ERROR:
        buf_puts(out, "{}");
        return;
    case CELL_NUMBER:
        if (!isfinite(cell->number)) { /* JSON has no word for it */
            buf_puts(out, "{}");
            return;
        }
        buf_puts(out, "{\"userEnteredValue\":{\"numberValue\":");
        buf_append(out, number, number_print_double(cell->number, number));
        buf_puts(out, "}}");
        return;
    case CELL_BOOL:
        buf_printf(out, "{\"userEnteredValue\":{\"boolValue\":%s}}",
                   cell->boolean ? "true" : "false");
        return;
    case CELL_TEXT:
        buf_printf(out, "{\"userEnteredValue\":{\"%s\":",
                   planted(6) && *cell->text == '=' ? "formulaValue" : "stringValue");
        buf_json(out, cell->text, cell->text_len);
        buf_puts(out, "}}");
        return;
    }
}

void batch_write(struct batch *b, int64_t sheet_id, int64_t row, int64_t column,
                 const struct cell *cells, size_t n_rows, size_t n_columns)
{
    struct buf *out = begin(b);

    buf_printf(out,
               "{\"updateCells\":{\"start\":{\"sheetId\":%" PRId64 ",\"rowIndex\":%" PRId64
               ",\"columnIndex\":%" PRId64 "},\"fields\":\"userEnteredValue\",\"rows\":[",
               sheet_id, row, column);
    for (size_t r = 0; r < n_rows; r++) {
        buf_puts(out, r > 0 ? ",{\"values\":[" : "{\"values\":[");
        for (size_t c = 0; c < n_columns; c++) {
            if (c > 0)
                buf_putc(out, ',');
            put_cell(out, &cells[r * n_columns + c]);
        }
        buf_puts(out, "]}");
    }
    buf_puts(out, "]}}");
    b->n_cells += n_rows * n_columns;
}

void batch_write_note(struct batch *b, int64_t sheet_id, int64_t row, int64_t column,
                      const char *text, size_t len)
{
    struct buf *out = begin(b);

    buf_printf(out,
               "{\"updateCells\":{\"start\":{\"sheetId\":%" PRId64 ",\"rowIndex\":%" PRId64
               ",\"columnIndex\":%" PRId64
               "},\"fields\":\"note\",\"rows\":[{\"values\":[{\"note\":",
               sheet_id, row, column);
    buf_json(out, text, len);
    buf_puts(out, "}]}]}}");
}

static void put_rows(struct buf *out, int64_t sheet_id, int64_t row, int64_t n)
{
    buf_printf(out,
               "\"range\":{\"sheetId\":%" PRId64 ",\"dimension\":\"ROWS\",\"startIndex\":%" PRId64
               ",\"endIndex\":%" PRId64 "}",
               sheet_id, row, row + n);
}

void batch_insert_rows(struct batch *b, int64_t sheet_id, int64_t row, int64_t n)
{
    struct buf *out = begin(b);

    buf_puts(out, "{\"insertDimension\":{");
    put_rows(out, sheet_id, row, n);
    /* The row above a first data row is the header: its bold would be inherited. */
    buf_printf(out, ",\"inheritFromBefore\":%s}}", row > 1 ? "true" : "false");
}

void batch_delete_rows(struct batch *b, int64_t sheet_id, int64_t row, int64_t n)
{
    struct buf *out = begin(b);

    buf_puts(out, "{\"deleteDimension\":{");
    put_rows(out, sheet_id, row, n);
    buf_puts(out, "}}");
}

static void append_dimension(struct batch *b, int64_t sheet_id, const char *dimension, int64_t n)
{
    buf_printf(begin(b),
               "{\"appendDimension\":{\"sheetId\":%" PRId64
               ",\"dimension\":\"%s\",\"length\":%" PRId64 "}}",
               sheet_id, dimension, n);
}

void batch_append_rows(struct batch *b, int64_t sheet_id, int64_t n)
{
    append_dimension(b, sheet_id, "ROWS", n);
}

void batch_append_columns(struct batch *b, int64_t sheet_id, int64_t n)
{
    append_dimension(b, sheet_id, "COLUMNS", n);
}

void batch_add_tab(struct batch *b, const char *title)
{
    struct buf *out = begin(b);

    buf_puts(out, "{\"addSheet\":{\"properties\":{\"title\":");
    buf_json(out, title, strlen(title));
    buf_puts(out, "}}}");
}

void batch_format_column(struct batch *b, int64_t sheet_id, int64_t column, const char *format,
                         const char *pattern)
{
    struct buf *out = begin(b);

    buf_printf(out,
               "{\"repeatCell\":{\"range\":{\"sheetId\":%" PRId64
               ",\"startRowIndex\":1,\"startColumnIndex\":%" PRId64 ",\"endColumnIndex\":%" PRId64
               "},\"cell\":{\"userEnteredFormat\":{\"numberFormat\":{\"type\":\"%s\"",
               sheet_id, column, column + 1, format);
    if (pattern != NULL) {
        buf_puts(out, ",\"pattern\":");
        buf_json(out, pattern, strlen(pattern));
    }
    buf_puts(out, "}}},\"fields\":\"userEnteredFormat.numberFormat\"}}");
}

static void repeat_blank(struct batch *b, int64_t sheet_id, int64_t row, int64_t column,
                         const char *fields)
{
    buf_printf(begin(b),
               "{\"repeatCell\":{\"range\":{\"sheetId\":%" PRId64 ",\"startRowIndex\":%" PRId64
               ",\"startColumnIndex\":%" PRId64 ",\"endColumnIndex\":%" PRId64
               "},\"cell\":{},\"fields\":\"%s\"}}",
               sheet_id, row, column, column + 1, fields);
}

void batch_unformat_column(struct batch *b, int64_t sheet_id, int64_t column)
{
    repeat_blank(b, sheet_id, 1, column, "userEnteredFormat.numberFormat");
}

void batch_clear_column(struct batch *b, int64_t sheet_id, int64_t row, int64_t column)
{
    repeat_blank(b, sheet_id, row, column, "userEnteredValue");
}

static void put_header_range(struct buf *out, int64_t sheet_id, int64_t column, int64_t n_columns)
{
    buf_printf(out,
               "\"range\":{\"sheetId\":%" PRId64
               ",\"startRowIndex\":0,\"endRowIndex\":1,\"startColumnIndex\":%" PRId64
               ",\"endColumnIndex\":%" PRId64 "}",
               sheet_id, column, column + n_columns);
}

void batch_header_style(struct batch *b, int64_t sheet_id, int64_t column, int64_t n_columns)
{
    struct buf *out;

    buf_printf(begin(b),
               "{\"updateSheetProperties\":{\"properties\":{\"sheetId\":%" PRId64
               ",\"gridProperties\":{\"frozenRowCount\":1}},"
               "\"fields\":\"gridProperties.frozenRowCount\"}}",
               sheet_id);
    out = begin(b);
    buf_puts(out, "{\"repeatCell\":{");
    put_header_range(out, sheet_id, column, n_columns);
    buf_puts(out, ",\"cell\":{\"userEnteredFormat\":{\"textFormat\":{\"bold\":true}}},"
                  "\"fields\":\"userEnteredFormat.textFormat.bold\"}}");
}

void batch_protect_header(struct batch *b, int64_t sheet_id, int64_t column, int64_t n_columns)
{
    struct buf *out = begin(b);

    buf_puts(out, "{\"addProtectedRange\":{\"protectedRange\":{");
    put_header_range(out, sheet_id, column, n_columns);
    buf_puts(out, ",\"description\":\"tabrelay knows its columns by these headers\","
                  "\"warningOnly\":true}}}");
}

/* Begin a setDataValidation; its rule, if any, and "}}" are the caller's to append. */
static struct buf *begin_validation(struct batch *b, int64_t sheet_id, int64_t row, int64_t n,
                                    int64_t column)
{
    struct buf *out = begin(b);

    buf_printf(out,
               "{\"setDataValidation\":{\"range\":{\"sheetId\":%" PRId64
               ",\"startRowIndex\":%" PRId64 ",\"endRowIndex\":%" PRId64
               ",\"startColumnIndex\":%" PRId64 ",\"endColumnIndex\":%" PRId64 "}",
               sheet_id, row, row + n, column, column + 1);
    return out;
}

void batch_set_checkbox(struct batch *b, int64_t sheet_id, int64_t row, int64_t n, int64_t column)
{
    buf_puts(begin_validation(b, sheet_id, row, n, column),
             ",\"rule\":{\"condition\":{\"type\":\"BOOLEAN\"},\"showCustomUi\":true}}}");
}

void batch_set_dropdown(struct batch *b, int64_t sheet_id, int64_t row, int64_t n, int64_t column,
                        const char *const *choices, size_t n_choices)
{
    struct buf *out = begin_validation(b, sheet_id, row, n, column);

    buf_puts(out, ",\"rule\":{\"condition\":{\"type\":\"ONE_OF_LIST\",\"values\":[");
    for (size_t i = 0; i < n_choices; i++) {
        buf_puts(out, i > 0 ? ",{\"userEnteredValue\":" : "{\"userEnteredValue\":");
        buf_json(out, choices[i], strlen(choices[i]));
        buf_putc(out, '}');
    }
    buf_puts(out, "]},\"showCustomUi\":true}}}");
}

void batch_unset_validation(struct batch *b, int64_t sheet_id, int64_t row, int64_t n,
                            int64_t column)
{
    buf_puts(begin_validation(b, sheet_id, row, n, column), "}}");
}
