/* SPDX-License-Identifier: Apache-2.0 */
/* What is written down of a batch before it leaves, and read after its answer was lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "replicator/session/lost.h"
#include "replicator/session/shipment.h"
#include "tests/unit/sync_fixture.h"

static int read_text(struct fixture *f, const char *text, struct lost_share *share, struct err *err)
{
    CLEANUP_JSON cJSON *json = NULL;

    assert_int_equal(json_parse(text, strlen(text), &json, err), 0);
    return lost_share_read(share, &f->m, 3, cJSON_GetArrayItem(json, 0), err);
}

/* Row 2 is updated, 5 is deleted, 9 is new. */
static void plan_three(struct fixture *f, struct plan *plan, struct buf *base)
{
    struct planned_row *rows = calloc(3, sizeof(*rows));
    struct err err = ERR_INIT;

    fixture_place(f, "2", 2);
    fixture_place(f, "5", 5);
    rows[0].pending = fixture_put(f, "2", "", "8", false);
    rows[0].pending->changed_us = 1700000000123456;
    fixture_base(base, "2", "old", "7");
    rows[0].base = base->ptr;
    rows[0].base_len = base->len;
    rows[1].pending = fixture_put(f, "5", "five", "5", true);
    rows[2].pending = fixture_put(f, "9", "nine", "9", false);
    assert_int_equal(plan_make(plan, &f->m, rows, 3, &err), 0);
}

/* Print the plan of three rows and read it again; what it takes is closed by close_three(). */
struct three {
    struct fixture f;
    struct share share;
    struct lost_share lost;
    struct buf base, text;
};

static void open_three(struct three *t, bool tells_new)
{
    struct shipment sh = {.shares = &t->share, .n_shares = 1};
    struct err err = ERR_INIT;
    bool any;

    *t = (struct three){.share = {.tells_new = tells_new}, .base = BUF_INIT, .text = BUF_INIT};
    fixture_open(&t->f);
    plan_three(&t->f, &t->share.plan, &t->base);
    assert_int_equal(lost_print(&sh, &t->text, &any, &err), 0);
    assert_true(any);
    assert_int_equal(read_text(&t->f, t->text.ptr, &t->lost, &err), 0);
}

static void close_three(struct three *t)
{
    lost_share_close(&t->lost);
    plan_close(&t->share.plan);
    fixture_close(&t->f);
    buf_close(&t->base);
    buf_close(&t->text);
}

static void what_is_written_is_read(void **state)
{
    struct three t;

    (void)state;
    open_three(&t, false);
    assert_int_equal(t.lost.n_rows, 2); /* not the new one */
    assert_true(hash128_equal(t.lost.rows[0].key, fixture_key("2")));
    assert_int_equal(t.lost.rows[0].changed_us, 1700000000123456);
    assert_int_equal(t.lost.rows[0].n_cells, 2);
    assert_int_equal(t.lost.cells[0].mapped, 1);
    assert_true(t.lost.cells[0].is_blank);
    assert_true(t.lost.cells[1].mapped == 2 && !t.lost.cells[1].is_blank);
    assert_true(t.lost.cells[1].hash == hash_value(value_text("8", 1)));
    assert_true(t.lost.rows[1].is_gone && hash128_equal(t.lost.rows[1].key, fixture_key("5")));
    close_three(&t);
}

/* While people are at work. */
static void new_rows_are_written_down_when_asked_for(void **state)
{
    struct three t;

    (void)state;
    open_three(&t, true);
    assert_int_equal(t.lost.n_rows, 3);
    for (size_t i = 0; i < 3; i++)
        assert_true(t.lost.rows[i].is_new == hash128_equal(t.lost.rows[i].key, fixture_key("9")));
    close_three(&t);
}

static void keys_alone_are_rows_that_go(void **state)
{
    CLEANUP_BUF struct buf text = BUF_INIT;
    const struct hash128 keys[] = {fixture_key("1"), fixture_key("2")};
    struct lost_share lost;
    struct err err = ERR_INIT;
    struct fixture f;

    (void)state;
    fixture_open(&f);
    assert_int_equal(lost_print_keys(&f.m, keys, 2, &text, &err), 0);
    assert_int_equal(read_text(&f, text.ptr, &lost, &err), 0);
    assert_true(lost.n_rows == 2 && lost.rows[0].is_gone && lost.rows[1].is_gone);
    assert_true(hash128_equal(lost.rows[1].key, keys[1]));
    lost_share_close(&lost);
    fixture_close(&f);
}

/* The table may have changed before it is read. */
static void a_column_that_is_gone_is_left_out(void **state)
{
    struct lost_share lost;
    struct err err = ERR_INIT;
    struct fixture f;

    (void)state;
    fixture_open(&f);
    assert_int_equal(
        read_text(
            &f,
            "[{\"columns\":[\"qty\",\"gone\"],\"rows\":[[\"00112233445566778899aabbccddeeff\","
            "0,[[0,\"00000000000000ff\",false],[1,\"01\",false],[7,\"02\",true],"
            "[-1,\"03\",true],[1e99,\"04\",true]]]]}]",
            &lost, &err),
        0);
    assert_int_equal(lost.rows[0].n_cells, 1);
    assert_true(lost.cells[0].mapped == 2 && lost.cells[0].hash == 0xff);
    lost_share_close(&lost);
    fixture_close(&f);
}

static void what_is_no_row_is_refused(void **state)
{
    static const char *const rows[] = {"1",
                                       "[]",
                                       "[\"00112233445566778899aabbccddeef\",0,null]",
                                       "[\"00112233445566778899aabbccddeefg\",0,null]",
                                       "[7,0,null]",
                                       "[\"00112233445566778899aabbccddeeff\",\"0\",null]",
                                       "[\"00112233445566778899aabbccddeeff\",0,7]",
                                       "[\"00112233445566778899aabbccddeeff\",0,[1]]",
                                       "[\"00112233445566778899aabbccddeeff\",0,[[1,2,3]]]",
                                       "[\"00112233445566778899aabbccddeeff\",0,null],"
                                       "[\"00112233445566778899aabbccddeeff\",0,null]"};
    struct fixture f;

    (void)state;
    fixture_open(&f);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP_BUF struct buf text = BUF_INIT;
        struct lost_share lost;
        struct err err = ERR_INIT;

        buf_printf(&text, "[{\"columns\":[\"id\",\"name\"],\"rows\":[%s]}]", rows[i]);
        assert_int_equal(read_text(&f, buf_text(&text), &lost, &err), -1);
        assert_int_equal(err.code, ERR_FORMAT);
        assert_string_equal(err.msg, "sent_batch: a row of mapping things cannot be read");
        lost_share_close(&lost);
    }
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(new_rows_are_written_down_when_asked_for),
        cmocka_unit_test(keys_alone_are_rows_that_go),
        cmocka_unit_test(a_column_that_is_gone_is_left_out),
        cmocka_unit_test(what_is_no_row_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
