/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "replicator/sheets/budget.h"

static struct config_google cfg;
static struct budget *budget;

/* Accounts "a" and "b" of project "p", "c" of "q". */
static int open_budget(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    cfg = (struct config_google){.reads_per_minute = 60,
                                 .writes_per_minute = 60,
                                 .project_reads_per_minute = 80,
                                 .project_writes_per_minute = 80,
                                 .spreadsheet_writes_per_minute = 600};
    budget = budget_new(&cfg);
    return budget == NULL || budget_add(budget, "a", "p", 0, &err) != 0 ||
                   budget_add(budget, "b", "p", 0, &err) != 0 ||
                   budget_add(budget, "c", "q", 0, &err) != 0
               ? -1
               : 0;
}

static int close_budget(void **state)
{
    (void)state;
    budget_free(budget);
    return 0;
}

static struct budget_ask ask(enum budget_kind kind, const char *spreadsheet)
{
    return (struct budget_ask){.kind = kind, .spreadsheet = spreadsheet, .only = BUDGET_ANY};
}

/* So many go at once at NOW; BY gets how many each account did. */
static int go(const struct budget_ask *a, int64_t now, int by[3])
{
    size_t account;
    int n = 0;

    by[0] = by[1] = by[2] = 0;
    for (; budget_wait_ms(budget, a, now, &account) == 0; n++) {
        budget_take(budget, a, account, now);
        by[account]++;
    }
    return n;
}

static void accounts_share_their_projects_bucket(void **state)
{
    const struct budget_ask read = ask(BUDGET_READ, "s");
    int by[3];

    (void)state;
    /* a and b would have 15 each, and p has 20 for both. */
    assert_int_equal(go(&read, 0, by), 35);
    assert_int_equal(by[0] + by[1], 20);
    assert_int_equal(by[2], 15);
    assert_true(abs(by[0] - by[1]) <= 1);
}

static void reads_and_writes_are_counted_apart(void **state)
{
    const struct budget_ask read = ask(BUDGET_READ, "s"), write = ask(BUDGET_WRITE, "s");
    int by[3];

    (void)state;
    go(&read, 0, by);
    assert_int_equal(go(&write, 0, by), 35);
}

static void no_spreadsheet_takes_more_than_its_own(void **state)
{
    const struct budget_ask write = ask(BUDGET_WRITE, "s"), other = ask(BUDGET_WRITE, "t");
    const struct budget_ask read = ask(BUDGET_READ, "s"), any = ask(BUDGET_WRITE, NULL);
    int by[3];

    (void)state;
    cfg.spreadsheet_writes_per_minute = 20;
    assert_int_equal(go(&write, 0, by), 5);
    assert_int_equal(budget_wait_ms(budget, &any, 0, NULL), 0);
    assert_int_equal(budget_wait_ms(budget, &other, 0, NULL), 0);
    assert_int_equal(go(&read, 0, by), 35);
}

static void what_can_wait_leaves_a_reserve_in_each_bucket(void **state)
{
    struct budget_ask page = ask(BUDGET_READ, "s");
    const struct budget_ask proof = ask(BUDGET_READ, "s");
    int by[3];

    (void)state;
    page.claim = QUOTA_CAN_WAIT;
    assert_int_equal(go(&page, 0, by), 16 + 12);
    assert_int_equal(go(&proof, 0, by), 4 + 3);
}

static void a_refusal_is_charged_to_whom_it_names(void **state)
{
    const struct budget_ask write = ask(BUDGET_WRITE, "s");
    const struct budget_refusal user = {
        .limit = "WriteRequestsPerMinutePerUser", .per_minute = 60, .retry_after_ms = 9000};
    const struct budget_refusal project = {
        .limit = "WriteRequestsPerMinutePerProject", .per_minute = 80, .retry_after_ms = 5000};
    const struct budget_refusal nobody = {.limit = "", .retry_after_ms = 7000};
    size_t account;

    (void)state;
    budget_refused(budget, &write, 2, &user, 0);
    assert_int_equal(budget_wait_ms(budget, &write, 0, &account), 0);
    assert_int_not_equal(account, 2);
    budget_refused(budget, &write, 0, &project, 0);
    assert_int_equal(budget_wait_ms(budget, &write, 0, &account), 5000);
    assert_int_not_equal(account, 2);
    budget_refused(budget, &write, 0, &nobody, 0);
    assert_int_equal(budget_wait_ms(budget, &write, 0, &account), 5000);
    assert_int_equal(account, 1);
}

static void a_lower_limit_is_learned_for_whom_it_names(void **state)
{
    const struct budget_ask read = ask(BUDGET_READ, "s");
    const struct budget_refusal refusal = {
        .limit = "ReadRequestsPerMinutePerProject", .per_minute = 8, .retry_after_ms = 1000};
    int by[3];

    (void)state;
    budget_refused(budget, &read, 0, &refusal, 0);
    assert_int_equal(go(&read, 600000, by), 2 + 15);
    assert_int_equal(by[2], 15);
}

static void the_barred_are_left_out_for_a_while_and_tried_where_nobody_is_left(void **state)
{
    const struct budget_ask read = ask(BUDGET_READ, "s"), write = ask(BUDGET_WRITE, "s");
    size_t account;

    (void)state;
    assert_true(budget_bar(budget, &read, 0, 0));
    assert_false(budget_bar(budget, &read, 0, 0));
    assert_true(budget_out(budget, 1, 0));
    budget_wait_ms(budget, &read, 0, &account);
    assert_int_equal(account, 2);
    budget_wait_ms(budget, &write, 0, &account);
    assert_int_not_equal(account, 1);
    assert_true(budget_has_one(budget, &read, 0));
    budget_bar(budget, &read, 2, 0);
    assert_false(budget_has_one(budget, &read, 0));
    assert_int_equal(budget_wait_ms(budget, &read, 0, &account), 0);
    budget_answered(budget, &read, 2);
    budget_wait_ms(budget, &read, 0, &account);
    assert_int_equal(account, 2);
    assert_true(budget_bar(budget, &read, 2, 0)); /* said again, once it had been well */
    assert_true(budget_has_one(budget, &read, 600000));
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, open_budget, close_budget)
    const struct CMUnitTest tests[] = {
        CASE(accounts_share_their_projects_bucket),
        CASE(reads_and_writes_are_counted_apart),
        CASE(no_spreadsheet_takes_more_than_its_own),
        CASE(what_can_wait_leaves_a_reserve_in_each_bucket),
        CASE(a_refusal_is_charged_to_whom_it_names),
        CASE(a_lower_limit_is_learned_for_whom_it_names),
        CASE(the_barred_are_left_out_for_a_while_and_tried_where_nobody_is_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
