/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forms of events that servers write only when asked: heartbeats, SQL of other character sets,
 * ALTER TABLE in two groups.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "replicator/binlog/event.h"
#include "tests/unit/live_fixture.h"

#define SCHEMA "tabrelay_test_forms"

static struct buf heard; /* DDL of our schema */
static bool is_done, stops_when_idle;
static unsigned heartbeat_type;

static int on_event(void *ctx, const struct arrival *arrival, struct err *e)
{
    (void)ctx;
    (void)e;
    if (arrival->event->type == EVENT_HEARTBEAT || arrival->event->type == EVENT_HEARTBEAT_V2)
        heartbeat_type = arrival->event->type;
    return 0;
}

static int want_table(void *ctx, const char *schema, const char *name, struct table_wish *out,
                      struct err *e)
{
    (void)ctx;
    (void)out;
    (void)e;
    is_done = is_done || (strcmp(schema, SCHEMA) == 0 && strcmp(name, "marker") == 0);
    return 0;
}

static int on_change(void *ctx, const struct change *c, struct err *e)
{
    (void)ctx;
    (void)c;
    (void)e;
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
    static const char *const kinds[] = {"other", "alter",  "rename", "truncate",
                                        "drop",  "create", "dml"};

    (void)ctx;
    (void)e;
    if (strcmp(ddl->table, "marker") != 0)
        buf_printf(&heard, "%s %s.%s\n", kinds[ddl->kind], ddl->schema, ddl->table);
    return 0;
}

static int on_idle(void *ctx, struct err *e)
{
    (void)ctx;
    return stops_when_idle ? err_set(e, ERR_STOPPED, "done") : 0;
}

static const struct reader_handler handler = {.on_event = on_event,
                                              .want_table = want_table,
                                              .on_change = on_change,
                                              .on_commit = on_commit,
                                              .on_ddl = on_ddl,
                                              .on_idle = on_idle};

static void start(struct buf *position)
{
    live_start_afresh(SCHEMA);
    live_run("CREATE TABLE marker (id INT)");
    live_position(position);
    buf_clear(&heard);
    is_done = stops_when_idle = false;
}

static void finish(const char *position)
{
    live_run("INSERT INTO marker VALUES (1)");
    live_read(position, &handler);
    live_run("DROP DATABASE " SCHEMA);
}

static bool has_second_version(void)
{
    return !live_is_mariadb() && db_version(live_db) >= 80026;
}

static void heartbeats_are_of_the_second_version_where_there_is_one(void **state)
{
    CLEANUP_BUF struct buf position = BUF_INIT;

    (void)state;
    start(&position);
    stops_when_idle = true;
    live_read(position.ptr, &handler);
    assert_int_equal(heartbeat_type, has_second_version() ? EVENT_HEARTBEAT_V2 : EVENT_HEARTBEAT);
    live_run("DROP DATABASE " SCHEMA);
}

/* NAME and OTHER in the client's character set, then in UTF-8. */
static void check_names(const char *charset, const char *name, const char *other, const char *name8,
                        const char *other8)
{
    CLEANUP_BUF struct buf position = BUF_INIT, sql = BUF_INIT, wanted = BUF_INIT;
    static const char *const statements[] = {"CREATE TABLE `%s` (id INT)",
                                             "ALTER TABLE `%s` ADD COLUMN v INT", "TRUNCATE `%s`"};

    start(&position);
    buf_printf(&sql, "SET NAMES %s", charset);
    live_run(sql.ptr);
    for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
        const char *at = strchr(statements[i], '%');

        buf_clear(&sql);
        buf_printf(&sql, "%.*s%s%s", (int)(at - statements[i]), statements[i], name, at + 2);
        live_run(sql.ptr);
    }
    buf_clear(&sql);
    buf_printf(&sql, "RENAME TABLE `%s` TO `%s`", name, other);
    live_run(sql.ptr);
    buf_clear(&sql);
    buf_printf(&sql, "DROP TABLE `%s`", other);
    live_run(sql.ptr);
    live_run("SET NAMES utf8mb4");
    finish(position.ptr);
    buf_printf(&wanted,
               "create " SCHEMA ".%s\nalter " SCHEMA ".%s\ntruncate " SCHEMA ".%s\n"
               "rename " SCHEMA ".%s\nrename " SCHEMA ".%s\ndrop " SCHEMA ".%s\n",
               name8, name8, name8, name8, other8, other8);
    assert_string_equal(buf_text(&heard), wanted.ptr);
}

static void names_of_any_client_arrive_in_utf8(void **state)
{
    (void)state;
    check_names("latin1", "\xfc\x80", "stra\xdf\x65", "ü€", "straße");
    check_names("gbk", "\xd6\xd0\xb9\xfa", "\x81\x5c", "中国", "乗");
    check_names("koi8r", "\xd4\xc1\xc2", "\xe4", "таб", "Д");
    check_names("utf8mb4", "ü€", "日本", "ü€", "日本");
}

static void an_alter_in_two_groups_is_told_once_when_it_has_happened(void **state)
{
    CLEANUP_BUF struct buf position = BUF_INIT;

    (void)state;
    if (!live_is_mariadb() || db_version(live_db) < 100800)
        skip();
    start(&position);
    live_run("SET SESSION binlog_alter_two_phase = ON");
    live_run("CREATE TABLE t (id INT)");
    live_run("INSERT INTO t VALUES (1), (1)");
    live_run("ALTER TABLE t ADD COLUMN v INT, ALGORITHM = COPY");
    live_run("ALTER TABLE t ADD COLUMN w INT, RENAME TO u");
    /* begun, written to the log, and taken back */
    assert_int_equal(
        db_exec(live_db, "ALTER TABLE u ADD UNIQUE KEY (id), ALGORITHM = COPY", NULL, &live_err),
        -1);
    finish(position.ptr);
    assert_string_equal(buf_text(&heard), "create " SCHEMA ".t\nalter " SCHEMA ".t\n"
                                          "alter " SCHEMA ".t\nrename " SCHEMA ".u\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heartbeats_are_of_the_second_version_where_there_is_one),
        cmocka_unit_test(names_of_any_client_arrive_in_utf8),
        cmocka_unit_test(an_alter_in_two_groups_is_told_once_when_it_has_happened),
    };
    int rc = LIVE_MAIN(tests);

    buf_close(&heard);
    return rc;
}
