/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/script/locks.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/cleanup.h"
#include "common/clock.h"

struct lock {
    struct lock *next;
    uint64_t run;
    char name[]; /* only held locks are in the list */
};

struct locks {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct lock *held;
    bool is_shut;
};

struct locks *locks_new(void)
{
    struct locks *l = calloc(1, sizeof(*l));
    pthread_condattr_t attr;

    if (l == NULL)
        return NULL;
    pthread_mutex_init(&l->mutex, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&l->changed, &attr);
    pthread_condattr_destroy(&attr);
    return l;
}

void locks_free(struct locks *l)
{
    if (l == NULL)
        return;
    while (l->held != NULL) {
        struct lock *lock = l->held;

        l->held = lock->next;
        free(lock);
    }
    pthread_cond_destroy(&l->changed);
    pthread_mutex_destroy(&l->mutex);
    free(l);
}

static struct lock *find(const struct locks *l, const char *name)
{
    for (struct lock *lock = l->held; lock != NULL; lock = lock->next)
        if (strcmp(lock->name, name) == 0)
            return lock;
    return NULL;
}

static bool add(struct locks *l, const char *name, uint64_t run)
{
    size_t len = strlen(name) + 1;
    struct lock *lock = malloc(sizeof(*lock) + len);

    if (lock == NULL)
        return false;
    memcpy(lock->name, name, len);
    lock->run = run;
    lock->next = l->held;
    l->held = lock;
    return true;
}

bool locks_take(struct locks *l, const char *name, uint64_t run, int64_t wait_ms)
{
    int64_t until_ms = clock_mono_ms() + wait_ms;
    struct timespec until = {.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};
    const struct lock *lock;
    int rc = 0;
    LOCK_SCOPE(&l->mutex);

    while ((lock = find(l, name)) != NULL && lock->run != run && !l->is_shut && rc != ETIMEDOUT)
        rc = pthread_cond_timedwait(&l->changed, &l->mutex, &until);
    if (lock != NULL || l->is_shut)
        return lock != NULL && lock->run == run;
    return add(l, name, run);
}

bool locks_holds(struct locks *l, const char *name, uint64_t run)
{
    LOCK_SCOPE(&l->mutex);
    const struct lock *lock = find(l, name);

    return lock != NULL && lock->run == run;
}

/* NAME NULL: all of RUN's. */
static void release(struct locks *l, const char *name, uint64_t run)
{
    LOCK_SCOPE(&l->mutex);
    struct lock **at = &l->held;

    while (*at != NULL) {
        struct lock *lock = *at;

        if (lock->run == run && (name == NULL || strcmp(lock->name, name) == 0)) {
            *at = lock->next;
            free(lock);
            pthread_cond_broadcast(&l->changed);
        } else {
            at = &lock->next;
        }
    }
}

void locks_release(struct locks *l, const char *name, uint64_t run)
{
    release(l, name, run);
}

void locks_release_all(struct locks *l, uint64_t run)
{
    release(l, NULL, run);
}

void locks_shut(struct locks *l)
{
    LOCK_SCOPE(&l->mutex);

    l->is_shut = true;
    pthread_cond_broadcast(&l->changed);
}
