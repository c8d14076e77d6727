/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of batches, against a scripted server: what becomes of a lost one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/sheets_fixture.h"

static const char taken[] =
    "{\"error\":{\"code\":400,\"message\":\"Invalid requests[0].createDeveloperMetadata: taken\"}}";

/* Batches carry numbers, and the spreadsheet shows the 7th. */
static void number_from_seven(void)
{
    struct err err = ERR_INIT;
    struct sheet_tabs tabs;

    assert_int_equal(sheets_number(sheets, "one", &err), 0);
    expect_api(200, "{\"developerMetadata\":["
                    "{\"metadataKey\":\"tabrelay.two\",\"metadataValue\":\"99 0000000000000001\"},"
                    "{\"metadataKey\":\"tabrelay.one\",\"metadataValue\":\"7 0000000000000001\"},"
                    "{\"metadataKey\":\"tabrelay.one\",\"metadataValue\":\"8 1\"},"
                    "{\"metadataKey\":\"tabrelay.one\"}],"
                    "\"sheets\":[{\"properties\":{\"sheetId\":0,\"title\":\"Jon's\"}}]}");
    assert_int_equal(sheets_tabs(sheets, "ID", &tabs, &err), 0);
    sheet_tabs_close(&tabs);
    buf_clear(&script.asked);
}

static int send_numbered(struct batch_number *number, struct err *err)
{
    struct grid *proof = NULL;

    assert_int_equal(sheets_next_number(sheets, "ID", number, err), 0);
    return send_one(0, &proof, err);
}

/* The answer to a reading of numbers: it shows NUMBER, which OWNER has sent. */
static void expect_number_of(struct batch_number number, unsigned long long owner)
{
    static char text[160]; /* the answer is kept by its address */

    snprintf(text, sizeof(text),
             "{\"developerMetadata\":[{\"metadataKey\":\"tabrelay.one\",\"metadataValue\":"
             "\"%lld %016llx %016llx\"}]}",
             (long long)number.n, (unsigned long long)number.writer, owner);
    expect_api(200, text);
}

static void expect_number(struct batch_number number)
{
    expect_number_of(number, 0);
}

static enum sheets_fate fate_of(struct batch_number number)
{
    struct err err = ERR_INIT;
    enum sheets_fate fate;

    assert_int_equal(sheets_fate(sheets, "ID", number, &fate, &err), 0);
    return fate;
}

static bool was_asked(const char *text)
{
    return strstr(buf_text(&script.asked), text) != NULL;
}

static int count_of(const char *text)
{
    int n = 0;

    for (const char *at = buf_text(&script.asked); (at = strstr(at, text)) != NULL; at++)
        n++;
    return n;
}

static void every_batch_has_the_next_number(void **state)
{
    struct err err = ERR_INIT;
    struct batch_number number, next;

    (void)state;
    number_from_seven();
    for (int i = 0; i < 3; i++)
        expect_api(200, "{}");
    assert_int_equal(send_numbered(&number, &err), 0);
    assert_int_equal(number.n, 8);
    assert_true(was_asked("{\"requests\":[{\"createDeveloperMetadata\":{\"developerMetadata\":{"
                          "\"metadataId\":"));
    assert_true(was_asked("\"metadataKey\":\"tabrelay.one\",\"metadataValue\":\"8 "));
    assert_true(was_asked("\"location\":{\"spreadsheet\":true},\"visibility\":\"DOCUMENT\"}}},"
                          "{\"updateCells\""));
    assert_int_equal(send_numbered(&next, &err), 0);
    assert_true(next.n == 9 && next.writer != number.writer);
    /* The first ones may have rivals of a process that is gone. */
    assert_false(was_asked("deleteDeveloperMetadata"));
    buf_clear(&script.asked);
    assert_int_equal(send_numbered(&number, &err), 0);
    assert_true(was_asked(",{\"deleteDeveloperMetadata\":{\"dataFilter\":{"
                          "\"developerMetadataLookup\":{\"metadataId\":"));
}

static void a_lost_batch_that_is_there_was_applied(void **state)
{
    struct err err = ERR_INIT;
    struct batch_number number, next;

    (void)state;
    number_from_seven();
    expect_api(503, "");
    assert_int_equal(send_numbered(&number, &err), -1);
    assert_int_equal(err.code, ERR_LOST);
    expect_number(number);
    assert_int_equal(fate_of(number), SHEETS_APPLIED);
    assert_int_equal(api_calls(), 3);
    expect_api(200, "{}");
    assert_int_equal(send_numbered(&next, &err), 0);
    assert_int_equal(next.n, 9);
    assert_int_equal(api_calls(), 4);
}

static void a_lost_batch_that_is_not_there_never_will_be(void **state)
{
    struct err err = ERR_INIT;
    struct batch_number number, next;

    (void)state;
    number_from_seven();
    expect_api(503, "");
    assert_int_equal(send_numbered(&number, &err), -1);
    expect_number((struct batch_number){.n = 7, .writer = 1});
    expect_api(200, "{}"); /* its number is taken */
    buf_clear(&script.asked);
    assert_int_equal(fate_of(number), SHEETS_NOT_APPLIED);
    assert_true(was_asked("GET /v4/spreadsheets/ID?fields=developerMetadata(metadataKey,"
                          "metadataValue)&prettyPrint=false"));
    assert_true(was_asked("{\"requests\":[{\"createDeveloperMetadata\""));
    expect_api(200, "{}");
    assert_int_equal(send_numbered(&next, &err), 0);
    assert_int_equal(next.n, 9);
    /* Asked once more it is the same, without a look. */
    assert_int_equal(fate_of(number), SHEETS_NOT_APPLIED);
    assert_int_equal(api_calls(), 5);
}

static void a_lost_batch_that_comes_between_was_applied(void **state)
{
    struct err err = ERR_INIT;
    struct batch_number number;

    (void)state;
    number_from_seven();
    expect_api(503, "");
    assert_int_equal(send_numbered(&number, &err), -1);
    expect_number((struct batch_number){.n = 7, .writer = 1});
    expect_api(400, taken);
    expect_number(number);
    assert_int_equal(fate_of(number), SHEETS_APPLIED);
}

/* Nobody asked: the next batch finds out before it leaves. */
static void nothing_is_sent_before_a_lost_batch_is_settled(void **state)
{
    struct err err = ERR_INIT;
    struct batch_number number;
    struct grid *proof = NULL;

    (void)state;
    number_from_seven();
    expect_api(503, "");
    assert_int_equal(send_numbered(&number, &err), -1);
    for (int i = 0; i < 4; i++)
        expect_api(503, "");
    assert_int_equal(send_one(0, &proof, &err), -1);
    assert_int_equal(api_calls(), 6); /* readings */
    expect_number(number);
    expect_api(200, "{}");
    assert_int_equal(send_one(0, &proof, &err), 0);
}

static void a_rival_has_taken_the_number(void **state)
{
    struct err err = ERR_INIT;
    struct batch_number number, next;

    (void)state;
    number_from_seven();
    expect_api(400, taken);
    expect_number((struct batch_number){.n = 8, .writer = 2});
    assert_int_equal(send_numbered(&number, &err), -1);
    assert_true(err.code == ERR_HTTP && err.transient);
    assert_int_equal(fate_of(number), SHEETS_NOT_APPLIED);
    expect_api(200, "{}");
    assert_int_equal(send_numbered(&next, &err), 0);
    assert_int_equal(next.n, 9);
}

static void the_network_has_sent_it_twice(void **state)
{
    struct err err = ERR_INIT;
    struct batch_number number;

    (void)state;
    number_from_seven();
    assert_int_equal(sheets_next_number(sheets, "ID", &number, &err), 0);
    expect_api(400, taken);
    expect_number(number);
    assert_int_equal(send_numbered(&number, &err), -1);
    assert_int_equal(err.code, ERR_LOST);
    expect_number(number);
    assert_int_equal(fate_of(number), SHEETS_APPLIED);
}

static void a_spreadsheet_that_refuses_numbers_gets_none(void **state)
{
    struct err err = ERR_INIT;
    struct batch_number number;
    struct grid *proof = NULL;

    (void)state;
    number_from_seven();
    for (int i = 0; i < 3; i++) {
        expect_api(400, taken);
        expect_number((struct batch_number){.n = 7, .writer = 1});
        assert_int_equal(send_one(0, &proof, &err), -1);
        assert_true(err.code == ERR_HTTP && err.transient);
    }
    buf_clear(&script.asked);
    expect_api(200, "{}");
    assert_int_equal(send_numbered(&number, &err), 0);
    assert_int_equal(number.n, 0);
    assert_true(was_asked("{\"requests\":[{\"updateCells\""));
    assert_int_equal(fate_of(number), SHEETS_MAYBE_APPLIED);
}

/* Its number is the one that a holder before, which was frozen, would send its batch with. */
static void the_first_number_of_a_holder_stays(void **state)
{
    struct err err = ERR_INIT;
    struct batch_number first, number;

    (void)state;
    number_from_seven();
    sheets_number_anew(sheets, 1);
    expect_number((struct batch_number){.n = 7, .writer = 1});
    for (int i = 0; i < 4; i++)
        expect_api(200, "{}");
    assert_int_equal(send_numbered(&first, &err), 0);
    assert_int_equal(first.n, 8);
    for (int i = 0; i < 3; i++)
        assert_int_equal(send_numbered(&number, &err), 0);
    assert_int_equal(number.n, 11);
    /* 9 goes with 10, and 10 with 11; 8 never does. */
    assert_int_equal(count_of("deleteDeveloperMetadata"), 2);
    /* Another holder of the lease, the same process: what it knew is asked for again. */
    sheets_number_anew(sheets, 2);
    expect_number((struct batch_number){.n = 20, .writer = 1});
    expect_api(200, "{}");
    assert_int_equal(send_numbered(&number, &err), 0);
    assert_int_equal(number.n, 21);
}

/* We are 5; the 8th batch is ours, and the number of the 9th is RIVAL's, of OWNER. */
static void meet(struct batch_number rival, unsigned long long owner)
{
    struct err err = ERR_INIT;
    struct batch_number number;

    number_from_seven();
    assert_int_equal(sheets_owner(sheets, 5, "one here:1", &err), 0);
    expect_api(200, "{}");
    assert_int_equal(send_numbered(&number, &err), 0);
    expect_api(400, taken);
    if (rival.writer == 0)
        rival.writer = number.writer;
    expect_number_of(rival, owner);
    expect_api(200, "{}");
    buf_clear(&script.asked);
    assert_int_equal(send_numbered(&number, &err), -1);
    assert_true(number.n == 9 && err.code == ERR_HTTP && err.transient);
}

static void two_with_one_state_database_write_no_more(void **state)
{
    struct err err = ERR_INIT;
    struct batch_number number;
    size_t calls;

    (void)state;
    meet((struct batch_number){.n = 9, .writer = 1}, 5);
    /* The other one is told by its next number, which is taken. */
    assert_true(was_asked("{\"requests\":[{\"createDeveloperMetadata\""));
    assert_true(was_asked("\"metadataValue\":\"10 "));
    assert_int_equal(sheets_ownership(sheets, "ID", 0), SHEETS_COPYS);
    calls = api_calls();
    assert_int_equal(sheets_next_number(sheets, "ID", &number, &err), -1);
    assert_string_equal(err.msg, "sheets: another tabrelay with a copy of this state database "
                                 "writes spreadsheet ID");
    assert_int_equal(api_calls(), calls);
    /* Who gets the lease anew begins anew. */
    sheets_number_anew(sheets, 2);
    expect_number_of((struct batch_number){.n = 12, .writer = 1}, 5);
    expect_api(200, "{}");
    assert_int_equal(send_numbered(&number, &err), 0);
    assert_int_equal(number.n, 13);
}

static void others_that_write_as_well_are_no_copies(void **state)
{
    struct err err = ERR_INIT;
    struct batch_number number;

    (void)state;
    meet((struct batch_number){.n = 9, .writer = 1}, 6); /* another state database, the same name */
    assert_int_equal(sheets_ownership(sheets, "ID", 0), SHEETS_NOBODYS);
    assert_int_equal(send_numbered(&number, &err), 0);
    assert_int_equal(number.n, 10);
}

static void a_late_batch_of_our_own_is_no_copy(void **state)
{
    struct err err = ERR_INIT;
    struct batch_number number;

    (void)state;
    meet((struct batch_number){.n = 9}, 5);
    assert_int_equal(send_numbered(&number, &err), 0);
    assert_int_equal(number.n, 10);
}

static int refuse(void *ctx, struct err *err)
{
    *(int *)ctx += 1;
    return err_set(err, ERR_STOPPED, "lease: lost");
}

static void what_the_guard_refuses_is_not_sent(void **state)
{
    struct err err = ERR_INIT;
    struct batch_number number;
    int asked = 0;

    (void)state;
    number_from_seven();
    sheets_guard(sheets, refuse, &asked);
    assert_int_equal(send_numbered(&number, &err), -1);
    assert_int_equal(err.code, ERR_STOPPED);
    assert_int_equal(asked, 1);
    assert_int_equal(api_calls(), 1); /* that of the tabs */
    sheets_guard(sheets, NULL, NULL);
    expect_api(200, "{}");
    assert_int_equal(send_numbered(&number, &err), 0);
    assert_int_equal(number.n, 8);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, open_sheets, close_sheets)
    const struct CMUnitTest tests[] = {
        CASE(every_batch_has_the_next_number),
        CASE(a_lost_batch_that_is_there_was_applied),
        CASE(a_lost_batch_that_is_not_there_never_will_be),
        CASE(a_lost_batch_that_comes_between_was_applied),
        CASE(nothing_is_sent_before_a_lost_batch_is_settled),
        CASE(a_rival_has_taken_the_number),
        CASE(the_network_has_sent_it_twice),
        CASE(a_spreadsheet_that_refuses_numbers_gets_none),
        CASE(the_first_number_of_a_holder_stays),
        CASE(two_with_one_state_database_write_no_more),
        CASE(others_that_write_as_well_are_no_copies),
        CASE(a_late_batch_of_our_own_is_no_copy),
        CASE(what_the_guard_refuses_is_not_sent),
    };

    return cmocka_run_group_tests(tests, start_server, stop_server);
}
