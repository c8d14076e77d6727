/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/script/triggers.h"

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

struct triggers {
    const struct run_world *world;
    int64_t minute_ms;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct event *waiting; /* in the order of arrival */
    size_t n_waiting;
    const struct event *running[TRIGGERS_WORKERS];
    size_t n_running; /* those and runs on callers' threads */
    uint64_t dropped;
    struct trigger_faults faults;
    bool is_starting; /* a run is being prepared: the next one waits, so that they start in order */
    bool is_stopping;
    struct timers *timers; /* the clock thread's */
    pthread_t workers[TRIGGERS_WORKERS], clock;
    size_t n_workers;
    bool has_clock;
};

/* A run that is being prepared. */
struct start {
    struct triggers *triggers;
    bool is_over;
};

struct worker_start {
    struct triggers *triggers;
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

static size_t count_of_trigger(const struct triggers *t, const char *uid)
{
    size_t n = 0;

    for (const struct event *e = t->waiting; e != NULL; e = e->next)
        n += strcmp(e->uid, uid) == 0 ? 1 : 0;
    for (size_t i = 0; i < TRIGGERS_WORKERS; i++)
        n += t->running[i] != NULL && strcmp(t->running[i]->uid, uid) == 0 ? 1 : 0;
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

static struct event *event_new(const struct trigger_event *from, const cJSON *trigger,
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
static void push(struct triggers *t, const struct trigger_event *from, const cJSON *trigger)
{
    struct event **at = &t->waiting;
    const char *uid = json_text(trigger, "uid", "");
    bool is_full = t->n_waiting >= TRIGGERS_MAX_WAITING ||
                   (t->faults.queue > 0 && count_of_trigger(t, uid) > (size_t)t->faults.queue);
    struct event *e = is_full || t->is_stopping
                          ? NULL
                          : event_new(from, trigger, clock_mono_ms() + t->faults.delay_ms);

    if (e == NULL) {
        t->dropped++;
        return;
    }
    while (*at != NULL)
        at = &(*at)->next;
    *at = e;
    t->n_waiting++;
    pthread_cond_broadcast(&t->changed);
}

/* How often the event happens, by the faults that were asked for. With the mutex. */
static int copies(struct triggers *t, const struct trigger_event *event)
{
    if (event->is_fault_proof)
        return 1;
    if (t->faults.drop > 0) {
        t->faults.drop--;
        t->dropped++;
        return 0;
    }
    if (t->faults.twice > 0) {
        t->faults.twice--;
        return 2;
    }
    return 1;
}

void triggers_fire(struct triggers *t, struct trigger_event *event)
{
    CLEANUP_JSON cJSON *json = take_ptr(event->event);
    CLEANUP_JSON cJSON *triggers = store_triggers(t->world->store, event->spreadsheet, event->type);
    struct trigger_event from = *event;
    const cJSON *trigger;

    from.event = json;
    if (json == NULL || cJSON_GetArraySize(triggers) == 0)
        return;
    LOCK_SCOPE(&t->mutex);
    for (int n = copies(t, event); n > 0; n--)
        cJSON_ArrayForEach(trigger, triggers)
        {
            push(t, &from, trigger);
        }
}

/* ---- Threads ---- */

static void wait_until(struct triggers *t, int64_t until_ms)
{
    struct timespec until = {.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};

    pthread_cond_timedwait(&t->changed, &t->mutex, &until);
}

/* Under Google's burst limit the runs of one trigger come one after the other. */
static bool must_wait(const struct triggers *t, const struct event *e)
{
    if (t->faults.queue == 0)
        return false;
    for (size_t i = 0; i < TRIGGERS_WORKERS; i++)
        if (t->running[i] != NULL && strcmp(t->running[i]->uid, e->uid) == 0)
            return true;
    return false;
}

/* Take the first event that may run; NULL, and when to look again, if there is none. */
static struct event *take(struct triggers *t, int64_t *look_ms)
{
    int64_t now_ms = clock_mono_ms();

    *look_ms = now_ms + 60000;
    if (t->is_starting)
        return NULL;
    for (struct event **at = &t->waiting; *at != NULL; at = &(*at)->next) {
        struct event *e = *at;

        if (e->due_ms > now_ms) {
            *look_ms = e->due_ms < *look_ms ? e->due_ms : *look_ms;
        } else if (!must_wait(t, e)) {
            *at = e->next;
            e->next = NULL;
            t->n_waiting--;
            return e;
        }
    }
    return NULL;
}

static void on_start(void *ctx)
{
    struct start *start = ctx;
    LOCK_SCOPE(&start->triggers->mutex);

    start->is_over = true;
    start->triggers->is_starting = false;
    pthread_cond_broadcast(&start->triggers->changed);
}

/* Without the mutex. */
static void run_event(struct triggers *t, const struct event *e)
{
    struct start start = {.triggers = t};
    struct run_request request = {.spreadsheet = e->spreadsheet,
                                  .user = e->user,
                                  .function = e->function,
                                  .given = e->given,
                                  .on_start = on_start,
                                  .on_start_ctx = &start};
    struct err err = ERR_INIT;

    if (run_execute(t->world, &request, NULL, &err) != 0 && err.code != ERR_STOPPED)
        log_err(LOG_WARN, "script: a trigger's run failed", &err);
    if (!start.is_over)
        on_start(&start);
}

static void *work(void *arg)
{
    struct worker_start *start = arg;
    struct triggers *t = start->triggers;
    size_t index = start->index;
    int64_t look_ms;

    free(start);
    pthread_mutex_lock(&t->mutex);
    while (!t->is_stopping) {
        struct event *e = take(t, &look_ms);

        if (e == NULL) {
            wait_until(t, look_ms);
            continue;
        }
        t->is_starting = true;
        t->running[index] = e;
        t->n_running++;
        pthread_mutex_unlock(&t->mutex);
        run_event(t, e);
        pthread_mutex_lock(&t->mutex);
        t->running[index] = NULL;
        t->n_running--;
        event_free(e);
        pthread_cond_broadcast(&t->changed);
    }
    pthread_mutex_unlock(&t->mutex);
    return NULL;
}

static cJSON *clock_event(void)
{
    cJSON *event = cJSON_CreateObject();

    cJSON_AddStringToObject(event, "kind", "clock");
    return event;
}

/* A run that is still waiting or running is not doubled. With the mutex. */
static void fire_clock(struct triggers *t, const cJSON *trigger)
{
    CLEANUP_JSON cJSON *event = clock_event();
    struct trigger_event from = {.spreadsheet = json_text(trigger, "spreadsheet", ""),
                                 .user = "",
                                 .type = "CLOCK",
                                 .event = event};

    if (count_of_trigger(t, json_text(trigger, "uid", "")) == 0)
        push(t, &from, trigger);
}

static void *tick(void *arg)
{
    struct triggers *t = arg;
    int64_t pause_ms = t->minute_ms / 60 > 20 ? t->minute_ms / 60 : 20;

    while (!stop_wait_ms(t->world->stop, pause_ms)) {
        CLEANUP_JSON cJSON *all = store_triggers(t->world->store, NULL, "CLOCK");
        CLEANUP_JSON cJSON *due = timers_due(t->timers, all, clock_mono_ms(), t->minute_ms);
        const cJSON *trigger;

        LOCK_SCOPE(&t->mutex);
        cJSON_ArrayForEach(trigger, due)
        {
            fire_clock(t, trigger);
        }
    }
    return NULL;
}

static bool start_worker(struct triggers *t)
{
    struct worker_start *start = malloc(sizeof(*start));

    if (start == NULL)
        return false;
    *start = (struct worker_start){.triggers = t, .index = t->n_workers};
    if (pthread_create(&t->workers[t->n_workers], NULL, work, start) != 0) {
        free(start);
        return false;
    }
    t->n_workers++;
    return true;
}

int triggers_new(const struct run_world *world, int64_t minute_ms, struct triggers **out,
                 struct err *err)
{
    struct triggers *t = calloc(1, sizeof(*t));
    pthread_condattr_t attr;

    *out = NULL;
    if (t == NULL)
        return err_nomem(err, "script");
    t->world = world;
    t->minute_ms = minute_ms;
    pthread_mutex_init(&t->mutex, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&t->changed, &attr);
    pthread_condattr_destroy(&attr);
    t->timers = timers_new();
    while (t->timers != NULL && t->n_workers < TRIGGERS_WORKERS && start_worker(t))
        continue;
    t->has_clock =
        t->n_workers == TRIGGERS_WORKERS && pthread_create(&t->clock, NULL, tick, t) == 0;
    *out = t;
    if (t->has_clock)
        return 0;
    stop_ask(world->stop);
    triggers_free(t);
    *out = NULL;
    return err_set(err, ERR_IO, "script: cannot start threads");
}

void triggers_free(struct triggers *t)
{
    if (t == NULL)
        return;
    pthread_mutex_lock(&t->mutex);
    t->is_stopping = true;
    pthread_cond_broadcast(&t->changed);
    pthread_mutex_unlock(&t->mutex);
    for (size_t i = 0; i < t->n_workers; i++)
        pthread_join(t->workers[i], NULL);
    if (t->has_clock)
        pthread_join(t->clock, NULL);
    while (t->waiting != NULL) {
        struct event *e = t->waiting;

        t->waiting = e->next;
        event_free(e);
    }
    timers_free(t->timers);
    pthread_cond_destroy(&t->changed);
    pthread_mutex_destroy(&t->mutex);
    free(t);
}

/* ---- From outside ---- */

void triggers_enter(struct triggers *t)
{
    LOCK_SCOPE(&t->mutex);

    t->n_running++;
}

void triggers_leave(struct triggers *t)
{
    LOCK_SCOPE(&t->mutex);

    t->n_running--;
    pthread_cond_broadcast(&t->changed);
}

void triggers_set_faults(struct triggers *t, const struct trigger_faults *faults)
{
    LOCK_SCOPE(&t->mutex);

    t->faults = *faults;
    pthread_cond_broadcast(&t->changed);
}

void triggers_render(struct triggers *t, struct buf *out)
{
    LOCK_SCOPE(&t->mutex);

    buf_printf(out, "\"waiting\":%zu,\"running\":%zu,\"dropped\":%" PRIu64, t->n_waiting,
               t->n_running, t->dropped);
}

bool triggers_wait_idle(struct triggers *t, int64_t timeout_ms)
{
    int64_t until_ms = clock_mono_ms() + timeout_ms;
    LOCK_SCOPE(&t->mutex);

    while ((t->n_waiting > 0 || t->n_running > 0) && clock_mono_ms() < until_ms)
        wait_until(t, until_ms);
    return t->n_waiting == 0 && t->n_running == 0;
}
