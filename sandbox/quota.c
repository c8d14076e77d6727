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

struct quota {
    pthread_mutex_t lock;
    int limits[2]; /* reads, writes; 0: no limit */
    struct {
        char name[128];
        int64_t since_ms; /* start of the minute; 0: unused */
        int used[2];
    } users[MAX_USERS];
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

static int parse(const char *text, int limits[2])
{
    if (strcmp(text, "google") == 0) {
        limits[0] = limits[1] = 60;
        return 0;
    }
    if (strcmp(text, "off") == 0)
        return 0;
    text = read_limit(text, ',', &limits[0]);
    return text != NULL && read_limit(text, '\0', &limits[1]) != NULL ? 0 : -1;
}

int quota_new(const char *text, struct quota **out, struct err *err)
{
    int limits[2] = {0, 0};
    struct quota *q;

    if (parse(text, limits) < 0)
        return err_set(err, ERR_CONFIG,
                       "--quota: expected google, off or READS,WRITES a minute, got \"%.40s\"",
                       text);
    q = mem_new(1, sizeof(*q));
    pthread_mutex_init(&q->lock, NULL);
    q->limits[0] = limits[0];
    q->limits[1] = limits[1];
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

int quota_limit(const struct quota *q, bool is_write)
{
    return q->limits[is_write];
}

bool quota_charge(struct quota *q, const char *user, bool is_write)
{
    int64_t now = clock_mono_ms();
    size_t slot = 0;

    if (q->limits[is_write] == 0)
        return true;
    LOCK_SCOPE(&q->lock);
    /* The user's own slot, or else the one that was used longest ago. */
    for (size_t i = 0; i < MAX_USERS; i++) {
        if (strcmp(q->users[i].name, user) == 0 && q->users[i].since_ms != 0) {
            slot = i;
            break;
        }
        if (q->users[i].since_ms < q->users[slot].since_ms)
            slot = i;
    }
    if (strcmp(q->users[slot].name, user) != 0 || now - q->users[slot].since_ms >= MINUTE_MS) {
        snprintf(q->users[slot].name, sizeof(q->users[slot].name), "%s", user);
        q->users[slot].since_ms = now;
        q->users[slot].used[0] = q->users[slot].used[1] = 0;
    }
    if (q->users[slot].used[is_write] >= q->limits[is_write])
        return false;
    q->users[slot].used[is_write]++;
    return true;
}
