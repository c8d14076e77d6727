/* SPDX-License-Identifier: Apache-2.0 */
/* budget_metrics: the buckets as Prometheus sees them, a line a bucket: labels say whose it is. */
#include <inttypes.h>

#include "common/cleanup.h"
#include "common/metrics.h"
#include "replicator/sheets/budget_private.h"

static const char *const kinds[BUDGET_KINDS] = {"read", "write"};

typedef void put_value(const struct budget_owner *o, enum budget_kind kind, int64_t now_ms,
                       struct buf *out);

static void put_tokens(const struct budget_owner *o, enum budget_kind kind, int64_t now_ms,
                       struct buf *out)
{
    bool is_blocked = o->quotas[kind].blocked_until_ms > now_ms;

    buf_printf(out, "%.2f", is_blocked ? 0 : quota_tokens(&o->quotas[kind], now_ms));
}

static void put_limit(const struct budget_owner *o, enum budget_kind kind, int64_t now_ms,
                      struct buf *out)
{
    (void)now_ms;
    buf_printf(out, "%.0f", o->quotas[kind].limit);
}

static void put_pace(const struct budget_owner *o, enum budget_kind kind, int64_t now_ms,
                     struct buf *out)
{
    (void)now_ms;
    buf_printf(out, "%.2f", o->quotas[kind].pace);
}

static void put_refusals(const struct budget_owner *o, enum budget_kind kind, int64_t now_ms,
                         struct buf *out)
{
    (void)now_ms;
    buf_printf(out, "%" PRId64, o->refusals[kind]);
}

static void put_requests(const struct budget_owner *o, enum budget_kind kind, int64_t now_ms,
                         struct buf *out)
{
    (void)now_ms;
    buf_printf(out, "%" PRId64, o->requests[kind]);
}

static void put_line(struct buf *out, const char *name, const char *scope,
                     const struct budget_owner *o, put_value *put, int64_t now_ms)
{
    for (int kind = 0; kind < BUDGET_KINDS; kind++) {
        buf_printf(out, "%s{scope=\"%s\",name=\"", name, scope);
        metrics_put_value(out, o->name);
        buf_printf(out, "\",kind=\"%s\"} ", kinds[kind]);
        put(o, (enum budget_kind)kind, now_ms, out);
        buf_putc(out, '\n');
    }
}

void budget_metrics(struct budget *b, int64_t now_ms, struct buf *out)
{
    static const struct {
        enum metrics_id id;
        put_value *put;
    } list[] = {
        {METRIC_QUOTA_TOKENS, put_tokens},     {METRIC_QUOTA_REQUESTS, put_requests},
        {METRIC_QUOTA_LIMIT, put_limit},       {METRIC_QUOTA_PACE, put_pace},
        {METRIC_QUOTA_REFUSALS, put_refusals},
    };

    LOCK_SCOPE(&b->lock);
    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
        const char *name = metrics_name(list[i].id);

        metrics_put_head(out, list[i].id);
        for (size_t a = 0; a < b->n_accounts; a++)
            put_line(out, name, "account", &b->accounts[a].owner, list[i].put, now_ms);
        for (size_t p = 0; p < b->n_projects; p++)
            put_line(out, name, "project", &b->projects[p], list[i].put, now_ms);
    }
    metrics_put_head(out, METRIC_QUOTA_WAIT);
    for (int kind = 0; kind < BUDGET_KINDS; kind++)
        buf_printf(out, "%s{kind=\"%s\"} %.3f\n", metrics_name(METRIC_QUOTA_WAIT), kinds[kind],
                   (double)b->waited_ms[kind] / 1000);
}
