/* SPDX-License-Identifier: Apache-2.0 */
#include "common/stop.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "common/pulse.h"

struct stop {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* on CLOCK_MONOTONIC */
    atomic_bool is_asked;
};

struct stop *stop_new(void)
{
    struct stop *s = calloc(1, sizeof(*s));
    pthread_condattr_t attr;

    if (s == NULL)
        return NULL;
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&s->changed, &attr);
    pthread_condattr_destroy(&attr);
    return s;
}

void stop_free(struct stop *s)
{
    if (s == NULL)
        return;
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

void stop_ask(struct stop *s)
{
    pthread_mutex_lock(&s->lock);
    atomic_store(&s->is_asked, true);
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

bool stop_is_asked(const struct stop *s)
{
    return atomic_load(&s->is_asked);
}

bool stop_wait_ms(struct stop *s, int64_t wait_ms)
{
    struct timespec until;
    bool asked;

    pulse_beat();
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += wait_ms / 1000;
    until.tv_nsec += (wait_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&s->lock);
    while (!atomic_load(&s->is_asked) &&
           pthread_cond_timedwait(&s->changed, &s->lock, &until) != ETIMEDOUT)
        ;
    asked = atomic_load(&s->is_asked);
    pthread_mutex_unlock(&s->lock);
    return asked;
}

static void signal_set(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
}

void stop_block_signals(void)
{
    sigset_t set;

    signal_set(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static int wait_for(struct stop *s, const sigset_t *set)
{
    const struct timespec tick = {.tv_nsec = 100000000};

    while (!stop_is_asked(s)) {
        int sig = sigtimedwait(set, NULL, &tick);

        if (sig > 0)
            return sig;
    }
    return 0;
}

int stop_wait_signal(struct stop *s)
{
    sigset_t set;

    signal_set(&set);
    return wait_for(s, &set);
}

void stop_block_reload(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, STOP_RENEW);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

int stop_wait_signal_or_reload(struct stop *s)
{
    sigset_t set;

    signal_set(&set);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, STOP_RENEW);
    return wait_for(s, &set);
}

void stop_ask_renewal(void)
{
    kill(getpid(), STOP_RENEW);
}
