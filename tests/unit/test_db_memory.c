/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What MySQL's client library asks for and does not get, one allocation a run: then a statement
 * fails, and the next one on that connection has its own answer, or the connection is known to be
 * lost. (tests/inject fails our own allocations.)
 *
 * Runs against a real server, as test_db does. Not under a sanitizer, which has its own malloc.
 */
#include <link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "common/mysql/db.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED 1
#else
#define IS_SANITIZED 0
#endif

enum { READ_TIMEOUT_S = 20, CALLS_MAX = 10000 };

static const char several[] =
    "SELECT ?, REPEAT('x', 100000) UNION ALL SELECT 2, 'b' UNION ALL SELECT 3, 'c'";
static const char as_text[] =
    "SELECT 1, REPEAT('x', 100000) UNION ALL SELECT 2, 'b' UNION ALL SELECT 3, 'c'";

static struct config_mysql cfg = {.tls = CONFIG_TLS_PREFERRED};
static bool has_server;

/* --- the library's allocations --- */

static uintptr_t library_from, library_to;
static int calls, failing; /* of the library's; the one that fails, 0: none */

static int find_library(struct dl_phdr_info *info, size_t size, void *unused)
{
    (void)size;
    (void)unused;
    if (strstr(info->dlpi_name, "libmariadb") == NULL &&
        strstr(info->dlpi_name, "libmysqlclient") == NULL)
        return 0;
    library_from = info->dlpi_addr;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        uintptr_t end = info->dlpi_addr + segment->p_vaddr + segment->p_memsz;

        if (segment->p_type == PT_LOAD && end > library_to)
            library_to = end;
    }
    return 1;
}

#if !IS_SANITIZED
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);

/* CALLER: where the call returns to. */
static bool must_fail(const void *caller)
{
    return failing > 0 && (uintptr_t)caller >= library_from && (uintptr_t)caller < library_to &&
           ++calls == failing;
}

void *malloc(size_t size)
{
    return must_fail(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    return must_fail(__builtin_return_address(0)) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
    return must_fail(__builtin_return_address(0)) ? NULL : __libc_realloc(old, size);
}
#endif

/* --- statements --- */

static int start(void **state)
{
    static char text[256];
    const char *address = getenv("TABRELAY_TEST_MYSQL");
    char *at = text;

    (void)state;
    has_server = address != NULL;
    if (!has_server)
        return 0;
    snprintf(text, sizeof(text), "%s", address);
    cfg.host = strsep(&at, ":");
    cfg.port = (uint16_t)strtoul(strsep(&at, ":"), NULL, 10);
    cfg.user = strsep(&at, ":");
    cfg.password = at;
    dl_iterate_phdr(find_library, NULL);
    return library_to > 0 ? 0 : -1;
}

static int run_several(struct db *db, bool is_prepared, struct db_rows *rows, struct err *err)
{
    const struct db_param one[] = {DB_P_INT(1)};

    return is_prepared ? db_run(db, several, one, 1, rows, err) : db_exec(db, as_text, rows, err);
}

static void expect_several(const struct db_rows *rows)
{
    assert_int_equal(rows->n_rows, 3);
    assert_int_equal(db_rows_int(rows, 0, 0), 1);
    assert_int_equal(strlen(db_rows_text(rows, 0, 1)), 100000);
    assert_string_equal(db_rows_text(rows, 2, 1), "c");
}

static void expect_own_answers(struct db *db)
{
    for (int i = 0; i < 3; i++) {
        CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
        const struct db_param next[] = {DB_P_INT(i)};
        struct err err = ERR_INIT;

        if (db_run(db, "SELECT 'next', ?", next, 1, &rows, &err) != 0)
            fail_msg("the next statement: %s", err.msg);
        assert_int_equal(rows.n_rows, 1);
        assert_string_equal(db_rows_text(&rows, 0, 0), "next");
        assert_int_equal(db_rows_int(&rows, 0, 1), i);
    }
}

/* Fail the N-th allocation of a statement, which may have been RUN_BEFORE. False: it has fewer. */
static bool fail_at(int n, bool is_prepared, bool was_run_before)
{
    CLEANUP_ROWS struct db_rows before = DB_ROWS_INIT;
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct err err = ERR_INIT;
    struct db *db = NULL;
    int rc;

    assert_int_equal(db_open_within(&cfg, READ_TIMEOUT_S, &db, &err), 0);
    if (was_run_before)
        assert_int_equal(run_several(db, is_prepared, &before, &err), 0);
    calls = 0;
    failing = n;
    rc = run_several(db, is_prepared, &rows, &err);
    failing = 0;
    if (rc == 0)
        expect_several(&rows);
    else if (db_is_lost(db))
        assert_int_equal(db_reconnect(db, &err), 0);
    expect_own_answers(db);
    db_close(db);
    return calls >= n;
}

static void fail_each(bool is_prepared, bool was_run_before)
{
    int n = 1;

    if (!has_server) {
        print_message("SKIPPED: set TABRELAY_TEST_MYSQL=host:port:user:password to run it\n");
        skip();
    }
    if (IS_SANITIZED) {
        print_message("SKIPPED: a sanitizer has its own malloc\n");
        skip();
    }
    while (n < CALLS_MAX && fail_at(n, is_prepared, was_run_before))
        n++;
    assert_in_range(n, 3, CALLS_MAX - 1); /* it has asked for memory */
}

static void a_text_statement_gets_no_memory(void **state)
{
    (void)state;
    fail_each(false, false);
}

static void a_new_prepared_statement_gets_no_memory(void **state)
{
    (void)state;
    fail_each(true, false);
}

static void a_prepared_statement_gets_no_memory_for_its_rows(void **state)
{
    (void)state;
    fail_each(true, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_statement_gets_no_memory),
        cmocka_unit_test(a_new_prepared_statement_gets_no_memory),
        cmocka_unit_test(a_prepared_statement_gets_no_memory_for_its_rows),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
