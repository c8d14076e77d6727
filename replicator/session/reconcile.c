/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reconcile: what did people change in the tab that no trigger told?
 *
 * In this order, so that nothing can be mistaken: (1) read the base, (2) commit a mark and wait
 * until the stream has passed it and all it brought is in the sheet, (3) read the tab. What differs
 * from base then was changed by a person and goes to the webhook as an edit that names the base it
 * was compared with: if that has moved on meanwhile, the webhook drops it. Deletes are confirmed by
 * one atomic read of the key cells, and many of them wait for approval.
 */
#include <stdlib.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "replicator/session/absent.h"
#include "replicator/session/comparison.h"
#include "replicator/session/pause.h"
#include "replicator/session/trim.h"
#include "replicator/session/typed.h"
#include "replicator/session/waiting.h"

enum { BASE_PAGE = 1000, RETRY_MS = 5000, TOO_LARGE_MS = 3600000 };

void reconcile_request(struct follow *f, bool is_keys_only)
{
    struct reconcile *r = &f->reconcile;

    r->is_due_whole = r->is_due_whole || !is_keys_only;
    r->is_due = true;
}

void reconcile_close(struct reconcile *r)
{
    base_list_close(&r->base);
    waiting_close(r);
    *r = (struct reconcile){0};
}

void reconcile_mark(struct session *s, uint64_t serial)
{
    for (size_t i = 0; i < s->n_follows; i++)
        if (s->follows[i].reconcile.phase == RECONCILE_MARKED &&
            serial >= s->follows[i].reconcile.mark)
            s->follows[i].reconcile.is_past_mark = true;
}

/* --- (1) and (2) --- */

/* The table has more rows than memory_limit allows to compare: everything else goes on. */
static int put_off(struct session *s, struct follow *f, struct err *err)
{
    struct err problem = ERR_INIT;

    base_list_close(&f->reconcile.base);
    err_set(&problem, ERR_NOMEM,
            "mapping %s has too many rows to be compared within memory_limit; edits that no "
            "trigger told are not found",
            f->m.cfg->name);
    err_hint(&problem,
             "Set replicator.memory_limit to 64 MiB for each million of the table's rows.");
    log_err(LOG_WARN, "reconcile", &problem);
    f->reconcile.not_before_ms = clock_mono_ms() + TOO_LARGE_MS;
    s->own_commits++;
    if (state_save_health(&s->state, f->m.cfg->name, "streaming", &problem, err) != 0 ||
        (f->pause == PAUSE_RESUMING && pause_end(s, f, err) != 0))
        return -1;
    /* Nobody finds out who deleted these rows; the position must not wait for it. */
    return absent_compared(s, (uint32_t)(f - s->follows), err);
}

static int begin(struct session *s, struct follow *f, struct err *err)
{
    struct reconcile *r = &f->reconcile;
    struct hash128 after = {{0}};
    int n;

    base_list_close(&r->base);
    r->is_keys_only = !r->is_due_whole;
    due_begins(s, f);
    do {
        struct base_rows page = {0};
        int rc;

        n = state_page_base(&s->state, f->m.cfg->name, after, BASE_PAGE, &page, &after, err);
        rc = n < 0 ? -1 : base_list_add(&r->base, &page) != 0 ? err_nomem(err, "reconcile") : 0;
        base_rows_close(&page);
        if (rc != 0)
            return -1;
        if (base_list_bytes(&r->base) > s->cfg->replicator.memory_limit_bytes)
            return put_off(s, f, err);
    } while (n == BASE_PAGE);
    if (state_mark(&s->state, &r->mark, err) != 0)
        return -1;
    s->own_commits++;
    r->is_past_mark = false;
    r->is_clean = true;
    r->is_due = r->is_due_whole = false;
    r->signal_now = r->signal;
    r->phase = RECONCILE_MARKED;
    return 0;
}

static bool is_quiet(const struct session *s, const struct follow *f)
{
    return f->reconcile.is_past_mark && s->set.n_rows == 0 && s->placements == NULL &&
           s->checks == NULL && *s->orphans == NULL && s->notes == NULL && !s->window.is_open &&
           f->refreshes == NULL && !s->is_in_transaction;
}

/* --- (3) --- */

static int compare(struct session *s, uint32_t at, struct err *err)
{
    struct follow *f = &s->follows[at];
    struct comparison c = {.s = s, .f = f, .at = at, .found.time_ms = clock_wall_ms()};
    int rc = 0;

    c.changed = calloc(f->m.n_columns, sizeof(*c.changed));
    if (c.changed == NULL)
        return err_nomem(err, "reconcile");
    if (!f->reconcile.is_keys_only)
        rc = comparison_rows(&c, err);
    found_take_back(&c.found, c.copied, c.n_copied);
    free(c.copied);
    if (rc == 0 && !s->must_restart)
        rc = comparison_deletes(&c, err);
    if (c.found.n > 0 || f->refreshes != NULL)
        f->reconcile.is_clean = false;
    if (rc == 0 && c.found.n > 0)
        rc = found_post(s, &f->m, &c.found, err);
    if (rc == 0 && !s->must_restart)
        rc = absent_compared(s, at, err);
    if (rc != 0)
        typed_close(f);
    if (rc == 0) {
        s->own_commits++;
        rc = state_save_reconciled(&s->state, f->m.cfg->name, f->reconcile.signal_now, c.found.n,
                                   err);
        metrics_add(METRIC_RECONCILES, 1, at);
    }
    if (rc == 0 && !f->reconcile.is_keys_only && f->reconcile.is_clean && !s->must_restart)
        rc = trim_tab(s, f, err);
    found_close(&c.found);
    free(c.changed);
    return rc;
}

static int finish(struct session *s, uint32_t at, struct err *err)
{
    struct follow *f = &s->follows[at];
    struct reconcile *r = &f->reconcile;
    int64_t began = clock_mono_ms();
    int rc = compare(s, at, err);

    base_list_close(&r->base);
    r->phase = RECONCILE_IDLE;
    if (rc == 0) {
        if (!r->is_due)
            r->is_approved = false;
        due_compared(s, f, clock_mono_ms() - began);
        return f->pause == PAUSE_RESUMING && !s->must_restart ? pause_end(s, f, err) : 0;
    }
    reconcile_request(f, r->is_keys_only);
    r->not_before_ms = clock_mono_ms() + RETRY_MS;
    /* The webhook or Google may be away for a while: the rest of the session goes on. */
    if (err->code != ERR_HTTP && err->code != ERR_LOST && err->code != ERR_QUOTA)
        return -1;
    log_fault(&s->reconcile_fault, "reconcile", err);
    return 0;
}

/* Before a snapshot has ended, what differs is not yet a person's doing; a mapping that is resuming
 * is compared first of all. */
static bool may_compare(const struct follow *f)
{
    if (f->pause == PAUSE_RESUMING)
        return f->m.is_ready && !f->is_joining;
    return f->m.is_ready && f->pause == PAUSE_NONE && f->phase == SNAPSHOT_DONE && !f->is_sweeping;
}

/* A comparison asks Google several times. Tabs that wait for theirs go on after what MySQL has
 * changed meanwhile. */
int reconcile_step(struct session *s, struct err *err)
{
    int64_t now = clock_mono_ms();
    bool has_asked = false;

    for (uint32_t i = 0; i < s->n_follows && (!has_asked || queue_is_empty(s->queue)); i++) {
        struct follow *f = &s->follows[i];
        struct reconcile *r = &f->reconcile;

        if (!may_compare(f))
            continue;
        if (f->typed_ms > 0 && now >= f->typed_ms) {
            f->typed_ms = 0;
            reconcile_request(f, false);
        }
        if (r->phase == RECONCILE_IDLE && r->is_due && now >= r->not_before_ms) {
            has_asked = true;
            if (begin(s, f, err) != 0)
                return -1;
        }
        if (r->phase == RECONCILE_MARKED && is_quiet(s, f)) {
            has_asked = true;
            if (finish(s, i, err) != 0)
                return -1;
        }
    }
    return 0;
}
