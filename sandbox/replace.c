/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/replace.h"

#include <string.h>
#include <strings.h>

#include "common/buf.h"
#include "common/cleanup.h"
#include "sandbox/display.h"
#include "sandbox/typed.h"

/* TEXT with all occurrences replaced, in OUT; their number. */
static long replace_text(const char *text, const struct replace_rule *r, struct buf *out)
{
    size_t len = strlen(r->find);
    long n = 0;
    const char *hit;

    if (r->match_cell) {
        if ((r->match_case ? strcmp(text, r->find) : strcasecmp(text, r->find)) != 0)
            return 0;
        buf_puts(out, r->replacement);
        return 1;
    }
    while ((hit = r->match_case ? strstr(text, r->find) : strcasestr(text, r->find)) != NULL) {
        buf_append(out, text, (size_t)(hit - text));
        buf_puts(out, r->replacement);
        text = hit + len;
        n++;
    }
    buf_puts(out, text);
    return n;
}

static bool replace_cell(struct book *draft, int64_t sheet_id, int64_t row, int64_t column,
                         const struct replace_rule *rule, struct replace_counts *counts)
{
    const struct tab *t = book_tab(draft, sheet_id);
    const struct cell *c = tab_cell(t, row, column);
    CLEANUP_BUF struct buf text = BUF_INIT;
    CLEANUP_BUF struct buf replaced = BUF_INIT;
    bool is_formula;
    long n;

    if (!cell_has_value(c) || (c->formula != NULL && !rule->formulas))
        return false;
    is_formula = c->formula != NULL;
    if (is_formula)
        buf_puts(&text, c->formula);
    else
        display_put(&text, (struct scalar){c->kind, c->boolean, c->number, c->text}, c->format);
    n = replace_text(buf_text(&text), rule, &replaced);
    if (n == 0)
        return false;
    typed_enter(tab_write(book_write_tab(draft, t), row, column), buf_text(&replaced));
    counts->occurrences += n;
    if (is_formula)
        counts->formulas++;
    else
        counts->values++;
    return true;
}

void replace_area(struct book *draft, int64_t sheet_id, struct area a,
                  const struct replace_rule *rule, struct replace_counts *counts)
{
    const struct tab *t = book_tab(draft, sheet_id);
    int64_t end = a.end_row < (int64_t)t->n_row ? a.end_row : (int64_t)t->n_row;
    long rows = 0;
    bool is_changed;

    for (int64_t row = a.row; row < end; row++) {
        is_changed = false;
        for (int64_t column = a.column; column < a.end_column; column++)
            is_changed |= replace_cell(draft, sheet_id, row, column, rule, counts);
        rows += is_changed;
    }
    counts->rows += rows;
    counts->sheets += rows > 0;
    if (rows > 0)
        book_touch(draft, book_tab(draft, sheet_id), TOUCH_CELLS, a);
}
