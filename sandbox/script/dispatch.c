/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/script/dispatch.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "common/log.h"
#include "sandbox/script/timers.h"

struct event {
    struct event *next;
    int64_t due_ms;
    char *spreadsheet; /* these are owned */
    char *user;
    char *function;
    char *uid;
    char *given;
};

struct dispatch {
    const struct run_world *world;
    int64_t minute_ms;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct event *waiting; /* in the order of arrival */
    size_t n_waiting;
    const struct event *running[DISPATCH_WORKERS];
    size_t n_running; /* those and runs on callers' threads */
    uint64_t dropped;
    struct dispatch_faults faults;
    bool is_stopping;
    struct timers *timers; /* the clock thread's */
    pthread_t workers[DISPATCH_WORKERS], clock;
    size_t n_workers;
    bool has_clock;
};

struct worker_start {
    struct dispatch *dispatch;
    size_t index;
};

static void event_free(struct event *e)
{
    if (e == NULL)
        return;
    free(e->spreadsheet);
    free(e->user);
    free(e->function);
    free(e->uid);
    free(e->given);
    free(e);
}

/* ---- Queueing ---- */

static size_t count_of_trigger(const struct dispatch *d, const char *uid)
{
    size_t n = 0;

    for (const struct event *e = d->waiting; e != NULL; e = e->next)
        n += strcmp(e->uid, uid) == 0 ? 1 : 0;
    for (size_t i = 0; i < DISPATCH_WORKERS; i++)
        n += d->running[i] != NULL && strcmp(d->running[i]->uid, uid) == 0 ? 1 : 0;
    return n;
}

static char *given_text(cJSON *event, const char *uid)
{
    CLEANUP_JSON cJSON *given = cJSON_CreateObject();
    cJSON *copy = cJSON_Duplicate(event, true);

    if (copy == NULL || cJSON_AddStringToObject(copy, "uid", uid) == NULL ||
        !cJSON_AddItemToObject(given, "event", copy)) {
        cJSON_Delete(copy);
        return NULL;
    }
    return cJSON_PrintUnformatted(given);
}

static struct event *event_new(const struct dispatch_event *from, const cJSON *trigger,
                               int64_t due_ms)
{
    struct event *e = calloc(1, sizeof(*e));
    const char *uid = json_text(trigger, "uid", "");

    if (e == NULL)
        return NULL;
    e->due_ms = due_ms;
    e->spreadsheet = strdup(from->spreadsheet);
    e->user = strdup(from->user);
    e->function = strdup(json_text(trigger, "handler", ""));
    e->uid = strdup(uid);
    e->given = given_text(from->event, uid);
    if (e->spreadsheet != NULL && e->user != NULL && e->function != NULL && e->uid != NULL &&
        e->given != NULL)
        return e;
    event_free(e);
    return NULL;
}

/* With the mutex. */
static void push(struct dispatch *d, const struct dispatch_event *from, const cJSON *trigger)
{
    struct event **at = &d->waiting;
    const char *uid = json_text(trigger, "uid", "");
    bool is_full = d->n_waiting >= DISPATCH_MAX_WAITING ||
                   (d->faults.queue > 0 && count_of_trigger(d, uid) > (size_t)d->faults.queue);
    struct event *e = is_full || d->is_stopping
                          ? NULL
                          : event_new(from, trigger, clock_mono_ms() + d->faults.delay_ms);

    if (e == NULL) {
        d->dropped++;
        return;
    }
    while (*at != NULL)
        at = &(*at)->next;
    *at = e;
    d->n_waiting++;
    pthread_cond_broadcast(&d->changed);
}

/* How often the event happens, by the faults that were asked for. With the mutex. */
static int copies(struct dispatch *d, const struct dispatch_event *event)
{
    if (event->is_fault_proof)
        return 1;
    if (d->faults.drop > 0) {
        d->faults.drop--;
        d->dropped++;
        return 0;
    }
    if (d->faults.twice > 0) {
        d->faults.twice--;
        return 2;
    }
    return 1;
}

void dispatch_fire(struct dispatch *d, struct dispatch_event *event)
{
    CLEANUP_JSON cJSON *json = take_ptr(event->event);
    CLEANUP_JSON cJSON *triggers = store_triggers(d->world->store, event->spreadsheet, event->type);
    struct dispatch_event from = *event;
    const cJSON *trigger;

    from.event = json;
    if (json == NULL || cJSON_GetArraySize(triggers) == 0)
        return;
    LOCK_SCOPE(&d->mutex);
    for (int n = copies(d, event); n > 0; n--)
        cJSON_ArrayForEach(trigger, triggers)
        {
            push(d, &from, trigger);
        }
}

/* ---- Threads ---- */

static void wait_until(struct dispatch *d, int64_t until_ms)
{
    struct timespec until = {.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};

    pthread_cond_timedwait(&d->changed, &d->mutex, &until);
}

/* Under Google's burst limit the runs of one trigger come one after the other. */
static bool must_wait(const struct dispatch *d, const struct event *e)
{
    if (d->faults.queue == 0)
        return false;
    for (size_t i = 0; i < DISPATCH_WORKERS; i++)
        if (d->running[i] != NULL && strcmp(d->running[i]->uid, e->uid) == 0)
            return true;
    return false;
}

/* Take the first event that may run; NULL, and when to look again, if there is none. */
static struct event *take(struct dispatch *d, int64_t *look_ms)
{
    int64_t now_ms = clock_mono_ms();

    *look_ms = now_ms + 60000;
    for (struct event **at = &d->waiting; *at != NULL; at = &(*at)->next) {
        struct event *e = *at;

        if (e->due_ms > now_ms) {
            *look_ms = e->due_ms < *look_ms ? e->due_ms : *look_ms;
        } else if (!must_wait(d, e)) {
            *at = e->next;
            e->next = NULL;
            d->n_waiting--;
            return e;
        }
    }
    return NULL;
}

/* Without the mutex. */
static void run_event(const struct dispatch *d, const struct event *e)
{
    struct run_request request = {
        .spreadsheet = e->spreadsheet, .user = e->user, .function = e->function, .given = e->given};
    struct err err = ERR_INIT;

    if (run_execute(d->world, &request, NULL, &err) != 0 && err.code != ERR_STOPPED)
        log_err(LOG_WARN, "script: a trigger's run failed", &err);
}

static void *work(void *arg)
{
    struct worker_start *start = arg;
    struct dispatch *d = start->dispatch;
    size_t index = start->index;
    int64_t look_ms;

    free(start);
    pthread_mutex_lock(&d->mutex);
    while (!d->is_stopping) {
        struct event *e = take(d, &look_ms);

        if (e == NULL) {
            wait_until(d, look_ms);
            continue;
        }
        d->running[index] = e;
        d->n_running++;
        pthread_mutex_unlock(&d->mutex);
        run_event(d, e);
        pthread_mutex_lock(&d->mutex);
        d->running[index] = NULL;
        d->n_running--;
        event_free(e);
        pthread_cond_broadcast(&d->changed);
    }
    pthread_mutex_unlock(&d->mutex);
    return NULL;
}

static cJSON *clock_event(void)
{
    cJSON *event = cJSON_CreateObject();

    cJSON_AddStringToObject(event, "kind", "clock");
    return event;
}

/* A run that is still waiting or running is not doubled. With the mutex. */
static void fire_clock(struct dispatch *d, const cJSON *trigger)
{
    CLEANUP_JSON cJSON *event = clock_event();
    struct dispatch_event from = {.spreadsheet = json_text(trigger, "spreadsheet", ""),
                                  .user = "",
                                  .type = "CLOCK",
                                  .event = event};

    if (count_of_trigger(d, json_text(trigger, "uid", "")) == 0)
        push(d, &from, trigger);
}

static void *tick(void *arg)
{
    struct dispatch *d = arg;
    int64_t pause_ms = d->minute_ms / 60 > 20 ? d->minute_ms / 60 : 20;

    while (!stop_wait_ms(d->world->stop, pause_ms)) {
        CLEANUP_JSON cJSON *all = store_triggers(d->world->store, NULL, "CLOCK");
        CLEANUP_JSON cJSON *due = timers_due(d->timers, all, clock_mono_ms(), d->minute_ms);
        const cJSON *trigger;

        LOCK_SCOPE(&d->mutex);
        cJSON_ArrayForEach(trigger, due)
        {
            fire_clock(d, trigger);
        }
    }
    return NULL;
}

static bool start_worker(struct dispatch *d)
{
    struct worker_start *start = malloc(sizeof(*start));

    if (start == NULL)
        return false;
    *start = (struct worker_start){.dispatch = d, .index = d->n_workers};
    if (pthread_create(&d->workers[d->n_workers], NULL, work, start) != 0) {
        free(start);
        return false;
    }
    d->n_workers++;
    return true;
}

int dispatch_new(const struct run_world *world, int64_t minute_ms, struct dispatch **out,
                 struct err *err)
{
    struct dispatch *d = calloc(1, sizeof(*d));
    pthread_condattr_t attr;

    *out = NULL;
    if (d == NULL)
        return err_nomem(err, "script");
    d->world = world;
    d->minute_ms = minute_ms;
    pthread_mutex_init(&d->mutex, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&d->changed, &attr);
    pthread_condattr_destroy(&attr);
    d->timers = timers_new();
    while (d->timers != NULL && d->n_workers < DISPATCH_WORKERS && start_worker(d))
        continue;
    d->has_clock =
        d->n_workers == DISPATCH_WORKERS && pthread_create(&d->clock, NULL, tick, d) == 0;
    *out = d;
    if (d->has_clock)
        return 0;
    stop_ask(world->stop);
    dispatch_free(d);
    *out = NULL;
    return err_set(err, ERR_IO, "script: cannot start threads");
}

void dispatch_free(struct dispatch *d)
{
    if (d == NULL)
        return;
    pthread_mutex_lock(&d->mutex);
    d->is_stopping = true;
    pthread_cond_broadcast(&d->changed);
    pthread_mutex_unlock(&d->mutex);
    for (size_t i = 0; i < d->n_workers; i++)
        pthread_join(d->workers[i], NULL);
    if (d->has_clock)
        pthread_join(d->clock, NULL);
    while (d->waiting != NULL) {
        struct event *e = d->waiting;

        d->waiting = e->next;
        event_free(e);
    }
    timers_free(d->timers);
    pthread_cond_destroy(&d->changed);
    pthread_mutex_destroy(&d->mutex);
    free(d);
}

/* ---- From outside ---- */

void dispatch_enter(struct dispatch *d)
{
    LOCK_SCOPE(&d->mutex);

    d->n_running++;
}

void dispatch_leave(struct dispatch *d)
{
    LOCK_SCOPE(&d->mutex);

    d->n_running--;
    pthread_cond_broadcast(&d->changed);
}

void dispatch_set_faults(struct dispatch *d, const struct dispatch_faults *faults)
{
    LOCK_SCOPE(&d->mutex);

    d->faults = *faults;
    pthread_cond_broadcast(&d->changed);
}

void dispatch_render(struct dispatch *d, struct buf *out)
{
    LOCK_SCOPE(&d->mutex);

    buf_printf(out, "\"waiting\":%zu,\"running\":%zu,\"dropped\":%" PRIu64, d->n_waiting,
               d->n_running, d->dropped);
}

bool dispatch_wait_idle(struct dispatch *d, int64_t timeout_ms)
{
    int64_t until_ms = clock_mono_ms() + timeout_ms;
    LOCK_SCOPE(&d->mutex);

    while ((d->n_waiting > 0 || d->n_running > 0) && clock_mono_ms() < until_ms)
        wait_until(d, until_ms);
    return d->n_waiting == 0 && d->n_running == 0;
}
