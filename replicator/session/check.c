/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check: does the tab show what base says of a row?
 *
 * After an edit of a row that we wrote at about the same time nobody can tell from times alone
 * whose value the cell shows in the end. So the row is read, a moment after the last edit of it,
 * and only cells that differ are written again, and only over what we or MySQL's refusal left
 * there. The same look tells whether a refused value has given way to MySQL's.
 */
#include <stdlib.h>
#include <string.h>

#include "common/base.h"
#include "common/cell/cell_json.h"
#include "common/cleanup.h"
#include "common/clock.h"
#include "common/log.h"
#include "replicator/session/session.h"
#include "replicator/sync/tab.h"

enum { SETTLE_MS = 700, ROWS_MAX = 100, KEY_MAX = 16 };

static struct check *find(const struct session *s, uint32_t mapping, struct hash128 key)
{
    struct check *c;
    struct row_id id;

    memset(&id, 0, sizeof(id));
    id.mapping = mapping;
    id.key = key;
    HASH_FIND(hh, s->checks, &id, sizeof(id), c);
    return c;
}

bool check_is_due(const struct session *s, uint32_t mapping, struct hash128 key)
{
    return find(s, mapping, key) != NULL;
}

/* Which of REFUSED's cells were to be what. Without the log's cells (they were too many) nothing
 * gives way here: a comparison finds what is refused still. */
static int add_refused(struct check *c, const struct mapping *m, const struct edit_note *refused,
                       struct err *err)
{
    CLEANUP_FREE uint64_t *bits = NULL;
    CLEANUP_JSON cJSON *cells = NULL;

    if (refused->cells == NULL || !session_set_columns(m, refused->columns, &bits))
        return 0;
    if (json_parse(refused->cells, strlen(refused->cells), &cells, err) != 0)
        return -1;
    if (c->refused == NULL && (c->refused = cJSON_CreateObject()) == NULL)
        return err_nomem(err, "check");
    for (size_t i = 0; i < m->n_columns; i++) {
        const char *header = m->columns[i].header;

        if ((bits[i / 64] >> (i % 64) & 1) == 0 || json_get(cells, header) == NULL)
            continue;
        cJSON_DeleteItemFromObjectCaseSensitive(c->refused, header);
        if (!cJSON_AddItemToObject(c->refused, header,
                                   cJSON_DetachItemFromObjectCaseSensitive(cells, header)))
            return err_nomem(err, "check");
    }
    return 0;
}

int check_add(struct session *s, uint32_t mapping, struct hash128 key, const char *row_key,
              const struct edit_note *refused, struct err *err)
{
    struct check *c = find(s, mapping, key);

    if (c == NULL) {
        c = calloc(1, sizeof(*c));
        if (c == NULL || (c->row_key = strdup(row_key)) == NULL) {
            free(c);
            return err_nomem(err, "check");
        }
        c->id.mapping = mapping;
        c->id.key = key;
        HASH_ADD(hh, s->checks, id, sizeof(c->id), c);
        if (!hash_added(c)) {
            free(c->row_key);
            free(c);
            return err_nomem(err, "check");
        }
    }
    c->due_ms = clock_mono_ms() + SETTLE_MS;
    if (c->refused == NULL) /* whoever meets this edit again looks at the whole row */
        c->since = s->cause;
    return refused == NULL ? 0 : add_refused(c, &s->follows[mapping].m, refused, err);
}

static void check_remove(struct session *s, struct check *c)
{
    HASH_DEL(s->checks, c);
    free(c->row_key);
    cJSON_Delete(c->refused);
    free(c);
}

void checks_close(struct session *s)
{
    struct check *c, *next;

    HASH_ITER(hh, s->checks, c, next) check_remove(s, c);
}

/* Does CELL show still what was refused in column I? */
static bool is_refused(const struct check *c, const struct mapping *m, size_t i,
                       const struct cell *cell)
{
    const cJSON *sent = json_get(c->refused, m->columns[i].header);

    return sent != NULL && cell_is_json(cell, sent);
}

/* The columns of ROW that do not show what base says and may be written again, as a JSON array of
 * names; empty if there are none. They show what was refused, what was agreed on before, or what we
 * wrote last: a write of ours landed on the edit. Anything else a person has typed meanwhile
 * (*IS_TYPED). */
static void find_differences(const struct session *s, const struct check *check,
                             const struct grid *grid, int64_t row, const struct base_row *base,
                             struct buf *out, bool *is_typed)
{
    const struct mapping *m = &s->follows[check->id.mapping].m;

    for (size_t i = 0; i < m->n_columns; i++) {
        const struct cell *cell = grid_at(grid, row, m->columns[i].sheet_column);
        const char *name = mapping_column_of(m, i)->name;
        uint64_t hash, previous;
        bool is_shown;

        if (m->columns[i].is_key || !m->columns[i].to_sheet ||
            !base_find(base->hashes, base->hashes_len, name, &hash) || hash == 0 ||
            tab_cell_shows(m, i, cell, hash))
            continue;
        if (m->columns[i].to_mysql && !is_refused(check, m, i, cell) &&
            !recent_shows(s, check->id.mapping, check->id.key, i, cell) &&
            !(base_find_previous(base->hashes, base->hashes_len, name, &previous, &is_shown) &&
              tab_cell_shows(m, i, cell, previous))) {
            *is_typed = true;
            continue;
        }
        buf_putc(out, out->len == 0 ? '[' : ',');
        buf_json(out, name, strlen(name));
    }
    if (out->len > 0)
        buf_putc(out, ']');
}

static int compare(struct session *s, struct check *c, const struct grid *grid, int64_t row,
                   const struct base_rows *base, struct err *err)
{
    const struct mapping *m = &s->follows[c->id.mapping].m;
    const struct base_row *known = base_rows_find(base, c->id.key);
    CLEANUP_BUF struct buf columns = BUF_INIT;
    struct grid keys[KEY_MAX];
    struct hash128 key;
    bool is_typed = false;

    for (size_t k = 0; k < m->n_key; k++)
        keys[k] = *grid;
    if (known == NULL)
        return 0;
    /* The row has moved since: any other write to it will notice; look again then. */
    if (!tab_key_at(m, keys, row, &key) || !hash128_equal(key, c->id.key)) {
        s->follows[c->id.mapping].m.is_index_stale = true;
        return check_add(s, c->id.mapping, c->id.key, c->row_key, NULL, err);
    }
    find_differences(s, c, grid, row, known, &columns, &is_typed);
    if (is_typed)
        reconcile_request(&s->follows[c->id.mapping], false);
    if (columns.is_failed)
        return err_nomem(err, "check");
    if (columns.len == 0)
        return 0;
    log_debug("check: cells are written again mapping=%s row=%lld", m->cfg->name,
              (long long)row + 1);
    return session_refresh(s, c->id.mapping, c->id.key, c->row_key, columns.ptr, err);
}

/* The due rows of one mapping that the index knows: their checks and ranges. */
static size_t collect(struct session *s, uint32_t mapping, int64_t now, struct check **list,
                      struct grid_range *ranges)
{
    const struct mapping *m = &s->follows[mapping].m;
    struct grid_range header[TAB_RANGES_MAX];
    struct check *c, *next;
    size_t n = 0;

    tab_ranges(m, header);
    HASH_ITER(hh, s->checks, c, next)
    {
        int64_t row;

        if (c->id.mapping != mapping || c->due_ms > now || n == ROWS_MAX)
            continue;
        row = row_index_find(&m->index, c->id.key);
        if (row < 0) {
            check_remove(s, c);
            continue;
        }
        list[n] = c;
        ranges[n++] = (struct grid_range){.sheet_id = m->sheet_id,
                                          .row = row,
                                          .end_row = row + 1,
                                          .end_column = header[0].end_column};
    }
    return n;
}

static int check_mapping(struct session *s, uint32_t mapping, int64_t now, struct err *err)
{
    struct mapping *m = &s->follows[mapping].m;
    struct check *list[ROWS_MAX];
    struct grid_range ranges[ROWS_MAX];
    struct hash128 keys[ROWS_MAX];
    struct base_rows base = {0};
    struct grid *grids = NULL;
    size_t n;
    int rc;

    if (m->is_index_stale && tab_read_index(s->sheets, m, err) != 0)
        return -1;
    n = collect(s, mapping, now, list, ranges);
    if (n == 0)
        return 0;
    for (size_t i = 0; i < n; i++)
        keys[i] = list[i]->id.key;
    /* Base first: an edit that comes between the two only makes a difference that its own check
     * settles. */
    rc = state_load_base(&s->state, m->cfg->name, keys, n, false, &base, err);
    if (rc == 0)
        rc = sheets_read(s->sheets, m->cfg->spreadsheet, ranges, n, &grids, err);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        list[i]->due_ms = INT64_MAX;
        s->cause = list[i]->since;
        rc = compare(s, list[i], &grids[i], ranges[i].row, &base, err);
        if (rc == 0 && list[i]->due_ms == INT64_MAX)
            check_remove(s, list[i]);
    }
    s->cause = s->transaction;
    grids_free(grids, n);
    base_rows_close(&base);
    return rc;
}

int check_step(struct session *s, struct err *err)
{
    int64_t now = clock_mono_ms();

    for (uint32_t i = 0; i < s->n_follows; i++) {
        bool is_due = false;

        for (struct check *c = s->checks; c != NULL && !is_due; c = c->hh.next)
            is_due = c->id.mapping == i && c->due_ms <= now;
        if (is_due && check_mapping(s, i, now, err) != 0)
            return -1;
    }
    return 0;
}
