/* SPDX-License-Identifier: Apache-2.0 */
/*
 * placement: where is the row that a person has typed and the webhook has inserted?
 *
 * The script writes the assigned key into it as soon as it has the webhook's answer. Until the key
 * is seen in the tab the row is held back, so that it is never inserted a second time. If the key
 * does not come (the answer was lost), the row is looked for by its content: where the edit log
 * says it was, then everywhere; it must have a blank key and show what base says. Only a row that
 * is not there at all is inserted like any other.
 */
#include <stdlib.h>
#include <string.h>

#include "common/base.h"
#include "common/cleanup.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/rowkey.h"
#include "replicator/session/session.h"
#include "replicator/sync/tab.h"

enum { FIRST_LOOK_MS = 600, NEXT_LOOK_MS = 1500, LOOKS = 3, SINGLE_ROWS_MAX = 100, KEY_MAX = 16 };

static struct row_id make_id(uint32_t mapping, struct hash128 key)
{
    struct row_id id;

    memset(&id, 0, sizeof(id));
    id.mapping = mapping;
    id.key = key;
    return id;
}

struct placement *placement_find(const struct session *s, uint32_t mapping, struct hash128 key)
{
    struct row_id id = make_id(mapping, key);
    struct placement *p;

    HASH_FIND(hh, s->placements, &id, sizeof(id), p);
    return p;
}

int placement_add(struct session *s, uint32_t mapping, struct hash128 key, const char *row_key,
                  int64_t sheet_row, bool is_found, struct err *err)
{
    struct pending_row *pending = change_set_find(&s->set, mapping, key);
    struct placement *p;

    if (!mapping_writes_sheet(&s->follows[mapping].m) || placement_find(s, mapping, key) != NULL)
        return 0;
    p = calloc(1, sizeof(*p));
    if (p == NULL || (p->row_key = strdup(row_key)) == NULL) {
        free(p);
        return err_nomem(err, "placement");
    }
    p->id = make_id(mapping, key);
    p->sheet_row = sheet_row;
    p->since = s->cause;
    p->due_ms = clock_mono_ms() + (is_found ? 0 : FIRST_LOOK_MS);
    p->tries = is_found ? LOOKS - 1 : 0;
    HASH_ADD(hh, s->placements, id, sizeof(p->id), p);
    if (!hash_added(p)) {
        free(p->row_key);
        free(p);
        return err_nomem(err, "placement");
    }
    if (pending != NULL)
        pending->is_held = true;
    return 0;
}

void placement_remove(struct session *s, struct placement *p)
{
    struct pending_row *pending = change_set_find(&s->set, p->id.mapping, p->id.key);

    if (pending != NULL)
        pending->is_held = false;
    HASH_DEL(s->placements, p);
    free(p->row_key);
    free(p);
}

/* --- finding the row by what it shows --- */

static struct grid_range mapped_range(const struct mapping *m, int64_t row, int64_t end_row)
{
    struct grid_range header[TAB_RANGES_MAX];

    tab_ranges(m, header);
    return (struct grid_range){.sheet_id = m->sheet_id,
                               .row = row,
                               .end_row = end_row,
                               .end_column = header[0].end_column};
}

bool placement_is_row(const struct mapping *m, const struct grid *grid, int64_t row,
                      const struct base_row *base)
{
    size_t shown = 0;

    for (size_t i = 0; i < m->n_columns; i++) {
        const struct cell *cell = grid_at(grid, row, m->columns[i].sheet_column);
        uint64_t hash;

        if (m->columns[i].is_key) {
            if (cell->type != CELL_BLANK)
                return false;
            continue;
        }
        if (!base_find(base->hashes, base->hashes_len, mapping_column_of(m, i)->name, &hash))
            continue;
        if (!tab_cell_shows(m, i, cell, hash))
            return false;
        shown += cell->type != CELL_BLANK;
    }
    return shown > 0;
}

bool placement_is_mostly_row(const struct mapping *m, const struct grid *grid, int64_t row,
                             const struct base_row *base)
{
    size_t own = 0, strange = 0;

    for (size_t i = 0; i < m->n_columns; i++) {
        const struct cell *cell = grid_at(grid, row, m->columns[i].sheet_column);
        uint64_t hash;

        if (m->columns[i].is_key && cell->type != CELL_BLANK)
            return false;
        if (m->columns[i].is_key || cell->type == CELL_BLANK ||
            !base_find(base->hashes, base->hashes_len, mapping_column_of(m, i)->name, &hash))
            continue;
        if (tab_cell_shows(m, i, cell, hash))
            own++;
        else
            strange++;
    }
    return own > strange;
}

/* The row of P in the tab, -1 if there is none, -2 on an error. */
static int64_t search(struct session *s, const struct mapping *m, const struct placement *p,
                      const struct base_row *base, struct err *err)
{
    struct grid_range range = mapped_range(m, 1, -1);
    struct grid *grid = NULL;
    int64_t found = -1;

    if (sheets_read(s->sheets, m->cfg->spreadsheet, &range, 1, &grid, err) != 0)
        return -2;
    if (p->sheet_row >= 1 && placement_is_row(m, grid, p->sheet_row, base))
        found = p->sheet_row;
    for (int64_t row = 1; found < 0 && row < grid_end_row(grid); row++)
        if (placement_is_row(m, grid, row, base))
            found = row;
    grids_free(grid, 1);
    return found;
}

int placement_write_key(struct session *s, struct mapping *m, const char *row_key, int64_t row,
                        struct err *err)
{
    CLEANUP_BUF struct buf bytes = BUF_INIT;
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    struct grid_range ranges[TAB_RANGES_MAX];
    size_t n_ranges = tab_ranges(m, ranges);
    struct batch *batch = batch_new();
    struct grid *proof = NULL;
    struct value key[KEY_MAX];
    int rc = -1;

    if (batch == NULL)
        return err_nomem(err, "placement");
    if (rowkey_read(row_key, strlen(row_key), &bytes, key, m->n_key, err) != 0)
        goto out;
    for (size_t k = 0; k < m->n_key; k++) {
        struct cell cell;

        buf_clear(&scratch);
        if (cell_from_value(mapping_column_of(m, m->key[k]), key[k], &scratch, &cell, err) != 0)
            goto out;
        batch_write(batch, m->sheet_id, row, m->columns[m->key[k]].sheet_column, &cell, 1, 1);
    }
    m->is_index_stale = true;
    if (sheets_send(s->sheets, m->cfg->spreadsheet, batch, ranges, n_ranges, &proof, err) != 0)
        goto out;
    rc = tab_headers_match(m, &proof[0]) ? tab_index(m, &proof[1], err) : 0;
    grids_free(proof, n_ranges);
    log_info("placement: key written mapping=%s row=%lld", m->cfg->name, (long long)row + 1);
out:
    batch_free(batch);
    return rc;
}

/* The key has not come: find the row and write it, or let the row be inserted. */
static int settle(struct session *s, struct placement *p, struct err *err)
{
    struct mapping *m = &s->follows[p->id.mapping].m;
    struct base_rows base = {0};
    struct pending_row *pending;
    int64_t row = -1;
    int rc = state_load_base(&s->state, m->cfg->name, &p->id.key, 1, false, &base, err);

    if (rc == 0 && base.rows != NULL) {
        row = search(s, m, p, base.rows, err);
        rc = row == -2 ? -1 : 0;
    }
    base_rows_close(&base);
    if (rc != 0)
        return -1;
    /* Whether it is there that the key has arrived is seen at the next look. */
    if (row >= 0)
        return placement_write_key(s, m, p->row_key, row, err);
    log_info("placement: the typed row is not in the tab any more mapping=%s", m->cfg->name);
    pending = change_set_find(&s->set, p->id.mapping, p->id.key);
    if (pending == NULL && session_refresh(s, p->id.mapping, p->id.key, p->row_key, "*", err) != 0)
        return -1;
    placement_remove(s, p);
    return 0;
}

/* --- is the key where it belongs --- */

/* The script writes a key into the row that it has read a moment before, and a person may delete or
 * insert a row in between. So one cell of the row at least must show what was typed, or what MySQL
 * made of it, and no more cells something else: rows have defaults in common. */
static bool is_at_home(const struct mapping *m, const struct grid *grid, int64_t row,
                       const struct base_row *base, const struct row_image *image)
{
    size_t expected = 0, own = 0, strange = 0;

    for (size_t i = 0; i < m->n_columns; i++) {
        const struct cell *cell = grid_at(grid, row, m->columns[i].sheet_column);
        uint64_t hash;

        if (m->columns[i].is_key ||
            !base_find(base->hashes, base->hashes_len, mapping_column_of(m, i)->name, &hash) ||
            hash == hash_value(VALUE_INIT_NULL))
            continue;
        expected++;
        if (tab_cell_shows(m, i, cell, hash) ||
            (image != NULL && cell->type != CELL_BLANK &&
             tab_cell_shows(m, i, cell, hash_value(image->values[i]))))
            own++;
        else
            strange += cell->type != CELL_BLANK;
    }
    return expected == 0 || (own > 0 && own >= strange);
}

/* The key stands in a row that is not its own: take it away there. The row is looked for by its
 * content then, and so is the one that lost its own key to it. */
static int take_key_away(struct session *s, uint32_t mapping, int64_t row, struct err *err)
{
    struct follow *f = &s->follows[mapping];
    const struct cell blank = {.type = CELL_BLANK};
    struct batch *batch = batch_new();
    struct grid *none = NULL;
    int rc;

    if (batch == NULL)
        return err_nomem(err, "placement");
    for (size_t k = 0; k < f->m.n_key; k++)
        batch_write(batch, f->m.sheet_id, row, f->m.columns[f->m.key[k]].sheet_column, &blank, 1,
                    1);
    rc = sheets_send(s->sheets, f->m.cfg->spreadsheet, batch, NULL, 0, &none, err);
    grids_free(none, 0);
    batch_free(batch);
    f->m.is_index_stale = true;
    if (f->n_robbed < ROBBED_MAX)
        f->robbed[f->n_robbed++] = row;
    reconcile_request(f, false);
    log_warn("placement: a key stood in a row that is not its own mapping=%s row=%lld",
             f->m.cfg->name, (long long)row + 1);
    return rc;
}

/* A placement whose key the index has found. */
struct seen {
    struct placement *p;
    int64_t row;
};

static int judge(struct session *s, const struct seen *seen, const struct grid *grid,
                 const struct base_rows *base, struct err *err)
{
    struct placement *p = seen->p;
    const struct mapping *m = &s->follows[p->id.mapping].m;
    const struct pending_row *pending = change_set_find(&s->set, p->id.mapping, p->id.key);
    const struct base_row *known = base_rows_find(base, p->id.key);
    struct grid keys[KEY_MAX];
    struct hash128 key;

    for (size_t k = 0; k < m->n_key; k++)
        keys[k] = *grid;
    /* Moved since the index was read: look again later. */
    if (!tab_key_at(m, keys, seen->row, &key) || !hash128_equal(key, p->id.key))
        return 0;
    if (known != NULL &&
        !is_at_home(m, grid, seen->row, known, pending == NULL ? NULL : pending->image))
        return take_key_away(s, p->id.mapping, seen->row, err);
    placement_remove(s, p);
    return 0;
}

/* Read the rows of those seen, few as single rows, many as the whole tab, and judge them. */
static int judge_seen(struct session *s, uint32_t mapping, const struct seen *seen, size_t n,
                      struct err *err)
{
    const struct mapping *m = &s->follows[mapping].m;
    CLEANUP_FREE struct hash128 *keys = calloc(n + 1, sizeof(*keys));
    CLEANUP_FREE struct grid_range *ranges = calloc(n + 1, sizeof(*ranges));
    size_t n_ranges = n <= SINGLE_ROWS_MAX ? n : 1;
    struct base_rows base = {0};
    struct grid *grids = NULL;
    int rc;

    if (n == 0)
        return 0;
    if (keys == NULL || ranges == NULL)
        return err_nomem(err, "placement");
    for (size_t i = 0; i < n; i++) {
        keys[i] = seen[i].p->id.key;
        ranges[i] =
            n_ranges == n ? mapped_range(m, seen[i].row, seen[i].row + 1) : mapped_range(m, 1, -1);
    }
    rc = state_load_base(&s->state, m->cfg->name, keys, n, false, &base, err);
    if (rc == 0)
        rc = sheets_read(s->sheets, m->cfg->spreadsheet, ranges, n_ranges, &grids, err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = judge(s, &seen[i], &grids[n_ranges == n ? i : 0], &base, err);
    grids_free(grids, n_ranges);
    base_rows_close(&base);
    return rc;
}

static int look(struct session *s, uint32_t mapping, int64_t now, struct err *err)
{
    struct mapping *m = &s->follows[mapping].m;
    CLEANUP_FREE struct seen *seen = calloc(HASH_COUNT(s->placements) + 1, sizeof(*seen));
    struct placement *p, *next;
    size_t n = 0;

    if (seen == NULL)
        return err_nomem(err, "placement");
    if (tab_read_index(s->sheets, m, err) != 0)
        return -1;
    HASH_ITER(hh, s->placements, p, next)
    {
        int64_t row = row_index_find(&m->index, p->id.key);

        if (p->id.mapping != mapping || (row < 0 && p->due_ms > now))
            continue;
        p->due_ms = now + NEXT_LOOK_MS;
        s->cause = p->since;
        if (row >= 0)
            seen[n++] = (struct seen){.p = p, .row = row};
        else if (++p->tries >= LOOKS && settle(s, p, err) != 0)
            return -1;
    }
    s->cause = s->transaction;
    return judge_seen(s, mapping, seen, n, err);
}

int placement_step(struct session *s, struct err *err)
{
    int64_t now = clock_mono_ms();

    for (uint32_t i = 0; i < s->n_follows; i++) {
        bool is_due = false;

        for (struct placement *p = s->placements; p != NULL && !is_due; p = p->hh.next)
            is_due = p->id.mapping == i && p->due_ms <= now;
        if (is_due && look(s, i, now, err) != 0)
            return -1;
    }
    return 0;
}
