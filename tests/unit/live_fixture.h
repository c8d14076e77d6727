/* SPDX-License-Identifier: Apache-2.0 */
/*
 * live_fixture: a server, a connection and the reader, for tests that compare what the log says
 * with what SELECT says.
 *
 * TABRELAY_TEST_MYSQL="host:port:user:password" names an account that may do everything on a server
 * that nobody else writes to. Include it after cmocka.h.
 */
#ifndef TESTS_UNIT_LIVE_FIXTURE_H
#define TESTS_UNIT_LIVE_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mysql/db.h"
#include "common/mysql/table.h"
#include "replicator/binlog/reader.h"

static struct config_mysql live_config = {.tls = CONFIG_TLS_PREFERRED, .server_id = 4242010};
static struct db *live_db;
static struct err live_err;
static uint64_t live_seed = 88172645463325252u;

/* The same numbers in every run. */
static inline uint64_t live_any(uint64_t below)
{
    live_seed ^= live_seed << 13;
    live_seed ^= live_seed >> 7;
    live_seed ^= live_seed << 17;
    return live_seed % below;
}

static inline void live_must(int rc, const char *what)
{
    if (rc != 0)
        fail_msg("%.400s: %s", what, live_err.msg);
}

static inline void live_run(const char *sql)
{
    live_must(db_exec(live_db, sql, NULL, &live_err), sql);
}

static inline bool live_is_mariadb(void)
{
    return db_flavour(live_db) == DB_MARIADB;
}

/* An empty database, selected, on a new connection. */
static inline void live_start_afresh(const char *schema)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;

    db_close(live_db);
    live_db = NULL;
    live_must(db_open(&live_config, &live_db, &live_err), "connect");
    buf_printf(&sql, "DROP DATABASE IF EXISTS %s", schema);
    live_run(sql.ptr);
    buf_clear(&sql);
    buf_printf(&sql, "CREATE DATABASE %s CHARACTER SET utf8mb4", schema);
    live_run(sql.ptr);
    buf_clear(&sql);
    buf_printf(&sql, "USE %s", schema);
    live_run(sql.ptr);
}

static inline void live_position(struct buf *out)
{
    struct position *p = NULL;

    live_must(position_now(live_db, &p, &live_err), "position_now");
    position_print(p, out);
    position_free(p);
}

/* Until a handler stops with an error of the message "done". */
static inline void live_read(const char *position, const struct reader_handler *handler)
{
    struct reader_options options = {
        .mysql = &live_config, .instance = "live test", .heartbeat_ms = 1000};
    struct reader *reader = NULL;

    live_must(reader_new(&options, handler, &reader, &live_err), "reader_new");
    live_err = ERR_INIT;
    assert_int_equal(reader_run(reader, position, &live_err), -1);
    assert_string_equal(live_err.msg, "done");
    reader_free(reader);
}

static inline int live_connect(void **state)
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
    live_config.host = parts[0];
    live_config.port = (uint16_t)strtoul(parts[1], NULL, 10);
    live_config.user = parts[2];
    live_config.password = parts[3];
    if (db_open(&live_config, &live_db, &live_err) != 0) {
        fprintf(stderr, "%s\n", live_err.msg);
        return -1;
    }
    return 0;
}

static inline int live_disconnect(void **state)
{
    (void)state;
    db_close(live_db);
    return 0;
}

/* Run TESTS, an array, on the server that the environment names. */
#define LIVE_MAIN(tests)                                                                        \
    (getenv("TABRELAY_TEST_MYSQL") == NULL                                                      \
         ? (fprintf(stderr, "SKIPPED: needs TABRELAY_TEST_MYSQL=host:port:user:password\n"), 0) \
         : cmocka_run_group_tests(tests, live_connect, live_disconnect))
#endif
