/* SPDX-License-Identifier: Apache-2.0 */
/* open: a session begins: the lease, the position, each mapping's table, tab and memory. */
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/heap.h"
#include "common/holder.h"
#include "common/metrics.h"
#include "replicator/binlog/position.h"
#include "replicator/session/backlog.h"
#include "replicator/session/families.h"
#include "replicator/session/open_spreadsheet.h"
#include "replicator/session/pause.h"

/* Mappings that are not ready are tried again with all others, in a new session: after so long, and
 * no more than a tenth of the time is spent on it, because opening many tabs takes much of Google's
 * quota. */
enum { RETRY_BROKEN_MS = 30000, RETRY_SHARE = 10 };
enum { CATCH_UP_MS = 5000, CATCH_UP_LOOK_MS = 100 };

static int may_write(void *ctx, struct err *err)
{
    struct session *s = ctx;

    return lease_check(s->lease, s->grant.token, s->stop, err);
}

/* Does the server have all that was read before, from it or from the primary whose place it has
 * taken? What it is still applying, and what a log has shown a moment before it was committed, it
 * will have within seconds. *MISSING is how many transactions it lacks; -1: its positions are of
 * another kind, of which the stream has its own word. */
static int count_missing(struct session *s, const char *seen_text, int64_t *missing,
                         struct err *err)
{
    int64_t until_ms = clock_mono_ms() + CATCH_UP_MS;
    struct position *seen = NULL;

    *missing = 0;
    if (position_parse(seen_text, &seen, err) != 0)
        return -1;
    for (;;) {
        struct position *now = NULL;

        if (position_now(s->state.db, &now, err) != 0) {
            position_free(seen);
            return -1;
        }
        *missing = position_covers(now, seen) ? 0 : position_missing(now, seen);
        position_free(now);
        if (*missing <= 0 || clock_mono_ms() >= until_ms || stop_wait_ms(s->stop, CATCH_UP_LOOK_MS))
            break;
    }
    position_free(seen);
    return 0;
}

static int check_seen(struct session *s, const char *seen, struct err *err)
{
    int64_t missing;

    if (seen == NULL || strncmp(seen, "file:", 5) == 0)
        return 0;
    if (count_missing(s, seen, &missing, err) != 0)
        return -1;
    if (missing <= 0 || stop_is_asked(s->stop))
        return 0;
    s->is_stream_gone = true;
    err_set(err, ERR_GONE,
            "binlog: the server lacks transactions that were read already (%lld of them): it is a "
            "replica that was behind when it was promoted, or was restored; read up to: %.150s",
            (long long)missing, seen);
    return err_hint(err,
                    "What the tabs show of them is compared with MySQL, and comes back to it as "
                    "found edits: see tabrelay log and tabrelay verify.");
}

static int open_position(struct session *s, struct err *err)
{
    struct position *now = NULL;
    CLEANUP_BUF struct buf text = BUF_INIT;
    int64_t saved_ms = 0;

    if (state_load_checkpoint(&s->state, &s->position, &saved_ms, err) != 0)
        return -1;
    if (s->position != NULL) {
        s->saved_us = saved_ms * 1000;
        metrics_set(METRIC_CHECKPOINT, saved_ms);
        return 0;
    }
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

/* --- all mappings --- */

static bool is_first_of(const struct session *s, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (strcmp(s->follows[i].m.cfg->spreadsheet, s->follows[at].m.cfg->spreadsheet) == 0)
            return false;
    return true;
}

static int64_t retry_after_ms(int64_t began_ms)
{
    int64_t wait = RETRY_SHARE * (clock_mono_ms() - began_ms);

    return wait > RETRY_BROKEN_MS ? wait : RETRY_BROKEN_MS;
}

static int open_mappings(struct session *s, struct err *err)
{
    int64_t began_ms = clock_mono_ms();

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
        if (pause_look(s, &s->follows[i], err) != 0 ||
            (s->follows[i].pause == PAUSE_HELD && pause_hold(s, &s->follows[i], err) != 0))
            return -1;
    for (size_t i = 0; i < s->n_follows; i++)
        if (is_first_of(s, i) && open_spreadsheet(s, s->mappings[i]->cfg->spreadsheet, err) != 0)
            return -1;
    s->retry_broken_ms = clock_mono_ms() + retry_after_ms(began_ms);
    return 0;
}

/* A DDL from before this moment is in what is loaded: who loads a table waits for a DDL of it that
 * is not over. */
static int mark_loading(struct session *s, uint64_t *serial, struct err *err)
{
    s->own_commits++;
    return state_mark(&s->state, serial, err);
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

static int set_owner(struct session *s, struct err *err)
{
    CLEANUP_BUF struct buf name = BUF_INIT;
    struct holder self;

    holder_self(&self);
    buf_printf(&name, "%s %s", s->cfg->instance, self.name);
    return sheets_owner(s->sheets, s->grant.owner, buf_text(&name), err);
}

/* The lease first: only its holder opens anything. */
static int open_lease(struct session *s, struct err *err)
{
    if (lease_wait(s->lease, s->stop, &s->grant, err) != 0 ||
        state_open(&s->state, s->cfg, err) != 0 || lease_mark(s->lease, s->state.db, err) != 0)
        return -1;
    s->state.token = s->grant.token;
    s->state.lease_us = LEASE_WAIT_MS * 1000;
    if (set_owner(s, err) != 0)
        return -1;
    sheets_guard(s->sheets, may_write, s);
    sheets_number_anew(s->sheets, s->grant.token);
    return 0;
}

/* What LIMIT leaves beside what the process has by now (its libraries, the row indexes), but a
 * quarter of it at least. */
static size_t left_of(size_t limit)
{
    size_t resident, least = limit / 4;

    heap_give_back();
    resident = heap_resident();
    return limit > resident + least ? limit - resident : least;
}

int session_open(struct session *s, const struct session_surroundings *around, struct err *err)
{
    const struct config *cfg = around->cfg;
    struct stop *stop = around->stop;
    struct route_options options;
    uint64_t loading_mark = 0;

    *s = (struct session){.cfg = cfg,
                          .stop = stop,
                          .sheets = around->sheets,
                          .webhook = around->webhook,
                          .watch = around->watch,
                          .lease = around->lease,
                          .clock = around->clock,
                          .process_start_ms = around->process_start_ms,
                          .warned = around->warned,
                          .full_until_ms = around->full_until_ms,
                          .orphans = around->orphans,
                          .transaction = 1,
                          .cause = 1};
    for (struct orphan *o = *s->orphans; o != NULL; o = o->next)
        o->since = 0;
    pace_init(&s->pace, cfg->google.batch_bytes);
    if (open_lease(s, err) != 0 || check_seen(s, around->seen_position, err) != 0 ||
        open_position(s, err) != 0 || state_last_edit(&s->state, &s->seen.max, err) != 0 ||
        mark_loading(s, &loading_mark, err) != 0 || families_open(s, err) != 0 ||
        open_mappings(s, err) != 0 ||
        cascades_load(&s->cascades, s->state.db, s->mappings, s->n_follows, err) != 0 ||
        mark_definitions(s, err) != 0)
        return -1;
    s->memory_bytes = left_of(cfg->replicator.memory_limit_bytes);
    s->queue = queue_new(s->memory_bytes / 8, stop);
    if (s->queue == NULL)
        return err_nomem(err, "session");
    options = (struct route_options){.cfg = cfg,
                                     .mappings = s->mappings,
                                     .n_mappings = s->n_follows,
                                     .families = s->families,
                                     .n_families = s->n_families,
                                     .cascades = &s->cascades,
                                     .loading_mark = loading_mark,
                                     .definitions_mark = s->definitions_mark,
                                     .position = s->position,
                                     .queue = s->queue,
                                     .clock = s->clock,
                                     .stop = stop};
    stream_clock_restart(s->clock, cfg->replicator.heartbeat_every_ms > 0);
    backlog_forget(s);
    if (route_start(&options, &s->route, err) != 0)
        return -1;
    log_info("session: streaming position=%.200s mappings=%zu", s->position, s->n_follows);
    return 0;
}
