/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "replicator/binlog/gtid_event.h"
#include "replicator/binlog/gtid_list.h"
#include "replicator/binlog/gtid_set.h"

#define A "3e11fa47-71ca-11e1-9e33-c80aa9429562"
#define B "4e11fa47-71ca-11e1-9e33-c80aa9429562"

static struct err err;

static void check_set(const char *in, const char *out)
{
    struct gtid_set set = GTID_SET_INIT, again = GTID_SET_INIT;
    CLEANUP_BUF struct buf text = BUF_INIT, binary = BUF_INIT, text_again = BUF_INIT;

    assert_int_equal(gtid_set_parse(&set, in, &err), 0);
    gtid_set_print(&set, &text);
    assert_string_equal(buf_text(&text), out);
    gtid_set_encode(&set, &binary);
    assert_int_equal(gtid_set_decode(&again, binary.ptr, binary.len, &err), 0);
    gtid_set_print(&again, &text_again);
    assert_string_equal(buf_text(&text_again), out);
    assert_true(gtid_set_covers(&set, &again));
    assert_true(gtid_set_covers(&again, &set));
    /* No shorter binary is taken. */
    for (size_t n = 0; n < binary.len; n++) {
        struct gtid_set part = GTID_SET_INIT;
        char *copy = malloc(n + 1);

        memcpy(copy, binary.ptr, n);
        assert_int_equal(gtid_set_decode(&part, copy, n, &err), -1);
        free(copy);
        gtid_set_close(&part);
    }
    gtid_set_close(&set);
    gtid_set_close(&again);
}

static void sets_are_read_merged_and_printed(void **state)
{
    (void)state;
    check_set("", "");
    check_set(A ":1-5", A ":1-5");
    check_set(A ":5", A ":5");
    check_set(A ":1-3:5-9:4", A ":1-9");
    check_set(A ":7:1-2:4-5:3", A ":1-5:7");
    check_set(A ":1-10:2-3", A ":1-10");
    check_set(A ":10-20:1-15:18-30", A ":1-30");
    check_set(B ":1," A ":2", A ":2," B ":1");
    check_set(A ":1-2,\n" A ":4", A ":1-2:4");
    check_set(" 3E11FA47-71CA-11E1-9E33-C80AA9429562 : 1 - 2 ", A ":1-2");
    check_set("3e11fa4771ca11e19e33c80aa9429562:1", A ":1");
    check_set(A ":9223372036854775806", A ":9223372036854775806");
    check_set(A ":1,," B ":1,", A ":1," B ":1");
}

static void tags_are_kept_lowered_and_apart(void **state)
{
    (void)state;
    check_set(A ":1-4:tag_a:1-3:9:tag_b:1", A ":1-4:tag_a:1-3:9:tag_b:1");
    check_set(A ":ZZ_Top1:5", A ":zz_top1:5");
    check_set(A ":_x:1:a:2:3", A ":_x:1:a:2-3");
    check_set(A ":b:1," A ":1," B ":a:7", A ":1:b:1," B ":a:7");
    check_set(A ":abcdefghijklmnopqrstuvwxyz_12345:1", A ":abcdefghijklmnopqrstuvwxyz_12345:1");
}

static void check_refused(const char *in, const char *message)
{
    struct gtid_set set = GTID_SET_INIT;

    assert_int_equal(gtid_set_parse(&set, in, &err), -1);
    assert_int_equal(err.code, ERR_FORMAT);
    assert_string_equal(err.msg, message);
    gtid_set_close(&set);
}

static void malformed_sets_are_refused_with_words(void **state)
{
    (void)state;
    check_refused("hello", "gtid: expected a server UUID at 'hello'");
    check_refused(A, "gtid: expected ':' after the UUID at ''");
    check_refused(A ":", "gtid: expected a transaction number or range at ''");
    check_refused(A ":0", "gtid: expected a transaction number or range at ''");
    check_refused(A ":5-4", "gtid: expected a transaction number or range at ''");
    check_refused(A ":1-", "gtid: expected a transaction number or range at ''");
    check_refused(A ":9223372036854775807", "gtid: expected a transaction number or range at ''");
    check_refused(
        A ":abcdefghijklmnopqrstuvwxyz_123456:1",
        "gtid: expected a transaction number or range at 'abcdefghijklmnopqrstuvwxyz_123456:1'");
    check_refused(A ":tag", "gtid: no numbers after tag 'tag'");
    check_refused(A ":1;2", "gtid: expected ',' at ';2'");
    check_refused("3e11fa47-71ca-11e1-9e33c80aa9429562:1",
                  "gtid: expected a server UUID at '3e11fa47-71ca-11e1-9e33c80aa9429562:1'");
}

static void the_empty_set_is_eight_zero_bytes(void **state)
{
    struct gtid_set set = GTID_SET_INIT;
    CLEANUP_BUF struct buf out = BUF_INIT;

    (void)state;
    gtid_set_encode(&set, &out);
    assert_int_equal(out.len, 8);
    assert_memory_equal(out.ptr, "\0\0\0\0\0\0\0\0", 8);
}

static void the_tagged_form_is_used_only_when_a_tag_is_held(void **state)
{
    struct gtid_set set = GTID_SET_INIT;
    CLEANUP_BUF struct buf plain = BUF_INIT, tagged = BUF_INIT;

    (void)state;
    assert_int_equal(gtid_set_parse(&set, A ":1-2", &err), 0);
    gtid_set_encode(&set, &plain);
    assert_int_equal(plain.len, 8 + 16 + 8 + 16);
    assert_memory_equal(plain.ptr, "\1\0\0\0\0\0\0\0", 8);
    assert_int_equal(gtid_set_parse(&set, A ":mytag:1-3", &err), 0);
    gtid_set_encode(&set, &tagged);
    assert_memory_equal(tagged.ptr, "\1\2\0\0\0\0\0\1", 8);
    assert_memory_equal(tagged.ptr + 8 + 16, "\0\1\0\0\0\0\0\0\0", 9);
    assert_memory_equal(tagged.ptr + 8 + 16 + 1 + 8 + 16 + 16, "\x0amytag\1", 7);
    gtid_set_close(&set);
}

static void a_set_grows_at_its_end_and_closes_its_gaps(void **state)
{
    struct gtid_set set = GTID_SET_INIT;
    uint8_t uuid[GTID_UUID_BYTES];
    CLEANUP_BUF struct buf text = BUF_INIT;

    (void)state;
    assert_int_equal(gtid_uuid_parse(A, uuid), 36);
    for (int64_t i = 1; i <= 2000; i += 2)
        assert_int_equal(gtid_set_add(&set, uuid, "", i, i + 1, &err), 0);
    assert_int_equal(set.sources[0].n_intervals, 1000);
    for (int64_t i = 2000; i >= 2; i -= 2)
        assert_int_equal(gtid_set_add(&set, uuid, "", i, i + 1, &err), 0);
    gtid_set_print(&set, &text);
    assert_string_equal(text.ptr, A ":1-2000");
    assert_int_equal(gtid_set_add(&set, uuid, "", 0, 1, &err), -1);
    assert_int_equal(gtid_set_add(&set, uuid, "", 5, 5, &err), -1);
    gtid_set_close(&set);
}

static bool covers(const char *one, const char *other)
{
    struct gtid_set a = GTID_SET_INIT, b = GTID_SET_INIT;
    bool result;

    assert_int_equal(gtid_set_parse(&a, one, &err), 0);
    assert_int_equal(gtid_set_parse(&b, other, &err), 0);
    result = gtid_set_covers(&a, &b);
    gtid_set_close(&a);
    gtid_set_close(&b);
    return result;
}

static void a_set_covers_what_is_in_it(void **state)
{
    (void)state;
    assert_true(covers(A ":1-5", ""));
    assert_false(covers("", A ":1"));
    assert_true(covers(A ":1-5:7-9", A ":2-3:8"));
    assert_false(covers(A ":1-5:7-9", A ":5-7"));
    assert_false(covers(A ":1-5", A ":6"));
    assert_true(covers(A ":1-5:7-9", A ":7-9"));
    assert_false(covers(A ":1-5", A ":tag:1"));
    assert_false(covers(A ":tag:1-5", A ":1"));
    assert_true(covers(A ":1-5:tag:1-3," B ":1", A ":tag:3," B ":1"));
}

static void check_list(const char *in, const char *out)
{
    struct gtid_list list = GTID_LIST_INIT;
    CLEANUP_BUF struct buf text = BUF_INIT;

    assert_int_equal(gtid_list_parse(&list, in, &err), 0);
    gtid_list_print(&list, &text);
    assert_string_equal(buf_text(&text), out);
    gtid_list_close(&list);
}

static void mariadb_positions_hold_one_gtid_a_domain(void **state)
{
    struct gtid_list list = GTID_LIST_INIT;

    (void)state;
    check_list("", "");
    check_list("0-1-100", "0-1-100");
    check_list("7-5-1, 0-1-100,\n1-7-5", "0-1-100,1-7-5,7-5-1");
    check_list("0-1-100,0-2-101", "0-2-101");
    check_list("4294967295-4294967295-18446744073709551615",
               "4294967295-4294967295-18446744073709551615");
    assert_int_equal(gtid_list_parse(&list, "0-1", &err), -1);
    assert_string_equal(err.msg, "gtid: expected domain-server-number at '0-1'");
    assert_int_equal(gtid_list_parse(&list, "4294967296-1-1", &err), -1);
    assert_int_equal(gtid_list_parse(&list, "0-1-18446744073709551616", &err), -1);
    assert_int_equal(gtid_list_parse(&list, "0-1-1x", &err), -1);
    assert_int_equal(gtid_list_parse(&list, "-1-1-1", &err), -1);
    gtid_list_close(&list);
}

static void a_mariadb_position_covers_each_domain(void **state)
{
    struct gtid_list a = GTID_LIST_INIT, b = GTID_LIST_INIT;

    (void)state;
    assert_int_equal(gtid_list_parse(&a, "0-1-100,1-7-5", &err), 0);
    assert_int_equal(gtid_list_parse(&b, "0-2-100", &err), 0);
    assert_true(gtid_list_covers(&a, &b));
    assert_false(gtid_list_covers(&b, &a));
    assert_int_equal(gtid_list_parse(&b, "0-2-101", &err), 0);
    assert_false(gtid_list_covers(&a, &b));
    gtid_list_close(&a);
    gtid_list_close(&b);
}

static void an_untagged_event_of_5_7_has_no_commit_time(void **state)
{
    uint8_t body[42] = {0};
    struct event e = {.type = EVENT_GTID, .body = body, .body_len = sizeof(body)};
    struct gtid_event out;

    (void)state;
    body[1] = 0xaa;
    body[17] = 7;
    assert_int_equal(gtid_event_read(&e, &out, &err), 0);
    assert_int_equal(out.number, 7);
    assert_int_equal(out.uuid[0], 0xaa);
    assert_true(out.commit_time_us == 0);
    e.body_len = 24;
    assert_int_equal(gtid_event_read(&e, &out, &err), -1);
    assert_string_equal(err.msg, "binlog: malformed GTID event type 33 of 24 bytes");
}

static void a_gtid_list_event_adds_only_unknown_domains(void **state)
{
    static const uint8_t body[] = {3, 0, 0, 0,                                      /* */
                                   0, 0, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0,  /* 0-1-9 */
                                   7, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0,  /* 7-2-4 */
                                   7, 0, 0, 0, 3, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0}; /* 7-3-5 */
    struct event e = {.type = EVENT_GTID_LIST, .body = body, .body_len = sizeof(body)};
    struct gtid_list list = GTID_LIST_INIT;
    CLEANUP_BUF struct buf text = BUF_INIT;

    (void)state;
    assert_int_equal(gtid_list_parse(&list, "0-1-100", &err), 0);
    assert_int_equal(gtid_event_read_list(&e, &list, &err), 0);
    gtid_list_print(&list, &text);
    assert_string_equal(text.ptr, "0-1-100,7-3-5");
    e.body_len--;
    assert_int_equal(gtid_event_read_list(&e, &list, &err), -1);
    gtid_list_close(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_are_read_merged_and_printed),
        cmocka_unit_test(tags_are_kept_lowered_and_apart),
        cmocka_unit_test(malformed_sets_are_refused_with_words),
        cmocka_unit_test(the_empty_set_is_eight_zero_bytes),
        cmocka_unit_test(the_tagged_form_is_used_only_when_a_tag_is_held),
        cmocka_unit_test(a_set_grows_at_its_end_and_closes_its_gaps),
        cmocka_unit_test(a_set_covers_what_is_in_it),
        cmocka_unit_test(mariadb_positions_hold_one_gtid_a_domain),
        cmocka_unit_test(a_mariadb_position_covers_each_domain),
        cmocka_unit_test(an_untagged_event_of_5_7_has_no_commit_time),
        cmocka_unit_test(a_gtid_list_event_adds_only_unknown_domains),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
