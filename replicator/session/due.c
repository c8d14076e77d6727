/* SPDX-License-Identifier: Apache-2.0 */
/*
 * due: when is a tab compared with its base without being asked?
 *
 * By the clock (reconcile_every), and where no script tells of edits, when a cheap look at Drive
 * shows that the file has changed: every poll_every with `sheet_changes: poll`, after a
 * notification with drive_push. The version that is remembered is always one that was seen before
 * the comparison read anything; so what changes later, our own writes too, shows another version
 * and is compared again. An edit and a write of ours in the same moment make one new version: that
 * it was us says nothing of what else happened, so it is compared as well, only less often. And the
 * same version spares the comparison by the clock only while the last one is not long ago, for
 * nobody promises how soon it moves.
 */
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "replicator/session/session.h"

enum {
    TRUST_PERIODS = 10, /* of reconcile_every: so long an unchanged version is believed */
    SLOW_POLLS = 4,     /* where a look cannot tell, every fourth poll compares */
    RESTS = 4,         /* times as long as a comparison took, it is not made again for a look: large
                          tabs must not use up the quota */
    BEFORE_MS = 10000, /* a comparison remembers the version of a look so long ago: an older one
                          only makes the next look less content */
    BUSY_MS = 120000,  /* so long after their last edit people are taken to be at work */
    NOTIFIED_MS = 1500 /* the webhook leaves out notifications within a second of the last one it
                          passed on: look after those, too */
};

enum verdict { SAME, MOVED, UNSURE };

/* What Drive says of F's spreadsheet, asked at SINCE_MS or later: mappings share a look. NULL: it
 * does not answer. */
static const struct drive_look *look_at(struct session *s, const struct follow *f, int64_t since_ms)
{
    struct follow *first = s->follows;
    int64_t now = clock_mono_ms();

    while (strcmp(first->m.cfg->spreadsheet, f->m.cfg->spreadsheet) != 0)
        first++;
    if (first->due.looked_ms != 0 && first->due.looked_ms >= since_ms)
        return &first->due.look;
    first->due.looked_ms = 0;
    if (!watch_look(s->watch, f->m.cfg->spreadsheet, &first->due.look))
        return NULL;
    first->due.looked_ms = now;
    return &first->due.look;
}

static enum verdict judge(struct session *s, const struct follow *f, int64_t since_ms)
{
    const struct drive_look *look = look_at(s, f, since_ms);

    if (look == NULL || f->due.version[0] == '\0')
        return UNSURE;
    if (strcmp(look->version, f->due.version) == 0)
        return SAME;
    return look->is_own ? UNSURE : MOVED;
}

/* Without a channel that is open, drive_push is poll. */
static bool is_polled(const struct session *s, const struct follow *f)
{
    return f->m.cfg->sheet_changes == CONFIG_POLL ||
           (f->m.cfg->sheet_changes == CONFIG_DRIVE_PUSH &&
            !watch_is_live(s->watch, f->m.cfg->spreadsheet));
}

static void look(struct session *s, struct follow *f, int64_t now)
{
    struct due *d = &f->due;
    enum verdict verdict = judge(s, f, now);
    int64_t every_ms = s->cfg->replicator.poll_every_ms;
    bool is_slow_due = now - d->compared_ms >= SLOW_POLLS * every_ms;
    bool is_wanted = (verdict == MOVED || (verdict == UNSURE && is_slow_due)) &&
                     now - d->compared_ms >= RESTS * d->took_ms;

    log_debug("due: looked mapping=%s verdict=%s", f->m.cfg->name,
              verdict == SAME    ? "same"
              : verdict == MOVED ? "moved"
                                 : "unsure");
    if (d->looks_again)
        d->look_ms = now + NOTIFIED_MS;
    else if (is_polled(s, f) || (verdict != SAME && !is_wanted))
        d->look_ms = now + every_ms;
    else
        d->look_ms = 0;
    d->looks_again = false;
    if (is_wanted)
        reconcile_request(f, false);
}

static bool may_skip(struct session *s, const struct follow *f, int64_t now)
{
    const struct due *d = &f->due;

    return d->is_clean &&
           now - d->compared_ms < TRUST_PERIODS * s->cfg->replicator.reconcile_every_ms &&
           judge(s, f, now) == SAME;
}

static void by_the_clock(struct session *s, struct follow *f, int64_t now)
{
    f->due.next_ms = 0;
    if (!may_skip(s, f, now)) {
        reconcile_request(f, false);
        return;
    }
    f->due.next_ms = now + s->cfg->replicator.reconcile_every_ms;
    metrics_add(METRIC_RECONCILES_SKIPPED, 1, session_place(s, &f->m));
    metrics_set(METRIC_RECONCILED, clock_wall_ms(), session_place(s, &f->m));
    log_debug("due: not compared, the file has not changed mapping=%s", f->m.cfg->name);
}

void due_step(struct session *s)
{
    /* The same for all, so that one look serves all of a spreadsheet. */
    int64_t now = clock_mono_ms();

    for (size_t i = 0; i < s->n_follows; i++) {
        struct follow *f = &s->follows[i];

        if (!f->m.is_ready || f->reconcile.is_due || f->reconcile.phase != RECONCILE_IDLE ||
            f->due.compared_ms == 0)
            continue;
        if (f->due.look_ms == 0 && is_polled(s, f))
            f->due.look_ms = now + s->cfg->replicator.poll_every_ms;
        if (f->due.look_ms > 0 && now >= f->due.look_ms)
            look(s, f, now);
        if (f->due.next_ms > 0 && now >= f->due.next_ms)
            by_the_clock(s, f, now);
    }
}

void due_look(struct follow *f)
{
    if (f->due.look_ms == 0)
        f->due.look_ms = clock_mono_ms() + NOTIFIED_MS;
    else
        f->due.looks_again = true;
}

void due_doubt(struct follow *f)
{
    f->due.version[0] = f->due.before[0] = '\0';
}

void due_touch(struct follow *f)
{
    f->due.touched_ms = clock_mono_ms();
}

bool due_is_busy(const struct session *s, const struct follow *f)
{
    int64_t now = clock_mono_ms();

    if (f->due.compared_ms == 0) /* what people did before this session is not known yet */
        return true;
    for (size_t i = 0; i < s->n_follows; i++) {
        const struct follow *other = &s->follows[i];

        if (other->due.touched_ms != 0 && now - other->due.touched_ms < BUSY_MS &&
            strcmp(other->m.cfg->spreadsheet, f->m.cfg->spreadsheet) == 0)
            return true;
    }
    return false;
}

void due_begins(struct session *s, struct follow *f)
{
    const struct drive_look *look =
        f->reconcile.is_keys_only ? NULL : look_at(s, f, clock_mono_ms() - BEFORE_MS);

    f->due.before[0] = '\0';
    if (look != NULL)
        memcpy(f->due.before, look->version, sizeof(f->due.before));
}

void due_compared(struct session *s, struct follow *f, int64_t took_ms)
{
    struct due *d = &f->due;
    int64_t now = clock_mono_ms();

    if (f->reconcile.is_keys_only)
        return;
    memcpy(d->version, d->before, sizeof(d->version));
    d->is_clean = f->reconcile.is_clean;
    d->compared_ms = now;
    d->took_ms = took_ms;
    metrics_set(METRIC_RECONCILED, clock_wall_ms(), session_place(s, &f->m));
    metrics_set(METRIC_RECONCILE_TIME, took_ms, session_place(s, &f->m));
    if (s->cfg->replicator.reconcile_every_ms > 0)
        d->next_ms = now + s->cfg->replicator.reconcile_every_ms;
}
