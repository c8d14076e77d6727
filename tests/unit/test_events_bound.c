/* SPDX-License-Identifier: Apache-2.0 */
/* bound: --since and --until, as they are written and what is within; heartbeat: how far a server
 * is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "cli/events/bound.h"
#include "cli/events/heartbeat.h"

#define UUID "3e11fa47-71ca-11e1-9e33-c80aa9429562"
#define OTHER "11111111-2222-3333-4444-555555555555"

static void expect_time(const char *text, int64_t time_us)
{
    struct bound b;
    struct err err = ERR_INIT;

    if (bound_parse(text, &b, &err) != 0)
        fail_msg("%s: %s", text, err.msg);
    assert_int_equal(b.kind, BOUND_TIME);
    if (b.time_us != time_us)
        fail_msg("%s: %lld, not %lld", text, (long long)b.time_us, (long long)time_us);
    bound_close(&b);
}

static void times_are_read_to_the_microsecond(void **state)
{
    (void)state;
    expect_time("1970-01-01", 0);
    expect_time("2026-01-31", 1769817600000000);
    expect_time("2026-01-31T10:11", 1769854260000000);
    expect_time("2026-01-31T10:11:12", 1769854272000000);
    expect_time("2026-01-31 10:11:12Z", 1769854272000000);
    expect_time("2026-01-31T10:11:12.123456Z", 1769854272123456);
    expect_time("2026-01-31T11:11:12+01:00", 1769854272000000);
    expect_time("2026-01-31T04:41:12.5-05:30", 1769854272500000);
    expect_time("@1769854272", 1769854272000000);
    expect_time("@1769854272.000001", 1769854272000001);
    expect_time("@0", 0);
}

static void expect_kind(const char *text, enum bound_kind kind)
{
    struct bound b;
    struct err err = ERR_INIT;

    if (bound_parse(text, &b, &err) != 0)
        fail_msg("%s: %s", text, err.msg);
    if (b.kind != kind)
        fail_msg("%s: kind %d", text, (int)b.kind);
    bound_close(&b);
}

static void one_transaction_is_told_from_a_set(void **state)
{
    (void)state;
    expect_kind(UUID ":5", BOUND_GTID);
    expect_kind(UUID ":some_tag:5", BOUND_GTID);
    expect_kind("0-1-100", BOUND_GTID);
    expect_kind(UUID ":1-5", BOUND_SET);
    expect_kind(UUID ":1:3", BOUND_SET);
    expect_kind(UUID ":5," OTHER ":1", BOUND_SET);
    expect_kind("0-1-100,1-7-5", BOUND_SET);
    expect_kind("mariadb:0-1-100", BOUND_SET);
    expect_kind("mysql:" UUID ":5", BOUND_SET);
}

static void what_is_neither_is_refused(void **state)
{
    static const char *const texts[] = {
        "",       "yesterday", "2026-02-30",         "2026-13-01", "@",
        "@1.2.3", "@12x",      "@99999999999999999", "@1.1234567", "0-1",
        UUID,     UUID ":0",   UUID ":5-",           "file:a.1:4", "2026-01-31T25:00"};
    struct bound b;
    struct err err = ERR_INIT;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (bound_parse(texts[i], &b, &err) == 0)
            fail_msg("'%s' was taken", texts[i]);
    assert_string_equal(err.msg, "expected a time (2026-01-31T10:11:12Z, @1769854272), a GTID or a "
                                 "GTID set, got \"2026-01-31T25:00\"");
}

/* Which of the transactions GTIDS are within, as a word of + and -. */
static void expect_within(const char *text, bool is_until, const char *const *gtids,
                          const char *want)
{
    struct bound b;
    struct err err = ERR_INIT;
    CLEANUP_BUF struct buf got = BUF_INIT;

    assert_int_equal(bound_parse(text, &b, &err), 0);
    for (size_t i = 0; gtids[i] != NULL; i++) {
        struct origin o = {.file = "f", .gtid = gtids[i], .time_s = 1};
        bool is_within;

        /* twice: an event of the same transaction follows */
        for (int n = 0; n < 2; n++)
            assert_int_equal((is_until ? bound_until : bound_since)(&b, &o, &is_within, &err), 0);
        buf_putc(&got, is_within ? '+' : '-');
    }
    if (strcmp(buf_text(&got), want) != 0)
        fail_msg("%s %s: %s, not %s", is_until ? "until" : "since", text, buf_text(&got), want);
    bound_close(&b);
}

static void mysql_transactions_are_compared(void **state)
{
    static const char *const log[] = {UUID ":1", UUID ":2", OTHER ":1", UUID ":t:2",
                                      "",        UUID ":3", NULL};

    (void)state;
    expect_within(UUID ":2", false, log, "-+++++");
    expect_within(UUID ":2", true, log, "++----");
    expect_within("3E11FA4771CA11E19E33C80AA9429562:t:2", false, log, "---+++");
    expect_within(UUID ":1-2", false, log, "--++++");
    expect_within(UUID ":1-2", true, log, "++----");
    expect_within(UUID ":1-2," OTHER ":1-9", true, log, "+++---");
    expect_within("mysql:" UUID ":2", true, log, "-+----");
}

static void mariadb_transactions_are_compared(void **state)
{
    static const char *const log[] = {"0-1-9", "0-1-10", "1-1-5", "0-2-11", "", NULL};

    (void)state;
    expect_within("0-1-10", false, log, "-++++");
    expect_within("0-1-10", true, log, "++---");
    expect_within("mariadb:0-1-10", false, log, "--+++");
    expect_within("mariadb:0-1-10", true, log, "++---");
    expect_within("0-1-10,1-1-4", true, log, "++---");
    expect_within("0-2-11,1-1-5", true, log, "++++-");
}

static void the_commit_s_time_goes_before_the_event_s(void **state)
{
    struct bound b;
    struct err err = ERR_INIT;
    struct origin exact = {.gtid = "", .time_s = 5, .commit_time_us = 10000001};
    struct origin whole = {.gtid = "", .time_s = 10};
    bool is_within;

    (void)state;
    assert_int_equal(bound_parse("@10.000001", &b, &err), 0);
    assert_int_equal(bound_since(&b, &exact, &is_within, &err), 0);
    assert_true(is_within);
    assert_int_equal(bound_until(&b, &exact, &is_within, &err), 0);
    assert_false(is_within);
    assert_int_equal(bound_since(&b, &whole, &is_within, &err), 0);
    assert_false(is_within);
    assert_int_equal(bound_until(&b, &whole, &is_within, &err), 0);
    assert_true(is_within);
    bound_close(&b);
}

static void heartbeats_of_both_versions_are_read(void **state)
{
    /* as MySQL 9.7 sent it */
    static const uint8_t fields[] = "\x01\x0d"
                                    "binlog.000001\x02\x03\xfc\x3f\x03";
    struct event e = {.type = EVENT_HEARTBEAT_V2, .body = fields, .body_len = sizeof(fields)};
    struct heartbeat h;

    (void)state;
    assert_true(heartbeat_read(&e, &h));
    assert_int_equal(h.file_len, 13);
    assert_memory_equal(h.file, "binlog.000001", 13);
    assert_int_equal(h.offset, 0x33f);
    for (e.body_len = 0; e.body_len < sizeof(fields) - 1; e.body_len++)
        if (heartbeat_read(&e, &h)) /* whole fields alone are a heartbeat, too */
            assert_int_equal(e.body_len, 15);
    e = (struct event){
        .type = EVENT_HEARTBEAT, .body = fields + 2, .body_len = 13, .log_pos = 1234};
    assert_true(heartbeat_read(&e, &h));
    assert_int_equal(h.file_len, 13);
    assert_int_equal(h.offset, 1234);
    e.type = EVENT_XID;
    assert_false(heartbeat_read(&e, &h));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_read_to_the_microsecond),
        cmocka_unit_test(one_transaction_is_told_from_a_set),
        cmocka_unit_test(what_is_neither_is_refused),
        cmocka_unit_test(mysql_transactions_are_compared),
        cmocka_unit_test(mariadb_transactions_are_compared),
        cmocka_unit_test(heartbeats_of_both_versions_are_read),
        cmocka_unit_test(the_commit_s_time_goes_before_the_event_s),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
