/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/session/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/heap.h"
#include "common/metrics.h"
#include "common/pulse.h"
#include "replicator/session/absent.h"
#include "replicator/session/backlog.h"
#include "replicator/session/decide.h"
#include "replicator/session/families.h"
#include "replicator/session/join.h"
#include "replicator/session/note.h"
#include "replicator/session/open_mapping.h"
#include "replicator/session/pause.h"
#include "replicator/session/pending.h"
#include "replicator/session/prune.h"
#include "replicator/session/typed.h"
#include "replicator/session/vitals.h"

enum {
    TICK_MS = 200,
    SHORT_MS = 5, /* work is there, but not due yet: the rest of it is on its way */
    SAVE_EVERY_MS = 2000,
    SETTLE_MAX_MS = 5000,
    BACKOFF_MS = 250,
    BACKOFF_MAX_MS = 15000,
    GIVE_BACK_EVERY_MS = 10000
};

void session_restart(struct session *s, const char *reason)
{
    if (s->must_restart)
        return;
    s->must_restart = true;
    snprintf(s->restart_reason, sizeof(s->restart_reason), "%s", reason);
}

/* --- closing --- */

static void close_follow(struct follow *f)
{
    mapping_close(&f->m);
    free(f->snapshot_key);
    free(f->chunk_key);
    refreshes_close(f);
    typed_close(f);
    reconcile_close(&f->reconcile);
    absents_close(f);
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
    decisions_close(s);
    notes_close(s);
    recents_close(s);
    for (size_t i = 0; i < s->n_follows; i++)
        close_follow(&s->follows[i]);
    families_close(s);
    free(s->follows);
    free(s->mappings);
    free(s->position);
    watermark_close(s);
    cascades_close(&s->cascades);
    sheets_guard(s->sheets, NULL, NULL);
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
    bool is_full = s->set.bytes > s->memory_bytes / 2;
    bool is_gathering = s->window.is_open && s->window.is_snapshot && s->oldest_us == 0;
    bool is_chunk_done = false;

    for (size_t i = 0; i < s->n_follows; i++)
        is_chunk_done = is_chunk_done || (s->follows[i].is_chunk_pending && s->set.n_rows == 0);
    if (now < s->flush_after_ms || now < s->turn_after_ms)
        return false;
    if (s->is_in_transaction && !is_full)
        return false;
    return (session_has_work(s) && (!is_gathering || is_full)) || is_chunk_done;
}

/* What failed is tried again later. Only what the session cannot mend ends it. */
static int steps_failed(struct session *s, int64_t now, struct err *err)
{
    int64_t wait_ms = clock_backoff_ms(s->steps_failures++, BACKOFF_MS, BACKOFF_MAX_MS);

    if (!err->transient || err->code == ERR_MYSQL || err->code == ERR_FORMAT)
        return -1;
    if (err->code == ERR_GONE)
        session_restart(s, "a tab is gone");
    if (err->wait_ms > wait_ms)
        wait_ms = err->wait_ms;
    s->steps_after_ms = now + wait_ms;
    log_fault(&s->steps_fault, "session", err);
    return 0;
}

static int64_t token_wait_ms(const struct session *s)
{
    int64_t wait = sheets_write_wait_ms(s->sheets, NULL, false);
    bool is_filling = false;

    for (size_t i = 0; wait > 0 && i < s->n_follows && !is_filling; i++)
        is_filling = s->follows[i].is_chunk_pending &&
                     window_is_filling(s, s->follows[i].m.cfg->spreadsheet);
    return is_filling ? sheets_write_wait_ms(s->sheets, NULL, true) : wait;
}

/* May a batch that is due leave? While it may not, the time is counted. */
static bool has_token(struct session *s, int64_t now)
{
    bool has = token_wait_ms(s) == 0;

    if (s->token_since_ms > 0)
        sheets_waited_to_write(s->sheets, now - s->token_since_ms);
    s->token_since_ms = has ? 0 : now;
    return has;
}

static int flush_if_due(struct session *s, struct err *err)
{
    int64_t now = clock_mono_ms();

    if (!is_flush_due(s, now)) {
        s->token_since_ms = 0;
        return 0;
    }
    if (!has_token(s, now))
        return 0;
    s->is_part_flushed = s->is_in_transaction;
    return session_flush(s, err);
}

static int read_sheet_steps(struct session *s, struct err *err)
{
    if (placement_step(s, err) == 0 && check_step(s, err) == 0 && orphan_step(s, err) == 0 &&
        reconcile_step(s, err) == 0 && decide_step(s, err) == 0 && note_step(s, err) == 0 &&
        join_step(s, err) == 0) {
        s->steps_failures = 0;
        log_fault_over(&s->steps_fault, "session");
        return 0;
    }
    return steps_failed(s, clock_mono_ms(), err);
}

/* Before it is known what became of a batch, our own cells could be taken for a person's. */
static int settle_lost(struct session *s, struct err *err)
{
    int64_t now = clock_mono_ms();

    if (!s->is_lost || now < s->steps_after_ms || lost_step(s, err) == 0)
        return 0;
    return steps_failed(s, now, err);
}

/* What a backlog, a fill or a comparison took is of no use to an idle process. */
static void give_back_memory(struct session *s, int64_t now)
{
    if (now < s->give_back_ms || session_has_work(s))
        return;
    s->give_back_ms = now + GIVE_BACK_EVERY_MS;
    heap_give_back();
}

static int step(struct session *s, struct err *err)
{
    int64_t now = clock_mono_ms();

    if (lease_is_lost(s->lease, s->grant.token))
        return err_set(err, ERR_STOPPED, "lease: another replicator has taken over this instance");
    s->own_commits += lease_take_commits(s->lease);
    for (size_t i = 0; i < s->n_follows; i++)
        if (open_mapping_is_lost(s, &s->follows[i]))
            session_restart(s, "a tab is another tabrelay's now");
    if (s->must_restart)
        return 0;
    progress_measure(s);
    backlog_tell(s);
    if (families_step(s, err) != 0 || settle_lost(s, err) != 0 || note_dropped(s, err) != 0 ||
        window_step(s, err) != 0 || flush_if_due(s, err) != 0)
        return -1;
    if (vitals_step(s, err) != 0)
        return -1;
    pause_step(s);
    if (pending_step(s, err) != 0)
        return -1;
    watch_step(s->watch);
    due_step(s);
    if (!s->is_lost && now >= s->flush_after_ms && now >= s->steps_after_ms &&
        read_sheet_steps(s, err) != 0)
        return -1;
    if (now - s->saved_ms >= SAVE_EVERY_MS && session_save_position(s, err) != 0)
        return -1;
    if (prune_step(s, err) != 0)
        return -1;
    give_back_memory(s, now);
    if (s->has_broken && now >= s->retry_broken_ms)
        session_restart(s, "trying the mappings that were not ready again");
    return 0;
}

/* How long to wait for the stream: short while something else is due. */
static int64_t wait_ms(const struct session *s)
{
    int64_t now = clock_mono_ms(), wait = TICK_MS, token;

    if (session_has_work(s)) {
        token = token_wait_ms(s);
        wait = (s->flush_after_ms > s->turn_after_ms ? s->flush_after_ms : s->turn_after_ms) - now;
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
    for (const struct orphan *o = *s->orphans; o != NULL; o = o->next)
        if (o->due_ms - now < wait)
            wait = o->due_ms - now;
    for (const struct note *n = s->notes; n != NULL; n = n->hh.next)
        if (n->due_ms - now < wait)
            wait = n->due_ms - now;
    for (size_t i = 0; i < s->n_follows; i++)
        if (s->follows[i].is_joining && s->follows[i].join_ms - now < wait)
            wait = s->follows[i].join_ms - now;
    if (!s->window.is_open)
        for (size_t i = 0; i < s->n_follows; i++)
            if (s->follows[i].refreshes != NULL ||
                (s->follows[i].is_sweeping && !s->follows[i].is_swept))
                wait = 0;
    if (wait < SHORT_MS && now < s->steps_after_ms)
        wait = SHORT_MS;
    if (wait < 0)
        wait = 0;
    return wait > TICK_MS ? TICK_MS : wait;
}

static void name_row(struct buf *keys, const char *row_key)
{
    buf_puts(keys, keys->len == 0 ? "[" : ",");
    buf_puts(keys, row_key);
}

/* Rows that are to be read again, or that the tab lacks, have to wait for marks and comparisons,
 * which this session does not see any more. They are asked for anew, behind all that is in the
 * stream. */
static int hand_over(struct session *s, uint32_t at, struct err *err)
{
    struct follow *f = &s->follows[at];
    CLEANUP_BUF struct buf keys = BUF_INIT;

    for (const struct refresh *r = f->refreshes; r != NULL; r = r->hh.next)
        name_row(&keys, r->row_key);
    for (const struct absent *a = f->absents; a != NULL; a = a->hh.next)
        name_row(&keys, a->row_key);
    if (s->window.is_open && s->window.mapping == at)
        for (const struct window_row *w = s->window.rows; w != NULL; w = w->hh.next)
            name_row(&keys, w->row_key);
    if (keys.len == 0)
        return 0;
    buf_putc(&keys, ']');
    if (keys.is_failed)
        return err_nomem(err, "session");
    if (state_ask_repair(&s->state, f->m.cfg->name, buf_text(&keys), err) != 0)
        return -1;
    refreshes_close(f);
    absents_close(f);
    if (s->window.is_open && s->window.mapping == at)
        window_close(&s->window);
    return 0;
}

static int hand_over_all(struct session *s, struct err *err)
{
    for (uint32_t i = 0; i < s->n_follows; i++)
        if (hand_over(s, i, err) != 0)
            return -1;
    return 0;
}

static bool has_room(const struct session *s)
{
    return s->set.bytes < s->memory_bytes / 2;
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
        if (s->is_lost)
            return 0; /* the next session's first step */
        if (!s->is_in_transaction &&
            (placement_step(s, err) != 0 || check_step(s, err) != 0 || orphan_step(s, err) != 0 ||
             note_step(s, err) != 0 || hand_over_all(s, err) != 0))
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

        pulse_beat();
        if (has_room(s))
            items = queue_pop(s->queue, wait_ms(s), s->memory_bytes / 32);
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
