/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/request_log.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "sandbox/mem.h"

enum { MAX_ENTRIES = 1000 };

struct request_log {
    pthread_mutex_t lock;
    int64_t last; /* number of the newest */
    struct request_entry ring[MAX_ENTRIES];
};

struct request_log *request_log_new(void)
{
    struct request_log *log = mem_new(1, sizeof(*log));

    pthread_mutex_init(&log->lock, NULL);
    return log;
}

void request_log_free(struct request_log *log)
{
    if (log == NULL)
        return;
    pthread_mutex_destroy(&log->lock);
    free(log);
}

void request_log_add(struct request_log *log, const struct request_entry *entry)
{
    struct request_entry *to;

    LOCK_SCOPE(&log->lock);
    log->last++;
    to = &log->ring[log->last % MAX_ENTRIES];
    *to = *entry;
    to->number = log->last;
}

void request_log_put(struct request_log *log, int64_t after, struct buf *out)
{
    bool has = false;

    LOCK_SCOPE(&log->lock);
    if (after < log->last - MAX_ENTRIES)
        after = log->last - MAX_ENTRIES;
    buf_putc(out, '[');
    for (int64_t n = after < 0 ? 1 : after + 1; n <= log->last; n++) {
        const struct request_entry *e = &log->ring[n % MAX_ENTRIES];

        buf_printf(out, "%s{\"number\":%lld,\"method\":\"%s\",\"path\":", has ? "," : "",
                   (long long)n, e->method);
        buf_json(out, e->path, strlen(e->path));
        buf_printf(out,
                   ",\"status\":%d,\"ms\":%lld,\"bytes\":%zu,\"plain\":%zu,\"cells\":%ld,"
                   "\"answer\":%zu,\"port\":%u,\"user\":",
                   e->status, (long long)e->ms, e->bytes, e->plain_bytes, e->cells, e->answer_bytes,
                   e->port);
        buf_json(out, e->user, strlen(e->user));
        buf_putc(out, '}');
        has = true;
    }
    buf_putc(out, ']');
}
