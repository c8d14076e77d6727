/* SPDX-License-Identifier: Apache-2.0 */
/* line: changes as lines of JSON, byte by byte, whatever the place in the buffer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/events/line.h"
#include "common/buf.h"

static struct err err;

/* A sink whose output can be read again. */
struct tape {
    struct stop *stop;
    struct sink sink;
    struct line line;
    int fd;
};

static void tape_open(struct tape *t)
{
    t->fd = memfd_create("tape", 0);
    assert_true(t->fd >= 0);
    t->stop = stop_new();
    assert_int_equal(sink_open(&t->sink, t->fd, t->stop, &err), 0);
    t->line = LINE_INIT(&t->sink);
}

static void tape_read(struct tape *t, struct buf *out)
{
    off_t len;
    char *to;

    sink_flush(&t->sink);
    assert_int_equal(sink_check(&t->sink, &err), 0);
    len = lseek(t->fd, 0, SEEK_END);
    to = buf_reserve(out, (size_t)len);
    assert_non_null(to);
    assert_int_equal(pread(t->fd, to, (size_t)len, 0), len);
    out->len += (size_t)len;
    to[len] = '\0';
}

static void tape_close(struct tape *t)
{
    line_close(&t->line);
    sink_close(&t->sink);
    stop_free(t->stop);
    close(t->fd);
}

static char id[] = "id", name[] = "na\"me", value[] = "value", schema[] = "s", table_name[] = "t";
static size_t first_column[] = {0};

/* id, "na"me" (text), and one of TYPE. */
static struct table table_of(struct column columns[3], enum column_type type)
{
    columns[0] = (struct column){.name = id, .type = COLUMN_INT};
    columns[1] = (struct column){.name = name, .type = COLUMN_TEXT};
    columns[2] = (struct column){.name = value, .type = type};
    return (struct table){.schema = schema,
                          .name = table_name,
                          .columns = columns,
                          .n_columns = 3,
                          .key = first_column,
                          .n_key = 1};
}

static const struct origin origin = {.file = "binlog.000004",
                                     .offset = 1234,
                                     .server_id = 7,
                                     .time_s = 1769854272,
                                     .gtid = "0-1-100"};
#define HEAD                                                                  \
    "{\"server\":7,\"position\":\"binlog.000004:1234\",\"gtid\":\"0-1-100\"," \
    "\"time\":\"2026-01-31T10:11:12Z\",\"schema\":\"s\",\"table\":\"t\",\"type\":"

static struct value text(const char *s)
{
    return value_text(s, strlen(s));
}

static void print(struct tape *t, enum column_type type, const struct change *change)
{
    struct column columns[3];
    struct table table = table_of(columns, type);
    struct layout *layout = NULL;

    assert_int_equal(layout_new(&table, &layout, &err), 0);
    assert_int_equal(line_begin(&t->line, change->origin, &err), 0);
    line_change(&t->line, layout, change);
    layout_free(layout);
}

/* An inserted row with VALUE in a column of TYPE prints it as WANT. */
static void expect_form(enum column_type type, struct value v, const char *want)
{
    const struct value after[] = {text("1"), text("x"), v};
    struct change change = {.type = CHANGE_INSERT, .after = after, .origin = &origin};
    CLEANUP_BUF struct buf got = BUF_INIT, line = BUF_INIT;
    struct tape t;

    tape_open(&t);
    print(&t, type, &change);
    tape_read(&t, &got);
    tape_close(&t);
    buf_puts(&line, HEAD "\"insert\",\"key\":{\"id\":1},\"before\":null,\"after\":{\"id\":1,"
                         "\"na\\\"me\":\"x\"");
    if (want != NULL)
        buf_printf(&line, ",\"value\":%s", want);
    buf_puts(&line, "}}\n");
    assert_string_equal(buf_text(&got), buf_text(&line));
}

static void each_form_of_value_is_written_as_documented(void **state)
{
    (void)state;
    expect_form(COLUMN_INT, text("-12"), "-12");
    expect_form(COLUMN_INT, VALUE_INIT_NULL, "null");
    expect_form(COLUMN_INT, (struct value){0}, NULL);
    expect_form(COLUMN_BIT, text("18446744073709551615"), "18446744073709551615");
    expect_form(COLUMN_YEAR, text("2024"), "2024");
    expect_form(COLUMN_YEAR, text("0000"), "0");
    expect_form(COLUMN_DOUBLE, text("-1.5e-16"), "-1.5e-16");
    expect_form(COLUMN_DOUBLE, text("nan"), "\"nan\"");
    expect_form(COLUMN_FLOAT, text("-inf"), "\"-inf\"");
    expect_form(COLUMN_DECIMAL, text("250.00"), "\"250.00\"");
    expect_form(COLUMN_DECIMAL, VALUE_INIT_NULL, "null");
    expect_form(COLUMN_TIME, text("-507:48:27.250"), "\"-507:48:27.250\"");
    expect_form(COLUMN_DATETIME, text("2024-02-29 10:11:12.345678"),
                "\"2024-02-29 10:11:12.345678\"");
    expect_form(COLUMN_TEXT, text(""), "\"\"");
    expect_form(COLUMN_TEXT, text("\"quoted\"\n"), "\"\\\"quoted\\\"\\n\"");
    expect_form(COLUMN_TEXT, text("\xff\n"), "{\"hex\":\"ff0a\"}");
    expect_form(COLUMN_TEXT, VALUE_INIT_NULL, "null");
    expect_form(COLUMN_ENUM, text("rot"), "\"rot\"");
    expect_form(COLUMN_JSON, text("null"), "\"null\"");
    expect_form(COLUMN_JSON, text("{\"a\": 1}"), "\"{\\\"a\\\": 1}\"");
    expect_form(COLUMN_BINARY, value_text("\0\xff", 2), "{\"hex\":\"00ff\"}");
    expect_form(COLUMN_BINARY, text(""), "{\"hex\":\"\"}");
    expect_form(COLUMN_OTHER, text("?"), "{\"hex\":\"3f\"}");
}

static void images_that_are_not_there_are_null(void **state)
{
    const struct value before[] = {text("1"), text("x"), text("2")};
    const struct value after[] = {text("9"), {0}, VALUE_INIT_NULL};
    struct origin nameless = {.file = "", .gtid = "", .commit_time_us = 1769854272000001};
    struct change update = {
        .type = CHANGE_UPDATE, .before = before, .after = after, .origin = &origin};
    struct change delete = {.type = CHANGE_DELETE, .before = after, .origin = &nameless};
    CLEANUP_BUF struct buf got = BUF_INIT;
    struct tape t;

    (void)state;
    tape_open(&t);
    print(&t, COLUMN_INT, &update);
    print(&t, COLUMN_INT, &delete);
    tape_read(&t, &got);
    tape_close(&t);
    assert_string_equal(
        buf_text(&got),
        HEAD "\"update\",\"key\":{\"id\":1},\"before\":{\"id\":1,\"na\\\"me\":\"x\",\"value\":2},"
             "\"after\":{\"id\":9,\"value\":null}}\n"
             "{\"server\":0,\"position\":\":0\",\"gtid\":null,\"time\":\"2026-01-31T10:11:12."
             "000001Z\",\"schema\":\"s\",\"table\":\"t\",\"type\":\"delete\",\"key\":{\"id\":9},"
             "\"before\":{\"id\":9,\"value\":null},\"after\":null}\n");
}

/* Values around the size of the buffer and of its pieces, printed at every kind of place. */
static void long_values_come_whole(void **state)
{
    static const size_t lengths[] = {1000, 16383, 16384, 16385, 40000, 131072, 300000};
    char *long_text = malloc(300000);
    struct tape t;

    (void)state;
    assert_non_null(long_text);
    for (size_t i = 0; i < 300000; i += 3)
        memcpy(long_text + i, "\xe2\x86\x92", 3); /* an arrow: three bytes never to be cut */
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        CLEANUP_BUF struct buf got = BUF_INIT, want = BUF_INIT;
        size_t len = lengths[i] - lengths[i] % 3;
        const struct value after[] = {text("1"), value_text(long_text, len),
                                      value_text(long_text, lengths[i])};
        struct change change = {.type = CHANGE_INSERT, .after = after, .origin = &origin};

        tape_open(&t);
        for (int n = 0; n < 5; n++) {
            print(&t, COLUMN_BINARY, &change);
            buf_puts(&want, HEAD "\"insert\",\"key\":{\"id\":1},\"before\":null,\"after\":{"
                                 "\"id\":1,\"na\\\"me\":\"");
            buf_append(&want, long_text, len);
            buf_puts(&want, "\",\"value\":{\"hex\":\"");
            buf_hex(&want, long_text, lengths[i]);
            buf_puts(&want, "\"}}}\n");
        }
        tape_read(&t, &got);
        tape_close(&t);
        assert_int_equal(got.len, want.len);
        assert_memory_equal(got.ptr, want.ptr, want.len);
    }
    free(long_text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_of_value_is_written_as_documented),
        cmocka_unit_test(images_that_are_not_there_are_null),
        cmocka_unit_test(long_values_come_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
