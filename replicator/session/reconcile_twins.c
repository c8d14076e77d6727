/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reconcile_twins: a key that stands twice. The first row counts, and the other one says so.
 *
 * People copy rows, and sort. So the first row may be the copy: it shows what the row showed when
 * it was copied, and nobody wishes for that. It is known by the other one's note, which says that
 * it was the row that did not count; where no comparison has come by yet, by its values: they are
 * those that MySQL's took the place of, and the other row shows just what was agreed on.
 * Where the copy alone is left, it counts from then on: cells that MySQL's values never reached get
 * them, then its note goes, and what else it shows is an edit. Without a
 * note it is known by a row with a new key that shows just what was agreed on: its key was typed
 * over.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base.h"
#include "common/cleanup.h"
#include "common/log.h"
#include "replicator/session/comparison.h"
#include "replicator/session/note.h"
#include "replicator/sync/note_text.h"
#include "replicator/sync/tab.h"

/* No row number: it would be another one after each sort. */
static const char twice[] = "this key stands in another row already; this row is not synchronised";

static const char *key_header(const struct comparison *c)
{
    return c->f->m.columns[c->f->m.key[0]].header;
}

bool comparison_is_twin(const struct comparison *c, int64_t row)
{
    const struct mapping *m = &c->f->m;
    const struct cell *note = grid_at(c->notes, row, m->columns[m->key[0]].sheet_column);

    return note->type == CELL_TEXT && note_text_is(note->text, note->text_len, twice);
}

int comparison_forget_twin(struct comparison *c, struct hash128 key, int64_t row, struct err *err)
{
    return comparison_is_twin(c, row) ? note_add(c->s, c->at, key, row, key_header(c), NULL, err)
                                      : 0;
}

bool comparison_shows_old(const struct comparison *c, const struct grid *grid, int64_t row,
                          const struct base_row *base)
{
    const struct mapping *m = &c->f->m;

    for (size_t i = 0; i < m->n_columns; i++) {
        uint64_t previous;
        bool is_shown;

        if (c->changed[i] &&
            (!base_find_previous(base->hashes, base->hashes_len, mapping_column_of(m, i)->name,
                                 &previous, &is_shown) ||
             !tab_cell_shows(m, i, grid_at(grid, row, m->columns[i].sheet_column), previous)))
            return false;
    }
    return true;
}

/* The columns of ROW that show what MySQL's values took the place of, as a JSON array of names;
 * empty if there are none. */
static void old_columns(const struct comparison *c, const struct grid *grid, int64_t row,
                        const struct base_row *base, struct buf *out)
{
    const struct mapping *m = &c->f->m;

    for (size_t i = 0; i < m->n_columns; i++) {
        const struct cell *cell = grid_at(grid, row, m->columns[i].sheet_column);
        const char *name = mapping_column_of(m, i)->name;
        uint64_t previous;
        bool is_shown;

        if (m->columns[i].is_key || !mapping_takes_edits(m, i) || !m->columns[i].to_sheet ||
            !tab_cell_differs(m, i, cell, base->hashes, base->hashes_len) ||
            !base_find_previous(base->hashes, base->hashes_len, name, &previous, &is_shown) ||
            !tab_cell_shows(m, i, cell, previous))
            continue;
        buf_putc(out, out->len == 0 ? '[' : ',');
        buf_json(out, name, strlen(name));
    }
    if (out->len > 0)
        buf_putc(out, ']');
}

int comparison_count_twin(struct comparison *c, const struct grid *grid, struct base_entry *entry,
                          int64_t row, struct err *err)
{
    const struct base_row *base = base_rows_find(&c->base, entry->key);
    CLEANUP_BUF struct buf columns = BUF_INIT;

    reconcile_request(c->f, false);
    if (base != NULL && base_list_is_same(entry, base))
        old_columns(c, grid, row, base, &columns);
    if (columns.is_failed)
        return err_nomem(err, "reconcile");
    if (columns.len == 0)
        return comparison_forget_twin(c, entry->key, row, err);
    return session_refresh(c->s, c->at, entry->key, base->row_key, columns.ptr, err);
}

/* Does ROW show what was agreed on, and nothing else? */
static bool shows_base(const struct comparison *c, const struct grid *grid, int64_t row,
                       const struct base_row *base)
{
    const struct mapping *m = &c->f->m;

    for (size_t i = 0; i < m->n_columns; i++)
        if (!m->columns[i].is_key &&
            tab_cell_differs(m, i, grid_at(grid, row, m->columns[i].sheet_column), base->hashes,
                             base->hashes_len))
            return false;
    return true;
}

/* What the row above shows is no edit. */
static int take_back(struct comparison *c, uint32_t edit, struct err *err)
{
    size_t *more = realloc(c->copied, (c->n_copied + 1) * sizeof(*more));

    if (more == NULL)
        return err_nomem(err, "reconcile");
    c->copied = more;
    c->copied[c->n_copied++] = edit;
    return 0;
}

/* ENTRY's row is a copy: what it shows is no edit, and gives way to MySQL's values. */
static int give_way(struct comparison *c, struct base_entry *entry, const struct base_row *base,
                    struct err *err)
{
    log_info("reconcile: a copy of a row stands before it, or alone, and gets MySQL's values "
             "mapping=%s row=%lld",
             c->f->m.cfg->name, (long long)entry->row + 1);
    return session_refresh(c->s, c->at, entry->key, base->row_key, "*", err);
}

int comparison_left_copies(struct comparison *c, const struct grid *grid, struct err *err)
{
    for (size_t i = 0; i < c->n_old_rows; i++) {
        struct base_entry *entry = c->old_rows[i];
        const struct base_row *base = base_rows_find(&c->base, entry->key);
        size_t n = 0;

        if (base == NULL || entry->old_edit == 0) /* its twin has been met */
            continue;
        while (n < c->n_new_rows && !shows_base(c, grid, c->new_rows[n], base))
            n++;
        if (n == c->n_new_rows)
            continue;
        if (take_back(c, entry->old_edit, err) != 0 || give_way(c, entry, base, err) != 0)
            return -1;
        entry->old_edit = 0;
    }
    return 0;
}

int comparison_note_twin(struct comparison *c, const struct grid *grid, struct base_entry *entry,
                         int64_t row, struct err *err)
{
    const struct base_row *base = base_rows_find(&c->base, entry->key);
    bool is_copy = entry->was_twin;

    if (comparison_is_twin(c, row))
        return 0;
    if (entry->old_edit > 0 && base_list_is_same(entry, base) && shows_base(c, grid, row, base)) {
        is_copy = true;
        if (take_back(c, entry->old_edit, err) != 0)
            return -1;
        entry->old_edit = 0; /* a third row with the key takes nothing back */
    }
    if (is_copy && base != NULL && give_way(c, entry, base, err) != 0)
        return -1;
    return note_add(c->s, c->at, entry->key, row, key_header(c), twice, err);
}
