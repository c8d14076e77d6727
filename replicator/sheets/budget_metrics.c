/* SPDX-License-Identifier: Apache-2.0 */
/* budget_metrics: the buckets as Prometheus sees them, a line a bucket: labels say whose it is. */
#include <inttypes.h>

#include "common/cleanup.h"
#include "replicator/sheets/budget_private.h"

static const char *const kinds[BUDGET_KINDS] = {"read", "write"};

static void put_head(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A label's value may hold any UTF-8; these three are escaped.
 * https://prometheus.io/docs/instrumenting/exposition_formats/ */
static void put_label(struct buf *out, const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '\n') {
            buf_puts(out, "\\n");
            continue;
        }
        if (*p == '"' || *p == '\\')
            buf_putc(out, '\\');
        buf_putc(out, *p);
    }
}

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

static void put_line(struct buf *out, const char *name, const char *scope,
                     const struct budget_owner *o, put_value *put, int64_t now_ms)
{
    for (int kind = 0; kind < BUDGET_KINDS; kind++) {
        buf_printf(out, "%s{scope=\"%s\",name=\"", name, scope);
        put_label(out, o->name);
        buf_printf(out, "\",kind=\"%s\"} ", kinds[kind]);
        put(o, (enum budget_kind)kind, now_ms, out);
        buf_putc(out, '\n');
    }
}

void budget_metrics(struct budget *b, int64_t now_ms, struct buf *out)
{
    static const struct {
        const char *name, *type, *help;
        put_value *put;
    } list[] = {
        {"tabrelay_quota_tokens", "gauge", "Requests that Google's quota lets go at once",
         put_tokens},
        {"tabrelay_quota_limit_per_minute", "gauge",
         "Requests a minute: as configured, or as Google said where that is less", put_limit},
        {"tabrelay_quota_pace_per_minute", "gauge",
         "Requests a minute that are dared: less than the limit after a 429", put_pace},
        {"tabrelay_quota_refusals_total", "counter", "Answers of 429 that named this quota",
         put_refusals},
    };

    LOCK_SCOPE(&b->lock);
    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
        put_head(out, list[i].name, list[i].type, list[i].help);
        for (size_t a = 0; a < b->n_accounts; a++)
            put_line(out, list[i].name, "account", &b->accounts[a].owner, list[i].put, now_ms);
        for (size_t p = 0; p < b->n_projects; p++)
            put_line(out, list[i].name, "project", &b->projects[p], list[i].put, now_ms);
    }
    put_head(out, "tabrelay_quota_wait_seconds_total", "counter",
             "Time that requests waited for the quota");
    for (int kind = 0; kind < BUDGET_KINDS; kind++)
        buf_printf(out, "tabrelay_quota_wait_seconds_total{kind=\"%s\"} %.3f\n", kinds[kind],
                   (double)b->waited_ms[kind] / 1000);
}
