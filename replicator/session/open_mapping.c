/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/session/open_mapping.h"

#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "common/metrics.h"
#include "replicator/session/decide.h"
#include "replicator/session/join.h"
#include "replicator/session/own_columns.h"
#include "replicator/session/pause.h"
#include "replicator/session/room.h"

void open_memory_close(struct open_memory *memory)
{
    mapping_memory_close(&memory->mapping);
    table_memory_close(&memory->table);
    tab_headers_close(&memory->headers);
}

static const struct definition *defined_before(const struct open_memory *memory)
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
    metrics_set(METRIC_HELD_DELETES, (int64_t)memory->held_deletes, session_place(s, &f->m));
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
static int remember(struct session *s, struct follow *f, const struct open_memory *memory,
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
static int forget_missing(struct session *s, const struct follow *f, struct open_memory *memory,
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

/* Somebody else writes it. */
static bool is_others(enum sheets_ownership whose)
{
    return whose == SHEETS_ANOTHERS || whose == SHEETS_COPYS;
}

static enum sheets_ownership ownership(const struct session *s, const struct mapping *m)
{
    return sheets_ownership(s->sheets, m->cfg->spreadsheet, m->sheet_id);
}

bool open_mapping_is_lost(const struct session *s, const struct follow *f)
{
    return f->m.is_ready && mapping_writes_sheet(&f->m) && is_others(ownership(s, &f->m));
}

/* Two that write one tab would each put right what the other one wrote. */
static int check_owner(const struct session *s, const struct mapping *m, struct err *err)
{
    enum sheets_ownership whose = ownership(s, m);

    if (!mapping_writes_sheet(m) || !is_others(whose))
        return 0;
    if (whose == SHEETS_COPYS) {
        err_set(err, ERR_CONFIG,
                "mapping %s: another tabrelay with a copy of this state database writes its "
                "spreadsheet, too; neither goes on",
                m->cfg->name);
        return err_hint(err, "Stop the one that is the copy for good, or give it an instance and "
                             "tabs of its own; then restart this replicator.");
    }
    err_set(err, ERR_CONFIG, "mapping %s: tab \"%s\" is written by another tabrelay: %.160s",
            m->cfg->name, m->cfg->tab,
            sheets_owner_name(s->sheets, m->cfg->spreadsheet, m->sheet_id));
    return err_hint(err, "Map another tab; or stop that tabrelay for good, then: tabrelay claim %s",
                    m->cfg->name);
}

/* A value that somebody writes into MySQL could be the title of a tab that is people's own. */
static int check_own_tab(const struct follow *f, const struct open_memory *memory,
                         const struct tab_headers *headers, struct err *err)
{
    if (f->m.cfg->family == NULL || memory->mapping.sheet_id >= 0 || headers->is_blank ||
        tab_require_key(&f->m, err) == 0)
        return 0;
    err_set(err, ERR_CONFIG,
            "mapping %s: the spreadsheet has a tab \"%s\" already, and it is none of this table",
            f->m.cfg->name, f->m.cfg->tab);
    return err_hint(err, "Rename that tab: then one is made. Or write the headers into its row 1, "
                         "to have it taken.");
}

static int place_headers(struct session *s, struct follow *f, const struct grid *row,
                         struct open_memory *memory, struct err *err)
{
    struct tab_headers *headers = &memory->headers;
    int rc = tab_place_headers(&f->m, row, headers, err);

    if (rc == 0 && mapping_writes_sheet(&f->m) && ownership(s, &f->m) == SHEETS_NOBODYS)
        sheets_claim(s->sheets, headers->batch, f->m.cfg->spreadsheet, f->m.sheet_id);
    if (rc == 0)
        rc = check_own_tab(f, memory, headers, err);
    if (rc != 0 || own_columns_adopt(s, &f->m, &memory->mapping, headers, err) != 0)
        return -1;
    if (headers->is_blank &&
        room_for_table(s, f, 0, err) != 0) /* one that does not fit leaves no trace */
        return -1;
    if (forget_missing(s, f, memory, headers, err) != 0)
        return -1;
    memory->is_waiting = headers->is_blank;
    return memory->is_waiting ? 0 : tab_write_headers(s->sheets, &f->m, headers, err);
}

/* The headers are in the tab. */
static int remember_all(struct session *s, struct follow *f, struct open_memory *memory,
                        struct err *err)
{
    CLEANUP_BUF struct buf definition = BUF_INIT;

    if (mapping_define(&f->m, &definition, err) != 0 ||
        own_columns_remember(s, &f->m, &memory->mapping, err) != 0 ||
        recall(s, f, &memory->mapping, err) != 0 ||
        (memory->mapping.sheet_id != f->m.sheet_id && state_save_tab(&s->state, &f->m, err) != 0))
        return -1;
    return remember(s, f, memory, buf_text(&definition), err);
}

int open_mapping_place(struct session *s, struct follow *f, const struct grid *row,
                       struct open_memory *memory, struct err *err)
{
    CLEANUP_BUF struct buf definition = BUF_INIT;

    if (mapping_define(&f->m, &definition, err) != 0)
        return -1;
    f->m.is_unsure = !memory->table.is_current || memory->table.text == NULL ||
                     strcmp(memory->table.text, buf_text(&definition)) != 0;
    if (own_columns_recall(s, f, &memory->mapping, err) != 0 ||
        place_headers(s, f, row, memory, err) != 0) {
        own_columns_refused(s, f, err);
        return -1;
    }
    return memory->is_waiting ? 0 : remember_all(s, f, memory, err);
}

int open_mapping_placed(struct session *s, struct follow *f, struct open_memory *memory,
                        bool is_written, struct err *err)
{
    memory->is_waiting = false;
    if (!is_written && tab_write_headers(s->sheets, &f->m, &memory->headers, err) != 0) {
        own_columns_refused(s, f, err);
        return -1;
    }
    return remember_all(s, f, memory, err);
}

int open_mapping_settle(struct session *s, struct follow *f, const struct open_memory *memory,
                        struct err *err)
{
    bool is_done = f->phase == SNAPSHOT_DONE;

    if ((!is_done && room_for_table(s, f, f->m.index.n_rows, err) != 0) ||
        own_columns_format(s, f, err) != 0 || join_open(s, f, &memory->mapping, err) != 0 ||
        (!is_done && progress_begin(s, f, err) != 0) ||
        state_save_health(&s->state, f->m.cfg->name, is_done ? "streaming" : "snapshot", NULL,
                          err) != 0)
        return -1;
    if (pause_opened(s, f, memory->mapping.has_base, err) != 0)
        return -1;
    f->m.is_ready = true;
    reconcile_request(f, false);
    decide_ask(f);
    return 0;
}

/* The table was dropped, and the tab is to be cleared: what remains is its headers. */
static int clear_tab(struct session *s, const struct follow *f, const struct sheet_tabs *tabs,
                     const struct open_memory *memory, struct err *err)
{
    if (tab_clear(s->sheets, f->m.cfg, &memory->table.definition, tabs, memory->mapping.sheet_id,
                  err) != 0)
        return -1;
    log_info("tab: cleared, because its table was dropped mapping=%s", f->m.cfg->name);
    return state_drop_base(&s->state, f->m.cfg->name, err);
}

int open_mapping_find(struct session *s, struct follow *f, const struct sheet_tabs *tabs,
                      struct open_memory *memory, struct err *err)
{
    struct err other;

    if (state_load_mapping(&s->state, &f->m, &memory->mapping, err) != 0 ||
        state_load_table(&s->state, f->m.cfg->name, &memory->table, err) != 0 ||
        state_save_cells(&s->state, f->m.cfg->name,
                         sheets_cells(s->sheets, f->m.cfg->spreadsheet, -1), err) != 0)
        return -1;
    if (mapping_open(s->state.db, f->m.cfg, defined_before(memory), &f->m, err) == 0)
        return tab_find(&f->m, tabs, memory->mapping.sheet_id, err) != 0 ||
                       check_owner(s, &f->m, err) != 0
                   ? -1
                   : 0;
    if (err->code == ERR_GONE && memory->table.must_clear &&
        clear_tab(s, f, tabs, memory, &other) != 0)
        *err = other;
    return -1;
}

bool open_mapping_is_own(const struct err *err)
{
    return err->code == ERR_GONE || err->code == ERR_CONFIG || err->code == ERR_AUTH ||
           err->code == ERR_FULL ||
           (err->code == ERR_HTTP && err->detail >= 400 && err->detail < 500);
}

/* Without its table nothing of a mapping's rows is seen: it is compared when it is ready. */
int open_mapping_broken(struct session *s, struct follow *f, const struct err *problem,
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
    if (rc != 0 && err->code == ERR_CONFIG) /* the row is another instance's */
        return 0;
    f->phase = memory.phase; /* it is over when changes come that are not kept (note_dropped) */
    mapping_memory_close(&memory);
    if (rc == 0 && f->m.table == NULL)
        rc = state_doubt_table(&s->state, name, false, err);
    return rc != 0 ? -1 : state_save_health(&s->state, name, "error", problem, err);
}
