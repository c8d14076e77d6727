/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rescue: what people typed into rows that are about to be written, and nobody has told yet.
 *
 * Without a script an edit waits for the next look; with one, its trigger may be late. A write of
 * ours could land on it in the meantime. So such rows are read before they are written: cells that
 * do not show what base says go to the webhook first, as found edits, and their row waits for what
 * becomes of them, and is read once more: what was told is written over, what was typed since is
 * told, too. A script knows more (who, and what was there before), so it gets a moment to tell.
 * With a script this is done only while people are at work and a read is free, for it makes a
 * change later by a request. Only the rows in which somebody typed wait, however many type: the
 * others leave at once.
 *
 * Trusted are only rows of which nothing can be on its way: what became of every batch before is
 * known (lost.c), the row was in no batch since its change came, not all of it is to be forced. A
 * cell that is to be forced because of an edit may show what was agreed on before, too, another one
 * anything. A row that a batch without an answer has inserted has no base yet: it shows what that
 * batch brought (also one of a session before: lost.c), or an edit.
 * What is typed between this reading and the writing is still lost; Sheets has no conditional
 * write.
 */
#include <stdlib.h>
#include <string.h>

#include "common/base.h"
#include "common/cleanup.h"
#include "common/clock.h"
#include "replicator/session/shipment.h"
#include "replicator/sync/tab.h"

enum {
    RANGES_MAX = 100,
    GAP_ROWS = 20,      /* rows that lie so near are read as one range */
    PAGE_CELLS = 60000, /* of one read */
    READS_MAX = 4,      /* a share; what more rows show is not looked at */
    SETTLE_MS = 300,    /* the stream brings what the webhook made of them */
    TRIGGER_MS = 700,   /* so long a script may take to tell */
    TELLS_MAX = 3,      /* of a row: a formula may never come to rest */
    RETRY_MS = 1000,
    UNTOLD_MS = 600000, /* so long a row waits for the webhook */
    READ_WAITS_MAX = 10,
    KEY_MAX = 16
};

/* What is told of a row. */
struct telling {
    struct pending_row *row;
    uint64_t *hashes; /* owned; as pending_row.told */
};

struct rescue {
    struct session *s;
    struct share *share;
    struct found found;
    bool *changed;            /* owned; scratch, one a column */
    int64_t *rows;            /* owned; of the tab, in order: those to read */
    size_t n, done;           /* so many were asked for */
    struct telling *tellings; /* owned */
    size_t n_tellings;
    bool has_script;
    bool has_waiting; /* rows that are not to leave now: not_before_ms says when */
    bool has_moved;   /* a row is not where the index has it */
};

static bool has_script(const struct follow *f)
{
    return f->m.cfg->sheet_changes == CONFIG_APPS_SCRIPT;
}

bool rescue_is_wanted(const struct session *s, const struct follow *f)
{
    return f->m.cfg->direction == CONFIG_BOTH && (!has_script(f) || due_is_busy(s, f));
}

static bool is_readable(const struct planned_row *row)
{
    return (row->action == PLAN_UPDATE || row->action == PLAN_DELETE) &&
           (row->base != NULL || row->pending->inserted != NULL) && !row->pending->is_tried &&
           !row->pending->is_forced;
}

/* What was refused gives way, whatever the cell shows. */
static bool gives_way(const struct pending_row *row, size_t i)
{
    return pending_row_is_forced(row, i) && !row->can_rescue;
}

static void wait_until_ms(struct rescue *r, struct pending_row *row, int64_t ms)
{
    row->not_before_ms = ms;
    r->has_waiting = true;
}

/* Without a free read a change of MySQL's is brought at once; cells that are only to show again
 * what an edit left in MySQL can wait for one. */
static void wait_for_read(struct rescue *r)
{
    int64_t until_ms = clock_mono_ms() + sheets_read_wait_ms(r->s->sheets);

    for (size_t i = 0; i < r->share->plan.n_rows; i++) {
        const struct planned_row *row = &r->share->plan.rows[i];

        if (!is_readable(row) || row->pending->forced == NULL || !row->pending->can_rescue ||
            row->pending->n_read_waits == READ_WAITS_MAX)
            continue;
        row->pending->n_read_waits++;
        wait_until_ms(r, row->pending, until_ms);
    }
}

/* Rows that a batch of a session before has inserted, and base does not know. */
static int adopt_inserted(struct rescue *r, struct err *err)
{
    for (size_t i = 0; i < r->share->plan.n_rows; i++) {
        struct planned_row *row = &r->share->plan.rows[i];
        size_t n = r->share->plan.mapping->n_columns;
        const uint64_t *shown = row->action == PLAN_UPDATE && row->base == NULL
                                    ? recent_shown(r->s, r->share->at, row->pending->id.key)
                                    : NULL;

        if (shown == NULL || row->pending->inserted != NULL)
            continue;
        row->pending->inserted = calloc(n + 1, sizeof(*row->pending->inserted));
        if (row->pending->inserted == NULL)
            return err_nomem(err, "rescue");
        memcpy(row->pending->inserted, shown, n * sizeof(*shown));
    }
    return 0;
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

static void collect_rows(struct rescue *r)
{
    const struct plan *plan = &r->share->plan;

    for (size_t i = 0; i < plan->n_rows; i++)
        if (is_readable(&plan->rows[i]))
            r->rows[r->n++] = plan->rows[i].sheet_row;
    qsort(r->rows, r->n, sizeof(*r->rows), by_number);
}

/* The header and the next rows, neighbours as one range. */
static size_t make_ranges(struct rescue *r, struct grid_range *out)
{
    struct grid_range header[TAB_RANGES_MAX];
    int64_t cells = 0;
    size_t n = 1;

    tab_ranges(r->share->plan.mapping, header);
    out[0] = header[0];
    for (; r->done < r->n && n < RANGES_MAX && cells < PAGE_CELLS; r->done++) {
        int64_t row = r->rows[r->done];

        if (n > 1 && row - out[n - 1].end_row < GAP_ROWS) {
            cells += (row + 1 - out[n - 1].end_row) * out[0].end_column;
            out[n - 1].end_row = row + 1;
            continue;
        }
        out[n] = out[0];
        out[n].row = row;
        out[n++].end_row = row + 1;
        cells += out[0].end_column;
    }
    return n;
}

/* Both sides may have come to the same value. */
static bool shows_mysql(const struct mapping *m, const struct planned_row *row, size_t i,
                        const struct cell *cell)
{
    const struct value *v = &row->pending->image->values[i];

    return !row->pending->is_delete && v->state != VALUE_ABSENT &&
           tab_cell_shows(m, i, cell, hash_value(*v));
}

/* A cell that is to be forced, or on which a write of ours may have landed, shows what MySQL's
 * value or the edit took the place of, or what we wrote over what was typed. */
static bool shows_previous(const struct rescue *r, const struct planned_row *row, size_t i,
                           const struct cell *cell, const struct base_row *base)
{
    const struct mapping *m = r->share->plan.mapping;
    uint64_t previous;
    bool is_shown;

    if (!pending_row_is_forced(row->pending, i) &&
        !check_is_due(r->s, r->share->at, row->pending->id.key))
        return false;
    return (base_find_previous(base->hashes, base->hashes_len, mapping_column_of(m, i)->name,
                               &previous, &is_shown) &&
            tab_cell_shows(m, i, cell, previous)) ||
           recent_shows(r->s, r->share->at, row->pending->id.key, i, cell);
}

/* Is it neither what the row showed last, as far as we know, nor what it showed before? */
static bool differs(const struct rescue *r, const struct planned_row *row, size_t i,
                    const struct cell *cell, const struct base_row *base)
{
    const struct mapping *m = r->share->plan.mapping;

    if (base == NULL)
        return row->pending->inserted[i] != 0 &&
               !tab_cell_shows(m, i, cell, row->pending->inserted[i]);
    return tab_cell_differs(m, i, cell, base->hashes, base->hashes_len) &&
           !shows_previous(r, row, i, cell, base);
}

static bool is_told(const struct pending_row *row, size_t i, const struct cell *cell)
{
    return row->told != NULL && row->told[i] == tab_cell_content(cell);
}

/* ROW's changed cells, besides those that were told before. */
static int add_telling(struct rescue *r, const struct planned_row *row, const struct grid *grid,
                       struct err *err)
{
    const struct mapping *m = r->share->plan.mapping;
    struct telling *t = &r->tellings[r->n_tellings];

    t->row = row->pending;
    t->hashes = calloc(m->n_columns, sizeof(*t->hashes));
    if (t->hashes == NULL)
        return err_nomem(err, "rescue");
    r->n_tellings++;
    for (size_t i = 0; i < m->n_columns; i++) {
        const struct cell *cell = grid_at(grid, row->sheet_row, m->columns[i].sheet_column);

        if (r->changed[i] || is_told(row->pending, i, cell))
            t->hashes[i] = tab_cell_content(cell);
    }
    return 0;
}

static int look_at_row(struct rescue *r, const struct planned_row *row, const struct grid *grid,
                       struct err *err)
{
    const struct mapping *m = r->share->plan.mapping;
    const struct base_row *base =
        row->base == NULL ? NULL : base_rows_find(&r->share->base, row->pending->id.key);
    struct grid keys[KEY_MAX];
    struct hash128 key;
    bool any = false;

    for (size_t k = 0; k < m->n_key; k++)
        keys[k] = *grid;
    if (base == NULL && row->pending->inserted == NULL)
        return 0;
    if (!tab_key_at(m, keys, row->sheet_row, &key) || !hash128_equal(key, row->pending->id.key)) {
        r->has_moved = true;
        return 0;
    }
    for (size_t i = 0; i < m->n_columns; i++) {
        const struct cell *cell = grid_at(grid, row->sheet_row, m->columns[i].sheet_column);

        r->changed[i] = mapping_takes_edits(m, i) && !gives_way(row->pending, i) &&
                        differs(r, row, i, cell, base) && !shows_mysql(m, row, i, cell) &&
                        !is_told(row->pending, i, cell);
        any = any || r->changed[i];
    }
    if (!any || row->pending->n_told == TELLS_MAX)
        return 0;
    if (r->has_script && !row->pending->is_awaited) {
        row->pending->is_awaited = true;
        wait_until_ms(r, row->pending, clock_mono_ms() + TRIGGER_MS);
        return 0;
    }
    found_upsert(&r->found, m, grid, row->sheet_row, r->changed, base);
    return add_telling(r, row, grid, err);
}

static int look_at_grid(struct rescue *r, const struct grid_range *range, const struct grid *grid,
                        struct err *err)
{
    const struct plan *plan = &r->share->plan;

    for (size_t i = 0; i < plan->n_rows; i++) {
        const struct planned_row *row = &plan->rows[i];

        if (is_readable(row) && row->sheet_row >= range->row && row->sheet_row < range->end_row &&
            look_at_row(r, row, grid, err) != 0)
            return -1;
    }
    return 0;
}

static int read_some(struct rescue *r, struct err *err)
{
    const struct mapping *m = r->share->plan.mapping;
    struct grid_range ranges[RANGES_MAX];
    struct grid *grids = NULL;
    size_t n = make_ranges(r, ranges);
    int rc = 0;

    if (sheets_read(r->s->sheets, m->cfg->spreadsheet, ranges, n, &grids, err) != 0)
        return -1;
    if (!tab_headers_match(m, &grids[0]))
        session_restart(r->s, "columns of a tab have moved");
    for (size_t i = 1; rc == 0 && i < n && !r->s->must_restart; i++)
        rc = look_at_grid(r, &ranges[i], &grids[i], err);
    grids_free(grids, n);
    return rc;
}

static void note_told(struct rescue *r, struct telling *t)
{
    wait_until_ms(r, t->row, clock_mono_ms() + SETTLE_MS);
    free(t->row->told);
    t->row->told = take_ptr(t->hashes);
    t->row->n_told++;
    t->row->untold_ms = 0;
}

/* The webhook did not take it: the row waits, but not for ever. */
static void note_untold(struct rescue *r, struct telling *t)
{
    int64_t now = clock_mono_ms();

    if (t->row->untold_ms == 0)
        t->row->untold_ms = now;
    wait_until_ms(r, t->row, now + RETRY_MS);
    if (now - t->row->untold_ms < UNTOLD_MS)
        return;
    log_warn("rescue: a person's edit of a row that MySQL has changed, too, is written over, "
             "because the webhook is away mapping=%s",
             r->share->plan.mapping->cfg->name);
    note_told(r, t);
}

static int tell(struct rescue *r, struct err *err)
{
    bool is_taken = found_post(r->s, r->share->plan.mapping, &r->found, err) == 0;

    if (!is_taken && err->code != ERR_HTTP && err->code != ERR_LOST && err->code != ERR_QUOTA)
        return -1;
    if (!is_taken)
        log_fault(&r->s->reconcile_fault, "rescue", err);
    for (size_t i = 0; i < r->n_tellings; i++) {
        if (is_taken)
            note_told(r, &r->tellings[i]);
        else
            note_untold(r, &r->tellings[i]);
    }
    return 0;
}

static void rescue_close(struct rescue *r)
{
    for (size_t i = 0; i < r->n_tellings; i++)
        free(r->tellings[i].hashes);
    free(r->tellings);
    found_close(&r->found);
    free(r->rows);
    free(r->changed);
}

static int rescue_share(struct rescue *r, struct err *err)
{
    int rc = 0;

    r->rows = calloc(r->share->plan.n_rows + 1, sizeof(*r->rows));
    r->changed = calloc(r->share->plan.mapping->n_columns, sizeof(*r->changed));
    r->tellings = calloc(r->share->plan.n_rows + 1, sizeof(*r->tellings));
    if (r->rows == NULL || r->changed == NULL || r->tellings == NULL)
        rc = err_nomem(err, "rescue");
    else if ((rc = adopt_inserted(r, err)) == 0)
        collect_rows(r);
    for (int reads = 0; rc == 0 && r->done < r->n && reads < READS_MAX && !r->s->must_restart;
         reads++)
        rc = read_some(r, err);
    if (rc == 0 && r->n_tellings > 0 && !r->s->must_restart)
        rc = tell(r, err);
    rescue_close(r);
    return rc;
}

int shipment_rescue(struct session *s, struct shipment *sh, bool *has_waiting, struct err *err)
{
    for (size_t i = 0; i < sh->n_shares; i++) {
        struct share *share = &sh->shares[i];
        struct rescue r = {
            .s = s, .share = share, .has_script = has_script(&s->follows[share->at])};

        if (!rescue_is_wanted(s, &s->follows[share->at]))
            continue;
        if (r.has_script && sheets_read_wait_ms(s->sheets) > 0)
            wait_for_read(&r);
        else if (rescue_share(&r, err) != 0)
            return -1;
        share->has_moved = share->has_moved || r.has_moved;
        *has_waiting = *has_waiting || r.has_waiting;
    }
    return 0;
}
