/* SPDX-License-Identifier: Apache-2.0 */
/*
 * open_spreadsheet: a session meets all mappings of one spreadsheet.
 *
 * Each needs its tab's header and its key cells; Google counts requests, not cells, so they are
 * asked for together: one request for the tabs, one for the headers of up to TAB_GROUP_MAX of them,
 * one for the key cells of as many small tabs; the headers of blank tabs are written by one, too.
 * Where Google refuses such a request because of one of them, each is asked for by itself, and only
 * that one waits.
 */
#include "replicator/session/open_spreadsheet.h"

#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "replicator/session/open_mapping.h"
#include "replicator/session/open_tabs.h"
#include "replicator/session/pause.h"
#include "replicator/session/room.h"
#include "replicator/sync/tab.h"

/* What is to be written beside headers that were read longer ago is looked at again. */
enum { FRESH_MS = 2000 };

struct opening {
    struct session *s;
    const char *spreadsheet;
    struct follow **follows;       /* owned array; those that have not failed */
    struct mapping **mappings;     /* owned array; theirs */
    struct open_memory **memories; /* owned array; theirs, in the next */
    struct open_memory *all;       /* owned */
    size_t n, n_all;
};

static void close_opening(struct opening *o)
{
    for (size_t i = 0; i < o->n_all; i++)
        open_memory_close(&o->all[i]);
    free(o->all);
    free(o->follows);
    free(o->mappings);
    free(o->memories);
}

static bool is_here(const struct opening *o, const struct follow *f)
{
    return strcmp(f->m.cfg->spreadsheet, o->spreadsheet) == 0 && f->pause != PAUSE_HELD;
}

static int init_opening(struct opening *o, struct session *s, const char *spreadsheet,
                        struct err *err)
{
    *o = (struct opening){.s = s, .spreadsheet = spreadsheet};
    o->follows = calloc(s->n_follows, sizeof(struct follow *));
    o->mappings = calloc(s->n_follows, sizeof(struct mapping *));
    o->memories = calloc(s->n_follows, sizeof(struct open_memory *));
    o->all = calloc(s->n_follows, sizeof(*o->all));
    if (o->follows == NULL || o->mappings == NULL || o->memories == NULL || o->all == NULL)
        return err_nomem(err, "session");
    for (size_t i = 0; i < s->n_follows; i++) {
        if (!is_here(o, &s->follows[i]))
            continue;
        o->all[o->n] = (struct open_memory){.mapping = {.sheet_id = -1}};
        o->memories[o->n] = &o->all[o->n];
        o->mappings[o->n] = &s->follows[i].m;
        o->follows[o->n++] = &s->follows[i];
    }
    o->n_all = o->n;
    return 0;
}

/* PROBLEM has met the mapping AT, which is left out from now on. */
static int leave_out(struct opening *o, size_t at, const struct err *problem, struct err *err)
{
    struct follow *f = o->follows[at];

    if (!open_mapping_is_own(problem)) {
        *err = *problem;
        return -1;
    }
    o->n--;
    memmove(&o->follows[at], &o->follows[at + 1], (o->n - at) * sizeof(struct follow *));
    memmove(&o->mappings[at], &o->mappings[at + 1], (o->n - at) * sizeof(struct mapping *));
    memmove(&o->memories[at], &o->memories[at + 1], (o->n - at) * sizeof(struct open_memory *));
    return f->pause == PAUSE_SETTLING ? pause_hold(o->s, f, err)
                                      : open_mapping_broken(o->s, f, problem, err);
}

static int find_all(struct opening *o, const struct sheet_tabs *tabs, struct err *err)
{
    struct err problem;

    for (size_t i = 0; i < o->n;) {
        if (open_mapping_find(o->s, o->follows[i], tabs, o->memories[i], &problem) == 0)
            i++;
        else if (leave_out(o, i, &problem, err) != 0)
            return -1;
    }
    return 0;
}

/* --- headers */

/* Row 1 of N tabs from AT on. */
static int read_headers(const struct opening *o, size_t at, size_t n, struct grid **rows,
                        struct err *err)
{
    struct grid_range ranges[TAB_GROUP_MAX];

    for (size_t i = 0; i < n; i++)
        ranges[i] = tab_header_range(o->mappings[at + i]);
    return sheets_read(o->s->sheets, o->spreadsheet, ranges, n, rows, err);
}

/* ROW was read at READ_MS; NULL: not yet. */
static int place(const struct opening *o, size_t at, const struct grid *row, int64_t read_ms,
                 struct err *err)
{
    struct follow *f = o->follows[at];
    struct grid *again = NULL;
    int rc;

    if (row == NULL || (clock_mono_ms() - read_ms > FRESH_MS && !tab_is_complete(&f->m, row))) {
        if (read_headers(o, at, 1, &again, err) != 0)
            return -1;
        row = again;
    }
    rc = open_mapping_place(o->s, f, row, o->memories[at], err);
    grids_free(again, 1);
    return rc;
}

static size_t count_waiting(const struct opening *o, size_t from, size_t at)
{
    size_t n = 0;

    for (size_t i = from; i < at; i++)
        n += o->memories[i]->is_waiting;
    return n;
}

/* One batch with the headers of the tabs from FROM up to AT that wait for theirs. */
static int write_together(const struct opening *o, size_t from, size_t at, struct err *err)
{
    struct batch *all = batch_new();
    struct grid *none = NULL;
    int rc = all == NULL ? err_nomem(err, "session") : 0;

    for (size_t i = from; rc == 0 && i < at; i++)
        if (o->memories[i]->is_waiting)
            batch_join(all, o->memories[i]->headers.batch);
    if (rc == 0 && batch_requests(all) > 0)
        rc = sheets_send(o->s->sheets, o->spreadsheet, all, NULL, 0, &none, err);
    grids_free(none, 0);
    batch_free(all);
    return rc;
}

/* Those from FROM up to *AT, which comes down by those that are not good. */
static int write_headers(struct opening *o, size_t from, size_t *at, struct err *err)
{
    struct err problem = ERR_INIT;
    bool are_many = count_waiting(o, from, *at) > 1;
    bool is_written = are_many && write_together(o, from, *at, &problem) == 0;

    if (are_many && !is_written && !open_mapping_is_own(&problem)) {
        *err = problem;
        return -1;
    }
    for (size_t i = from; i < *at;) {
        if (!o->memories[i]->is_waiting ||
            open_mapping_placed(o->s, o->follows[i], o->memories[i], is_written, &problem) == 0) {
            i++;
            continue;
        }
        (*at)--;
        if (leave_out(o, i, &problem, err) != 0)
            return -1;
    }
    return 0;
}

/* N of them from *AT on, which moves past those that are good. */
static int place_group(struct opening *o, size_t *at, size_t n, struct err *err)
{
    struct err problem;
    struct grid *rows = NULL;
    int64_t read_ms = 0;
    size_t from = *at;
    int rc = 0;

    if (read_headers(o, *at, n, &rows, &problem) == 0) {
        read_ms = clock_mono_ms();
    } else if (n == 1) {
        return leave_out(o, *at, &problem, err);
    } else if (!open_mapping_is_own(&problem)) {
        *err = problem;
        return -1;
    }
    for (size_t i = 0; rc == 0 && i < n; i++) {
        if (place(o, *at, rows == NULL ? NULL : &rows[i], read_ms, &problem) == 0)
            (*at)++;
        else
            rc = leave_out(o, *at, &problem, err);
    }
    grids_free(rows, n);
    return rc != 0 ? -1 : write_headers(o, from, at, err);
}

static int place_all(struct opening *o, struct err *err)
{
    for (size_t at = 0; at < o->n;)
        if (place_group(o, &at, o->n - at < TAB_GROUP_MAX ? o->n - at : TAB_GROUP_MAX, err) != 0)
            return -1;
    return 0;
}

/* --- row indexes */

static int settle(const struct opening *o, size_t at, bool has_index, struct err *err)
{
    struct follow *f = o->follows[at];

    if (!has_index && tab_read_index(o->s->sheets, &f->m, err) != 0)
        return -1;
    return open_mapping_settle(o->s, f, o->memories[at], err);
}

static int settle_group(struct opening *o, size_t *at, size_t n, struct err *err)
{
    struct err problem;
    bool has_index = tab_read_indexes(o->s->sheets, &o->mappings[*at], n, &problem) == 0;

    if (!has_index && n == 1)
        return leave_out(o, *at, &problem, err);
    if (!has_index && !open_mapping_is_own(&problem)) {
        *err = problem;
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        if (settle(o, *at, has_index, &problem) == 0)
            (*at)++;
        else if (leave_out(o, *at, &problem, err) != 0)
            return -1;
    }
    return 0;
}

static int settle_all(struct opening *o, struct err *err)
{
    for (size_t at = 0; at < o->n;)
        if (settle_group(o, &at, tab_index_group(&o->mappings[at], o->n - at), err) != 0)
            return -1;
    return 0;
}

/* The spreadsheet itself is not to be had: all of its mappings wait. */
static int leave_all_out(struct opening *o, const struct err *problem, struct err *err)
{
    while (o->n > 0)
        if (leave_out(o, 0, problem, err) != 0)
            return err_wrap(err, "spreadsheet %s", o->spreadsheet);
    return 0;
}

int open_spreadsheet(struct session *s, const char *spreadsheet, struct err *err)
{
    struct opening o;
    struct sheet_tabs tabs = {0};
    struct err problem;
    int rc = init_opening(&o, s, spreadsheet, err);

    if (rc == 0 && o.n == 0) { /* all are paused */
        close_opening(&o);
        return 0;
    }
    if (rc == 0 && sheets_tabs(s->sheets, spreadsheet, &tabs, &problem) != 0)
        rc = leave_all_out(&o, &problem, err);
    if (rc == 0 && o.n > 0)
        rc = open_tabs_make(s, spreadsheet, o.follows, o.n, &tabs, err);
    if (rc == 0 &&
        (find_all(&o, &tabs, err) != 0 || place_all(&o, err) != 0 || settle_all(&o, err) != 0))
        rc = -1;
    sheet_tabs_close(&tabs);
    close_opening(&o);
    if (rc == 0)
        room_tell(s, spreadsheet);
    return rc;
}
