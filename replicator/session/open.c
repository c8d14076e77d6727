/* SPDX-License-Identifier: Apache-2.0 */
/* open: a session begins: the lease, the position, each mapping's table, tab and memory. */
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "replicator/binlog/position.h"
#include "replicator/session/decide.h"
#include "replicator/session/join.h"
#include "replicator/session/own_columns.h"
#include "replicator/session/room.h"
#include "replicator/sync/tab.h"

enum { RETRY_BROKEN_MS = 30000 };

static int open_position(struct session *s, struct err *err)
{
    struct position *now = NULL;
    CLEANUP_BUF struct buf text = BUF_INIT;

    if (state_load_checkpoint(&s->state, &s->position, err) != 0)
        return -1;
    if (s->position != NULL)
        return 0;
    /* The first start: stream from here on, and fill the tabs by snapshot. */
    if (position_now(s->state.db, &now, err) != 0)
        return -1;
    position_print(now, &text);
    position_free(now);
    s->position = buf_take(&text);
    if (s->position == NULL)
        return err_nomem(err, "session");
    if (state_ack_begin(&s->state, err) != 0)
        return -1;
    if (state_ack_position(&s->state, s->position, err) != 0) {
        state_ack_abort(&s->state);
        return -1;
    }
    return state_ack_commit(&s->state, err);
}

/* --- one mapping --- */

/* What the session knows of a mapping from before. */
struct memory {
    struct mapping_memory mapping;
    struct table_memory table;
};

static void memory_close(struct memory *memory)
{
    mapping_memory_close(&memory->mapping);
    table_memory_close(&memory->table);
}

static const struct definition *defined_before(const struct memory *memory)
{
    return memory->table.text == NULL ? NULL : &memory->table.definition;
}

/* A snapshot that has not ended goes on; a table that is not the remembered one is compared from
 * its first row on. */
static int recall(struct session *s, struct follow *f, struct mapping_memory *memory,
                  struct err *err)
{
    bool is_running = memory->phase == SNAPSHOT_RUNNING && !f->m.is_unsure;

    f->phase = f->m.is_unsure ? SNAPSHOT_NONE : memory->phase;
    f->snapshot_rows = is_running ? memory->snapshot_rows : 0;
    f->snapshot_key = is_running ? take_ptr(memory->snapshot_key) : NULL;
    f->needs_sweep = f->phase != SNAPSHOT_DONE && memory->has_base;
    f->reconcile.n_waited = memory->held_deletes;
    if (!f->m.is_unsure || memory->phase == SNAPSHOT_NONE)
        return 0;
    return state_save_snapshot(&s->state, f->m.cfg->name, SNAPSHOT_NONE, NULL, 0, err);
}

/* What becomes of the base of column WAS; false: nothing. */
static bool base_change_of(const struct mapping *m, const struct definition *before,
                           const struct definition_column *was, struct base_change *out)
{
    int at = table_find_column(m->table, was->name);
    const struct column *now =
        at >= 0 ? &m->table->columns[at] : definition_now(before, m->table, was->name);
    const struct mapping_column *mapped = NULL;

    for (size_t i = 0; now != NULL && i < m->n_columns; i++)
        if (mapping_column_of(m, i) == now)
            mapped = &m->columns[i];
    *out = (struct base_change){.from = was->name, .is_dropped = now == NULL};
    if (mapped != NULL && !mapped->is_retyped)
        out->to = now->name;
    return was->header != NULL && (out->to == NULL || strcmp(out->to, was->name) != 0);
}

/* Base follows what an ALTER did; what is no more agreed on is written again by the comparison. */
static int follow_base(struct session *s, const struct mapping *m, const struct definition *before,
                       struct err *err)
{
    CLEANUP_FREE struct base_change *changes = calloc(before->n_columns, sizeof(*changes));
    size_t n = 0;

    if (changes == NULL)
        return err_nomem(err, "session");
    if (mapping_has_other_key(m, before))
        return state_drop_base(&s->state, m->cfg->name, err);
    for (size_t i = 0; i < before->n_columns; i++)
        n += base_change_of(m, before, &before->columns[i], &changes[n]);
    return state_change_base(&s->state, m->cfg->name, changes, n, err);
}

/* The tab has followed the table: remember how it looks now. */
static int remember(struct session *s, struct follow *f, const struct memory *memory,
                    const char *definition, struct err *err)
{
    const struct definition *before = defined_before(memory);

    if (!f->m.is_unsure)
        return 0;
    if (before != NULL && strcmp(memory->table.text, definition) != 0 &&
        follow_base(s, &f->m, before, err) != 0)
        return -1;
    return state_save_table(&s->state, f->m.cfg->name, definition, err);
}

/* Headers that were there are gone: a person has deleted or renamed their columns, or the whole tab
 * is another one. What was agreed on of these cells is void; if it were not, the blank cells of the
 * new columns would be taken for a person's wish to clear MySQL's. Comes before the headers are
 * written: whoever dies between the two has forgotten nothing that is still there. */
static int forget_missing(struct session *s, const struct follow *f, struct memory *memory,
                          const struct tab_headers *headers, struct err *err)
{
    CLEANUP_FREE struct base_change *changes = calloc(f->m.n_columns, sizeof(*changes));
    const struct definition *before = defined_before(memory);
    const char *name = f->m.cfg->name;
    bool is_other_tab = memory->mapping.sheet_id != f->m.sheet_id;
    size_t n = 0;

    if (changes == NULL)
        return err_nomem(err, "session");
    if (headers->n_missing == 0 || !memory->mapping.has_base ||
        (before != NULL && mapping_has_other_key(&f->m, before)))
        return 0;
    for (size_t i = 0; i < f->m.n_columns; i++)
        if (f->m.columns[i].is_missing)
            changes[n++] = (struct base_change){.from = mapping_column_of(&f->m, i)->name};
    memory->mapping.phase = SNAPSHOT_NONE;
    if (state_save_snapshot(&s->state, name, SNAPSHOT_NONE, NULL, 0, err) != 0)
        return -1;
    if (is_other_tab && headers->is_blank) {
        memory->mapping.has_base = false;
        return state_drop_base(&s->state, name, err);
    }
    if (tab_require_key(&f->m, err) != 0)
        return -1;
    return state_change_base(&s->state, name, changes, n, err);
}

static int place_tab(struct session *s, struct follow *f, const struct sheet_tabs *tabs,
                     struct memory *memory, struct err *err)
{
    struct tab_headers headers = {0};
    int rc = own_columns_recall(s, f, &memory->mapping, err);

    if (rc == 0)
        rc = tab_open(s->sheets, &f->m, tabs, memory->mapping.sheet_id, &headers, err);
    if (rc == 0)
        rc = own_columns_adopt(s, &f->m, &memory->mapping, &headers, err);
    if (rc == 0 && headers.is_blank) /* a table that does not fit leaves no trace */
        rc = room_for_table(s, f, 0, err);
    if (rc == 0)
        rc = forget_missing(s, f, memory, &headers, err);
    if (rc == 0)
        rc = tab_write_headers(s->sheets, &f->m, &headers, err);
    if (rc != 0)
        own_columns_refused(s, f, err);
    if (rc == 0)
        rc = own_columns_remember(s, &f->m, &memory->mapping, err);
    tab_headers_close(&headers);
    return rc;
}

static int open_tab(struct session *s, struct follow *f, const struct sheet_tabs *tabs,
                    struct memory *memory, struct err *err)
{
    CLEANUP_BUF struct buf definition = BUF_INIT;
    int64_t sheet_id = memory->mapping.sheet_id;

    if (mapping_define(&f->m, &definition, err) != 0)
        return -1;
    f->m.is_unsure = !memory->table.is_current || memory->table.text == NULL ||
                     strcmp(memory->table.text, buf_text(&definition)) != 0;
    if (place_tab(s, f, tabs, memory, err) != 0 || recall(s, f, &memory->mapping, err) != 0 ||
        (sheet_id != f->m.sheet_id && state_save_tab(&s->state, &f->m, err) != 0) ||
        remember(s, f, memory, buf_text(&definition), err) != 0 ||
        tab_read_index(s->sheets, &f->m, err) != 0 ||
        (f->phase != SNAPSHOT_DONE && room_for_table(s, f, f->m.index.n_rows, err) != 0) ||
        own_columns_format(s, f, err) != 0 || join_open(s, f, &memory->mapping, err) != 0 ||
        (f->phase != SNAPSHOT_DONE && progress_begin(s, f, err) != 0))
        return -1;
    return state_save_health(&s->state, f->m.cfg->name,
                             f->phase == SNAPSHOT_DONE ? "streaming" : "snapshot", NULL, err);
}

/* The table was dropped, and the tab is to be cleared: what remains is its headers. */
static int clear_tab(struct session *s, const struct follow *f, const struct sheet_tabs *tabs,
                     const struct memory *memory, struct err *err)
{
    if (tab_clear(s->sheets, f->m.cfg, &memory->table.definition, tabs, memory->mapping.sheet_id,
                  err) != 0)
        return -1;
    log_info("tab: cleared, because its table was dropped mapping=%s", f->m.cfg->name);
    return state_drop_base(&s->state, f->m.cfg->name, err);
}

static int try_follow(struct session *s, struct follow *f, const struct sheet_tabs *tabs,
                      struct memory *memory, struct err *err)
{
    struct err other;

    if (state_load_mapping(&s->state, &f->m, &memory->mapping, err) != 0 ||
        state_load_table(&s->state, f->m.cfg->name, &memory->table, err) != 0 ||
        state_save_cells(&s->state, f->m.cfg->name,
                         sheets_cells(s->sheets, f->m.cfg->spreadsheet, -1), err) != 0)
        return -1;
    if (mapping_open(s->state.db, f->m.cfg, defined_before(memory), &f->m, err) == 0)
        return open_tab(s, f, tabs, memory, err);
    if (err->code == ERR_GONE && memory->table.must_clear &&
        clear_tab(s, f, tabs, memory, &other) != 0)
        *err = other;
    return -1;
}

/* Table, tab, headers, index: what cannot be found makes this mapping wait, not the others. */
static int open_follow(struct session *s, struct follow *f, const struct sheet_tabs *tabs,
                       struct err *err)
{
    struct memory memory = {.mapping = {.sheet_id = -1}};
    int rc = try_follow(s, f, tabs, &memory, err);

    memory_close(&memory);
    if (rc != 0)
        return -1;
    f->m.is_ready = true;
    reconcile_request(f, false);
    decide_ask(f);
    return 0;
}

/* --- all mappings --- */

static bool is_mappings_own(const struct err *err)
{
    return err->code == ERR_GONE || err->code == ERR_CONFIG || err->code == ERR_AUTH ||
           err->code == ERR_FULL ||
           (err->code == ERR_HTTP && err->detail >= 400 && err->detail < 500);
}

/* Without its table nothing of a mapping's rows is seen: it is compared when it is ready. */
static int note_broken(struct session *s, struct follow *f, const struct err *problem,
                       struct err *err)
{
    const char *name = f->m.cfg->name;
    struct mapping_memory memory = {.sheet_id = -1};
    int rc;

    log_err(LOG_WARN, "mapping", problem);
    f->m.problem = *problem;
    f->m.is_ready = false;
    s->has_broken = true;
    rc = state_load_mapping(&s->state, &f->m, &memory, err);
    mapping_memory_close(&memory);
    if (rc == 0 && f->m.table == NULL)
        rc = state_doubt_table(&s->state, name, false, err);
    return rc != 0 ? -1 : state_save_health(&s->state, name, "error", problem, err);
}

/* All mappings of one spreadsheet; one request for its tabs. */
static int open_spreadsheet(struct session *s, size_t first, struct err *err)
{
    const char *spreadsheet = s->follows[first].m.cfg->spreadsheet;
    struct sheet_tabs tabs = {0};
    int rc = sheets_tabs(s->sheets, spreadsheet, &tabs, err);
    struct err tabs_err = *err;
    bool is_lost = rc != 0;

    if (is_lost && !is_mappings_own(err))
        return err_wrap(err, "spreadsheet %s", spreadsheet);
    rc = 0;
    for (size_t i = first; rc == 0 && i < s->n_follows; i++) {
        struct follow *f = &s->follows[i];
        struct err problem = tabs_err;

        if (strcmp(f->m.cfg->spreadsheet, spreadsheet) != 0 ||
            (!is_lost && open_follow(s, f, &tabs, &problem) == 0))
            continue;
        if (!is_lost && !is_mappings_own(&problem)) {
            *err = problem;
            rc = -1;
        } else {
            rc = note_broken(s, f, &problem, err);
        }
    }
    sheet_tabs_close(&tabs);
    if (rc == 0)
        room_tell(s, spreadsheet);
    return rc;
}

static bool is_first_of(const struct session *s, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (strcmp(s->follows[i].m.cfg->spreadsheet, s->follows[at].m.cfg->spreadsheet) == 0)
            return false;
    return true;
}

static int open_mappings(struct session *s, struct err *err)
{
    s->follows = calloc(s->cfg->n_mappings, sizeof(*s->follows));
    s->mappings = calloc(s->cfg->n_mappings, sizeof(struct mapping *));
    if (s->follows == NULL || s->mappings == NULL)
        return err_nomem(err, "session");
    s->n_follows = s->cfg->n_mappings;
    for (size_t i = 0; i < s->n_follows; i++) {
        s->follows[i].m = (struct mapping){.cfg = &s->cfg->mappings[i], .sheet_id = -1};
        s->mappings[i] = &s->follows[i].m;
        lost_doubt(s, s->cfg->mappings[i].spreadsheet); /* what the session before has left */
    }
    for (size_t i = 0; i < s->n_follows; i++)
        if (is_first_of(s, i) && open_spreadsheet(s, i, err) != 0)
            return -1;
    s->retry_broken_ms = clock_mono_ms() + RETRY_BROKEN_MS;
    return 0;
}

/* Row events from before this moment may not have the shape that unsure mappings' tables have now.
 */
static int mark_definitions(struct session *s, struct err *err)
{
    for (size_t i = 0; i < s->n_follows; i++)
        if (s->follows[i].m.is_unsure)
            return state_mark(&s->state, &s->definitions_mark, err);
    return 0;
}

int session_open(struct session *s, const struct session_surroundings *around, struct err *err)
{
    const struct config *cfg = around->cfg;
    struct stop *stop = around->stop;
    struct route_options options;

    *s = (struct session){.cfg = cfg,
                          .stop = stop,
                          .sheets = around->sheets,
                          .webhook = around->webhook,
                          .watch = around->watch,
                          .process_start_ms = around->process_start_ms,
                          .warned = around->warned,
                          .full_until_ms = around->full_until_ms,
                          .transaction = 1};
    pace_init(&s->pace, cfg->google.batch_bytes);
    if (state_open(&s->state, cfg, err) != 0 || state_take_lease(&s->state, stop, err) != 0 ||
        open_position(s, err) != 0 || state_last_edit(&s->state, &s->seen.max, err) != 0 ||
        open_mappings(s, err) != 0 ||
        cascades_load(&s->cascades, s->state.db, s->mappings, s->n_follows, err) != 0 ||
        mark_definitions(s, err) != 0)
        return -1;
    s->queue = queue_new(cfg->replicator.memory_limit_bytes / 4, stop);
    if (s->queue == NULL)
        return err_nomem(err, "session");
    options = (struct route_options){.cfg = cfg,
                                     .mappings = s->mappings,
                                     .n_mappings = s->n_follows,
                                     .cascades = &s->cascades,
                                     .definitions_mark = s->definitions_mark,
                                     .position = s->position,
                                     .queue = s->queue,
                                     .stop = stop};
    if (route_start(&options, &s->route, err) != 0)
        return -1;
    log_info("session: streaming position=%.200s mappings=%zu", s->position, s->n_follows);
    return 0;
}
