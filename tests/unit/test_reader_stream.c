/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader's stream against a real server: resuming, interrupting, refusals.
 *
 * Needs TABRELAY_TEST_MYSQL="host:port:user:password", an account that may do everything on a
 * server that nobody else writes to; skipped without. Purges its binlogs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/mysql/db.h"
#include "replicator/binlog/reader.h"

#define SCHEMA "tabrelay_test_stream"

enum { COMMITS_MAX = 64 };

static struct config_mysql config = {.tls = CONFIG_TLS_PREFERRED, .server_id = 4242002};
static struct db *db;
static struct err err;
static struct table *table;

static void must(int rc, const char *what)
{
    if (rc != 0)
        fail_msg("%s: %s", what, err.msg);
}

static void run(const char *sql)
{
    must(db_exec(db, sql, NULL, &err), sql);
}

static bool is_mariadb(void)
{
    return db_flavour(db) == DB_MARIADB;
}

/* MySQL 5.6 */
static bool is_old(void)
{
    return !is_mariadb() && db_version(db) < 50700;
}

/* --- what comes, as text --- */

struct heard {
    struct buf text;
    char *positions[COMMITS_MAX]; /* after each commit; owned */
    size_t n_commits;
    size_t stop_after; /* commits; 0: never */
    size_t fail_after; /* changes; 0: never */
    size_t n_changes;
    int64_t idle_ms; /* when the last sign of life came */
};

static int want_table(void *ctx, const char *schema, const char *name, struct table_wish *out,
                      struct err *e)
{
    (void)ctx;
    (void)e;
    if (strcmp(schema, SCHEMA) == 0 && strcmp(name, "t") == 0)
        out->table = table;
    return 0;
}

static void tell(struct buf *out, const struct value *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        buf_putc(out, i == 0 ? ' ' : '|');
        if (values[i].state == VALUE_TEXT)
            buf_append(out, values[i].ptr, values[i].len);
        else
            buf_puts(out, values[i].state == VALUE_NULL ? "NULL" : "-");
    }
}

static int on_change(void *ctx, const struct change *c, struct err *e)
{
    struct heard *h = ctx;
    static const char *const names[] = {"insert", "update", "delete"};

    buf_puts(&h->text, names[c->type]);
    if (c->before != NULL)
        tell(&h->text, c->before, c->table->n_columns);
    if (c->before != NULL && c->after != NULL)
        buf_puts(&h->text, " ->");
    if (c->after != NULL)
        tell(&h->text, c->after, c->table->n_columns);
    buf_putc(&h->text, '\n');
    if (++h->n_changes == h->fail_after)
        return err_set(e, ERR_IO, "the handler failed");
    return 0;
}

static int on_commit(void *ctx, const struct commit *c, struct err *e)
{
    struct heard *h = ctx;
    struct buf position = BUF_INIT;

    position_print(c->position, &position);
    if (h->n_commits < COMMITS_MAX)
        h->positions[h->n_commits] = buf_take(&position);
    buf_close(&position);
    h->n_commits++;
    if (h->n_commits == h->stop_after)
        return err_set(e, ERR_STOPPED, "heard enough");
    return 0;
}

static int on_ddl(void *ctx, const struct ddl *d, struct err *e)
{
    (void)ctx;
    (void)d;
    (void)e;
    return 0;
}

static int on_idle(void *ctx, struct err *e)
{
    struct heard *h = ctx;

    (void)e;
    h->idle_ms = clock_mono_ms();
    return 0;
}

static void forget(struct heard *h)
{
    for (size_t i = 0; i < h->n_commits && i < COMMITS_MAX; i++)
        free(h->positions[i]);
    buf_close(&h->text);
    *h = (struct heard){0};
}

static struct reader *new_reader(const struct config_mysql *cfg, struct heard *h)
{
    struct reader_options options = {.mysql = cfg, .instance = "stream test", .heartbeat_ms = 500};
    struct reader_handler handler = {.ctx = h,
                                     .want_table = want_table,
                                     .on_change = on_change,
                                     .on_commit = on_commit,
                                     .on_ddl = on_ddl,
                                     .on_idle = on_idle};
    struct reader *r = NULL;

    must(reader_new(&options, &handler, &r, &err), "reader_new");
    return r;
}

/* Read COMMITS commits from POSITION on. */
static void hear(struct heard *h, const char *position, size_t commits)
{
    struct reader *r = new_reader(&config, h);

    h->stop_after = commits;
    err = ERR_INIT;
    assert_int_equal(reader_run(r, position, &err), -1);
    assert_string_equal(err.msg, "heard enough");
    reader_free(r);
}

static void here(struct buf *out)
{
    struct position *p = NULL;

    buf_clear(out);
    must(position_now(db, &p, &err), "position_now");
    position_print(p, out);
    position_free(p);
}

static void here_in_file(struct buf *out)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    must(db_exec(db, is_mariadb() || is_old() ? "SHOW MASTER STATUS" : "SHOW BINARY LOG STATUS",
                 &rows, &err),
         "status");
    buf_clear(out);
    buf_printf(out, "file:%s:%s", db_rows_text(&rows, 0, 0), db_rows_text(&rows, 0, 1));
}

static int start_afresh(void **state)
{
    (void)state;
    run("DROP DATABASE IF EXISTS " SCHEMA);
    run("CREATE DATABASE " SCHEMA);
    run("CREATE TABLE " SCHEMA ".t (id INT PRIMARY KEY, v VARCHAR(20), b TEXT)");
    run("USE " SCHEMA);
    run("SET SESSION binlog_row_image = FULL");
    table_free(table);
    table = NULL;
    must(table_load(db, SCHEMA, "t", &table, &err), "table_load");
    return 0;
}

/* --- cases --- */

/* From after each of the COMMITS since START the rest comes, nothing twice, and the end is the
 * same. Every transaction has two lines. */
static void check_rest(const char *start, size_t commits)
{
    struct heard all = {0}, rest = {0};

    hear(&all, start, commits);
    for (size_t k = 0; k + 1 < commits; k++) {
        const char *tail = all.text.ptr;

        for (size_t lines = 0; lines < 2 * (k + 1); lines++)
            tail = strchr(tail, '\n') + 1;
        hear(&rest, all.positions[k], commits - k - 1);
        assert_string_equal(buf_text(&rest.text), tail);
        assert_string_equal(rest.positions[commits - k - 2], all.positions[commits - 1]);
        forget(&rest);
    }
    forget(&all);
}

static void insert_two(int i)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;

    buf_printf(&sql, "INSERT INTO t VALUES (%d, 'x', NULL), (%d, 'y', 'z')", 2 * i, 2 * i + 1);
    run(sql.ptr);
}

static void check_resume(void (*where)(struct buf *out))
{
    CLEANUP_BUF struct buf start = BUF_INIT;

    where(&start);
    for (int i = 0; i < 10; i++) {
        insert_two(i);
        if (i == 4)
            run("FLUSH BINARY LOGS");
    }
    check_rest(start.ptr, 10);
}

static void a_stream_resumes_after_any_commit(void **state)
{
    (void)state;
    check_resume(here);
}

static void a_stream_resumes_by_file_and_offset(void **state)
{
    (void)state;
    check_resume(here_in_file);
}

/* Each tag has numbers of its own, and a position without its tags would bring all of them again.
 */
static void a_stream_resumes_among_tagged_transactions(void **state)
{
    CLEANUP_BUF struct buf start = BUF_INIT, end = BUF_INIT;

    (void)state;
    if (is_mariadb() || db_version(db) < 80300)
        skip();
    here(&start);
    for (int i = 0; i < 8; i++) {
        run(i % 4 == 1   ? "SET gtid_next = 'AUTOMATIC:first'"
            : i % 4 == 3 ? "SET gtid_next = 'AUTOMATIC:ZZ_second_1'"
                         : "SET gtid_next = 'AUTOMATIC'");
        insert_two(i);
    }
    run("SET gtid_next = 'AUTOMATIC'");
    run("FLUSH BINARY LOGS"); /* its PREVIOUS_GTIDS has the tags, too */
    insert_two(8);
    here(&end);
    assert_non_null(strstr(buf_text(&end), ":first:1-"));
    assert_non_null(strstr(buf_text(&end), ":zz_second_1:1-"));
    check_rest(start.ptr, 9);
}

/* A position names every domain, those that have nothing new as well. */
static void a_stream_resumes_among_several_domains(void **state)
{
    CLEANUP_BUF struct buf start = BUF_INIT, end = BUF_INIT;
    struct heard h = {0};

    (void)state;
    if (!is_mariadb())
        skip();
    here(&start);
    for (int i = 0; i < 9; i++) {
        CLEANUP_BUF struct buf sql = BUF_INIT;

        buf_printf(&sql, "SET SESSION gtid_domain_id = %d", 20 + i % 3);
        run(sql.ptr);
        insert_two(i);
        if (i == 5)
            run("FLUSH BINARY LOGS");
    }
    run("SET SESSION gtid_domain_id = DEFAULT");
    here(&end);
    check_rest(start.ptr, 9);
    hear(&h, start.ptr, 9);
    assert_string_equal(h.positions[8], end.ptr);
    assert_non_null(strstr(h.positions[8], "20-"));
    assert_non_null(strstr(h.positions[8], "22-"));
    forget(&h);
}

/* Each file begins with a made-up ROTATE and a format description. */
static void a_storm_of_new_files_loses_nothing(void **state)
{
    CLEANUP_BUF struct buf start = BUF_INIT, file = BUF_INIT;

    (void)state;
    here(&start);
    here_in_file(&file);
    if (!is_mariadb())
        run("SET SESSION binlog_rows_query_log_events = ON");
    for (int i = 0; i < 30; i++) {
        insert_two(i);
        if (i % 3 == 0)
            run("FLUSH NO_WRITE_TO_BINLOG TABLES"); /* another table id */
        for (int k = i % 4; k > 0; k--)
            run("FLUSH BINARY LOGS");
    }
    if (!is_mariadb())
        run("SET SESSION binlog_rows_query_log_events = OFF");
    check_rest(start.ptr, 30);
    check_rest(file.ptr, 30);
}

static void the_very_end_of_a_file_is_a_position(void **state)
{
    CLEANUP_BUF struct buf before = BUF_INIT, after = BUF_INIT;
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct heard h = {0};

    (void)state;
    insert_two(0);
    here_in_file(&before); /* the ROTATE follows */
    run("FLUSH BINARY LOGS");
    must(db_exec(db, "SHOW BINARY LOGS", &rows, &err), "logs");
    assert_true(rows.n_rows >= 2);
    buf_printf(&after, "file:%s:%s", db_rows_text(&rows, rows.n_rows - 2, 0),
               db_rows_text(&rows, rows.n_rows - 2, 1)); /* nothing follows in that file */
    insert_two(1);
    hear(&h, before.ptr, 1);
    assert_string_equal(h.text.ptr, "insert 2|x|NULL\ninsert 3|y|z\n");
    forget(&h);
    hear(&h, after.ptr, 1);
    assert_string_equal(h.text.ptr, "insert 2|x|NULL\ninsert 3|y|z\n");
    forget(&h);
}

/* The position of the last commit brings the whole transaction again. */
static void a_transaction_that_broke_off_comes_again(void **state)
{
    CLEANUP_BUF struct buf start = BUF_INIT;
    struct heard broken = {.fail_after = 4}, whole = {0};
    struct reader *r;

    (void)state;
    here(&start);
    insert_two(0);
    run("BEGIN");
    insert_two(1);
    run("UPDATE t SET v = 'u' WHERE id = 1");
    run("COMMIT");
    r = new_reader(&config, &broken);
    err = ERR_INIT;
    assert_int_equal(reader_run(r, start.ptr, &err), -1);
    assert_string_equal(err.msg, "the handler failed");
    reader_free(r);
    assert_int_equal(broken.n_commits, 1);
    hear(&whole, broken.positions[0], 1);
    assert_string_equal(whole.text.ptr, "insert 2|x|NULL\ninsert 3|y|z\nupdate 1|y|z -> 1|u|z\n");
    forget(&broken);
    forget(&whole);
}

static void set_gtid_mode(const char *const *modes)
{
    for (; *modes != NULL; modes++) {
        CLEANUP_BUF struct buf sql = BUF_INIT;

        buf_printf(&sql, "SET GLOBAL gtid_mode = %s", *modes);
        run(sql.ptr);
    }
}

/* What the log has decides, not the mode: GTIDs under ON_PERMISSIVE, none under OFF. */
static void file_positions_move_in_every_gtid_mode(void **state)
{
    static const char *const modes[] = {"ON_PERMISSIVE", "OFF_PERMISSIVE", "OFF"};
    static const char *const back[] = {"OFF_PERMISSIVE", "ON_PERMISSIVE", "ON", NULL};
    CLEANUP_BUF struct buf now = BUF_INIT;

    (void)state;
    if (is_mariadb() || is_old())
        skip(); /* always has GTIDs; cannot change the mode */
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        set_gtid_mode((const char *const[]){modes[i], NULL});
        here(&now);
        assert_int_equal(strncmp(now.ptr, "file:", 5), 0);
        run("DELETE FROM t");
        check_resume(here);
    }
    set_gtid_mode(back);
}

static void the_position_after_all_is_the_servers(void **state)
{
    CLEANUP_BUF struct buf start = BUF_INIT, end = BUF_INIT;
    struct heard h = {0};

    (void)state;
    here(&start);
    run("INSERT INTO t VALUES (1, 'a', NULL)");
    here(&end);
    hear(&h, start.ptr, 1);
    assert_string_equal(h.positions[0], end.ptr);
    forget(&h);
    here_in_file(&start);
    run("INSERT INTO t VALUES (2, 'a', NULL)");
    here_in_file(&end);
    hear(&h, start.ptr, 1);
    assert_string_equal(h.positions[0], end.ptr);
    forget(&h);
}

static void minimal_images_are_filled_from_before(void **state)
{
    CLEANUP_BUF struct buf start = BUF_INIT;
    struct heard h = {0};

    (void)state;
    here(&start);
    run("SET SESSION binlog_row_image = MINIMAL");
    run("INSERT INTO t (id, v) VALUES (1, 'a')");
    run("UPDATE t SET v = NULL WHERE id = 1");
    run("UPDATE t SET id = 2 WHERE id = 1");
    run("DELETE FROM t WHERE id = 2");
    run("SET SESSION binlog_row_image = NOBLOB");
    run("INSERT INTO t VALUES (3, 'x', 'blob')");
    run("UPDATE t SET v = 'y' WHERE id = 3");
    run("UPDATE t SET b = 'new' WHERE id = 3");
    hear(&h, start.ptr, 7);
    assert_string_equal(h.text.ptr, "insert 1|a|-\n"
                                    "update 1|-|- -> 1|NULL|-\n"
                                    "update 1|-|- -> 2|-|-\n"
                                    "delete 2|-|-\n"
                                    "insert 3|x|blob\n"
                                    "update 3|x|- -> 3|y|-\n"
                                    "update 3|y|- -> 3|y|new\n");
    forget(&h);
}

static void a_log_without_checksums_is_read(void **state)
{
    CLEANUP_BUF struct buf start = BUF_INIT;
    struct heard h = {0};

    (void)state;
    here(&start);
    run("SET GLOBAL binlog_checksum = NONE");
    run("INSERT INTO t VALUES (1, 'none', NULL)");
    run("SET GLOBAL binlog_checksum = CRC32");
    run("INSERT INTO t VALUES (2, 'crc', NULL)");
    hear(&h, start.ptr, 2);
    assert_string_equal(h.text.ptr, "insert 1|none|NULL\ninsert 2|crc|NULL\n");
    forget(&h);
    run("SET GLOBAL binlog_checksum = NONE");
    here(&start);
    run("INSERT INTO t VALUES (3, 'none', NULL)");
    hear(&h, start.ptr, 1);
    forget(&h);
    run("SET GLOBAL binlog_checksum = CRC32");
}

struct running {
    struct reader *reader;
    const char *position;
    struct err err;
    int rc;
};

static void *run_reader(void *arg)
{
    struct running *r = arg;

    r->rc = reader_run(r->reader, r->position, &r->err);
    return NULL;
}

static void sleep_ms(long ms)
{
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    nanosleep(&t, NULL);
}

static void check_interrupt(enum config_tls tls)
{
    struct config_mysql cfg = config;
    CLEANUP_BUF struct buf start = BUF_INIT;
    struct heard h = {0};
    struct running r = {0};
    pthread_t thread;
    int64_t asked;

    cfg.tls = tls;
    here(&start);
    r = (struct running){.reader = new_reader(&cfg, &h), .position = start.ptr};
    assert_int_equal(pthread_create(&thread, NULL, run_reader, &r), 0);
    sleep_ms(1300);
    asked = clock_mono_ms();
    reader_interrupt(r.reader);
    pthread_join(thread, NULL);
    assert_true(clock_mono_ms() - asked < 200);
    assert_true(h.idle_ms > 0); /* heartbeats came */
    assert_int_equal(r.rc, -1);
    assert_int_equal(r.err.code, ERR_STOPPED);
    assert_string_equal(r.err.msg, "binlog: stopped");
    reader_free(r.reader);
    forget(&h);
}

static void an_interrupt_wakes_a_waiting_reader(void **state)
{
    (void)state;
    check_interrupt(CONFIG_TLS_OFF);
}

static void an_interrupt_wakes_a_waiting_reader_under_tls(void **state)
{
    (void)state;
    if (is_old() || (is_mariadb() && db_version(db) < 110400))
        skip(); /* has no certificate here */
    check_interrupt(CONFIG_TLS_REQUIRED);
}

static void an_interrupt_before_the_run_counts(void **state)
{
    CLEANUP_BUF struct buf start = BUF_INIT;
    struct heard h = {0};
    struct reader *r = new_reader(&config, &h);

    (void)state;
    here(&start);
    reader_interrupt(r);
    assert_int_equal(reader_run(r, start.ptr, &err), -1);
    assert_int_equal(err.code, ERR_STOPPED);
    reader_free(r);
    forget(&h);
}

static void expect_failure(const struct config_mysql *cfg, const char *position, enum err_code code)
{
    struct heard h = {0};
    struct reader *r = new_reader(cfg, &h);

    err = ERR_INIT;
    assert_int_equal(reader_run(r, position, &err), -1);
    if (err.code != code)
        fail_msg("expected %s, got %s: %s", err_name(code), err_name(err.code), err.msg);
    assert_string_not_equal(err.hint, "");
    assert_false(err.transient);
    reader_free(r);
    forget(&h);
}

static void an_account_without_the_privilege_is_told_which(void **state)
{
    struct config_mysql cfg = config;
    CLEANUP_BUF struct buf start = BUF_INIT;

    (void)state;
    if (!is_old())
        run("DROP USER IF EXISTS tabrelay_poor");
    run("CREATE USER tabrelay_poor IDENTIFIED BY 'Secret.1'");
    cfg.user = (char[]){"tabrelay_poor"};
    cfg.password = (char[]){"Secret.1"};
    here(&start);
    expect_failure(&cfg, start.ptr, ERR_AUTH);
    assert_non_null(strstr(err.hint, "REPLICATION SLAVE"));
    cfg.password = (char[]){"wrong"};
    expect_failure(&cfg, start.ptr, ERR_AUTH);
    run("GRANT REPLICATION SLAVE ON *.* TO tabrelay_poor");
    cfg.password = (char[]){"Secret.1"};
    {
        struct heard h = {.stop_after = 1};
        struct reader *r = new_reader(&cfg, &h);

        run("INSERT INTO t VALUES (1, 'a', NULL)");
        assert_int_equal(reader_run(r, start.ptr, &err), -1);
        assert_string_equal(err.msg, "heard enough");
        reader_free(r);
        forget(&h);
    }
    run("DROP USER tabrelay_poor");
}

static void a_purged_position_is_gone(void **state)
{
    CLEANUP_BUF struct buf start = BUF_INIT, file = BUF_INIT, sql = BUF_INIT;

    (void)state;
    here(&start);
    here_in_file(&file);
    run("INSERT INTO t VALUES (1, 'a', NULL)");
    run("FLUSH BINARY LOGS");
    run("INSERT INTO t VALUES (2, 'a', NULL)");
    run("FLUSH BINARY LOGS");
    sleep_ms(1500); /* until the server has found out which dumps are gone, it keeps their files */
    {
        CLEANUP_BUF struct buf now = BUF_INIT;

        here_in_file(&now);
        *strrchr(now.ptr, ':') = '\0';
        buf_printf(&sql, "PURGE BINARY LOGS TO '%s'", now.ptr + 5);
        run(sql.ptr);
    }
    expect_failure(&config, start.ptr, ERR_GONE);
    expect_failure(&config, file.ptr, ERR_GONE);
}

static void a_position_of_another_server_is_gone(void **state)
{
    CLEANUP_BUF struct buf file = BUF_INIT;

    (void)state;
    expect_failure(&config, is_mariadb() ? "mysql:" : "mariadb:", ERR_GONE);
    expect_failure(&config, "file:nosuch.000001:4", ERR_GONE);
    here_in_file(&file);
    buf_puts(&file, "00");
    expect_failure(&config, file.ptr, ERR_GONE);
    if (is_mariadb())
        expect_failure(&config, "mariadb:0-1-99999999", ERR_GONE);
}

static void of_two_readers_with_one_name_the_first_is_told(void **state)
{
    CLEANUP_BUF struct buf start = BUF_INIT;
    struct heard first = {0}, second = {0};
    struct running r;
    pthread_t thread;

    (void)state;
    if (is_old())
        skip(); /* ends the first one's stream without a word */
    here(&start);
    r = (struct running){.reader = new_reader(&config, &first), .position = start.ptr};
    assert_int_equal(pthread_create(&thread, NULL, run_reader, &r), 0);
    sleep_ms(500);
    run("INSERT INTO t VALUES (1, 'a', NULL)");
    hear(&second, start.ptr, 1);
    sleep_ms(100);
    run("INSERT INTO t VALUES (2, 'a', NULL)");
    pthread_join(thread, NULL);
    assert_int_equal(r.rc, -1);
    assert_int_equal(r.err.code, ERR_MYSQL);
    assert_true(r.err.transient);
    if (strstr(r.err.msg, "same server_") == NULL)
        fail_msg("%s", r.err.msg);
    assert_true(r.err.wait_ms >= 60000);
    assert_non_null(strstr(r.err.hint, "instance name"));
    reader_free(r.reader);
    forget(&first);
    forget(&second);
}

static void a_lost_connection_is_transient(void **state)
{
    CLEANUP_BUF struct buf start = BUF_INIT, sql = BUF_INIT;
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct heard h = {0};
    struct running r;
    pthread_t thread;

    (void)state;
    here(&start);
    r = (struct running){.reader = new_reader(&config, &h), .position = start.ptr};
    assert_int_equal(pthread_create(&thread, NULL, run_reader, &r), 0);
    sleep_ms(800);
    must(db_exec(db,
                 "SELECT id FROM information_schema.processlist WHERE command LIKE 'Binlog Dump%'",
                 &rows, &err),
         "processlist");
    assert_true(rows.n_rows >= 1);
    for (size_t i = 0; i < rows.n_rows; i++) {
        buf_clear(&sql);
        buf_printf(&sql, "KILL %s", db_rows_text(&rows, i, 0));
        run(sql.ptr);
    }
    pthread_join(thread, NULL);
    assert_int_equal(r.rc, -1);
    assert_int_equal(r.err.code, ERR_MYSQL);
    assert_true(r.err.transient);
    reader_free(r.reader);
    forget(&h);
}

/* host:port:user:password */
static int connect_server(void **state)
{
    static char where[512];
    char *parts[4] = {where, NULL, NULL, NULL};

    (void)state;
    snprintf(where, sizeof(where), "%s", getenv("TABRELAY_TEST_MYSQL"));
    for (size_t i = 1; i < 4; i++) {
        parts[i] = strchr(parts[i - 1], ':');
        if (parts[i] == NULL)
            return -1;
        *parts[i]++ = '\0';
    }
    config.host = parts[0];
    config.port = (uint16_t)strtoul(parts[1], NULL, 10);
    config.user = parts[2];
    config.password = parts[3];
    if (db_open(&config, &db, &err) != 0) {
        fprintf(stderr, "%s\n", err.msg);
        return -1;
    }
    return 0;
}

static int disconnect_server(void **state)
{
    (void)state;
    db_exec(db, "DROP DATABASE IF EXISTS " SCHEMA, NULL, &err);
    db_close(db);
    table_free(table);
    return 0;
}

#define CASE(f) cmocka_unit_test_setup(f, start_afresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_stream_resumes_after_any_commit),
        CASE(a_stream_resumes_by_file_and_offset),
        CASE(a_stream_resumes_among_tagged_transactions),
        CASE(a_stream_resumes_among_several_domains),
        CASE(a_storm_of_new_files_loses_nothing),
        CASE(the_very_end_of_a_file_is_a_position),
        CASE(a_transaction_that_broke_off_comes_again),
        CASE(file_positions_move_in_every_gtid_mode),
        CASE(the_position_after_all_is_the_servers),
        CASE(minimal_images_are_filled_from_before),
        CASE(a_log_without_checksums_is_read),
        CASE(an_interrupt_wakes_a_waiting_reader),
        CASE(an_interrupt_wakes_a_waiting_reader_under_tls),
        CASE(an_interrupt_before_the_run_counts),
        CASE(an_account_without_the_privilege_is_told_which),
        CASE(a_purged_position_is_gone),
        CASE(a_position_of_another_server_is_gone),
        CASE(of_two_readers_with_one_name_the_first_is_told),
        CASE(a_lost_connection_is_transient),
    };

    if (getenv("TABRELAY_TEST_MYSQL") == NULL) {
        fprintf(stderr,
                "SKIPPED: test_reader_stream needs TABRELAY_TEST_MYSQL=host:port:user:password\n");
        return 0;
    }
    return cmocka_run_group_tests(tests, connect_server, disconnect_server);
}
