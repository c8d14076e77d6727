/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of one tab gather while a group of it is under way, and leave when that has passed. The
 * group's work is a gate: what has to happen in between is not left to chance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "webhook/gather.h"

enum { GROUPS_MAX = 4, NEVER_MS = 3600 * 1000 };

/* Each group waits in run() until as many are let go. */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t n_begun, n_let_go;
    size_t sizes[GROUPS_MAX]; /* jobs of the groups, in the order in which they began */
    struct gather_turn *turns[GROUPS_MAX];
};

static void run_gated(void *ctx, struct job *jobs, struct gather_turn *turn)
{
    struct gate *gate = ctx;
    size_t at;

    pthread_mutex_lock(&gate->lock);
    at = gate->n_begun++;
    if (at >= GROUPS_MAX)
        abort(); /* no thread of cmocka's */
    gate->turns[at] = turn;
    for (const struct job *job = jobs; job != NULL; job = job->next)
        gate->sizes[at]++;
    pthread_cond_broadcast(&gate->changed);
    while (gate->n_let_go <= at)
        pthread_cond_wait(&gate->changed, &gate->lock);
    pthread_mutex_unlock(&gate->lock);
    for (struct job *next; jobs != NULL; jobs = next) {
        next = jobs->next;
        job_free(jobs);
    }
}

static void refuse_none(void *ctx, struct job *job)
{
    (void)ctx;
    (void)job;
    abort(); /* it has not waited so long */
}

static void wait_begun(struct gate *gate, size_t n)
{
    LOCK_SCOPE(&gate->lock);
    while (gate->n_begun < n)
        pthread_cond_wait(&gate->changed, &gate->lock);
}

static void let_go(struct gate *gate, size_t n)
{
    LOCK_SCOPE(&gate->lock);
    gate->n_let_go = n;
    pthread_cond_broadcast(&gate->changed);
}

static void put(struct gather *g, const char *tab)
{
    struct job *job = job_new();

    assert_non_null(job);
    job->request.spreadsheet = "S";
    job->request.tab = tab;
    job->start_ms = clock_mono_ms();
    job_set_target(job);
    assert_true(gather_put(g, job));
}

static struct gather *begin(struct gate *gate)
{
    const struct gather_options options = {
        .threads = 2, .gather_ms = NEVER_MS, .run = run_gated, .refuse = refuse_none, .ctx = gate};
    struct err err = ERR_INIT;
    struct gather *g = NULL;

    *gate = (struct gate){.n_let_go = 0};
    pthread_mutex_init(&gate->lock, NULL);
    pthread_cond_init(&gate->changed, NULL);
    assert_int_equal(gather_new(&options, &g, &err), 0);
    return g;
}

static void end(struct gather *g, struct gate *gate)
{
    gather_free(g);
    pthread_cond_destroy(&gate->changed);
    pthread_mutex_destroy(&gate->lock);
}

static void what_comes_while_a_group_is_under_way_is_the_next_group(void **state)
{
    static struct gate gate; /* a test that fails leaves its threads */
    struct gather *g = begin(&gate);

    (void)state;
    put(g, "A");
    wait_begun(&gate, 1);
    put(g, "A");
    put(g, "A");
    put(g, "B"); /* the other thread has nothing else to do */
    wait_begun(&gate, 2);
    assert_int_equal(gather_waiting(g), 2);
    let_go(&gate, 3);
    wait_begun(&gate, 3);
    end(g, &gate);
    assert_int_equal(gate.sizes[0], 1);
    assert_int_equal(gate.sizes[1], 1);
    assert_int_equal(gate.sizes[2], 2);
}

static void the_next_group_leaves_when_the_one_before_has_passed(void **state)
{
    static struct gate gate; /* a test that fails leaves its threads */
    struct gather *g = begin(&gate);

    (void)state;
    put(g, "A");
    wait_begun(&gate, 1);
    put(g, "A");
    put(g, "A");
    gather_pass(gate.turns[0]);
    wait_begun(&gate, 2); /* the first one still runs */
    assert_int_equal(gate.sizes[1], 2);
    put(g, "A");
    gather_pass(gate.turns[0]); /* it has passed: that is not its group's any more */
    assert_int_equal(gather_waiting(g), 1);
    let_go(&gate, GROUPS_MAX);
    wait_begun(&gate, 3);
    end(g, &gate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_while_a_group_is_under_way_is_the_next_group),
        cmocka_unit_test(the_next_group_leaves_when_the_one_before_has_passed),
    };
    return cmocka_run_group_tests_name("gather", tests, NULL, NULL);
}
