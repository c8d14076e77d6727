/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/session/own_columns.h"

#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "replicator/sync/tab_format.h"

enum { ROWS_SEEN = 1000 }; /* of a column, when it is looked for formats */

int own_columns_recall(const struct session *s, struct follow *f,
                       const struct mapping_memory *memory, struct err *err)
{
    struct mapping *m = &f->m;
    CLEANUP_FREE uint64_t *bits = NULL;

    m->has_no_looks = (s->warned[f - s->follows] & WARNED_LOOKS) != 0;
    if (memory->own_columns == NULL)
        return 0;
    if (!session_set_columns(m, memory->own_columns, &bits))
        return err_set(err, ERR_FORMAT, "mapping %s: mapping_state.own_columns is no list",
                       m->cfg->name);
    for (size_t i = 0; i < m->n_columns; i++)
        m->columns[i].is_own = (bits[i / 64] >> (i % 64) & 1) != 0;
    return 0;
}

bool own_columns_refused(struct session *s, struct follow *f, const struct err *why)
{
    static const char *const looks[] = {"].setDataValidation", "].addProtectedRange"};
    bool is_look = false;

    for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++)
        is_look = is_look || strstr(why->msg, looks[i]) != NULL;
    if (!is_look || why->code != ERR_HTTP || f->m.has_no_looks)
        return false;
    f->m.has_no_looks = true;
    s->warned[f - s->follows] |= WARNED_LOOKS;
    log_err(LOG_WARN, "tab: going on without checkboxes, drop-downs and protected headers", why);
    return true;
}

static bool is_first_met(const struct mapping *m, const struct mapping_memory *memory)
{
    return memory->own_columns == NULL || memory->sheet_id != m->sheet_id;
}

static bool has_looks(const struct grid *grid, int64_t column)
{
    for (int64_t row = 1; row < grid_end_row(grid); row++)
        if (grid_at(grid, row, column)->type != CELL_BLANK)
            return true;
    return false;
}

int own_columns_adopt(struct session *s, struct mapping *m, const struct mapping_memory *memory,
                      struct tab_headers *headers, struct err *err)
{
    struct grid_range range = {.sheet_id = m->sheet_id, .row = 1};
    struct grid *looks = NULL;

    if (!is_first_met(m, memory) || headers->n_missing == m->n_columns ||
        !mapping_writes_sheet(m) || m->grid_rows < 2)
        return 0;
    range.end_row = m->grid_rows < ROWS_SEEN ? m->grid_rows : ROWS_SEEN;
    for (size_t i = 0; i < m->n_columns; i++)
        if (!m->columns[i].is_missing && m->columns[i].sheet_column >= range.end_column)
            range.end_column = m->columns[i].sheet_column + 1;
    if (sheets_read_looks(s->sheets, m->cfg->spreadsheet, &range, &looks, err) != 0)
        return -1;
    for (size_t i = 0; i < m->n_columns; i++) {
        struct mapping_column *c = &m->columns[i];

        if (c->is_missing)
            continue;
        c->is_own = c->is_adopted = c->to_sheet && !has_looks(looks, c->sheet_column);
        if (c->is_own)
            tab_format_column(headers->batch, m, i);
    }
    grids_free(looks, 1);
    return 0;
}

int own_columns_remember(struct session *s, struct mapping *m, const struct mapping_memory *memory,
                         struct err *err)
{
    bool is_news = is_first_met(m, memory);
    CLEANUP_BUF struct buf names = BUF_INIT;

    buf_putc(&names, '[');
    for (size_t i = 0; i < m->n_columns; i++) {
        const char *name = mapping_column_of(m, i)->name;

        is_news = is_news || m->columns[i].is_missing;
        if (!m->columns[i].is_own)
            continue;
        if (names.len > 1)
            buf_putc(&names, ',');
        buf_json(&names, name, strlen(name));
    }
    buf_putc(&names, ']');
    if (names.is_failed)
        return err_nomem(err, "session");
    return is_news ? state_save_own(&s->state, m->cfg->name, names.ptr, err) : 0;
}

static bool looks_new(const struct mapping_column *c)
{
    return c->is_own && (c->is_missing || c->is_adopted || c->is_retyped || c->has_new_labels);
}

int own_columns_format(struct session *s, struct follow *f, struct err *err)
{
    const struct mapping *m = &f->m;
    struct batch *batch = batch_new();
    struct grid *none = NULL;
    int rc = batch == NULL ? err_nomem(err, "session") : 0;

    for (size_t i = 0; rc == 0 && m->end_row > 1 && i < m->n_columns; i++)
        if (looks_new(&m->columns[i]))
            rc = tab_format_cells(batch, m, i, 1, m->end_row - 1, err);
    if (rc == 0 && batch_requests(batch) > 0)
        rc = sheets_send(s->sheets, m->cfg->spreadsheet, batch, NULL, 0, &none, err);
    batch_free(batch);
    grids_free(none, 0);
    return rc != 0 && own_columns_refused(s, f, err) ? 0 : rc;
}
