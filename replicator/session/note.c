/* SPDX-License-Identifier: Apache-2.0 */
/*
 * note: the notes that tell people what became of what they typed.
 *
 * The script shows those of its own edits at once. Whatever the answer's fate, each row is looked
 * at a moment later: its notes are read, and only those that differ are written. A note of a row
 * that has a key is proven by it, as every write is; a row without one must show what the edit says
 * that it showed, or gets none.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/cell/cell_json.h"
#include "common/cleanup.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/log.h"
#include "replicator/session/note.h"
#include "replicator/sync/note_text.h"
#include "replicator/sync/tab.h"

enum {
    FIRST_MS = 700, /* the script had its chance (as in check.c) */
    NEXT_MS = 1000,
    TRIES_MAX = 8,
    ROWS_MAX = 50,
    NOTES_MAX = 10000,
    KEY_MAX = 16
};

/* --- what is to be shown --- */

static void note_remove(struct session *s, struct note *n)
{
    HASH_DEL(s->notes, n);
    cJSON_Delete(n->texts);
    cJSON_Delete(n->cells);
    free(n);
}

void notes_close(struct session *s)
{
    struct note *n, *next;

    HASH_ITER(hh, s->notes, n, next) note_remove(s, n);
}

static struct note *get(struct session *s, uint32_t mapping, struct hash128 key, int64_t row)
{
    struct note_id id;
    struct note *n;

    memset(&id, 0, sizeof(id));
    id.mapping = mapping;
    id.key = key;
    id.row = row;
    HASH_FIND(hh, s->notes, &id, sizeof(id), n);
    if (n != NULL)
        return n;
    if (HASH_COUNT(s->notes) >= NOTES_MAX) {
        log_warn("note: too many at once; the oldest is dropped mapping=%s",
                 s->follows[s->notes->id.mapping].m.cfg->name);
        note_remove(s, s->notes);
    }
    n = calloc(1, sizeof(*n));
    if (n == NULL || (n->texts = cJSON_CreateObject()) == NULL) {
        free(n);
        return NULL;
    }
    n->id = id;
    n->since = s->cause;
    HASH_ADD(hh, s->notes, id, sizeof(n->id), n);
    if (hash_added(n))
        return n;
    cJSON_Delete(n->texts);
    free(n);
    return NULL;
}

int note_add(struct session *s, uint32_t mapping, struct hash128 key, int64_t row,
             const char *header, const char *text, struct err *err)
{
    struct note *n = get(s, mapping, key, row);
    cJSON *item = text == NULL ? cJSON_CreateNull() : cJSON_CreateString(text);

    if (n == NULL || item == NULL) {
        cJSON_Delete(item);
        return err_nomem(err, "note");
    }
    cJSON_DeleteItemFromObjectCaseSensitive(n->texts, header);
    cJSON_AddItemToObject(n->texts, header, item);
    n->due_ms = clock_mono_ms() + FIRST_MS;
    n->tries = 0;
    return 0;
}

int note_add_edit(struct session *s, uint32_t mapping, const struct edit_note *edit,
                  struct err *err)
{
    static const struct hash128 none;
    CLEANUP_JSON cJSON *texts = NULL;
    const struct hash128 key = edit->has_key ? edit->key : none;
    int64_t row = edit->has_key ? NOTE_BY_KEY : edit->sheet_row - 1;
    const cJSON *item;
    struct note *n;

    if (edit->notes == NULL || (!edit->has_key && (edit->cells == NULL || row < 1)))
        return 0;
    if (json_parse(edit->notes, strlen(edit->notes), &texts, err) != 0)
        return -1;
    cJSON_ArrayForEach(item, texts)
    {
        if (note_add(s, mapping, key, row, item->string,
                     cJSON_IsString(item) ? item->valuestring : NULL, err) != 0)
            return -1;
    }
    n = get(s, mapping, key, row);
    if (n == NULL || edit->has_key || n->cells != NULL)
        return 0;
    return json_parse(edit->cells, strlen(edit->cells), &n->cells, err);
}

/* --- is it the row --- */

static bool is_row_of(const struct mapping *m, const struct note *n, const struct grid *grid,
                      int64_t row)
{
    struct grid keys[KEY_MAX];
    struct hash128 key;
    bool has_key;

    for (size_t k = 0; k < m->n_key; k++)
        keys[k] = *grid;
    has_key = tab_key_at(m, keys, row, &key);
    if (n->cells == NULL)
        return has_key && hash128_equal(key, n->id.key);
    for (size_t i = 0; i < m->n_columns; i++)
        if (!cell_is_json(grid_at(grid, row, m->columns[i].sheet_column),
                          json_get(n->cells, m->columns[i].header)))
            return false;
    return true;
}

/* --- a round: some rows of one tab --- */

struct round {
    struct note *notes[ROWS_MAX];
    struct grid_range ranges[ROWS_MAX];
    struct grid *values, *texts; /* owned; one a range */
    size_t n;
};

static void collect(struct session *s, uint32_t at, int64_t now, struct round *r)
{
    const struct mapping *m = &s->follows[at].m;
    struct grid_range header[TAB_RANGES_MAX];
    struct note *n, *next;

    tab_ranges(m, header);
    HASH_ITER(hh, s->notes, n, next)
    {
        int64_t row = n->id.row;

        if (n->id.mapping != at || n->due_ms > now || r->n == ROWS_MAX)
            continue;
        if (row == NOTE_BY_KEY)
            row = row_index_find(&m->index, n->id.key);
        n->due_ms = now + NEXT_MS;
        if (++n->tries > TRIES_MAX) {
            note_remove(s, n); /* its row is not there any more */
            continue;
        }
        if (row < 0)
            continue;
        r->notes[r->n] = n;
        r->ranges[r->n++] = (struct grid_range){.sheet_id = m->sheet_id,
                                                .row = row,
                                                .end_row = row + 1,
                                                .end_column = header[0].end_column};
    }
}

/* Add what differs; -1: out of memory. */
static int write_row(const struct mapping *m, const struct round *r, size_t i, struct batch *batch)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, r->notes[i]->texts)
    {
        for (size_t c = 0; c < m->n_columns; c++) {
            int64_t row = r->ranges[i].row, column = m->columns[c].sheet_column;
            const struct cell *old = grid_at(&r->texts[i], row, column);
            const char *old_text = old->type == CELL_TEXT ? old->text : "";
            size_t old_len = old->type == CELL_TEXT ? old->text_len : 0;
            CLEANUP_BUF struct buf text = BUF_INIT;

            if (strcmp(m->columns[c].header, item->string) != 0)
                continue;
            note_text_with(&text, old_text, old_len,
                           cJSON_IsString(item) ? item->valuestring : NULL);
            if (text.is_failed)
                return -1;
            if (text.len != old_len || memcmp(buf_text(&text), old_text, old_len) != 0)
                batch_write_note(batch, m->sheet_id, row, column, buf_text(&text), text.len);
        }
    }
    return 0;
}

/* Our note is on somebody else's row: it goes. A text of their own that it replaced is lost. */
static void take_back(const struct mapping *m, const struct round *r, size_t i, struct batch *batch)
{
    const cJSON *item;

    log_warn("note: rows moved while a note was written mapping=%s row=%lld", m->cfg->name,
             (long long)r->ranges[i].row + 1);
    cJSON_ArrayForEach(item, r->notes[i]->texts)
    {
        for (size_t c = 0; c < m->n_columns; c++)
            if (strcmp(m->columns[c].header, item->string) == 0)
                batch_write_note(batch, m->sheet_id, r->ranges[i].row, m->columns[c].sheet_column,
                                 "", 0);
    }
}

/* Send the notes with the rows themselves as proof; what did not land where it belongs is taken
 * back and written again. */
static int send_round(struct session *s, struct mapping *m, struct round *r, struct batch *batch,
                      struct err *err)
{
    struct grid *proof = NULL, *none = NULL;
    int rc;

    if (batch_requests(batch) == 0)
        return 0;
    if (sheets_send(s->sheets, m->cfg->spreadsheet, batch, r->ranges, r->n, &proof, err) != 0)
        return -1;
    batch_clear(batch);
    for (size_t i = 0; i < r->n; i++) {
        if (r->notes[i] == NULL || is_row_of(m, r->notes[i], &proof[i], r->ranges[i].row))
            continue;
        take_back(m, r, i, batch);
        m->is_index_stale = true;
        r->notes[i] = NULL;
    }
    rc = batch_requests(batch) == 0
             ? 0
             : sheets_send(s->sheets, m->cfg->spreadsheet, batch, NULL, 0, &none, err);
    grids_free(proof, r->n);
    grids_free(none, 0);
    return rc;
}

/* Rows that are not where they were stay for the next round. */
static int write_round(struct session *s, struct mapping *m, struct round *r, struct err *err)
{
    struct batch *batch = batch_new();
    int rc = batch == NULL ? err_nomem(err, "note") : 0;

    for (size_t i = 0; rc == 0 && i < r->n; i++) {
        if (!is_row_of(m, r->notes[i], &r->values[i], r->ranges[i].row)) {
            m->is_index_stale = m->is_index_stale || r->notes[i]->id.row == NOTE_BY_KEY;
            if (r->notes[i]->id.row != NOTE_BY_KEY)
                note_remove(s, r->notes[i]);
            r->notes[i] = NULL;
        } else if (write_row(m, r, i, batch) != 0) {
            rc = err_nomem(err, "note");
        }
    }
    if (rc == 0)
        rc = send_round(s, m, r, batch, err);
    for (size_t i = 0; rc == 0 && i < r->n; i++)
        if (r->notes[i] != NULL)
            note_remove(s, r->notes[i]);
    batch_free(batch);
    return rc;
}

static int note_mapping(struct session *s, uint32_t at, int64_t now, struct err *err)
{
    struct mapping *m = &s->follows[at].m;
    struct round r = {0};
    int rc;

    if (m->is_index_stale && tab_read_index(s->sheets, m, err) != 0)
        return -1;
    collect(s, at, now, &r);
    if (r.n == 0)
        return 0;
    if (sheets_read_notes(s->sheets, m->cfg->spreadsheet, r.ranges, r.n, &r.values, &r.texts,
                          err) != 0)
        return -1;
    rc = write_round(s, m, &r, err);
    grids_free(r.values, r.n);
    grids_free(r.texts, r.n);
    return rc;
}

int note_step(struct session *s, struct err *err)
{
    int64_t now = clock_mono_ms();

    for (uint32_t i = 0; i < s->n_follows; i++) {
        bool is_due = false;

        for (const struct note *n = s->notes; n != NULL && !is_due; n = n->hh.next)
            is_due = n->id.mapping == i && n->due_ms <= now;
        if (is_due && s->follows[i].m.is_ready && note_mapping(s, i, now, err) != 0)
            return -1;
    }
    return 0;
}
