/* SPDX-License-Identifier: Apache-2.0 */
/* QUERY events: the client's character set, statements that ended half-way, ALTER in two groups. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "common/buf.h"
#include "replicator/binlog/dispatch.h"
#include "replicator/binlog/event.h"
#include "replicator/binlog/gtid_event.h"
#include "replicator/binlog/query_text.h"

static struct err err;

static void put_uint(struct buf *b, uint64_t v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_putc(b, (char)(v >> (8 * i) & 0xff));
}

/* flags2, sql_mode, catalog "std", auto_increment */
#define BEFORE "\0\1\2\3\4\1\1\2\3\4\5\6\7\x8\6\3std\3\2\0\1\0"
/* character_set_client koi8r_general_ci, then what is not needed */
#define KOI8R "\4\7\0\x2d\0\xff\0\5\3UTC"
#define BYTES(s) (s), sizeof(s) - 1

static void put_body(struct buf *b, unsigned error, const char *status, size_t n_status,
                     const char *sql)
{
    put_uint(b, 17, 4);
    put_uint(b, 1, 4);
    put_uint(b, 2, 1);
    put_uint(b, error, 2);
    put_uint(b, n_status, 2);
    buf_append(b, status, n_status);
    buf_append(b, "db", 3);
    buf_puts(b, sql);
}

/* What the LEN bytes of BODY are, read from an allocation of exactly that size. */
static int read_query(const struct buf *body, size_t len, struct event_query *out, uint8_t **exact)
{
    struct event e = {.type = EVENT_QUERY, .body_len = len};

    assert_false(body->is_failed);
    *exact = malloc(len > 0 ? len : 1);
    assert_non_null(*exact);
    memcpy(*exact, body->ptr, len);
    e.body = *exact;
    return event_read_query(&e, out, &err);
}

static unsigned collation_of(const char *status, size_t n_status)
{
    CLEANUP_BUF struct buf body = BUF_INIT;
    struct event_query q;
    uint8_t *exact;

    put_body(&body, 1051, status, n_status, "DROP TABLE t");
    assert_int_equal(read_query(&body, body.len, &q, &exact), 0);
    assert_int_equal(q.error_code, 1051);
    assert_string_equal(q.schema, "db");
    assert_memory_equal(q.sql, "DROP TABLE t", q.sql_len);
    free(exact);
    return q.collation;
}

static void the_clients_collation_stands_among_the_status_variables(void **state)
{
    (void)state;
    assert_int_equal(collation_of(BYTES("")), 0);
    assert_int_equal(collation_of(BYTES(BEFORE KOI8R)), 7);
    assert_int_equal(collation_of(BYTES(KOI8R)), 7);
    assert_int_equal(collation_of(BYTES(BEFORE)), 0);
    assert_int_equal(collation_of(BYTES("\x40" KOI8R)), 0); /* unknown: no known length */
}

static void status_variables_that_are_cut_tell_nothing(void **state)
{
    static const char whole[] = BEFORE "\4\7\0";

    (void)state;
    for (size_t n = 0; n < sizeof(whole) - 2; n++)
        assert_int_equal(collation_of(whole, n), 0);
    assert_int_equal(collation_of(whole, sizeof(whole) - 1), 7);
}

static void every_cut_of_the_head_is_an_error(void **state)
{
    CLEANUP_BUF struct buf body = BUF_INIT;
    struct event_query q;
    uint8_t *exact;
    size_t head;

    (void)state;
    put_body(&body, 0, BYTES(BEFORE KOI8R), "");
    head = body.len;
    for (size_t n = 0; n < head; n++) {
        assert_int_equal(read_query(&body, n, &q, &exact), -1);
        assert_int_equal(err.code, ERR_FORMAT);
        free(exact);
    }
    assert_int_equal(read_query(&body, head, &q, &exact), 0);
    free(exact);
}

static void check_text(uint16_t collation, const char *sql, const char *wanted)
{
    struct arena arena = ARENA_INIT;
    struct event_query q = {.collation = collation, .sql = sql, .sql_len = strlen(sql)};
    struct value v = query_text(&q, &arena);

    assert_int_equal(v.len, strlen(wanted));
    assert_memory_equal(v.ptr, wanted, v.len);
    arena_close(&arena);
}

static void the_statement_is_given_in_utf8(void **state)
{
    (void)state;
    check_text(0, "\xfc", "\xfc");     /* nobody knows */
    check_text(45, "ü", "ü");          /* utf8mb4_general_ci */
    check_text(60000, "\xfc", "\xfc"); /* no such collation */
    check_text(63, "\xfc", "\xfc");    /* binary */
    check_text(8, "DROP TABLE `\xfc`", "DROP TABLE `ü`");
    check_text(7, "\xc1", "а");
    check_text(28, "\xd6\xd0", "中");
    check_text(8, "", "");
}

/* --- through the dispatch --- */

static struct buf heard;

static int want_table(void *ctx, const char *schema, const char *name, struct table_wish *out,
                      struct err *e)
{
    (void)ctx;
    (void)schema;
    (void)name;
    (void)out;
    (void)e;
    return 0;
}

static int on_change(void *ctx, const struct change *c, struct err *e)
{
    (void)ctx;
    (void)c;
    (void)e;
    return 0;
}

static int on_commit(void *ctx, const struct commit *c, struct err *e)
{
    (void)ctx;
    (void)c;
    (void)e;
    buf_puts(&heard, "commit\n");
    return 0;
}

static int on_ddl(void *ctx, const struct ddl *ddl, struct err *e)
{
    static const char *const kinds[] = {"other", "alter",  "rename", "truncate",
                                        "drop",  "create", "dml"};

    (void)ctx;
    (void)e;
    buf_printf(&heard, "%s %s.%s\n", kinds[ddl->kind], ddl->schema, ddl->table);
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

/* Header, BODY, checksum; until a format event says otherwise there is one. */
static void feed(struct dispatch *d, uint8_t type, const struct buf *body)
{
    CLEANUP_BUF struct buf e = BUF_INIT;

    put_uint(&e, 1700000000, 4);
    put_uint(&e, type, 1);
    put_uint(&e, 1, 4);
    put_uint(&e, EVENT_HEADER_BYTES + body->len + EVENT_CRC_BYTES, 4);
    put_uint(&e, 0, 4 + 2);
    buf_append(&e, body->ptr, body->len);
    put_uint(&e, crc32_z(0, (const uint8_t *)e.ptr, e.len), EVENT_CRC_BYTES);
    if (dispatch_event(d, (const uint8_t *)e.ptr, e.len, &err) != 0)
        fail_msg("%s", err.msg);
}

static void feed_query(struct dispatch *d, unsigned error, const char *sql)
{
    CLEANUP_BUF struct buf body = BUF_INIT;

    put_body(&body, error, BYTES(BEFORE KOI8R), sql);
    feed(d, EVENT_QUERY, &body);
}

/* MariaDB's, standing alone, with EXTRA after the flags. */
static void feed_gtid(struct dispatch *d, uint64_t number, const char *extra, size_t n_extra)
{
    CLEANUP_BUF struct buf body = BUF_INIT;

    put_uint(&body, number, 8);
    put_uint(&body, 0, 4);
    put_uint(&body, 0x29, 1);
    buf_append(&body, extra, n_extra);
    feed(d, EVENT_MARIADB_GTID, &body);
}

static struct dispatch *new_dispatch(struct position **p, const char *start)
{
    struct dispatch *d = NULL;

    assert_int_equal(position_parse(start, p, &err), 0);
    assert_int_equal(dispatch_new(&handler, *p, &d, &err), 0);
    buf_clear(&heard);
    return d;
}

static void after_an_error_nobody_knows_what_the_tables_hold(void **state)
{
    struct position *p = NULL;
    struct dispatch *d = new_dispatch(&p, "file:x:4");

    (void)state;
    feed_query(d, 0, "DROP TABLE a");
    feed_query(d, 1051, "DROP TABLE a, `\xc1`");
    feed_query(d, 1317, "INSERT INTO a SELECT * FROM b");
    feed_query(d, 1317, "BEGIN");
    feed_query(d, 0, "COMMIT");
    assert_string_equal(buf_text(&heard), "drop db.a\ncommit\n"
                                          "drop db.a\ndml db.a\ndrop db.а\ndml db.а\ncommit\n"
                                          "dml db.a\ncommit\n"
                                          "commit\n");
    dispatch_free(d);
    position_free(p);
}

static void only_the_commit_of_an_alter_counts(void **state)
{
    CLEANUP_BUF struct buf at = BUF_INIT;
    struct position *p = NULL;
    struct dispatch *d = new_dispatch(&p, "mariadb:0-1-1");

    (void)state;
    feed_gtid(d, 2, BYTES("\2\0\0\0\0\0"));
    feed_query(d, 0, "ALTER TABLE t ADD COLUMN v INT");
    feed_gtid(d, 3, BYTES("\2\0\0\0\0\0"));
    feed_query(d, 0, "ALTER TABLE u ADD COLUMN v INT");
    feed_gtid(d, 4, BYTES("\x8\3\0\0\0\0\0\0\0"));
    feed_query(d, 0, "ALTER TABLE u ADD COLUMN v INT");
    feed_gtid(d, 5, BYTES("\4\2\0\0\0\0\0\0\0"));
    feed_query(d, 0, "ALTER TABLE t ADD COLUMN v INT");
    feed_gtid(d, 6, BYTES("\0\0\0\0\0\0"));
    feed_query(d, 0, "ALTER TABLE w ADD COLUMN v INT");
    assert_string_equal(buf_text(&heard), "commit\ncommit\ncommit\nalter db.t\ncommit\n"
                                          "alter db.w\ncommit\n");
    position_print(p, &at);
    assert_string_equal(buf_text(&at), "mariadb:0-1-6");
    dispatch_free(d);
    position_free(p);
}

/* --- the GTID event alone --- */

static enum gtid_alter alter_of(const char *bytes, size_t n)
{
    struct event e = {.type = EVENT_MARIADB_GTID, .body_len = n};
    struct gtid_event_mariadb gtid;
    uint8_t *exact = malloc(n);

    memcpy(exact, bytes, n);
    e.body = exact;
    assert_int_equal(gtid_event_read_mariadb(&e, &gtid, &err), 0);
    free(exact);
    return gtid.alter;
}

#define GTID "\xbd\x55\0\0\0\0\0\0\4\0\0\0"
#define XID "\1\0\0\0\3\2abcde"

static void what_stands_before_the_second_flags_is_stepped_over(void **state)
{
    (void)state;
    assert_int_equal(alter_of(BYTES(GTID "\x29")), GTID_ALTER_WHOLE);
    assert_int_equal(alter_of(BYTES(GTID "\x29\2\0\0\0\0\0")), GTID_ALTER_START);
    assert_int_equal(alter_of(BYTES(GTID "\x2b\4\4\4\4\4\4\4\4\x8")), GTID_ALTER_ROLLBACK);
    assert_int_equal(alter_of(BYTES(GTID "\x2b\4\4\4\4\4\4\4\4")), GTID_ALTER_WHOLE);
    assert_int_equal(alter_of(BYTES(GTID "\x4c" XID "\4")), GTID_ALTER_COMMIT);
    assert_int_equal(alter_of(BYTES(GTID "\x8d" XID)), GTID_ALTER_WHOLE);
    assert_int_equal(alter_of(BYTES(GTID "\x4c\1\0\0\0\xff\xff")), GTID_ALTER_WHOLE);
    assert_int_equal(alter_of(BYTES(GTID "\x0c\x10\1\2\3\4\5")), GTID_ALTER_WHOLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_clients_collation_stands_among_the_status_variables),
        cmocka_unit_test(status_variables_that_are_cut_tell_nothing),
        cmocka_unit_test(every_cut_of_the_head_is_an_error),
        cmocka_unit_test(the_statement_is_given_in_utf8),
        cmocka_unit_test(after_an_error_nobody_knows_what_the_tables_hold),
        cmocka_unit_test(only_the_commit_of_an_alter_counts),
        cmocka_unit_test(what_stands_before_the_second_flags_is_stepped_over),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);

    buf_close(&heard);
    return rc;
}
