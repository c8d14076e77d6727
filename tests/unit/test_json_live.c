/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Partial updates of JSON documents on a real MySQL: what the reader makes of the differences in
 * the log equals what SELECT says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/live_fixture.h"

#define SCHEMA "tabrelay_test_json"

enum { ROWS = 120, UPDATES_EACH = 12, UPDATES = ROWS * UPDATES_EACH, COLUMNS = 2 };

/* What the columns a and b are after each update. */
static char *expected[UPDATES][COLUMNS];
static struct table *table;
static size_t n_seen, n_absent;
static bool is_full, is_done;

/* --- random documents and changes, as SQL --- */

struct key {
    const char *literal; /* SQL */
    const char *leg;     /* of a path, inside an SQL literal */
};
static const struct key keys[] = {
    {"'a'", ".a"},
    {"'bb'", ".bb"},
    {"'ccc'", ".ccc"},
    {"'c d'", ".\"c d\""},
    {"''", ".\"\""},
    {"'q\"'", ".\"q\\\\\"\""},
    {"'ключ'", ".\"ключ\""},
    {"'x.y[0]'", ".\"x.y[0]\""},
    {"'$'", ".$"},
    {"'\\\\'", ".\"\\\\\\\\\""},
    {"'😀'", ".\"😀\""},
    {"'a\\tb'", ".\"a\\\\tb\""},
    {"'a/b'", ".\"a/b\""},
    {"'\\r'", ".\"\\\\u000d\""},
    {"REPEAT('k', 300)", ".kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
                         "kkkkkkkkkkkkkkkkkkkkkkkkkkkk"
                         "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
                         "kkkkkkkkkkkkkkkkkkkkkkkkkkk"
                         "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
                         "kkkkkkkkkkkkkkkkkkkkkkkkkkk"},
};
enum { KEYS = sizeof(keys) / sizeof(keys[0]) };

static void put_value(struct buf *out, unsigned depth)
{
    static const char *const scalars[] = {"CAST('null' AS JSON)",
                                          "true",
                                          "false",
                                          "0",
                                          "-1",
                                          "32768",
                                          "-70000",
                                          "4294967296",
                                          "18446744073709551615",
                                          "-9223372036854775808",
                                          "1e0",
                                          "0.1e0",
                                          "-2.5e300",
                                          "CAST(123.450 AS DECIMAL(10,3))",
                                          "''",
                                          "'plain'",
                                          "'\"quoted\\\\ \\n\\t\\0é😀'",
                                          "CAST('2024-02-29' AS DATE)",
                                          "CAST('-12:34:56.789' AS TIME(3))",
                                          "CAST('2024-02-29 10:11:12.5' AS DATETIME(6))",
                                          "CAST(X'00FF10' AS BINARY)",
                                          "REPEAT('long text ', 20)",
                                          "REPEAT('x', 900)"};
    unsigned kind = (unsigned)live_any(10);
    size_t n = live_any(5), first = live_any(KEYS);

    if (depth == 0 || kind < 5) {
        buf_puts(out, scalars[live_any(sizeof(scalars) / sizeof(scalars[0]))]);
        return;
    }
    buf_puts(out, kind < 8 ? "JSON_ARRAY(" : "JSON_OBJECT(");
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_putc(out, ',');
        if (kind >= 8)
            buf_printf(out, "%s,", keys[(first + i) % KEYS].literal);
        put_value(out, depth - 1);
    }
    buf_putc(out, ')');
}

/* Large enough that a difference is smaller. */
static void put_document(struct buf *out)
{
    buf_printf(out, "JSON_OBJECT('padding', REPEAT('p', %u)", (unsigned)live_any(3000) + 1000);
    for (size_t i = 0; i < KEYS; i++) {
        if (live_any(3) == 0)
            continue;
        buf_printf(out, ",%s,", keys[i].literal);
        put_value(out, 3);
    }
    buf_puts(out, ")");
}

static void put_path(struct buf *out)
{
    buf_printf(out, "'$%s", keys[live_any(KEYS)].leg);
    for (uint64_t n = live_any(3); n > 0; n--) {
        switch (live_any(5)) {
        case 0:
            buf_printf(out, "[last-%u]", (unsigned)live_any(3));
            break;
        case 1:
            buf_puts(out, "[last]");
            break;
        case 2:
        case 3:
            buf_printf(out, "[%u]", (unsigned)live_any(4));
            break;
        default:
            buf_puts(out, keys[live_any(KEYS)].leg);
        }
    }
    buf_putc(out, '\'');
}

/* The functions that MySQL can log as a difference, one around the other. */
static void put_change(struct buf *out, const char *column)
{
    static const char *const functions[] = {"JSON_SET", "JSON_REPLACE", "JSON_REMOVE"};
    CLEANUP_BUF struct buf inner = BUF_INIT;

    buf_puts(&inner, column);
    for (uint64_t n = live_any(3) + 1; n > 0; n--) {
        CLEANUP_BUF struct buf outer = BUF_INIT;
        size_t f = live_any(3);

        buf_printf(&outer, "%s(%s", functions[f], inner.ptr);
        for (uint64_t k = live_any(3) + 1; k > 0; k--) {
            buf_putc(&outer, ',');
            put_path(&outer);
            if (f == 2)
                continue;
            buf_putc(&outer, ',');
            put_value(&outer, 2);
        }
        buf_putc(&outer, ')');
        buf_clear(&inner);
        buf_append(&inner, outer.ptr, outer.len);
    }
    buf_append(out, inner.ptr, inner.len);
}

/* --- what must come --- */

static void remember(size_t at, size_t id)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    buf_printf(&sql, "SELECT a, b FROM t WHERE id = %zu", id);
    live_must(db_exec(live_db, sql.ptr, &rows, &live_err), sql.ptr);
    for (size_t c = 0; c < COLUMNS; c++) {
        struct value v = db_rows_at(&rows, 0, c);

        assert_int_equal(v.state, VALUE_TEXT);
        free(expected[at][c]);
        expected[at][c] = strndup(v.ptr, v.len);
    }
}

static void make_changes(void)
{
    for (size_t id = 1; id <= ROWS; id++) {
        CLEANUP_BUF struct buf insert = BUF_INIT;

        buf_printf(&insert, "INSERT INTO t (id, n, a, b) VALUES (%zu, 0, ", id);
        put_document(&insert);
        buf_putc(&insert, ',');
        put_document(&insert);
        buf_putc(&insert, ')');
        live_run(insert.ptr);
        for (size_t i = 0; i < UPDATES_EACH; i++) {
            CLEANUP_BUF struct buf update = BUF_INIT;

            buf_puts(&update, "UPDATE t SET n = n + 1, a = ");
            put_change(&update, "a");
            if (live_any(2) == 0) {
                buf_puts(&update, ", b = ");
                if (live_any(4) == 0)
                    put_document(&update); /* whole, beside a difference */
                else
                    put_change(&update, "b");
            }
            buf_printf(&update, " WHERE id = %zu", id);
            live_run(update.ptr);
            remember((id - 1) * UPDATES_EACH + i, id);
        }
    }
}

/* --- what comes --- */

static int want_table(void *ctx, const char *schema, const char *name, struct table_wish *out,
                      struct err *e)
{
    (void)ctx;
    (void)e;
    if (strcmp(schema, SCHEMA) == 0 && strcmp(name, "t") == 0)
        out->table = table;
    is_done = is_done || (strcmp(schema, SCHEMA) == 0 && strcmp(name, "marker") == 0);
    return 0;
}

static int on_change(void *ctx, const struct change *c, struct err *e)
{
    (void)ctx;
    (void)e;
    if (c->type != CHANGE_UPDATE)
        return 0;
    assert_true(n_seen < UPDATES);
    for (size_t i = 0; i < COLUMNS; i++) {
        struct value v = c->after[2 + i];
        const char *wanted = expected[n_seen][i];

        if (v.state == VALUE_ABSENT && !is_full) {
            assert_int_equal(c->before[2 + i].state, VALUE_ABSENT);
            n_absent++;
            continue;
        }
        assert_int_equal(v.state, VALUE_TEXT);
        if (v.len != strlen(wanted) || memcmp(v.ptr, wanted, v.len) != 0)
            fail_msg("update %zu, column %zu: the log says\n%.*s\nSELECT says\n%s", n_seen, i,
                     (int)v.len, v.ptr, wanted);
    }
    n_seen++;
    return 0;
}

static int on_commit(void *ctx, const struct commit *commit, struct err *e)
{
    (void)ctx;
    (void)commit;
    return is_done ? err_set(e, ERR_STOPPED, "done") : 0;
}

static int on_ddl(void *ctx, const struct ddl *ddl, struct err *e)
{
    (void)ctx;
    (void)ddl;
    (void)e;
    return 0;
}

static int on_idle(void *ctx, struct err *e)
{
    (void)ctx;
    (void)e;
    return 0;
}

static void partial_updates(const char *image)
{
    static const struct reader_handler handler = {.want_table = want_table,
                                                  .on_change = on_change,
                                                  .on_commit = on_commit,
                                                  .on_ddl = on_ddl,
                                                  .on_idle = on_idle};
    CLEANUP_BUF struct buf position = BUF_INIT, sql = BUF_INIT;

    live_start_afresh(SCHEMA);
    live_run("CREATE TABLE t (id INT PRIMARY KEY, n INT, a JSON, b JSON)");
    live_run("CREATE TABLE marker (id INT)");
    live_run("SET SESSION binlog_row_value_options = PARTIAL_JSON");
    buf_printf(&sql, "SET SESSION binlog_row_image = %s", image);
    live_run(sql.ptr);
    live_must(table_load(live_db, SCHEMA, "t", &table, &live_err), "table_load");
    live_position(&position);
    make_changes();
    live_run("INSERT INTO marker VALUES (1)");
    n_seen = n_absent = 0;
    is_done = false;
    live_read(position.ptr, &handler);
    assert_int_equal(n_seen, UPDATES);
    table_free(table);
    live_run("DROP DATABASE " SCHEMA);
    for (size_t i = 0; i < UPDATES; i++)
        for (size_t c = 0; c < COLUMNS; c++) {
            free(expected[i][c]);
            expected[i][c] = NULL;
        }
}

static bool has_partial_updates(void)
{
    return !live_is_mariadb() && db_version(live_db) >= 80003;
}

static void differences_give_the_document_that_select_gives(void **state)
{
    (void)state;
    if (!has_partial_updates())
        skip();
    is_full = true;
    partial_updates("FULL");
}

/* Of the columns that changed only by a difference nothing is known; that there are many shows that
 * the test above is about differences. */
static void without_the_old_document_the_new_one_is_absent_never_wrong(void **state)
{
    (void)state;
    if (!has_partial_updates())
        skip();
    is_full = false;
    partial_updates("MINIMAL");
    print_message("%zu of %d values only as a difference\n", n_absent, UPDATES * COLUMNS);
    assert_true(n_absent > UPDATES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differences_give_the_document_that_select_gives),
        cmocka_unit_test(without_the_old_document_the_new_one_is_absent_never_wrong),
    };

    return LIVE_MAIN(tests);
}
