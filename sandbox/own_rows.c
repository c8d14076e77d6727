/* SPDX-License-Identifier: Apache-2.0 */
/* own_rows: rows of a tab for the page. */
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "sandbox/calc.h"
#include "sandbox/display.h"
#include "sandbox/own.h"

enum { MAX_ROWS = 2000 };

static void put_text(struct buf *out, const char *name, const struct buf *text)
{
    buf_printf(out, "\"%s\":", name);
    buf_json(out, buf_text(text), text->len);
}

static void put_cell(struct buf *out, struct calc *calc, const struct tab *t, int64_t row,
                     int64_t column)
{
    static const char letters[] = {[KIND_BLANK] = 's',
                                   [KIND_NUMBER] = 'n',
                                   [KIND_TEXT] = 's',
                                   [KIND_BOOL] = 'b',
                                   [KIND_ERROR] = 'e'};
    const struct cell *c = tab_cell(t, row, column);
    CLEANUP_BUF struct buf shown = BUF_INIT;
    CLEANUP_BUF struct buf edit = BUF_INIT;
    struct scalar v;

    if (c == NULL || (!cell_has_value(c) && c->note == NULL && !format_is_bold(c->format))) {
        buf_puts(out, "null");
        return;
    }
    v = calc_value(calc, t, row, column);
    display_put(&shown, v, c->format);
    display_put_edit(&edit, c);
    buf_putc(out, '{');
    put_text(out, "d", &shown);
    buf_printf(out, ",\"t\":\"%c\",",
               v.kind == KIND_NUMBER && format_is_date(c->format) ? 'd' : letters[v.kind]);
    put_text(out, "u", &edit);
    if (c->formula != NULL)
        buf_puts(out, ",\"f\":true");
    if (c->note != NULL) {
        buf_puts(out, ",\"n\":");
        buf_json(out, c->note, strlen(c->note));
    }
    if (format_is_bold(c->format))
        buf_puts(out, ",\"b\":true");
    buf_putc(out, '}');
}

static long long number_of(const struct http_request *request, const char *name, long long fallback)
{
    CLEANUP_FREE char *text = http_request_query(request, name);
    char *end = NULL;
    long long n = text == NULL ? fallback : strtoll(text, &end, 10);

    return text != NULL && (end == text || *end != '\0') ? fallback : n;
}

void own_rows(const struct book *b, const struct tab *t, const struct http_request *request,
              struct http_response *response)
{
    CLEANUP(calc_cleanup) struct calc *calc = calc_new(b);
    struct buf *out = &response->body;
    int64_t from = number_of(request, "row", 0), n = number_of(request, "rows", 200);

    n = n < 0 ? 0 : n > MAX_ROWS ? MAX_ROWS : n;
    from = from < 0 ? 0 : from > t->rows ? t->rows : from;
    buf_printf(out, "{\"revision\":%lld,\"row\":%lld,\"rows\":[", (long long)b->revision,
               (long long)from);
    for (int64_t row = from; row < from + n && row < t->rows; row++) {
        int64_t end = (size_t)row < t->n_row && t->row[row] != NULL ? t->row[row]->n : 0;

        buf_puts(out, row > from ? ",[" : "[");
        for (int64_t column = 0; column < end && column < t->columns; column++) {
            if (column > 0)
                buf_putc(out, ',');
            put_cell(out, calc, t, row, column);
        }
        buf_putc(out, ']');
    }
    buf_puts(out, "]}");
}
