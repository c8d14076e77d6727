/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader against a real server: what it hands out for every column type equals what SELECT
 * says, for insert, update and delete, under every row image, row metadata and compression.
 *
 * The types stand a dozen to a table (reader_cases.h). Each combination of settings has a database
 * of its own, tabrelay_reader_0, 1, ..., in which all tables are filled, updated twice (the even
 * columns, then the odd ones) and emptied. The first combination has 1,000 random values a column,
 * the others 100; TABRELAY_TEST_RANDOM=N gives all of them N.
 *
 * Needs TABRELAY_TEST_MYSQL="host:port:user:password", an account that may do everything on a
 * server that nobody else writes to; skipped without. With TABRELAY_TEST_KEEP=1 the databases
 * tabrelay_reader_0, 1, ... stay; a line says how many rows came from the first, for who reads the
 * same logs another way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/mysql/db.h"
#include "replicator/binlog/reader.h"
#include "tests/unit/reader_cases.h"

#define SOURCE "tabrelay_reader_source"

enum {
    FIRST_RANDOM = 1000,
    OTHER_RANDOM = 100,
    WIDTH = 12,       /* types a table */
    FIRST_COLUMN = 3, /* after id, n1, n2 */
    TABLES_MAX = 64,
    STAGES_MAX = 3,
    INSERT_BYTES = 1 << 19,
};

static struct config_mysql config = {.tls = CONFIG_TLS_PREFERRED, .server_id = 4242001};
static struct db *db;
static struct err err;
static char schema[64]; /* of the tables under test */
static unsigned n_schemas;
static size_t total[3]; /* rows that came, by enum change_type */

static void must(int rc, const char *what)
{
    if (rc != 0)
        fail_msg("%.300s: %s", what, err.msg);
}

static void run(const char *sql)
{
    must(db_exec(db, sql, NULL, &err), sql);
}

__attribute__((format(printf, 1, 2))) static void runf(const char *fmt, ...)
{
    char sql[1024];
    va_list args;

    va_start(args, fmt);
    assert_true(vsnprintf(sql, sizeof(sql), fmt, args) < (int)sizeof(sql));
    va_end(args);
    run(sql);
}

static bool is_mariadb(void)
{
    return db_flavour(db) == DB_MARIADB;
}

static bool is_mariadb11(void)
{
    return is_mariadb() && db_version(db) >= 110800;
}

/* What MySQL had when its binlog had no table metadata yet. */
static bool is_old(void)
{
    return !is_mariadb() && db_version(db) < 80000;
}

static bool has_type(enum servers servers)
{
    switch (servers) {
    case MYSQL:
        return !is_mariadb() && !is_old();
    case MYSQL57:
        return !is_mariadb() && db_version(db) >= 50700;
    case MARIADB:
        return is_mariadb();
    case MARIADB11:
        return is_mariadb11();
    default:
        return true;
    }
}

static size_t random_rows(size_t usual)
{
    const char *wanted = getenv("TABRELAY_TEST_RANDOM");

    return wanted == NULL ? usual : strtoul(wanted, NULL, 10);
}

/* --- the source: all values, in tables that are not logged --- */

struct source {
    const struct column_case *columns[WIDTH];
    size_t n_columns;
    size_t n_values; /* the most that a column names */
};

static struct source sources[TABLES_MAX];
static size_t n_sources;
static size_t source_rows; /* random ones, in each */

/* Row 0 is NULL, then come the values that the case names, then random ones. */
static void put_literal(struct buf *sql, const struct column_case *c, size_t row)
{
    size_t n = 0;

    while (n < VALUES_MAX && c->values[n] != NULL)
        n++;
    if (row == 0)
        buf_puts(sql, "NULL");
    else if (row <= n || c->random == NULL)
        buf_puts(sql, c->values[(row - 1) % n]);
    else
        c->random(sql);
}

static void fill_source(size_t i)
{
    const struct source *s = &sources[i];
    size_t n_rows = 1 + s->n_values + source_rows;
    CLEANUP_BUF struct buf sql = BUF_INIT;

    for (size_t row = 0; row < n_rows; row++) {
        if (sql.len == 0)
            buf_printf(&sql, "INSERT INTO " SOURCE ".t%zu VALUES ", i);
        else
            buf_putc(&sql, ',');
        buf_printf(&sql, "(%zu,0,0", row + 1);
        for (size_t c = 0; c < s->n_columns; c++) {
            buf_putc(&sql, ',');
            put_literal(&sql, s->columns[c], row);
        }
        buf_putc(&sql, ')');
        if (sql.len < INSERT_BYTES && row + 1 < n_rows)
            continue;
        run(sql.ptr);
        buf_clear(&sql);
    }
}

static void make_source(size_t i)
{
    const struct source *s = &sources[i];
    CLEANUP_BUF struct buf sql = BUF_INIT;

    buf_printf(&sql,
               "CREATE TABLE " SOURCE ".t%zu (id INT UNSIGNED PRIMARY KEY, n1 INT NOT NULL, n2 INT "
               "NOT NULL",
               i);
    for (size_t c = 0; c < s->n_columns; c++)
        buf_printf(&sql, ", c%zu %s%s", c, s->columns[c]->type,
                   strstr(s->columns[c]->type, "NULL") == NULL ? " NULL" : "");
    buf_puts(&sql, ") CHARACTER SET utf8mb4 ROW_FORMAT=DYNAMIC");
    run(sql.ptr);
    fill_source(i);
}

static void take_case(const struct column_case *c)
{
    struct source *s;
    size_t n = 0;

    if (!has_type(c->servers))
        return;
    if (n_sources == 0 || sources[n_sources - 1].n_columns == WIDTH)
        n_sources++;
    s = &sources[n_sources - 1];
    s->columns[s->n_columns++] = c;
    while (n < VALUES_MAX && c->values[n] != NULL)
        n++;
    if (n > s->n_values)
        s->n_values = n;
}

/* BIT(1) to BIT(64) */
static void take_bits(void)
{
    static struct column_case bits[64];
    static char types[64][8];
    static char ones[64][24];

    for (unsigned n = 1; n <= 64; n++) {
        snprintf(types[n - 1], sizeof(types[0]), "BIT(%u)", n);
        snprintf(ones[n - 1], sizeof(ones[0]), "%llu",
                 (unsigned long long)(UINT64_MAX >> (64 - n)));
        bits[n - 1] = (struct column_case){
            .type = types[n - 1], .values = {"0", "1", ones[n - 1]}, .random = random_bits};
        take_case(&bits[n - 1]);
    }
}

static void make_sources(void)
{
    size_t others = random_rows(OTHER_RANDOM);

    source_rows = random_rows(FIRST_RANDOM);
    if (source_rows < others)
        source_rows = others;
    run("SET SESSION sql_log_bin = 0");
    run("SET SESSION sql_mode = ''");
    run("DROP DATABASE IF EXISTS " SOURCE);
    run("CREATE DATABASE " SOURCE " CHARACTER SET utf8mb4");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        take_case(&cases[i]);
    take_bits();
    for (size_t i = 0; i < n_sources; i++)
        make_source(i);
    run("SET SESSION sql_log_bin = 1");
}

/* --- a table under test, and what must come --- */

struct expected {
    struct table *table;
    size_t n_rows;
    size_t n_stages;                   /* after the insert, and after each update */
    struct db_rows stages[STAGES_MAX]; /* canonical */
    unsigned char *seen;               /* per row: how many stages have come */
    size_t n_deletes;
    bool is_by_parity; /* the first update assigned the even columns, the second the odd ones */
};

static struct expected tables[TABLES_MAX];
static size_t n_tables;
static struct arena texts; /* canonical ones that SELECT did not print */
static const char *image;  /* binlog_row_image */
static bool is_done;

static void forget_stages(void)
{
    for (size_t i = 0; i < n_tables; i++) {
        struct expected *t = &tables[i];

        for (size_t k = 0; k < t->n_stages; k++)
            db_rows_close(&t->stages[k]);
        free(t->seen);
        *t = (struct expected){.table = t->table, .is_by_parity = t->is_by_parity};
    }
    arena_close(&texts);
    texts = ARENA_INIT;
}

static void forget_tables(void)
{
    forget_stages();
    for (size_t i = 0; i < n_tables; i++)
        table_free(tables[i].table);
    n_tables = 0;
}

/* What the table holds now is the next stage. */
static void read_back(struct expected *t)
{
    CLEANUP_BUF struct buf sql = BUF_INIT, scratch = BUF_INIT;
    struct db_rows *rows = &t->stages[t->n_stages++];
    size_t n = t->table->n_columns;

    assert_true(t->n_stages <= STAGES_MAX);
    for (size_t c = 0; c < n; c++) {
        buf_puts(&sql, c == 0 ? "SELECT " : ", ");
        column_read_sql(&sql, &t->table->columns[c]);
    }
    buf_puts(&sql, " FROM ");
    table_quote_full(&sql, t->table);
    buf_puts(&sql, " ORDER BY id");
    must(db_exec(db, sql.ptr, rows, &err), sql.ptr);
    for (size_t i = 0; i < rows->n_rows * n; i++) {
        struct value v = column_canonical(&t->table->columns[i % n], rows->values[i], &scratch);

        if (v.ptr == scratch.ptr && v.state == VALUE_TEXT)
            v.ptr = arena_copy(&texts, v.ptr, v.len);
        rows->values[i] = v;
    }
    if (t->seen == NULL) {
        t->n_rows = rows->n_rows;
        t->seen = calloc(t->n_rows + 1, 1);
    }
    assert_int_equal(rows->n_rows, t->n_rows);
}

static struct expected *add_table(const char *name)
{
    struct expected *t = &tables[n_tables++];

    assert_true(n_tables <= TABLES_MAX);
    *t = (struct expected){0};
    must(table_load(db, schema, name, &t->table, &err), name);
    return t;
}

/* Every column takes the value of the row after it, in two statements. */
static void update_half(const struct expected *t, unsigned half)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;

    buf_printf(&sql, "UPDATE %s a LEFT JOIN " SOURCE ".%s b ON b.id = a.id + 1 SET a.n%u = a.id",
               t->table->name, t->table->name, half + 1);
    for (size_t c = half; c + FIRST_COLUMN < t->table->n_columns; c += 2)
        buf_printf(&sql, ", a.c%zu = b.c%zu", c, c);
    run(sql.ptr);
}

static void make_tables(void)
{
    char name[32];

    for (size_t i = 0; i < n_sources; i++) {
        snprintf(name, sizeof(name), "t%zu", i);
        runf("CREATE TABLE %s LIKE " SOURCE ".%s", name, name);
        add_table(name)->is_by_parity = true;
    }
}

static void change_table(struct expected *t, size_t n_rows)
{
    const char *name = t->table->name;

    runf("INSERT INTO %s SELECT * FROM " SOURCE ".%s WHERE id <= %zu", name, name, n_rows);
    read_back(t);
    update_half(t, 0);
    read_back(t);
    update_half(t, 1);
    read_back(t);
    runf("DELETE FROM %s", name);
}

/* --- which columns an image carries --- */

/* To binlog_row_image = NOBLOB; JSON, GEOMETRY and VECTOR are none. */
static bool is_blob(const struct column *c)
{
    return strstr(c->sql_type, "blob") != NULL || strstr(c->sql_type, "text") != NULL;
}

/* Does the statement that leads to STAGE assign the column? */
static bool is_assigned(size_t column, size_t stage)
{
    if (stage == 0)
        return true;
    return column < FIRST_COLUMN ? column == stage : (column - FIRST_COLUMN) % 2 == stage - 1;
}

/* AFTER is what the reader makes of it: what only BEFORE carries stands in both. */
static bool is_carried(const struct expected *t, size_t column, size_t stage, bool is_after)
{
    bool is_key = column == 0;

    if (strcmp(image, "MINIMAL") == 0)
        return is_key || (is_after && is_assigned(column, stage));
    if (strcmp(image, "NOBLOB") == 0)
        return !is_blob(&t->table->columns[column]) || (is_after && is_assigned(column, stage));
    return true;
}

/* Of a table that was not made here: MariaDB 11.8 logs no generated columns for UPDATE and DELETE,
 * under FULL neither. */
static bool may_be_absent(const struct expected *t, size_t column)
{
    return !t->is_by_parity && (strcmp(image, "FULL") != 0 ||
                                (is_mariadb11() && t->table->columns[column].is_generated));
}

/* --- what comes --- */

static int want_table(void *ctx, const char *in, const char *name, struct table_wish *out,
                      struct err *e)
{
    (void)ctx;
    (void)e;
    if (strcmp(in, schema) != 0)
        return 0;
    if (strcmp(name, "marker") == 0) {
        is_done = true;
        return 0;
    }
    for (size_t i = 0; i < n_tables; i++)
        if (strcmp(tables[i].table->name, name) == 0)
            out->table = tables[i].table;
    return 0;
}

static void disagree(const char *what, const struct expected *t, size_t row, size_t column,
                     struct value log, struct value select)
{
    static const char *const states[] = {"absent", "NULL", "text"};
    size_t at = 0;

    while (log.state == VALUE_TEXT && select.state == VALUE_TEXT && at < log.len &&
           at < select.len && log.ptr[at] == select.ptr[at])
        at++;
    fail_msg(
        "%s, row %zu of %s.%s, %s %s: from byte %zu the log says %s '%.*s' (%zu bytes), SELECT "
        "says %s '%.*s' (%zu bytes)",
        what, row + 1, schema, t->table->name, t->table->columns[column].name,
        t->table->columns[column].sql_type, at, states[log.state],
        (int)(log.len - at < 200 ? log.len - at : 200), log.len > at ? log.ptr + at : "", log.len,
        states[select.state], (int)(select.len - at < 200 ? select.len - at : 200),
        select.len > at ? select.ptr + at : "", select.len);
}

static void check_image(const char *what, const struct expected *t, size_t row, size_t stage,
                        size_t carried_by, bool is_after, const struct value *values)
{
    for (size_t c = 0; c < t->table->n_columns; c++) {
        struct value select = db_rows_at(&t->stages[stage], row, c);

        if (t->is_by_parity && !is_carried(t, c, carried_by, is_after))
            select = (struct value){.state = VALUE_ABSENT};
        if (values[c].state == VALUE_ABSENT && may_be_absent(t, c))
            continue;
        if (!value_equal(values[c], select))
            disagree(what, t, row, c, values[c], select);
    }
}

static size_t id_column(const struct table *table)
{
    int i = table_find_column(table, "id");

    assert_true(i >= 0);
    return (size_t)i;
}

static size_t row_of(struct value id)
{
    char text[24] = "";

    assert_int_equal(id.state, VALUE_TEXT);
    memcpy(text, id.ptr, id.len < sizeof(text) ? id.len : sizeof(text) - 1);
    return strtoul(text, NULL, 10) - 1;
}

static int on_change(void *ctx, const struct change *c, struct err *e)
{
    struct expected *t = NULL;
    size_t row, stage;

    (void)ctx;
    (void)e;
    for (size_t i = 0; i < n_tables; i++)
        if (tables[i].table == c->table)
            t = &tables[i];
    assert_non_null(t);
    row = row_of((c->before != NULL ? c->before : c->after)[id_column(t->table)]);
    assert_true(row < t->n_rows);
    stage = t->seen[row];
    total[c->type]++;
    assert_int_equal(c->before == NULL, c->type == CHANGE_INSERT);
    assert_int_equal(c->after == NULL, c->type == CHANGE_DELETE);
    assert_int_equal(stage == 0, c->type == CHANGE_INSERT);
    if (c->type == CHANGE_INSERT)
        check_image("insert", t, row, 0, 0, true, c->after);
    if (c->before != NULL)
        check_image(c->type == CHANGE_DELETE ? "delete" : "update, before", t, row, stage - 1,
                    stage, false, c->before);
    if (c->type == CHANGE_UPDATE) {
        assert_true(stage < t->n_stages);
        check_image("update, after", t, row, stage, stage, true, c->after);
    }
    if (c->type == CHANGE_DELETE) {
        assert_int_equal(stage, t->n_stages);
        t->n_deletes++;
    } else {
        t->seen[row]++;
    }
    return 0;
}

static int on_commit(void *ctx, const struct commit *commit, struct err *e)
{
    (void)ctx;
    assert_true(commit->commit_time_us > INT64_C(1600000000000000));
    assert_false(commit->is_rollback);
    return is_done ? err_set(e, ERR_STOPPED, "done") : 0;
}

static int on_ddl(void *ctx, const struct ddl *ddl, struct err *e)
{
    (void)ctx;
    (void)e;
    if (ddl->kind == DDL_STATEMENT_DML)
        fail_msg("rows are missing: %s", ddl->sql);
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

static void here(struct buf *out)
{
    struct position *p = NULL;

    must(position_now(db, &p, &err), "position_now");
    position_print(p, out);
    position_free(p);
}

static void read_from(const char *position)
{
    struct reader_options options = {.mysql = &config, .instance = "test", .heartbeat_ms = 5000};
    struct reader *reader = NULL;

    run("INSERT INTO marker VALUES (1)");
    is_done = false;
    must(reader_new(&options, &handler, &reader, &err), "reader_new");
    err = ERR_INIT;
    assert_int_equal(reader_run(reader, position, &err), -1);
    if (strcmp(err.msg, "done") != 0)
        fail_msg("%s: %s", schema, err.msg);
    reader_free(reader);
}

static void all_has_come(void)
{
    for (size_t i = 0; i < n_tables; i++) {
        const struct expected *t = &tables[i];

        for (size_t row = 0; row < t->n_rows; row++)
            if (t->seen[row] != t->n_stages)
                fail_msg("%s.%s: of row %zu %u changes came", schema, t->table->name, row + 1,
                         t->seen[row]);
        assert_int_equal(t->n_deletes, t->n_rows);
    }
    forget_stages();
}

/* --- settings --- */

struct settings {
    const char *image;
    const char *metadata;
    bool is_compressed;
};

static void start_afresh(void)
{
    forget_tables();
    snprintf(schema, sizeof(schema), "tabrelay_reader_%u", n_schemas++);
    runf("DROP DATABASE IF EXISTS %s", schema);
    runf("CREATE DATABASE %s CHARACTER SET utf8mb4", schema);
    runf("USE %s", schema);
    run("SET SESSION sql_mode = ''");
    run("CREATE TABLE marker (id INT)");
}

static void use_settings(const struct settings *s)
{
    image = s->image;
    runf("SET SESSION binlog_row_image = %s", image);
    if (is_old())
        return;
    runf("SET GLOBAL binlog_row_metadata = %s", s->metadata);
    if (is_mariadb()) {
        runf("SET GLOBAL log_bin_compress = %d", s->is_compressed);
        run("SET GLOBAL log_bin_compress_min_len = 10");
        /* COMPRESSED columns: deflate with zlib's header or without */
        runf("SET SESSION column_compression_zlib_wrap = %d", s->is_compressed);
    } else {
        runf("SET SESSION binlog_transaction_compression = %d", s->is_compressed);
    }
}

static void check_settings(const struct settings *s, size_t n_random)
{
    CLEANUP_BUF struct buf position = BUF_INIT;

    use_settings(s);
    here(&position);
    for (size_t i = 0; i < n_tables; i++)
        change_table(&tables[i], 1 + sources[i].n_values + n_random);
    read_from(position.ptr);
    all_has_come();
}

static void every_value_agrees_under_every_setting(void **state)
{
    static const char *const images[] = {"FULL", "MINIMAL", "NOBLOB", "FULL_NODUP"};
    static const char *const metadata[] = {"FULL", "MINIMAL", "NO_LOG"};
    size_t n_images = is_mariadb11() ? 4 : 3;
    size_t n_metadata = is_old() ? 1 : is_mariadb() ? 3 : 2;

    (void)state;
    start_afresh();
    make_tables();
    for (size_t i = 0; i < n_images; i++)
        for (size_t m = 0; m < n_metadata; m++)
            for (size_t compressed = 0; compressed <= !is_old(); compressed++) {
                struct settings s = {images[i], metadata[m], compressed == 1};
                bool is_first = i + m + compressed == 0;

                check_settings(&s, random_rows(is_first ? FIRST_RANDOM : OTHER_RANDOM));
            }
    printf("%s: %zu inserted, %zu updated, %zu deleted\n", schema, total[CHANGE_INSERT],
           total[CHANGE_UPDATE], total[CHANGE_DELETE]);
}

/* --- tables of which the log and information_schema have different ideas --- */

static const struct settings plain = {"FULL", "MINIMAL", false};
static const struct settings plain_names = {"FULL", "FULL", false};

/* SETUP (statements in "; "), then an insert, an update and a delete of all rows, all seen; without
 * INSERT the rows are SETUP's. */
static void check_shape(const struct settings *s, const char *const *setup, const char *insert,
                        const char *update)
{
    CLEANUP_BUF struct buf position = BUF_INIT;
    struct expected *t;

    start_afresh();
    use_settings(s);
    for (; *setup != NULL; setup++)
        run(*setup);
    t = add_table("t");
    here(&position);
    if (insert != NULL)
        run(insert);
    read_back(t);
    memset(t->seen, insert == NULL, t->n_rows);
    run(update);
    read_back(t);
    run("DELETE FROM t");
    read_from(position.ptr);
    all_has_come();
}

static void generated_and_invisible_columns_agree(void **state)
{
    const char *const mysql[] = {
        "CREATE TABLE t (a INT INVISIBLE, v INT AS (b * 2) VIRTUAL, b INT, s VARCHAR(20) AS "
        "(CONCAT('<', b, '>')) STORED, id INT PRIMARY KEY, j INT AS (id + b) VIRTUAL INVISIBLE)",
        "ALTER TABLE t ADD KEY f ((b + 1)), ADD KEY (v)", NULL};
    const char *const mariadb[] = {
        "CREATE TABLE t (a INT INVISIBLE, v INT AS (b * 2) VIRTUAL, b INT, s VARCHAR(20) AS "
        "(CONCAT('<', b, '>')) STORED, id INT PRIMARY KEY, j INT AS (id + b) VIRTUAL INVISIBLE)",
        "ALTER TABLE t ADD KEY (v)", NULL};
    const struct settings settings[] = {
        plain, plain_names, {"MINIMAL", "MINIMAL", false}, {"NOBLOB", "FULL", false}};

    (void)state;
    if (is_old())
        skip();
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
        check_shape(&settings[i], is_mariadb() ? mariadb : mysql,
                    "INSERT INTO t (id, a, b) VALUES (1, 5, 10), (2, NULL, NULL), (3, -1, 0)",
                    "UPDATE t SET a = id, b = COALESCE(b, 7) + 1");
}

static void instantly_added_and_dropped_columns_agree(void **state)
{
    const char *const setup[] = {
        "CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), b INT, c BIGINT)",
        "INSERT INTO t VALUES (1, 'one', 1, 1), (2, NULL, NULL, NULL)",
        "ALTER TABLE t ADD COLUMN d VARCHAR(10) NOT NULL DEFAULT 'new', ALGORITHM=INSTANT",
        "ALTER TABLE t ADD COLUMN e DATETIME(3) NULL DEFAULT '2024-01-01 00:00:00.125' AFTER a, "
        "ALGORITHM=INSTANT",
        "INSERT INTO t VALUES (3, 'three', NULL, 3, 3, 'd')",
        "ALTER TABLE t DROP COLUMN b, ALGORITHM=INSTANT",
        NULL};

    (void)state;
    if (is_old())
        skip();
    check_shape(&plain, setup, NULL, "UPDATE t SET a = CONCAT(COALESCE(a, ''), '!')");
    check_shape(&plain_names, setup, NULL, "UPDATE t SET d = 'old'");
}

static void a_generated_invisible_primary_key_is_no_shift(void **state)
{
    const char *const setup[] = {"SET SESSION sql_generate_invisible_primary_key = ON",
                                 "CREATE TABLE t (id INT, a VARCHAR(20))",
                                 "SET SESSION sql_generate_invisible_primary_key = OFF", NULL};

    (void)state;
    if (is_mariadb() || is_old())
        skip();
    check_shape(&plain, setup, "INSERT INTO t VALUES (1, 'a'), (2, 'b')", "UPDATE t SET a = 'c'");
    check_shape(&plain_names, setup, "INSERT INTO t VALUES (1, 'a'), (2, 'b')",
                "UPDATE t SET a = 'c'");
}

/* A long UNIQUE makes a column DB_ROW_HASH_1 that only the log shows. */
static void a_hidden_hash_column_is_no_shift(void **state)
{
    const char *const setup[] = {"CREATE TABLE t (id INT PRIMARY KEY, a TEXT, UNIQUE (a), b INT)",
                                 NULL};

    (void)state;
    if (!is_mariadb())
        skip();
    check_shape(&plain_names, setup, "INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2)",
                "UPDATE t SET b = b + 1");
}

static void a_table_without_a_key_agrees(void **state)
{
    const char *const setup[] = {"CREATE TABLE t (id INT, a VARCHAR(20), b TEXT)", NULL};
    const struct settings settings[] = {{"MINIMAL", "FULL", false}, {"NOBLOB", "FULL", false}};

    (void)state;
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
        check_shape(&settings[i], setup, "INSERT INTO t VALUES (1, 'a', 'b'), (2, NULL, NULL)",
                    "UPDATE t SET a = 'c', b = CONCAT(b, 'd')");
}

/* What cannot be read is said, with the way out; SETUP makes a table "refused",
 * INSERT fills it. */
static void check_refusal(const struct settings *s, const char *const *setup, const char *insert,
                          const char *message, const char *hint)
{
    struct reader_options options = {.mysql = &config, .instance = "test", .heartbeat_ms = 5000};
    CLEANUP_BUF struct buf position = BUF_INIT;
    struct reader *reader = NULL;

    start_afresh();
    use_settings(s);
    for (; *setup != NULL; setup++)
        run(*setup);
    add_table("refused");
    here(&position);
    run(insert);
    must(reader_new(&options, &handler, &reader, &err), "reader_new");
    err = ERR_INIT;
    assert_int_equal(reader_run(reader, position.ptr, &err), -1);
    if (err.code != ERR_FORMAT || strstr(err.msg, message) == NULL ||
        strstr(err.hint, hint) == NULL)
        fail_msg("%s: %s (%s)", schema, err.msg, err.hint);
    reader_free(reader);
}

/* Without names in the log nobody can tell which column is the hidden one. */
static void a_hidden_column_without_names_is_refused(void **state)
{
    const char *const setup[] = {
        "CREATE TABLE refused (id INT PRIMARY KEY, a TEXT, UNIQUE (a), b INT)", NULL};

    (void)state;
    if (!is_mariadb())
        skip();
    check_refusal(&plain, setup, "INSERT INTO refused VALUES (1, 'a', 1)",
                  "has 4 columns in the log and 3 in information_schema", "binlog_row_metadata");
}

static void temporal_types_of_old_tables_agree_or_are_refused(void **state)
{
    const char *const whole[] = {
        "SET GLOBAL mysql56_temporal_format = OFF",
        "CREATE TABLE t (id INT PRIMARY KEY, a TIME, b DATETIME, c TIMESTAMP NULL, d DATE)",
        "SET GLOBAL mysql56_temporal_format = ON", NULL};
    const char *const fractional[] = {"SET GLOBAL mysql56_temporal_format = OFF",
                                      "CREATE TABLE refused (id INT PRIMARY KEY, a TIME(3))",
                                      "SET GLOBAL mysql56_temporal_format = ON", NULL};

    (void)state;
    if (!is_mariadb())
        skip();
    check_shape(&plain, whole,
                "INSERT INTO t VALUES (1, '-12:34:56', '2024-02-29 10:11:12', '2024-02-29 "
                "10:11:12', '2024-02-29'), (2, '838:59:59', '0000-00-00', '0000-00-00', NULL), (3, "
                "NULL, NULL, NULL, '0000-00-00')",
                "UPDATE t SET a = '-00:00:01', b = '9999-12-31 23:59:59', c = '2001-01-01'");
    check_refusal(&plain, fractional, "INSERT INTO refused VALUES (1, '-00:00:00.5')",
                  "column a has the old format", "FORCE");
}

/* MySQL changes a document where it stands: it leaves holes, and offsets that do not ascend. */
static void json_that_was_changed_in_place_agrees(void **state)
{
    const char *const setup[] = {
        "CREATE TABLE t (id INT PRIMARY KEY, j JSON)",
        "INSERT INTO t VALUES (1, JSON_OBJECT('a', REPEAT('x', 100), 'b', JSON_ARRAY(1, 2, "
        "'three'), "
        "'c', 70000)), (2, JSON_ARRAY('aaaa', 'bbbb', JSON_OBJECT('k', 1.5))), (3, '{}')",
        "UPDATE t SET j = JSON_SET(j, '$.a', 'short') WHERE id = 1",
        "UPDATE t SET j = JSON_REPLACE(j, '$.b[2]', 'x', '$.a', 'longer again') WHERE id = 1",
        "UPDATE t SET j = JSON_SET(j, '$[0]', 'b', '$[1]', JSON_OBJECT()) WHERE id = 2",
        NULL};

    (void)state;
    if (!has_type(MYSQL57))
        skip();
    check_shape(&plain, setup, NULL,
                "UPDATE t SET j = IF(id = 3, '[1]', JSON_REMOVE(j, '$.b', '$[1]'))");
    check_shape(&plain_names, setup, NULL,
                "UPDATE t SET j = IF(id = 3, '[1]', JSON_REPLACE(j, '$.c', 1, '$[0]', 'z'))");
}

static void a_row_of_more_than_16_mib_agrees(void **state)
{
    const char *const setup[] = {"CREATE TABLE t (id INT PRIMARY KEY, v LONGBLOB)",
                                 is_old() ? "ALTER TABLE t ENGINE=MyISAM" : NULL,
                                 NULL}; /* whose log is small */
    const struct settings compressed = {"FULL", "MINIMAL", true};

    (void)state;
    check_shape(&plain, setup, "INSERT INTO t VALUES (1, REPEAT('x', 20000000)), (2, '')",
                "UPDATE t SET v = IF(id = 1, CONCAT(v, 'y'), NULL)");
    if (!is_old())
        check_shape(&compressed, setup, "INSERT INTO t VALUES (1, REPEAT(UUID(), 600000)), (2, '')",
                    "UPDATE t SET v = IF(id = 1, CONCAT(v, 'y'), NULL)");
}

/* --- character sets --- */

static const char *const charsets[] = {
    "armscii8", "ascii",   "big5",     "cp1250",  "cp1251",  "cp1256",  "cp1257",  "cp850",
    "cp852",    "cp866",   "cp932",    "dec8",    "eucjpms", "euckr",   "gb2312",  "gbk",
    "greek",    "hebrew",  "hp8",      "koi8r",   "koi8u",   "latin1",  "latin2",  "latin5",
    "latin7",   "macce",   "macroman", "sjis",    "swe7",    "tis620",  "ucs2",    "ujis",
    "utf16",    "utf16le", "utf32",    "utf8mb3", "utf8mb4", "gb18030", "geostd8", "keybcs2"};

/* The characters from FIRST on that fit into a row, as UTF-8 hex. */
static void characters(struct buf *out, uint32_t first, uint32_t n)
{
    for (uint32_t c = first; c < first + n; c++) {
        if (c >= 0xd800 && c < 0xe000)
            continue;
        if (c < 0x80)
            buf_printf(out, "%02X", c);
        else if (c < 0x800)
            buf_printf(out, "%02X%02X", 0xc0 | c >> 6, 0x80 | (c & 63));
        else if (c < 0x10000)
            buf_printf(out, "%02X%02X%02X", 0xe0 | c >> 12, 0x80 | (c >> 6 & 63), 0x80 | (c & 63));
        else
            buf_printf(out, "%02X%02X%02X%02X", 0xf0 | c >> 18, 0x80 | (c >> 12 & 63),
                       0x80 | (c >> 6 & 63), 0x80 | (c & 63));
    }
}

static void charset_table(size_t i, const char *charset)
{
    struct expected *t;
    /* glibc knows some user-defined and ETEN characters of these differently. */
    bool is_special = strcmp(charset, "big5") == 0 || strcmp(charset, "gb18030") == 0;
    CLEANUP_BUF struct buf sql = BUF_INIT;
    char name[32];

    snprintf(name, sizeof(name), "t%zu", i);
    runf("CREATE TABLE %s (id INT UNSIGNED PRIMARY KEY AUTO_INCREMENT, v MEDIUMTEXT CHARACTER SET "
         "%s)",
         name, charset);
    t = add_table(name);
    buf_printf(&sql, "INSERT INTO %s (v) VALUES (NULL)", name);
    for (uint32_t first = 0; first < 0x20000; first += 512) {
        if (is_special ? first < 0x4e00 || first >= 0x9e00
                       : first >= 0x10000 && first % 0x2000 != 0)
            continue;
        buf_puts(&sql, ",(_utf8mb4 X'");
        characters(&sql, first, 512);
        buf_puts(&sql, "')");
    }
    run(sql.ptr);
    read_back(t);
    runf("DELETE FROM %s", name);
}

static void text_of_every_charset_agrees(void **state)
{
    CLEANUP_BUF struct buf position = BUF_INIT;

    (void)state;
    start_afresh();
    use_settings(&plain);
    here(&position);
    for (size_t i = 0; i < sizeof(charsets) / sizeof(charsets[0]); i++)
        if (strcmp(charsets[i], "gb18030") != 0 || has_type(MYSQL57))
            charset_table(i, charsets[i]);
    read_from(position.ptr);
    all_has_come();
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
    run("SET GLOBAL max_allowed_packet = 67108864"); /* for new connections */
    must(db_reconnect(db, &err), "connect again");
    make_sources();
    return 0;
}

static int disconnect_server(void **state)
{
    (void)state;
    run("SET SESSION sql_log_bin = 0");
    run("DROP DATABASE " SOURCE);
    for (unsigned i = 0; i < n_schemas && getenv("TABRELAY_TEST_KEEP") == NULL; i++)
        runf("DROP DATABASE tabrelay_reader_%u", i);
    db_close(db);
    forget_tables();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_agrees_under_every_setting),
        cmocka_unit_test(generated_and_invisible_columns_agree),
        cmocka_unit_test(instantly_added_and_dropped_columns_agree),
        cmocka_unit_test(a_generated_invisible_primary_key_is_no_shift),
        cmocka_unit_test(a_hidden_hash_column_is_no_shift),
        cmocka_unit_test(a_table_without_a_key_agrees),
        cmocka_unit_test(a_hidden_column_without_names_is_refused),
        cmocka_unit_test(temporal_types_of_old_tables_agree_or_are_refused),
        cmocka_unit_test(json_that_was_changed_in_place_agrees),
        cmocka_unit_test(a_row_of_more_than_16_mib_agrees),
        cmocka_unit_test(text_of_every_charset_agrees),
    };

    if (getenv("TABRELAY_TEST_MYSQL") == NULL) {
        fprintf(stderr,
                "SKIPPED: test_reader_live needs TABRELAY_TEST_MYSQL=host:port:user:password\n");
        return 0;
    }
    return cmocka_run_group_tests(tests, connect_server, disconnect_server);
}
