/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/session/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/metrics.h"
#include "replicator/binlog/position.h"
#include "replicator/sync/tab.h"

enum {
    TICK_MS = 200,
    SHORT_MS = 5, /* work is there, but not due yet: the rest of it is on its way */
    SAVE_EVERY_MS = 2000,
    RETRY_BROKEN_MS = 30000,
    SETTLE_MAX_MS = 5000,
    FLUSH_BACKOFF_MS = 250,
    FLUSH_BACKOFF_MAX_MS = 15000
};

void session_restart(struct session *s, const char *reason)
{
    if (s->must_restart)
        return;
    s->must_restart = true;
    snprintf(s->restart_reason, sizeof(s->restart_reason), "%s", reason);
}

/* --- opening --- */

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

static int recall(struct session *s, struct follow *f, struct mapping_memory *memory,
                  struct err *err)
{
    if (state_load_mapping(&s->state, &f->m, memory, err) != 0)
        return -1;
    f->phase = memory->phase;
    f->snapshot_rows = memory->phase == SNAPSHOT_RUNNING ? memory->snapshot_rows : 0;
    f->snapshot_key = memory->phase == SNAPSHOT_RUNNING ? take_ptr(memory->snapshot_key) : NULL;
    f->needs_sweep = memory->phase != SNAPSHOT_DONE && memory->has_base;
    return 0;
}

/* Table, tab, headers, index: what cannot be found makes this mapping wait, not the others. */
static int open_follow(struct session *s, struct follow *f, const struct sheet_tabs *tabs,
                       struct err *err)
{
    struct mapping_memory memory = {.sheet_id = -1};
    int rc = mapping_open(s->state.db, f->m.cfg, &f->m, err);

    if (rc == 0)
        rc = recall(s, f, &memory, err);
    if (rc == 0)
        rc = tab_open(s->sheets, &f->m, tabs, memory.sheet_id, err);
    if (rc == 0 && memory.sheet_id != f->m.sheet_id)
        rc = state_save_tab(&s->state, &f->m, err);
    if (rc == 0)
        rc = tab_read_index(s->sheets, &f->m, err);
    if (rc == 0)
        rc = state_save_health(&s->state, f->m.cfg->name,
                               f->phase == SNAPSHOT_DONE ? "streaming" : "snapshot", NULL, err);
    mapping_memory_close(&memory);
    if (rc != 0)
        return -1;
    f->m.is_ready = true;
    reconcile_request(f, false);
    return 0;
}

static bool is_mappings_own(const struct err *err)
{
    return err->code == ERR_GONE || err->code == ERR_CONFIG || err->code == ERR_AUTH ||
           (err->code == ERR_HTTP && err->detail >= 400 && err->detail < 500);
}

static int note_broken(struct session *s, struct follow *f, const struct err *problem,
                       struct err *err)
{
    CLEANUP_FREE char *name = strdup(f->m.cfg->name);
    struct mapping_memory memory = {.sheet_id = -1};
    int rc;

    log_err(LOG_WARN, "mapping", problem);
    f->m.problem = *problem;
    f->m.is_ready = false;
    s->has_broken = true;
    rc = state_load_mapping(&s->state, &f->m, &memory, err);
    mapping_memory_close(&memory);
    return rc != 0 || name == NULL ? -1 : state_save_health(&s->state, name, "error", problem, err);
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
    }
    for (size_t i = 0; i < s->n_follows; i++)
        if (is_first_of(s, i) && open_spreadsheet(s, i, err) != 0)
            return -1;
    s->retry_broken_ms = clock_mono_ms() + RETRY_BROKEN_MS;
    return 0;
}

int session_open(struct session *s, const struct config *cfg, struct sheets *sheets,
                 struct http_client *webhook, struct stop *stop, int64_t process_start_ms,
                 struct err *err)
{
    *s = (struct session){.cfg = cfg,
                          .stop = stop,
                          .sheets = sheets,
                          .webhook = webhook,
                          .process_start_ms = process_start_ms};
    if (state_open(&s->state, cfg, err) != 0 || state_take_lease(&s->state, stop, err) != 0 ||
        open_position(s, err) != 0 || open_mappings(s, err) != 0)
        return -1;
    s->queue = queue_new(cfg->replicator.memory_limit_bytes / 4, stop);
    if (s->queue == NULL)
        return err_nomem(err, "session");
    if (route_start(cfg, s->mappings, s->n_follows, s->position, s->queue, stop, &s->route, err) !=
        0)
        return -1;
    log_info("session: streaming position=%.200s mappings=%zu", s->position, s->n_follows);
    return 0;
}

/* --- closing --- */

static void close_follow(struct follow *f)
{
    mapping_close(&f->m);
    free(f->snapshot_key);
    free(f->chunk_key);
    refreshes_close(f);
    reconcile_close(&f->reconcile);
}

void session_close(struct session *s)
{
    if (s->queue != NULL)
        queue_close(s->queue);
    route_stop(s->route);
    queue_free(s->queue);
    while (s->placements != NULL)
        placement_remove(s, s->placements);
    change_set_close(&s->set);
    window_close(&s->window);
    checks_close(s);
    orphans_close(s);
    recents_close(s);
    for (size_t i = 0; i < s->n_follows; i++)
        close_follow(&s->follows[i]);
    free(s->follows);
    free(s->mappings);
    free(s->position);
    state_close(&s->state);
    *s = (struct session){0};
}

/* --- running --- */

static int take_all(struct session *s, struct item *items, struct err *err)
{
    int rc = 0;

    while (items != NULL) {
        struct item *next = items->next;

        if (rc == 0)
            rc = session_take(s, items, err);
        item_free(items);
        items = next;
    }
    return rc;
}

/* Changes of a mapping that is not ready were not kept: it will need a snapshot. */
static int note_dropped(struct session *s, struct err *err)
{
    for (size_t i = 0; i < s->n_follows; i++) {
        struct follow *f = &s->follows[i];

        if (!f->is_dropping || f->phase == SNAPSHOT_NONE)
            continue;
        f->phase = SNAPSHOT_NONE;
        s->own_commits++;
        if (state_save_snapshot(&s->state, f->m.cfg->name, SNAPSHOT_NONE, NULL, 0, err) != 0)
            return -1;
    }
    return 0;
}

/* Idle: a change leaves at once. Busy: chunks of a snapshot gather, and so does what comes while no
 * token is free. */
static bool is_flush_due(const struct session *s, int64_t now)
{
    bool is_full = s->set.bytes > s->cfg->replicator.memory_limit_bytes / 2;
    bool is_gathering = s->window.is_open && s->window.is_snapshot && s->oldest_us == 0;
    bool is_chunk_done = false;

    for (size_t i = 0; i < s->n_follows; i++)
        is_chunk_done = is_chunk_done || (s->follows[i].is_chunk_pending && s->set.n_rows == 0);
    if (now < s->flush_after_ms)
        return false;
    if (s->is_in_transaction && !is_full)
        return false;
    return (session_has_work(s) && (!is_gathering || is_full)) || is_chunk_done;
}

/* A failed flush is tried again later; the tab is read anew first. Only what the session cannot
 * mend ends it. */
static int flush_failed(struct session *s, int64_t now, struct err *err)
{
    int64_t wait_ms = clock_backoff_ms(s->flush_failures++, FLUSH_BACKOFF_MS, FLUSH_BACKOFF_MAX_MS);

    if (!err->transient || err->code == ERR_MYSQL || err->code == ERR_FORMAT)
        return -1;
    if (err->wait_ms > wait_ms)
        wait_ms = err->wait_ms;
    s->flush_after_ms = now + wait_ms;
    log_fault(&s->flush_fault, "flush", err);
    return 0;
}

static int flush_if_due(struct session *s, struct err *err)
{
    int64_t now = clock_mono_ms();

    if (!is_flush_due(s, now) || sheets_write_wait_ms(s->sheets) > 0)
        return 0;
    if (session_flush(s, err) != 0)
        return flush_failed(s, now, err);
    s->flush_failures = 0;
    log_fault_over(&s->flush_fault, "flush");
    return 0;
}

static int read_sheet_steps(struct session *s, struct err *err)
{
    if (placement_step(s, err) == 0 && check_step(s, err) == 0 && orphan_step(s, err) == 0 &&
        reconcile_step(s, err) == 0)
        return 0;
    return flush_failed(s, clock_mono_ms(), err);
}

static int step(struct session *s, struct err *err)
{
    int64_t now = clock_mono_ms();

    if (note_dropped(s, err) != 0 || window_step(s, err) != 0 || flush_if_due(s, err) != 0)
        return -1;
    if (now >= s->flush_after_ms && read_sheet_steps(s, err) != 0)
        return -1;
    if (now - s->saved_ms >= SAVE_EVERY_MS && session_save_position(s, err) != 0)
        return -1;
    if (s->has_broken && now >= s->retry_broken_ms)
        session_restart(s, "trying the mappings that were not ready again");
    return 0;
}

/* How long to wait for the stream: short while something else is due. */
static int64_t wait_ms(const struct session *s)
{
    int64_t now = clock_mono_ms(), wait = TICK_MS, token = sheets_write_wait_ms(s->sheets);

    if (session_has_work(s)) {
        wait = s->flush_after_ms - now;
        if (token > wait)
            wait = token;
        if (wait < SHORT_MS && !is_flush_due(s, now))
            wait = SHORT_MS;
    }
    for (const struct placement *p = s->placements; p != NULL; p = p->hh.next)
        if (p->due_ms - now < wait)
            wait = p->due_ms - now;
    for (const struct check *c = s->checks; c != NULL; c = c->hh.next)
        if (c->due_ms - now < wait)
            wait = c->due_ms - now;
    for (const struct orphan *o = s->orphans; o != NULL; o = o->next)
        if (o->due_ms - now < wait)
            wait = o->due_ms - now;
    if (!s->window.is_open)
        for (size_t i = 0; i < s->n_follows; i++)
            if (s->follows[i].refreshes != NULL || s->follows[i].is_sweeping)
                wait = 0;
    if (wait < 0)
        wait = 0;
    return wait > TICK_MS ? TICK_MS : wait;
}

static bool has_room(const struct session *s)
{
    return s->set.bytes < s->cfg->replicator.memory_limit_bytes / 2;
}

/* Before a new session: bring what was taken to an end, so that the next one starts behind what
 * made it necessary. What cannot be settled in time is read again from the checkpoint. */
static int settle(struct session *s, struct err *err)
{
    int64_t until = clock_mono_ms() + SETTLE_MAX_MS;

    if (s->window.is_snapshot)
        window_close(&s->window); /* its chunk is read again */
    for (size_t i = 0; i < s->n_follows; i++)
        s->follows[i].is_chunk_pending = false;
    while (clock_mono_ms() < until && !stop_is_asked(s->stop)) {
        struct item *items = s->is_in_transaction ? queue_pop(s->queue, SHORT_MS, 1) : NULL;

        if (take_all(s, items, err) != 0 || flush_if_due(s, err) != 0)
            return -1;
        if (!s->is_in_transaction && (placement_step(s, err) != 0 || check_step(s, err) != 0))
            return -1;
        if (session_is_settled(s))
            return session_save_position(s, err);
        if (!s->is_in_transaction)
            stop_wait_ms(s->stop, SHORT_MS);
    }
    return 0;
}

int session_run(struct session *s, struct err *err)
{
    while (!stop_is_asked(s->stop) && !s->must_restart) {
        /* With the set full the stream waits in its queue, and then in the binlog. */
        struct item *items = NULL;

        if (has_room(s))
            items = queue_pop(s->queue, wait_ms(s), s->cfg->replicator.memory_limit_bytes / 8);
        else if (stop_wait_ms(s->stop, TICK_MS / 4))
            break;
        if (take_all(s, items, err) != 0 || step(s, err) != 0)
            return -1;
    }
    if (stop_is_asked(s->stop))
        return err_set(err, ERR_STOPPED, "session: stopped");
    log_info("session: starting anew: %s", s->restart_reason);
    return s->must_settle ? settle(s, err) : 0;
}
