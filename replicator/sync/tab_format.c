/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/sync/tab_format.h"

#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"

/* What Google's own drop-down takes. */
enum { CHOICES_MAX = 500 };

static bool is_on(const struct config_formats *f, const char *format)
{
    if (strcmp(format, "NUMBER") == 0)
        return f->numbers == CONFIG_YES;
    if (strcmp(format, "TEXT") == 0)
        return f->text == CONFIG_YES;
    return f->dates == CONFIG_YES;
}

/* A person's own pattern is of the column's kind, or a number's. */
static const char *own_format(const struct config_column *column, const char *format,
                              const char **pattern)
{
    *pattern = column->format;
    return format == NULL || strcmp(format, "TEXT") == 0 ? "NUMBER" : format;
}

void tab_format_column(struct batch *b, const struct mapping *m, size_t i)
{
    const struct config_column *column = config_find_column(m->cfg, mapping_column_of(m, i)->name);
    const char *pattern = NULL, *format = cell_format(mapping_column_of(m, i), &pattern);

    if (column != NULL && column->format != NULL)
        format = own_format(column, format, &pattern);
    else if (format != NULL && !is_on(&m->cfg->formats, format))
        format = NULL;
    if (format != NULL)
        batch_format_column(b, m->sheet_id, m->columns[i].sheet_column, format, pattern);
    else if (m->columns[i].is_retyped)
        batch_unformat_column(b, m->sheet_id, m->columns[i].sheet_column);
}

void tab_format_header(struct batch *b, const struct mapping *m, int64_t first, int64_t n)
{
    if (m->cfg->formats.freeze_header == CONFIG_YES)
        batch_header_style(b, m->sheet_id, first, n);
    if (m->cfg->formats.protect_header == CONFIG_YES && !m->has_no_looks)
        batch_protect_header(b, m->sheet_id, first, n);
}

/* A choice that begins so is none to Google, which takes it for a formula.
 * https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/other#ConditionValue
 */
static bool is_formula(const char *choice)
{
    return choice[0] == '=' || choice[0] == '+';
}

/* The texts that cells of column C show for its labels, and for NULL if a text does. */
static int find_choices(const struct column *c, struct buf *texts, size_t *offsets, size_t *n,
                        struct err *err)
{
    for (size_t i = 0; i <= c->n_labels; i++) {
        CLEANUP_BUF struct buf scratch = BUF_INIT;
        struct value v = VALUE_INIT_NULL;
        struct cell cell;

        if (i < c->n_labels)
            v = value_text(c->labels[i], strlen(c->labels[i]));
        else if (!c->is_nullable)
            break;
        if (cell_from_value(c, v, &scratch, &cell, err) != 0)
            return -1;
        if (cell.type != CELL_TEXT)
            continue;
        offsets[(*n)++] = texts->len;
        buf_append(texts, cell.text, cell.text_len);
        buf_putc(texts, '\0');
    }
    return texts->is_failed ? err_nomem(err, "tab") : 0;
}

static int put_dropdown(struct batch *b, const struct mapping *m, size_t i, int64_t row, int64_t n,
                        struct err *err)
{
    const struct column *c = mapping_column_of(m, i);
    CLEANUP_FREE size_t *offsets = calloc(c->n_labels + 1, sizeof(*offsets));
    CLEANUP_FREE const char **choices = calloc(c->n_labels + 1, sizeof(char *));
    CLEANUP_BUF struct buf texts = BUF_INIT;
    size_t n_choices = 0;
    bool can_choose;

    if (offsets == NULL || choices == NULL)
        return err_nomem(err, "tab");
    if (find_choices(c, &texts, offsets, &n_choices, err) != 0)
        return -1;
    can_choose = n_choices > 0 && n_choices <= CHOICES_MAX;
    for (size_t k = 0; k < n_choices; k++) {
        choices[k] = texts.ptr + offsets[k];
        can_choose = can_choose && !is_formula(choices[k]);
    }
    if (can_choose)
        batch_set_dropdown(b, m->sheet_id, row, n, m->columns[i].sheet_column, choices, n_choices);
    return 0;
}

int tab_format_cells(struct batch *b, const struct mapping *m, size_t i, int64_t row, int64_t n,
                     struct err *err)
{
    const struct column *c = mapping_column_of(m, i);
    const struct config_formats *f = &m->cfg->formats;

    if (m->has_no_looks)
        return 0;
    /* A checkbox without a value would look like one that is not ticked: NULL like FALSE. */
    if (c->look.is_checkbox && !c->is_nullable)
        batch_set_checkbox(b, m->sheet_id, row, n, m->columns[i].sheet_column);
    else if (c->type == COLUMN_ENUM && f->dropdowns == CONFIG_YES)
        return put_dropdown(b, m, i, row, n, err);
    else if (m->columns[i].is_retyped)
        batch_unset_validation(b, m->sheet_id, row, n, m->columns[i].sheet_column);
    return 0;
}

int tab_format_rows(struct batch *b, const struct mapping *m, int64_t row, int64_t n,
                    struct err *err)
{
    for (size_t i = 0; i < m->n_columns; i++)
        if (m->columns[i].is_own && tab_format_cells(b, m, i, row, n, err) != 0)
            return -1;
    return 0;
}
