/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/quota.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "sandbox/mem.h"

enum { MAX_USERS = 64, MINUTE_MS = 60000, MAX_LIMIT = 1000000 };

struct counter {
    char name[128];
    int64_t since_ms; /* start of the minute; 0: unused */
    int used[2];      /* reads, writes */
};

struct quota {
    pthread_mutex_t lock;
    int limits[QUOTA_SCOPES][2];                      /* 0: no limit */
    struct counter counters[QUOTA_SCOPES][MAX_USERS]; /* guarded */
};

/* A whole number of 1 to MAX_LIMIT that ends where STOP stands; what follows it, or NULL. */
static const char *read_limit(const char *text, char stop, int *out)
{
    char *end = NULL;
    long n = strtol(text, &end, 10);

    if (end == text || *end != stop || n < 1 || n > MAX_LIMIT)
        return NULL;
    *out = (int)n;
    return end + 1;
}

/* N numbers with commas between. */
static bool read_limits(const char *text, int *out, size_t n)
{
    for (size_t i = 0; i < n && text != NULL; i++)
        text = read_limit(text, i + 1 < n ? ',' : '\0', &out[i]);
    return text != NULL;
}

static int parse(const char *text, struct quota *q)
{
    int n[4] = {60, 60, 300, 300};

    if (strcmp(text, "off") == 0)
        return 0;
    if (strcmp(text, "google") != 0 && !read_limits(text, n, 4)) {
        n[2] = n[3] = 0;
        if (!read_limits(text, n, 2))
            return -1;
    }
    memcpy(q->limits[QUOTA_USER], n, sizeof(q->limits[0]));
    memcpy(q->limits[QUOTA_PROJECT], n + 2, sizeof(q->limits[0]));
    return 0;
}

int quota_new(const char *text, struct quota **out, struct err *err)
{
    struct quota *q = mem_new(1, sizeof(*q));

    pthread_mutex_init(&q->lock, NULL);
    if (parse(text, q) < 0) {
        quota_free(q);
        return err_set(err, ERR_CONFIG,
                       "--quota: expected google, off, READS,WRITES or "
                       "READS,WRITES,PROJECT_READS,PROJECT_WRITES a minute, got \"%.40s\"",
                       text);
    }
    *out = q;
    return 0;
}

void quota_free(struct quota *q)
{
    if (q == NULL)
        return;
    pthread_mutex_destroy(&q->lock);
    free(q);
}

int quota_limit(const struct quota *q, enum quota_scope scope, bool is_write)
{
    return q->limits[scope][is_write];
}

/* The counter called NAME, in a minute that has not ended; else the one that was used longest ago.
 */
static struct counter *find_counter(struct counter *counters, const char *name)
{
    int64_t now = clock_mono_ms();
    struct counter *found = counters;

    for (size_t i = 0; i < MAX_USERS; i++) {
        if (counters[i].since_ms != 0 && strcmp(counters[i].name, name) == 0) {
            found = &counters[i];
            break;
        }
        if (counters[i].since_ms < found->since_ms)
            found = &counters[i];
    }
    if (strcmp(found->name, name) != 0 || now - found->since_ms >= MINUTE_MS) {
        *found = (struct counter){.since_ms = now};
        snprintf(found->name, sizeof(found->name), "%s", name);
    }
    return found;
}

bool quota_charge(struct quota *q, const char *user, bool is_write, enum quota_scope *scope)
{
    const char *at = strchr(user, '@');
    const char *names[QUOTA_SCOPES] = {user, at == NULL ? user : at + 1};
    struct counter *found[QUOTA_SCOPES];

    LOCK_SCOPE(&q->lock);
    for (int i = 0; i < QUOTA_SCOPES; i++) {
        found[i] = find_counter(q->counters[i], names[i]);
        *scope = (enum quota_scope)i;
        if (q->limits[i][is_write] != 0 && found[i]->used[is_write] >= q->limits[i][is_write])
            return false;
    }
    for (int i = 0; i < QUOTA_SCOPES; i++)
        found[i]->used[is_write]++;
    return true;
}
