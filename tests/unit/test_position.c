/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "replicator/binlog/log_end.h"
#include "replicator/binlog/position_kind.h"
#include "replicator/binlog/stream_error.h"

#define A "3e11fa47-71ca-11e1-9e33-c80aa9429562"

static struct err err;

static void check_text(const char *in, const char *out)
{
    struct position *p = NULL;
    CLEANUP_BUF struct buf text = BUF_INIT;

    assert_int_equal(position_parse(in, &p, &err), 0);
    position_print(p, &text);
    assert_string_equal(text.ptr, out);
    position_free(p);
}

static void a_position_of_each_kind_survives_the_way_through_text(void **state)
{
    (void)state;
    check_text("mysql:", "mysql:");
    check_text("mysql:" A ":1-77:tag:1-3", "mysql:" A ":1-77:tag:1-3");
    check_text("mariadb:", "mariadb:");
    check_text("mariadb:1-7-5,0-1-100", "mariadb:0-1-100,1-7-5");
    check_text("file:binlog.000004:1234", "file:binlog.000004:1234");
    check_text("file:with:colon:4", "file:with:colon:4");
    check_text("file:b:18446744073709551600", "file:b:18446744073709551600");
}

static void check_refused(const char *in, const char *message)
{
    struct position *p = NULL;

    assert_int_equal(position_parse(in, &p, &err), -1);
    assert_null(p);
    assert_int_equal(err.code, ERR_FORMAT);
    assert_string_equal(err.msg, message);
}

static void malformed_positions_are_refused_with_words(void **state)
{
    (void)state;
    check_refused("", "position: expected mysql:SET, mariadb:POSITION or file:NAME:OFFSET, got ''");
    check_refused("Mysql:", "position: expected mysql:SET, mariadb:POSITION or file:NAME:OFFSET, "
                            "got 'Mysql:'");
    check_refused("mysql:x", "gtid: expected a server UUID at 'x'");
    check_refused("mariadb:1", "gtid: expected domain-server-number at '1'");
    check_refused("file:x", "position: expected file:NAME:OFFSET, got 'file:x'");
    check_refused("file::4", "position: expected file:NAME:OFFSET, got 'file::4'");
    check_refused("file:x:", "position: expected an offset of at least 4, got ''");
    check_refused("file:x:3", "position: expected an offset of at least 4, got '3'");
    check_refused("file:x:-5", "position: expected an offset of at least 4, got '-5'");
    check_refused("file:x:5x", "position: expected an offset of at least 4, got '5x'");
    check_refused("file:x:99999999999999999999",
                  "position: offset '99999999999999999999' is too large");
}

static bool covers(const char *one, const char *other)
{
    struct position *a = NULL, *b = NULL;
    bool result;

    assert_int_equal(position_parse(one, &a, &err), 0);
    assert_int_equal(position_parse(other, &b, &err), 0);
    result = position_covers(a, b);
    position_free(a);
    position_free(b);
    return result;
}

static int64_t missing(const char *one, const char *other)
{
    struct position *a = NULL, *b = NULL;
    int64_t n;

    assert_int_equal(position_parse(one, &a, &err), 0);
    assert_int_equal(position_parse(other, &b, &err), 0);
    n = position_missing(a, b);
    position_free(a);
    position_free(b);
    return n;
}

#define UUID_A "3e11fa47-71ca-11e1-9e33-c80aa9429562"
#define UUID_B "4e11fa47-71ca-11e1-9e33-c80aa9429562"

static void what_is_missing_is_counted(void **state)
{
    (void)state;
    assert_int_equal(missing("mysql:" UUID_A ":1-5", "mysql:" UUID_A ":1-5"), 0);
    assert_int_equal(missing("mysql:" UUID_A ":1-9", "mysql:" UUID_A ":1-5"), 0);
    assert_int_equal(missing("mysql:" UUID_A ":1-5:8", "mysql:" UUID_A ":1-10"), 4);
    assert_int_equal(missing("mysql:" UUID_A ":3-5", "mysql:" UUID_A ":1-2:5-7"), 4);
    assert_int_equal(missing("mysql:" UUID_A ":1-5", "mysql:" UUID_A ":1-5:t:1-2," UUID_B ":7"), 3);
    assert_int_equal(missing("mariadb:0-1-100,1-7-5", "mariadb:0-2-103,1-7-4,2-1-10"), 13);
    assert_int_equal(missing("file:binlog.000004:4", "file:binlog.000005:4"), -1);
    assert_int_equal(missing("mariadb:0-1-100", "mysql:" UUID_A ":1"), -1);
}

static void a_log_s_number_is_the_end_of_its_name(void **state)
{
    (void)state;
    assert_int_equal(log_number("binlog.000012"), 12);
    assert_int_equal(log_number("my.host-bin.1000000"), 1000000);
    assert_int_equal(log_number("binlog"), 0);
    assert_int_equal(log_number(""), 0);
}

static void a_position_covers_those_before_it(void **state)
{
    (void)state;
    assert_true(covers("mysql:" A ":1-5", "mysql:" A ":1-5"));
    assert_false(covers("mysql:" A ":1-5", "mysql:" A ":1-6"));
    assert_true(covers("mariadb:0-1-5", "mariadb:0-1-5"));
    assert_true(covers("file:b.000002:4", "file:b.000001:99"));
    assert_false(covers("file:b.000002:4", "file:b.000002:5"));
    assert_true(covers("file:b.1000000:4", "file:b.999999:4"));
    assert_false(covers("file:b.999999:4", "file:b.1000000:4"));
    assert_false(covers("mysql:", "mariadb:"));
}

static void an_offset_goes_on_beyond_4_gib(void **state)
{
    const uint64_t gib4 = (uint64_t)1 << 32;

    (void)state;
    assert_true(position_advance(4, 100, 104) == 104);
    /* MariaDB 11.4 says 0 within a transaction */
    assert_true(position_advance(4, 100, 0) == 104);
    assert_true(position_advance(gib4 - 50, 100, 50) == gib4 + 50);
    assert_true(position_advance(3 * gib4 + 4, 100, 104) == 3 * gib4 + 104);
    /* the server's word corrects our count, in both directions */
    assert_true(position_advance(1000, 100, 2100) == 2100);
    assert_true(position_advance(gib4 + 10, 100, 4294967290u) == gib4 - 6);
    assert_true(position_advance(gib4 - 10, 5, 20) == gib4 + 20);
    /* an event that ends at 4 GiB exactly says 0, one that ends a byte before or after does not */
    assert_true(position_advance(gib4 - 100, 100, 0) == gib4);
    assert_true(position_advance(gib4 - 101, 100, 4294967295u) == gib4 - 1);
    assert_true(position_advance(gib4 - 99, 100, 1) == gib4 + 1);
    /* one event of 1 GiB after the other, all the way to 16 GiB */
    for (uint64_t at = 4; at < 4 * gib4; at += gib4 / 4)
        assert_true(position_advance(at, (uint32_t)(gib4 / 4), (uint32_t)(at + gib4 / 4)) ==
                    at + gib4 / 4);
    /* what was not counted beyond 4 GiB: half of them either way is understood */
    assert_true(position_advance(2 * gib4 + 100, 50, 2147483700u) == 2 * gib4 + 2147483700u);
    assert_true(position_advance(5, 10, 4294967290u) == 4294967290u);
}

static void check_error(unsigned number, const char *text, enum err_code code, bool is_transient)
{
    assert_int_equal(stream_error(&err, number, text), -1);
    assert_int_equal(err.code, code);
    assert_int_equal(err.detail, number);
    assert_int_equal(err.transient, is_transient);
}

/* Texts as MySQL 8 and 9 and MariaDB 10.11 send them. */
static void errors_of_the_stream_say_what_to_do(void **state)
{
    (void)state;
    check_error(1236, "Could not find first log file name in binary log index file", ERR_GONE,
                false);
    check_error(1236,
                "Cannot replicate because the source purged required binary logs. Replicate the "
                "missing transactions from elsewhere",
                ERR_GONE, false);
    check_error(1236,
                "Could not find GTID state requested by slave in any binlog files. Probably the "
                "slave state is too old and required binlog files have been purged.",
                ERR_GONE, false);
    check_error(1236, "Client requested source to start replication from position > file size",
                ERR_GONE, false);
    check_error(1236, "Replica has more GTIDs than the source has, using the source's SERVER_UUID.",
                ERR_GONE, false);
    check_error(1945, "connecting slave requested to start from GTID 0-1-5", ERR_GONE, false);
    assert_non_null(err.hint[0] != '\0' ? err.hint : NULL);
    check_error(
        1236,
        "A replica with the same server_uuid/server_id as this replica has connected to the "
        "source",
        ERR_MYSQL, true);
    assert_true(err.wait_ms >= 60000);
    check_error(4052, "A slave with the same server_uuid/server_id is already connected", ERR_MYSQL,
                true);
    check_error(1227,
                "Access denied; you need (at least one of) the REPLICATION SLAVE privilege(s)",
                ERR_AUTH, false);
    assert_string_equal(err.hint,
                        "GRANT REPLICATION SLAVE ON *.* to this account, and check its password.");
    check_error(1236,
                "The replication sender thread cannot start in AUTO_POSITION mode: this server "
                "has GTID_MODE = OFF instead of ON.",
                ERR_GONE, false);
    assert_string_equal(err.msg,
                        "binlog: the checkpoint is a GTID set, and the server's gtid_mode is not "
                        "ON any more (1236: The replication sender thread cannot start in "
                        "AUTO_POSITION mode: this server has GTID_MODE = OFF instead of ON.)");
    check_error(1236, "bogus data in log event", ERR_GONE, false);
    check_error(2013, "Lost connection to server during query", ERR_MYSQL, true);
    check_error(1053, "Server shutdown in progress", ERR_MYSQL, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_position_of_each_kind_survives_the_way_through_text),
        cmocka_unit_test(malformed_positions_are_refused_with_words),
        cmocka_unit_test(a_position_covers_those_before_it),
        cmocka_unit_test(what_is_missing_is_counted),
        cmocka_unit_test(a_log_s_number_is_the_end_of_its_name),
        cmocka_unit_test(an_offset_goes_on_beyond_4_gib),
        cmocka_unit_test(errors_of_the_stream_say_what_to_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
