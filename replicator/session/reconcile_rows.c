/* SPDX-License-Identifier: Apache-2.0 */
/* reconcile_rows: the tab's rows, page by page, against the base as it was before the mark. */
#include <stdlib.h>
#include <string.h>

#include "common/base.h"
#include "common/cleanup.h"
#include "common/metrics.h"
#include "replicator/session/comparison.h"
#include "replicator/session/decide.h"
#include "replicator/session/note.h"
#include "replicator/session/typed.h"
#include "replicator/sync/note_text.h"
#include "replicator/sync/tab.h"

enum { PAGE_CELLS = 60000, KEY_MAX = 16 };

static bool differs(const struct mapping *m, size_t i, const struct cell *cell,
                    const struct base_row *base)
{
    return tab_cell_differs(m, i, cell, base->hashes, base->hashes_len);
}

/* Cells that people may not edit get MySQL's value again. */
static int put_back(struct comparison *c, const struct base_row *base, struct err *err)
{
    const struct mapping *m = &c->f->m;
    CLEANUP_BUF struct buf columns = BUF_INIT;

    buf_putc(&columns, '[');
    for (size_t i = 0; i < m->n_columns; i++) {
        const char *name = mapping_column_of(m, i)->name;

        if (!c->changed[i] || mapping_takes_edits(m, i))
            continue;
        c->changed[i] = false;
        if (columns.len > 1)
            buf_putc(&columns, ',');
        buf_json(&columns, name, strlen(name));
    }
    if (columns.len == 1)
        return 0;
    buf_putc(&columns, ']');
    if (columns.is_failed)
        return err_nomem(err, "reconcile");
    return session_refresh(c->s, c->at, base->key, base->row_key, columns.ptr, err);
}

static int compare_known(struct comparison *c, const struct grid *grid, int64_t row,
                         struct base_row *base, struct base_entry *entry, struct err *err)
{
    const struct mapping *m = &c->f->m;
    bool any = false;

    for (size_t i = 0; i < m->n_columns; i++)
        c->changed[i] = !m->columns[i].is_key &&
                        differs(m, i, grid_at(grid, row, m->columns[i].sheet_column), base);
    if (put_back(c, base, err) != 0)
        return -1;
    for (size_t i = 0; i < m->n_columns; i++)
        any = any || c->changed[i];
    if (!any)
        return 0;
    found_upsert(&c->found, m, grid, row, c->changed, base);
    if (!comparison_shows_old(c, grid, row, base))
        return 0;
    entry->old_edit = (uint32_t)c->found.n;
    if (c->n_old_rows < PAGE_ROWS_MAX)
        c->old_rows[c->n_old_rows++] = entry;
    return 0;
}

/* Has somebody been told something about ROW? */
static bool has_note(const struct comparison *c, int64_t row)
{
    const struct mapping *m = &c->f->m;

    for (size_t i = 0; i < m->n_columns; i++) {
        const struct cell *note = grid_at(c->notes, row, m->columns[i].sheet_column);

        if (note->type == CELL_TEXT && note_text_is(note->text, note->text_len, ""))
            return true;
    }
    return false;
}

static void compare_new(struct comparison *c, const struct grid *grid, int64_t row)
{
    const struct mapping *m = &c->f->m;

    if (m->cfg->direction == CONFIG_TO_SHEET)
        return;
    for (size_t i = 0; i < m->n_columns; i++)
        c->changed[i] = true;
    c->found.is_noted = has_note(c, row);
    found_upsert(&c->found, m, grid, row, c->changed, NULL);
    c->found.is_noted = false;
}

bool comparison_is_blank(const struct mapping *m, const struct grid *grid, int64_t row)
{
    for (size_t i = 0; i < m->n_columns; i++)
        if (grid_at(grid, row, m->columns[i].sheet_column)->type != CELL_BLANK)
            return false;
    return true;
}

static bool is_deleted(const struct comparison *c, int64_t row)
{
    const struct mapping *m = &c->f->m;
    const struct cell *note = grid_at(c->notes, row, m->columns[m->key[0]].sheet_column);

    return note->type == CELL_TEXT && note_text_is(note->text, note->text_len, NOTE_DELETED);
}

/* A row with a key that stands here first. ENTRY: its base before the mark. Only a row whose base
 * has not moved on since is compared: what we or the webhook wrote meanwhile was no person. */
static int look_at_row(struct comparison *c, const struct grid *grid, int64_t row,
                       struct hash128 key, struct base_entry *entry, struct err *err)
{
    struct base_row *base = base_rows_find(&c->base, key);

    if (entry != NULL) {
        entry->is_seen = true;
        entry->row = row;
        entry->was_twin = comparison_is_twin(c, row);
        if (entry->was_twin)
            return comparison_count_twin(c, grid, entry, row, err);
    }
    if (comparison_forget_twin(c, key, row, err) != 0)
        return -1;
    /* Its delete may have waited for a person, and it is there again. */
    if (entry != NULL && entry->is_held && decide_add(c->s, c->at, key, BASE_ROW, err) != 0)
        return -1;
    if (!base_list_is_same(entry, base))
        return 0;
    if (placement_find(c->s, c->at, key) != NULL) { /* is the key where it belongs? */
        reconcile_request(c->f, false);
        return 0;
    }
    if (base != NULL)
        return compare_known(c, grid, row, base, entry, err);
    if (!is_deleted(c, row))
        compare_new(c, grid, row);
    if (c->n_new_rows < PAGE_ROWS_MAX)
        c->new_rows[c->n_new_rows++] = row;
    return 0;
}

static void look_at_keyless(struct comparison *c, const struct grid *grid, int64_t row)
{
    if (comparison_is_blank(&c->f->m, grid, row))
        return;
    c->n_keyless++;
    comparison_add_candidate(c, row);
    if (c->f->m.cfg->direction != CONFIG_TO_SHEET &&
        typed_is_due(c->s, c->f, grid, row, has_note(c, row)))
        compare_new(c, grid, row);
}

/* What is agreed on now of the rows whose keys the page shows. */
static int load_base(struct comparison *c, const struct grid *keys, struct err *err)
{
    int64_t end = grid_end_row(keys);
    CLEANUP_FREE struct hash128 *wanted =
        calloc(end > keys->row ? (size_t)(end - keys->row) : 1, sizeof(*wanted));
    size_t n = 0;

    if (wanted == NULL)
        return err_nomem(err, "reconcile");
    for (int64_t row = keys->row; row < end; row++)
        n += tab_key_at(&c->f->m, keys, row, &wanted[n]);
    return state_load_base(&c->s->state, c->f->m.cfg->name, wanted, n, false, &c->base, err);
}

static int compare_rows(struct comparison *c, const struct grid *grid, const struct grid *keys,
                        struct err *err)
{
    for (int64_t row = grid->row; row < grid_end_row(grid); row++) {
        struct base_entry *entry;
        struct hash128 key;

        if (!tab_key_at(&c->f->m, keys, row, &key)) {
            look_at_keyless(c, grid, row);
            continue;
        }
        entry = base_list_find(&c->f->reconcile.base, key);
        if ((entry != NULL && entry->is_seen ? comparison_note_twin(c, grid, entry, row, err)
                                             : look_at_row(c, grid, row, key, entry, err)) != 0)
            return -1;
    }
    return 0;
}

static int compare_page(struct comparison *c, const struct grid *grid, struct err *err)
{
    struct grid keys[KEY_MAX];
    int rc;

    for (size_t k = 0; k < c->f->m.n_key; k++)
        keys[k] = *grid;
    c->n_new_rows = c->n_old_rows = 0;
    rc = load_base(c, keys, err);
    if (rc == 0)
        rc = compare_rows(c, grid, keys, err);
    if (rc == 0)
        rc = comparison_left_copies(c, grid, err);
    base_rows_close(&c->base);
    return rc;
}

/* Read the page and compare it. */
static int read_page(struct comparison *c, const struct grid_range *ranges, struct err *err)
{
    struct mapping *m = &c->f->m;
    struct grid *grids = NULL, *notes = NULL;
    int rc = 0;

    if (sheets_wait_to_read(c->s->sheets, err) != 0 ||
        sheets_read_notes(c->s->sheets, m->cfg->spreadsheet, ranges, 2, &grids, &notes, err) != 0)
        return -1;
    c->notes = &notes[1];
    if (tab_headers_match(m, &grids[0]))
        rc = compare_page(c, &grids[1], err);
    else
        session_restart(c->s, "columns of a tab have moved");
    grids_free(notes, 2);
    grids_free(grids, 2);
    return rc;
}

int comparison_rows(struct comparison *c, struct err *err)
{
    struct mapping *m = &c->f->m;
    struct grid_range header[TAB_RANGES_MAX];
    int64_t width, height;

    tab_ranges(m, header);
    width = header[0].end_column;
    height = PAGE_CELLS / (width > 0 ? width : 1) + 1;
    typed_begin(c->f);
    for (int64_t row = 1; row == 1 || row < m->grid_rows; row += height) {
        bool is_last = row + height >= m->grid_rows;
        struct grid_range ranges[2] = {header[0],
                                       {.sheet_id = m->sheet_id,
                                        .row = row,
                                        .end_row = is_last ? -1 : row + height,
                                        .end_column = width}};

        if (read_page(c, ranges, err) != 0)
            return -1;
        if (c->s->must_restart)
            return 0;
    }
    c->f->typed_ms = typed_end(c->s, c->f);
    metrics_set(METRIC_WAITING_ROWS, c->n_keyless, c->at);
    return 0;
}
