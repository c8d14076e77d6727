/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/gather.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/stop.h"

#define LOOK_EVERY_MS 100

/* A thread; the tab is its group's while is_busy. */
struct gather_turn {
    struct gather *g;
    pthread_t thread;
    bool is_busy;
    uint64_t target; /* of its group */
};

struct gather {
    struct gather_options options;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* on CLOCK_MONOTONIC */
    struct job *first;      /* owned; the oldest */
    struct job **last;      /* where the next one goes */
    size_t n;
    size_t n_watching; /* threads that look again within gather_ms */
    bool is_ending;
    struct gather_turn *workers; /* owned; options.threads */
    size_t n_workers;
    struct stop *stop; /* owned; of the thread that refuses */
    pthread_t refuser;
    bool has_refuser;
};

static bool is_under_way(const struct gather *g, uint64_t target)
{
    for (size_t i = 0; i < g->n_workers; i++)
        if (g->workers[i].is_busy && g->workers[i].target == target)
            return true;
    return false;
}

/* Take the job at *AT out of the queue. */
static struct job *unlink_job(struct gather *g, struct job **at)
{
    struct job *job = *at;

    *at = job->next;
    if (g->last == &job->next)
        g->last = at;
    job->next = NULL;
    g->n--;
    return job;
}

/* The oldest job that may go, with those beside it. NULL: none may. */
static struct job *take_group(struct gather *g)
{
    int64_t now_ms = clock_mono_ms();
    struct job **at = &g->first, **end;
    struct job *group;
    size_t n = 1, n_edits;

    while (*at != NULL && !g->is_ending && now_ms - (*at)->start_ms < g->options.gather_ms &&
           is_under_way(g, (*at)->target))
        at = &(*at)->next;
    if (*at == NULL)
        return NULL;
    group = unlink_job(g, at);
    n_edits = group->request.n_edits;
    for (end = &group->next; *at != NULL && n < GATHER_GROUP;) {
        size_t more = (*at)->request.n_edits;

        if (!job_is_beside(group, *at) || n_edits + more > GATHER_GROUP_EDITS) {
            at = &(*at)->next;
            continue;
        }
        *end = unlink_job(g, at);
        end = &(*end)->next;
        n++;
        n_edits += more;
    }
    return group;
}

static void wait_changed(struct gather *g)
{
    struct timespec until;

    if (g->first == NULL) {
        pthread_cond_wait(&g->changed, &g->lock);
        return;
    }
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += g->options.gather_ms % 1000 * 1000000L;
    until.tv_sec += g->options.gather_ms / 1000 + until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    g->n_watching++;
    pthread_cond_timedwait(&g->changed, &g->lock, &until);
    g->n_watching--;
}

static void *run(void *arg)
{
    struct gather_turn *w = arg;
    struct gather *g = w->g;

    pthread_mutex_lock(&g->lock);
    for (;;) {
        struct job *group = take_group(g);

        if (group == NULL && g->is_ending)
            break;
        if (group == NULL) {
            wait_changed(g);
            continue;
        }
        w->is_busy = true;
        w->target = group->target;
        if (g->first != NULL && g->n_watching == 0)
            pthread_cond_signal(&g->changed); /* others may be for somebody else */
        pthread_mutex_unlock(&g->lock);
        g->options.run(g->options.ctx, group, w);
        pthread_mutex_lock(&g->lock);
        w->is_busy = false;
    }
    pthread_mutex_unlock(&g->lock);
    return NULL;
}

void gather_pass(struct gather_turn *turn)
{
    LOCK_SCOPE(&turn->g->lock);
    turn->is_busy = false;
    if (turn->g->first != NULL)
        pthread_cond_signal(&turn->g->changed);
}

/* Jobs come in the order of their age. */
static struct job *take_old(struct gather *g)
{
    LOCK_SCOPE(&g->lock);
    if (g->first == NULL || clock_mono_ms() - g->first->start_ms < GATHER_WAIT_MS)
        return NULL;
    return unlink_job(g, &g->first);
}

static void *refuse(void *arg)
{
    struct gather *g = arg;
    struct job *job;

    while (!stop_wait_ms(g->stop, LOOK_EVERY_MS))
        while ((job = take_old(g)) != NULL)
            g->options.refuse(g->options.ctx, job);
    return NULL;
}

static int start(struct gather *g, struct err *err)
{
    g->workers = calloc(g->options.threads, sizeof(*g->workers));
    g->stop = stop_new();
    if (g->workers == NULL || g->stop == NULL)
        return err_nomem(err, "gather");
    for (unsigned i = 0; i < g->options.threads; i++) {
        g->workers[i].g = g;
        if (pthread_create(&g->workers[i].thread, NULL, run, &g->workers[i]) != 0)
            return err_nomem(err, "gather");
        pthread_mutex_lock(&g->lock); /* the others look at the number */
        g->n_workers++;
        pthread_mutex_unlock(&g->lock);
    }
    g->has_refuser = pthread_create(&g->refuser, NULL, refuse, g) == 0;
    return g->has_refuser ? 0 : err_nomem(err, "gather");
}

int gather_new(const struct gather_options *options, struct gather **out, struct err *err)
{
    struct gather *g = calloc(1, sizeof(*g));
    pthread_condattr_t attr;

    if (g == NULL || pthread_mutex_init(&g->lock, NULL) != 0) {
        free(g);
        return err_nomem(err, "gather");
    }
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&g->changed, &attr);
    pthread_condattr_destroy(&attr);
    g->options = *options;
    g->last = &g->first;
    if (start(g, err) != 0) {
        gather_free(g);
        return -1;
    }
    *out = g;
    return 0;
}

bool gather_put(struct gather *g, struct job *job)
{
    LOCK_SCOPE(&g->lock);
    if (g->n >= GATHER_WAITING || g->is_ending)
        return false;
    job->next = NULL;
    *g->last = job;
    g->last = &job->next;
    g->n++;
    if (g->n_watching == 0 || !is_under_way(g, job->target))
        pthread_cond_signal(&g->changed);
    return true;
}

size_t gather_waiting(struct gather *g)
{
    LOCK_SCOPE(&g->lock);
    return g->n;
}

void gather_end(struct gather *g)
{
    pthread_mutex_lock(&g->lock);
    g->is_ending = true;
    pthread_cond_broadcast(&g->changed);
    pthread_mutex_unlock(&g->lock);
    for (size_t i = 0; i < g->n_workers; i++)
        pthread_join(g->workers[i].thread, NULL);
    g->n_workers = 0;
    if (g->has_refuser) {
        stop_ask(g->stop);
        pthread_join(g->refuser, NULL);
    }
    g->has_refuser = false;
}

void gather_free(struct gather *g)
{
    if (g == NULL)
        return;
    gather_end(g);
    stop_free(g->stop);
    pthread_cond_destroy(&g->changed);
    pthread_mutex_destroy(&g->lock);
    free(g->workers);
    free(g);
}
