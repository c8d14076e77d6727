/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every code of every character set that a server offers: what the reader makes of it equals what
 * the server itself converts it to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/live_fixture.h"

#define SCHEMA "tabrelay_test_charset"

enum { CHARSETS_MAX = 64, BATCH = 512, LONG_CODES = 6000, SHOWN = 8 };

struct charset_case {
    char name[32];
    struct table *table;
    struct db_rows wanted; /* owned; one a row, by id */
    size_t n_seen;
    size_t n_wrong;
};

static struct charset_case charsets[CHARSETS_MAX];
static size_t n_charsets;
static bool is_done;

/* --- codes, written as bytes: what is none in the character set, the server cuts off --- */

struct batch {
    struct buf sql;
    size_t n;
    size_t table;
};

static void batch_flush(struct batch *b)
{
    if (b->n > 0)
        live_run(b->sql.ptr);
    buf_clear(&b->sql);
    b->n = 0;
}

static void batch_add(struct batch *b, uint64_t code, unsigned bytes)
{
    if (b->n == 0)
        buf_printf(&b->sql, "INSERT INTO t%zu (v) VALUES ", b->table);
    buf_printf(&b->sql, "%s(X'%0*llX')", b->n == 0 ? "" : ",", (int)bytes * 2,
               (unsigned long long)code);
    if (++b->n == BATCH)
        batch_flush(b);
}

/* Codes of three and four bytes are too many: chosen by chance, but all of a plane's first bytes.
 */
static void add_long_codes(struct batch *b, const char *name)
{
    for (size_t i = 0; i < LONG_CODES; i++) {
        uint64_t any = live_any(UINT64_MAX), character = any % 0x110000;

        if (strncmp(name, "gb18030", 7) == 0)
            batch_add(b,
                      (0x81 + any % 0x7e) << 24 | (0x30 + (any >> 8) % 10) << 16 |
                          (0x81 + (any >> 16) % 0x7e) << 8 | (0x30 + (any >> 24) % 10),
                      4);
        else if (strcmp(name, "ujis") == 0 || strcmp(name, "eucjpms") == 0)
            batch_add(b, 0x8f0000 | (0xa1 + any % 94) << 8 | (0xa1 + (any >> 16) % 94), 3);
        else if (strcmp(name, "utf32") == 0)
            batch_add(b, i % 2 == 0 ? character : character & 0xffff, 4);
        else if (strncmp(name, "utf16", 5) == 0)
            batch_add(b,
                      strcmp(name, "utf16") == 0
                          ? (0xd800 | (any & 0x3ff)) << 16 | 0xdc00 | (any >> 10 & 0x3ff)
                          : (any & 0xff) << 24 | (uint64_t)(0xd8 | (any >> 8 & 3)) << 16 |
                                (any >> 16 & 0xff) << 8 | 0xdc | (any >> 24 & 3),
                      4);
        else if (strncmp(name, "utf8", 4) == 0)
            batch_add(b, i % 2 == 0 ? 0xe08080 | (any & 0x0f3f3f) : 0xf0808080 | (any & 0x073f3f3f),
                      i % 2 == 0 ? 3 : 4);
    }
}

/* Then some of them in one text, between ASCII that may stand in their midst. */
static void add_texts(size_t table)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;

    buf_printf(&sql,
               "INSERT INTO t%zu (v) SELECT CONCAT('abcdefgh0', a.v, b.v, 'x', c.v, 'yz') FROM "
               "t%zu a JOIN t%zu b ON b.id = a.id + 7 JOIN t%zu c ON c.id = a.id + 1 "
               "WHERE a.id %% 3 = 0 ORDER BY a.id",
               table, table, table, table);
    live_run(sql.ptr);
}

static void fill(size_t i, int64_t bytes_max)
{
    struct charset_case *c = &charsets[i];
    struct batch batch = {.table = i};
    CLEANUP_BUF struct buf sql = BUF_INIT;
    char name[16];

    buf_printf(&sql,
               "CREATE TABLE t%zu (id INT UNSIGNED PRIMARY KEY AUTO_INCREMENT, v VARCHAR(40) "
               "CHARACTER SET %s)",
               i, c->name);
    live_run(sql.ptr);
    for (uint64_t code = 0; code < 256; code++)
        batch_add(&batch, code, 1);
    for (uint64_t code = 0; bytes_max > 1 && code < 65536; code++)
        batch_add(&batch, code, 2);
    if (bytes_max > 2)
        add_long_codes(&batch, c->name);
    batch_flush(&batch);
    buf_close(&batch.sql);
    add_texts(i);
    snprintf(name, sizeof(name), "t%zu", i);
    live_must(table_load(live_db, SCHEMA, name, &c->table, &live_err), name);
    buf_clear(&sql);
    buf_printf(&sql, "SELECT v FROM t%zu ORDER BY id", i);
    live_must(db_exec(live_db, sql.ptr, &c->wanted, &live_err), sql.ptr);
}

/* --- what comes --- */

static int want_table(void *ctx, const char *schema, const char *name, struct table_wish *out,
                      struct err *e)
{
    (void)ctx;
    (void)e;
    if (strcmp(schema, SCHEMA) != 0)
        return 0;
    if (strcmp(name, "marker") == 0)
        is_done = true;
    else
        out->table = charsets[strtoul(name + 1, NULL, 10)].table;
    return 0;
}

static void show(const char *what, struct value v)
{
    CLEANUP_BUF struct buf hex = BUF_INIT;

    buf_hex(&hex, v.ptr, v.len);
    print_message(" %s %s", what, buf_text(&hex));
}

static int on_change(void *ctx, const struct change *change, struct err *e)
{
    struct charset_case *c = &charsets[strtoul(change->table->name + 1, NULL, 10)];
    struct value wanted = db_rows_at(&c->wanted, c->n_seen, 0), v = change->after[1];

    (void)ctx;
    (void)e;
    c->n_seen++;
    if (value_equal(v, wanted))
        return 0;
    if (c->n_wrong++ < SHOWN) {
        print_message("%s, row %zu:", c->name, c->n_seen);
        show("the log says", v);
        show("SELECT says", wanted);
        print_message("\n");
    }
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

static void every_code_of_every_charset_agrees(void **state)
{
    static const struct reader_handler handler = {.want_table = want_table,
                                                  .on_change = on_change,
                                                  .on_commit = on_commit,
                                                  .on_ddl = on_ddl,
                                                  .on_idle = on_idle};
    CLEANUP_BUF struct buf position = BUF_INIT;
    CLEANUP_ROWS struct db_rows offered = DB_ROWS_INIT;
    size_t n_wrong = 0;

    (void)state;
    live_start_afresh(SCHEMA);
    live_run("SET SESSION sql_mode = ''");
    live_run("CREATE TABLE marker (id INT)");
    live_must(db_exec(live_db, "SHOW CHARACTER SET", &offered, &live_err), "SHOW CHARACTER SET");
    assert_true(offered.n_rows > 30 && offered.n_rows <= CHARSETS_MAX);
    live_position(&position);
    for (size_t r = 0; r < offered.n_rows; r++) {
        if (strcmp(db_rows_text(&offered, r, 0), "binary") == 0)
            continue; /* no text */
        snprintf(charsets[n_charsets].name, sizeof(charsets[0].name), "%s",
                 db_rows_text(&offered, r, 0));
        fill(n_charsets++, strtol(db_rows_text(&offered, r, 3), NULL, 10));
    }
    live_run("INSERT INTO marker VALUES (1)");
    is_done = false;
    live_read(position.ptr, &handler);
    for (size_t i = 0; i < n_charsets; i++) {
        struct charset_case *c = &charsets[i];

        assert_int_equal(c->n_seen, c->wanted.n_rows);
        if (c->n_wrong > 0)
            print_message("%s: %zu of %zu differ\n", c->name, c->n_wrong, c->n_seen);
        n_wrong += c->n_wrong;
        table_free(c->table);
        db_rows_close(&c->wanted);
    }
    live_run("DROP DATABASE " SCHEMA);
    assert_int_equal(n_wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_of_every_charset_agrees),
    };

    return LIVE_MAIN(tests);
}
