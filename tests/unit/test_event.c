/* SPDX-License-Identifier: Apache-2.0 */
/* Events as real servers wrote them (tests/unit/binlog/record.py), told as they happened. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "common/utf8.h"
#include "replicator/binlog/cursor.h"
#include "replicator/binlog/dispatch.h"
#include "replicator/binlog/event.h"
#include "replicator/binlog/position_kind.h"

#define FOLDER "tests/unit/binlog/"
#define MYSQL_FILE FOLDER "mysql-9.7.binlog"
#define MARIADB_FILE FOLDER "mariadb-10.11.binlog"

enum { MAGIC_BYTES = 4 };

static struct err err;

/* --- the tables of the first recording, as their schema would say; others are read as logged ---
 */

#define COLUMN(n)                                                           \
    {                                                                       \
        .name = (char[]){n}, .sql_type = (char[]){""}, .type = COLUMN_OTHER \
    }
static struct column fruit_columns[] = {
    COLUMN("id"),    COLUMN("name"),   COLUMN("price"), COLUMN("sold"),  COLUMN("kind"),
    COLUMN("marks"), COLUMN("weight"), COLUMN("note"),  COLUMN("small"), COLUMN("bits"),
    COLUMN("code"),  COLUMN("day"),    COLUMN("span"),  COLUMN("seen"),  COLUMN("year")};
static struct column other_columns[] = {COLUMN("id"), COLUMN("v")};
static struct column plain_columns[] = {COLUMN("id")};
static struct column document_columns[] = {COLUMN("id"), COLUMN("body"), COLUMN("more")};
static struct column address_columns[] = {
    {.name = (char[]){"id"}, .sql_type = (char[]){"uuid"}, .type = COLUMN_UUID},
    {.name = (char[]){"six"}, .sql_type = (char[]){"inet6"}, .type = COLUMN_INET6},
    {.name = (char[]){"four"}, .sql_type = (char[]){"inet4"}, .type = COLUMN_INET4},
    COLUMN("text")};

#define TABLE(n, c)                                                          \
    {                                                                        \
        .schema = (char[]){"recorded"}, .name = (char[]){n}, .columns = (c), \
        .n_columns = sizeof(c) / sizeof((c)[0])                              \
    }
static const struct table schema[] = {
    TABLE("fruit", fruit_columns), TABLE("other", other_columns), TABLE("plain", plain_columns),
    TABLE("documents", document_columns), TABLE("addresses", address_columns)};

/* --- what the handler heard, as text --- */

static struct buf heard;

static int want_table(void *ctx, const char *database, const char *name, struct table_wish *out,
                      struct err *e)
{
    (void)ctx;
    (void)e;
    out->is_as_logged = true;
    for (size_t i = 0; i < sizeof(schema) / sizeof(schema[0]); i++)
        if (strcmp(database, "recorded") == 0 && strcmp(name, schema[i].name) == 0)
            out->table = &schema[i];
    return 0;
}

/* So that a line of the expectation is a line, and text. */
static void tell_text(const struct value *v, enum column_type type)
{
    bool is_binary = type == COLUMN_BINARY || type == COLUMN_GEOMETRY || type == COLUMN_VECTOR ||
                     !utf8_is_valid(v->ptr, v->len);

    for (size_t i = 0; i < v->len; i++) {
        unsigned char c = (unsigned char)v->ptr[i];

        if (c < ' ' || c == 127 || (is_binary && c > 127))
            buf_printf(&heard, "\\x%02x", c);
        else
            buf_putc(&heard, (char)c);
    }
}

static void tell_row(const struct table *t, const struct value *values)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        const struct value *v = &values[i];

        buf_putc(&heard, i == 0 ? ' ' : '|');
        if (v->state == VALUE_TEXT && v->len > 200)
            buf_printf(&heard, "%.10s...%zu", v->ptr, v->len);
        else if (v->state == VALUE_TEXT)
            tell_text(v, t->columns[i].type);
        else
            buf_puts(&heard, v->state == VALUE_NULL ? "NULL" : "-");
    }
}

static int on_change(void *ctx, const struct change *c, struct err *e)
{
    static const char *const names[] = {"insert", "update", "delete"};

    (void)ctx;
    (void)e;
    buf_printf(&heard, "%s %s", names[c->type], c->table->name);
    if (c->before != NULL)
        tell_row(c->table, c->before);
    if (c->before != NULL && c->after != NULL)
        buf_puts(&heard, " ->");
    if (c->after != NULL)
        tell_row(c->table, c->after);
    buf_putc(&heard, '\n');
    return 0;
}

static int on_commit(void *ctx, const struct commit *c, struct err *e)
{
    const char *tail = strchr(c->origin->gtid, ':');

    (void)ctx;
    (void)e;
    assert_true(c->commit_time_us > 0);
    /* The number depends on the recording, the tag and the domain do not. */
    if (tail != NULL)
        tail = strchr(tail + 1, ':') == NULL ? "" : ":mytag";
    else
        tail = c->origin->gtid[0] == '7' ? "domain 7" : "";
    buf_printf(&heard, "%s%s%s\n", c->is_rollback ? "rollback" : "commit", *tail == '\0' ? "" : " ",
               tail);
    return 0;
}

static int on_ddl(void *ctx, const struct ddl *d, struct err *e)
{
    static const char *const kinds[] = {"other", "alter",  "rename", "truncate",
                                        "drop",  "create", "dml"};

    (void)ctx;
    (void)e;
    buf_printf(&heard, "%s %s.%s\n", kinds[d->kind], d->schema, d->table);
    return 0;
}

static int on_idle(void *ctx, struct err *e)
{
    (void)ctx;
    (void)e;
    return 0;
}

static const struct reader_handler handler = {.want_table = want_table,
                                              .on_change = on_change,
                                              .on_commit = on_commit,
                                              .on_ddl = on_ddl,
                                              .on_idle = on_idle};

/* --- files --- */

struct file {
    uint8_t *bytes;
    size_t len;
};

/* A NUL follows. */
static struct file read_file(const char *path)
{
    struct file f = {.bytes = calloc(1, 1 << 20)};
    FILE *in = fopen(path, "rb");

    if (in == NULL)
        fail_msg("%s: cannot be opened; run from the project's folder", path);
    f.len = fread(f.bytes, 1, 1 << 20, in);
    fclose(in);
    assert_true(f.len > 0 && f.len < 1 << 20);
    return f;
}

static void check_magic(const struct file *f)
{
    assert_true(f->len > MAGIC_BYTES);
    assert_memory_equal(f->bytes,
                        "\xfe"
                        "bin",
                        MAGIC_BYTES);
}

static size_t event_length(const struct file *f, size_t at)
{
    size_t len = f->len - at < EVENT_HEADER_BYTES ? 0 : (size_t)le_load(f->bytes + at + 9, 4);

    assert_true(len >= EVENT_HEADER_BYTES && len <= f->len - at);
    return len;
}

static struct dispatch *new_dispatch(struct position **p, const char *start)
{
    struct dispatch *d = NULL;

    assert_int_equal(position_parse(start, p, &err), 0);
    assert_int_equal(dispatch_new(&handler, *p, &d, &err), 0);
    return d;
}

static int feed(struct dispatch *d, const uint8_t *event, size_t n)
{
    return dispatch_event(d, event, n, &err);
}

/* What is heard, the error that ends it and the position stand beside the recording. */
static void check_heard_by(const char *name, const char *start,
                           int (*feed_event)(struct dispatch *d, const uint8_t *event, size_t n))
{
    CLEANUP_BUF struct buf path = BUF_INIT, expected_path = BUF_INIT;
    struct file f, expected;
    struct position *p = NULL;
    struct dispatch *d = new_dispatch(&p, start);
    size_t n;

    buf_printf(&path, FOLDER "%s.binlog", name);
    buf_printf(&expected_path, FOLDER "%s.expected", name);
    f = read_file(buf_text(&path));
    expected = read_file(buf_text(&expected_path));
    check_magic(&f);
    buf_clear(&heard);
    for (size_t at = MAGIC_BYTES; at < f.len; at += n) {
        n = event_length(&f, at);
        if (feed_event(d, f.bytes + at, n) != 0)
            buf_printf(&heard, "error %s: %s\n", err_name(err.code), err.msg);
    }
    buf_puts(&heard, "at ");
    position_print(p, &heard);
    buf_putc(&heard, '\n');
    if (getenv("TABRELAY_TEST_VERBOSE") != NULL)
        fputs(buf_text(&heard), stdout);
    assert_string_equal(buf_text(&heard), (char *)expected.bytes);
    dispatch_free(d);
    position_free(p);
    free(expected.bytes);
    free(f.bytes);
}

static void check_heard(const char *name, const char *start)
{
    check_heard_by(name, start, feed);
}

static void a_mysql_file_is_told_as_it_happened(void **state)
{
    (void)state;
    check_heard("mysql-9.7", "file:mysql:4");
}

static void a_mariadb_file_is_told_as_it_happened(void **state)
{
    (void)state;
    check_heard("mariadb-10.11", "file:mariadb:4");
}

static void every_column_type_is_told_as_it_was_written(void **state)
{
    (void)state;
    check_heard("mysql-9.7-types", "file:mysql:4");
    check_heard("mariadb-10.11-types", "file:mariadb:4");
}

static void statements_without_checksums_are_told_as_tables_to_read_again(void **state)
{
    (void)state;
    check_heard("mysql-9.7-statements", "file:mysql:4");
    check_heard("mariadb-10.11-statements", "file:mariadb:4");
}

static void an_incident_is_an_error(void **state)
{
    (void)state;
    check_heard("mysql-9.7-incident", "file:mysql:4");
    check_heard("mariadb-10.11-incident", "file:mariadb:4");
}

/* --- rows events in parts, as MariaDB 12.3 writes them --- */

static void put_uint(struct buf *out, uint64_t v, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        buf_putc(out, (char)(v >> (8 * i)));
}

/* Part NUMBER of TOTAL of the rows event WHOLE: N bytes at BYTES. */
static void put_part(struct buf *out, const uint8_t *whole, uint32_t total, uint32_t number,
                     const uint8_t *bytes, size_t n)
{
    bool has_size = number == 1;

    buf_clear(out);
    buf_append(out, whole, 4); /* time */
    buf_putc(out, (char)EVENT_PARTIAL_ROW_DATA);
    buf_append(out, whole + 5, 4); /* server */
    put_uint(out, EVENT_HEADER_BYTES + 9 + (has_size ? 8U : 0U) + n + EVENT_CRC_BYTES, 4);
    put_uint(out, 0, 4 + 2); /* position: within a group MariaDB does not say; flags */
    put_uint(out, total, 4);
    put_uint(out, number, 4);
    put_uint(out, has_size, 1);
    if (has_size)
        put_uint(out, 12345, 8);
    buf_append(out, bytes, n);
    put_uint(out, crc32_z(0, (const uint8_t *)out->ptr, out->len), EVENT_CRC_BYTES);
}

static size_t part_bytes;
static bool keeps_crc;

/* The event as it is, or in parts if it has rows. */
static int feed_in_parts(struct dispatch *d, const uint8_t *event, size_t n)
{
    CLEANUP_BUF struct buf part = BUF_INIT, whole = BUF_INIT;
    uint32_t total;

    if (!event_is_rows(event[4]))
        return feed(d, event, n);
    buf_append(&whole, event, n);
    if (!keeps_crc) {
        whole.len -= EVENT_CRC_BYTES;
        for (size_t i = 0; i < 4; i++)
            whole.ptr[9 + i] = (char)(whole.len >> (8 * i));
    }
    total = (uint32_t)((whole.len + part_bytes - 1) / part_bytes);
    for (uint32_t i = 0; i < total; i++) {
        size_t at = i * part_bytes, left = whole.len - at;

        put_part(&part, event, total, i + 1, (uint8_t *)whole.ptr + at,
                 left < part_bytes ? left : part_bytes);
        if (feed(d, (uint8_t *)part.ptr, part.len) != 0)
            return -1;
    }
    return 0;
}

static void rows_in_parts_are_the_same_rows(void **state)
{
    static const size_t sizes[] = {1, 7, 19, 100, 100000};

    (void)state;
    for (size_t i = 0; i < 2 * sizeof(sizes) / sizeof(sizes[0]); i++) {
        part_bytes = sizes[i / 2];
        keeps_crc = i % 2 == 0;
        check_heard_by("mariadb-10.11", "file:mariadb:4", feed_in_parts);
    }
}

/* The first rows event of the file in two parts, of which PARTS lists what is sent. */
static void check_parts(const uint32_t (*parts)[2], size_t n_parts, const char *message)
{
    struct file f = read_file(MARIADB_FILE);
    struct position *p = NULL;
    struct dispatch *d = new_dispatch(&p, "file:mariadb:4");
    CLEANUP_BUF struct buf part = BUF_INIT;
    size_t n, at = MAGIC_BYTES, i = 0;
    int rc = 0;

    for (; !event_is_rows(f.bytes[at + 4]); at += n) {
        n = event_length(&f, at);
        assert_int_equal(feed(d, f.bytes + at, n), 0);
    }
    n = event_length(&f, at);
    for (; rc == 0 && i < n_parts; i++) {
        put_part(&part, f.bytes + at, parts[i][0], parts[i][1], f.bytes + at, n / 2);
        rc = feed(d, (uint8_t *)part.ptr, part.len);
    }
    /* What follows in the file: more rows, then the end of the transaction. */
    for (at += n; rc == 0 && at < f.len; at += n) {
        n = event_length(&f, at);
        if (!event_is_rows(f.bytes[at + 4]))
            rc = feed(d, f.bytes + at, n);
    }
    assert_int_equal(rc, -1);
    assert_int_equal(err.code, ERR_FORMAT);
    assert_string_equal(err.msg, message);
    dispatch_free(d);
    position_free(p);
    free(f.bytes);
}

static void parts_that_are_missing_or_not_of_one_event_are_refused(void **state)
{
    static const uint32_t second[][2] = {{3, 2}}, again[][2] = {{3, 1}, {3, 1}},
                          other[][2] = {{3, 1}, {4, 2}}, none[][2] = {{0, 0}}, over[][2] = {{1, 2}},
                          first[][2] = {{3, 1}};

    (void)state;
    check_parts(second, 1, "binlog: part 2 of 3 of a rows event where part 1 of 3 was to come");
    check_parts(again, 2, "binlog: part 1 of 3 of a rows event where part 2 of 3 was to come");
    check_parts(other, 2, "binlog: part 2 of 4 of a rows event where part 2 of 3 was to come");
    check_parts(none, 1, "binlog: part 0 of 0 of a rows event where part 1 of 0 was to come");
    check_parts(over, 1, "binlog: part 2 of 1 of a rows event where part 1 of 1 was to come");
    check_parts(first, 1, "binlog: a transaction ends within a rows event in parts");
}

/* --- the frame --- */

static void a_wrong_checksum_is_an_error(void **state)
{
    struct file f = read_file(MYSQL_FILE);
    struct event_format format;
    struct event e;
    size_t n = event_length(&f, MAGIC_BYTES);
    uint8_t *event = f.bytes + MAGIC_BYTES + n;

    (void)state;
    event_format_init(&format, true);
    assert_int_equal(event_parse(&format, f.bytes + MAGIC_BYTES, n, &e, &err), 0);
    assert_int_equal(event_read_format(&e, &format, &err), 0);
    assert_true(format.has_crc);
    assert_false(format.is_mariadb);
    assert_int_equal(format.post_header[EVENT_TABLE_MAP], 8);
    n = event_length(&f, MAGIC_BYTES + n);
    assert_int_equal(event_parse(&format, event, n, &e, &err), 0);
    assert_int_equal(e.type, EVENT_PREVIOUS_GTIDS);
    for (size_t i = 0; i < n; i++) {
        event[i] ^= 0x10;
        assert_int_equal(event_parse(&format, event, n, &e, &err), -1);
        assert_int_equal(err.code, ERR_FORMAT);
        event[i] ^= 0x10;
    }
    event[n - 1] ^= 1;
    event_parse(&format, event, n, &e, &err);
    assert_non_null(strstr(err.msg, ": wrong checksum"));
    free(f.bytes);
}

static void a_format_event_in_use_keeps_its_checksum(void **state)
{
    struct file f = read_file(MARIADB_FILE);
    struct event_format format;
    struct event e;
    size_t n = event_length(&f, MAGIC_BYTES);

    (void)state;
    event_format_init(&format, false);
    f.bytes[MAGIC_BYTES + 17] |= 1; /* set while the server writes the file, not in the sum */
    assert_int_equal(event_parse(&format, f.bytes + MAGIC_BYTES, n, &e, &err), 0);
    assert_int_equal(event_read_format(&e, &format, &err), 0);
    assert_true(format.is_mariadb);
    f.bytes[MAGIC_BYTES + 17] |= 2;
    assert_int_equal(event_parse(&format, f.bytes + MAGIC_BYTES, n, &e, &err), -1);
    free(f.bytes);
}

static void lengths_must_agree(void **state)
{
    uint8_t event[64] = {0, 0, 0, 0, EVENT_STOP, 0, 0, 0, 0, 25};
    struct event_format format;
    struct event e;

    (void)state;
    event_format_init(&format, false);
    assert_int_equal(event_parse(&format, event, 18, &e, &err), -1);
    assert_string_equal(err.msg, "binlog: event header of 18 bytes instead of 19");
    assert_int_equal(event_parse(&format, event, 24, &e, &err), -1);
    assert_string_equal(err.msg, "binlog: event type 3 says 25 bytes, but 24 came");
    assert_int_equal(event_parse(&format, event, 25, &e, &err), 0);
    assert_int_equal(e.body_len, 6);
    event[9] = 21;
    format.has_crc = true;
    assert_int_equal(event_parse(&format, event, 21, &e, &err), -1);
    assert_string_equal(err.msg, "binlog: event type 3 of 21 bytes has no room for a checksum");
}

static void check_one_event(uint8_t type, uint16_t flags, int rc, const char *message)
{
    uint8_t event[20] = {0, 0, 0, 0, type, 0, 0, 0, 0, 20};
    struct position *p = NULL;
    struct dispatch *d = new_dispatch(&p, "file:x:4");
    struct file f = read_file(MYSQL_FILE);
    size_t n = event_length(&f, MAGIC_BYTES);

    f.bytes[MAGIC_BYTES + n - EVENT_CRC_BYTES - 1] = 0;
    assert_int_equal(dispatch_event(d, f.bytes + MAGIC_BYTES, n, &err), 0);
    event[17] = (uint8_t)flags;
    err = ERR_INIT;
    assert_int_equal(dispatch_event(d, event, sizeof(event), &err), rc);
    assert_string_equal(err.msg, message);
    dispatch_free(d);
    position_free(p);
    free(f.bytes);
}

static void unknown_events_stop_the_stream_unless_marked(void **state)
{
    (void)state;
    check_one_event(100, EVENT_FLAG_IGNORABLE, 0, "");
    check_one_event(100, 0, -1, "binlog: event type 100 is not known to this version");
    assert_int_equal(err.code, ERR_FORMAT);
    assert_false(err.transient);
    check_one_event(173, 0, -1, "binlog: event type 173 is not known to this version");
    check_one_event(EVENT_INCIDENT, 0, -1,
                    "binlog: the server reports an incident: changes are missing from its log");
    assert_int_equal(err.code, ERR_GONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mysql_file_is_told_as_it_happened),
        cmocka_unit_test(a_mariadb_file_is_told_as_it_happened),
        cmocka_unit_test(rows_in_parts_are_the_same_rows),
        cmocka_unit_test(parts_that_are_missing_or_not_of_one_event_are_refused),
        cmocka_unit_test(every_column_type_is_told_as_it_was_written),
        cmocka_unit_test(statements_without_checksums_are_told_as_tables_to_read_again),
        cmocka_unit_test(an_incident_is_an_error),
        cmocka_unit_test(a_wrong_checksum_is_an_error),
        cmocka_unit_test(a_format_event_in_use_keeps_its_checksum),
        cmocka_unit_test(lengths_must_agree),
        cmocka_unit_test(unknown_events_stop_the_stream_unless_marked),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);

    buf_close(&heard);
    return rc;
}
