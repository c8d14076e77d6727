/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>

#include "common/clock.h"
#include "replicator/queue.h"

static struct item *mark(uint64_t serial)
{
    struct item *item = calloc(1, sizeof(*item));

    item->type = ITEM_MARK;
    item->serial = serial;
    return item;
}

static struct queue *open_queue(size_t max_bytes, struct stop **stop)
{
    struct queue *q;

    *stop = stop_new();
    assert_non_null(*stop);
    q = queue_new(max_bytes, *stop);
    assert_non_null(q);
    return q;
}

static void items_come_out_in_the_order_they_went_in(void **state)
{
    struct stop *stop;
    struct queue *q = open_queue(1 << 20, &stop);
    struct item *item;
    struct err err;

    (void)state;
    for (uint64_t i = 0; i < 3; i++)
        assert_int_equal(queue_push(q, mark(i), &err), 0);
    assert_false(queue_is_empty(q));
    item = queue_pop(q, 0, 1 << 20);
    assert_true(queue_is_empty(q));
    for (uint64_t i = 0; i < 3; i++) {
        struct item *next = item->next;

        assert_int_equal(item->serial, i);
        item_free(item);
        item = next;
    }
    assert_null(item);
    assert_null(queue_pop(q, 0, 1 << 20));
    queue_free(q);
    stop_free(stop);
}

static void a_pop_takes_no_more_bytes_than_asked_but_one_item_at_least(void **state)
{
    struct stop *stop;
    struct queue *q = open_queue(1 << 20, &stop);
    struct item *item;
    struct err err;

    (void)state;
    queue_push(q, mark(1), &err);
    queue_push(q, mark(2), &err);
    item = queue_pop(q, 0, 1);
    assert_int_equal(item->serial, 1);
    assert_null(item->next);
    item_free(item);
    queue_free(q);
    stop_free(stop);
}

static void *fill(void *arg)
{
    struct queue *q = arg;
    struct err err;
    uintptr_t pushed = 0;

    while (queue_push(q, mark(pushed), &err) == 0)
        pushed++;
    return (void *)pushed;
}

static void a_full_queue_makes_the_producer_wait_until_it_is_closed(void **state)
{
    struct stop *stop;
    struct queue *q = open_queue(10 * sizeof(struct item), &stop);
    pthread_t thread;
    void *pushed;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, fill, q), 0);
    stop_wait_ms(stop, 100);
    queue_close(q);
    assert_int_equal(pthread_join(thread, &pushed), 0);
    assert_int_equal((uintptr_t)pushed, 10);
    queue_free(q);
    stop_free(stop);
}

static void a_waiting_consumer_wakes_at_once(void **state)
{
    struct stop *stop;
    struct queue *q = open_queue(1 << 20, &stop);
    pthread_t thread;
    struct item *item;
    int64_t began = clock_mono_ms();

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, fill, q), 0);
    item = queue_pop(q, 10000, 1);
    assert_non_null(item);
    assert_true(clock_mono_ms() - began < 5000);
    item_free(item);
    queue_close(q);
    pthread_join(thread, NULL);
    queue_free(q);
    stop_free(stop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_come_out_in_the_order_they_went_in),
        cmocka_unit_test(a_pop_takes_no_more_bytes_than_asked_but_one_item_at_least),
        cmocka_unit_test(a_full_queue_makes_the_producer_wait_until_it_is_closed),
        cmocka_unit_test(a_waiting_consumer_wakes_at_once),
    };

    return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
