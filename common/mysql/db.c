/* SPDX-License-Identifier: Apache-2.0 */
#include "common/mysql/db.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/mysql/db_private.h"
#include "common/pulse.h"

/* No statement of ours takes so long; a dead peer does. */
#define READ_TIMEOUT_S 300

/* The client library's own errors (Client Error Message Reference). */
enum { CLIENT_UNKNOWN = 2000, CLIENT_LAST = 2999 };

/* NO_AUTO_VALUE_ON_ZERO: a key of 0 stays 0. Backslashes and "zero" dates as MySQL has them. */
#define SESSION                                                                 \
    "SET NAMES utf8mb4, SESSION time_zone = '+00:00', SESSION autocommit = 1, " \
    "SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO'"

int db_fail(struct db *db, unsigned number, const char *text, struct err *err)
{
    if (number == 0) { /* seen of Connector/C when it gets no memory */
        number = CLIENT_UNKNOWN;
        text = "the client library failed and does not say why; it may be out of memory";
    }
    if (connect_is_lost(number, text)) {
        db->is_lost = true;
        /* It may have left an answer half read, and closing a statement waits for the rest. */
        if (db->mysql != NULL && number >= CLIENT_UNKNOWN && number <= CLIENT_LAST)
            connect_cut(db->mysql);
    }
    return connect_error(err, number, text, NULL);
}

static unsigned parse_version(const char *text)
{
    unsigned part[3] = {0};

    for (int i = 0; i < 3 && isdigit((unsigned char)*text); i++) {
        for (; isdigit((unsigned char)*text) && part[i] < 1000; text++)
            part[i] = part[i] * 10 + (unsigned)(*text - '0');
        if (*text == '.')
            text++;
    }
    return part[0] * 10000 + part[1] * 100 + part[2];
}

static int ask_version(struct db *db, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    /* The handshake's text may carry a "5.5.5-" in front (MariaDB) or be a proxy's. */
    if (db_exec(db, "SELECT VERSION()", &rows, err) != 0)
        return -1;
    snprintf(db->server_version, sizeof(db->server_version), "%s", db_rows_text(&rows, 0, 0));
    db->version = parse_version(db->server_version);
    db->flavour = strstr(db->server_version, "MariaDB") != NULL ? DB_MARIADB : DB_MYSQL;
    return 0;
}

static int start(struct db *db, struct err *err)
{
    if (connect_open(db->cfg, db->read_timeout_s, &db->mysql, err) != 0)
        return -1;
    db->is_lost = false;
    return db_exec(db, SESSION, NULL, err) != 0 || ask_version(db, err) != 0 ? -1 : 0;
}

static void end(struct db *db)
{
    db_forget_statements(db);
    if (db->mysql != NULL)
        mysql_close(db->mysql);
    db->mysql = NULL;
    db->is_lost = true;
}

int db_open(const struct config_mysql *cfg, struct db **out, struct err *err)
{
    return db_open_within(cfg, READ_TIMEOUT_S, out, err);
}

int db_open_within(const struct config_mysql *cfg, unsigned read_timeout_s, struct db **out,
                   struct err *err)
{
    struct db *db = calloc(1, sizeof(*db));

    if (db == NULL)
        return err_nomem(err, "mysql");
    db->cfg = cfg;
    db->read_timeout_s = read_timeout_s;
    if (start(db, err) != 0) {
        db_close(db);
        return -1;
    }
    *out = db;
    return 0;
}

void db_close(struct db *db)
{
    if (db == NULL)
        return;
    end(db);
    free(db);
}

int db_reconnect(struct db *db, struct err *err)
{
    end(db);
    if (start(db, err) == 0)
        return 0;
    end(db);
    return -1;
}

bool db_is_lost(const struct db *db)
{
    return db->is_lost;
}

enum db_flavour db_flavour(const struct db *db)
{
    return db->flavour;
}

const char *db_server_version(const struct db *db)
{
    return db->server_version;
}

unsigned db_version(const struct db *db)
{
    return db->version;
}

uint64_t db_connection_id(const struct db *db)
{
    return db->mysql == NULL ? 0 : mysql_thread_id(db->mysql);
}

uint64_t db_affected_rows(const struct db *db)
{
    return db->affected_rows;
}

uint64_t db_insert_id(const struct db *db)
{
    return db->insert_id;
}

static void fill_from(MYSQL_RES *result, struct db_fill *fill)
{
    MYSQL_ROW row;

    fill->n_columns = mysql_num_fields(result);
    while ((row = mysql_fetch_row(result)) != NULL) {
        const unsigned long *lengths = mysql_fetch_lengths(result);

        for (size_t i = 0; i < fill->n_columns; i++) {
            char *to;

            if (row[i] == NULL)
                db_fill_add_null(fill);
            else if ((to = db_fill_add(fill, lengths[i])) != NULL)
                memcpy(to, row[i], lengths[i]);
        }
    }
}

int db_exec(struct db *db, const char *sql, struct db_rows *rows, struct err *err)
{
    CLEANUP_FILL struct db_fill fill = DB_FILL_INIT;
    MYSQL_RES *result;

    if (db->mysql == NULL)
        return db_fail(db, 2006, "not connected", err);
    pulse_beat();
    if (mysql_real_query(db->mysql, sql, (unsigned long)strlen(sql)) != 0)
        return db_fail(db, mysql_errno(db->mysql), mysql_error(db->mysql), err);
    result = mysql_store_result(db->mysql);
    if (result == NULL && (mysql_errno(db->mysql) != 0 || mysql_field_count(db->mysql) > 0))
        return db_fail(db, mysql_errno(db->mysql), mysql_error(db->mysql), err);
    db->affected_rows = result == NULL ? mysql_affected_rows(db->mysql) : 0;
    db->insert_id = mysql_insert_id(db->mysql);
    if (result == NULL)
        return 0;
    if (rows != NULL)
        fill_from(result, &fill);
    mysql_free_result(result);
    return rows == NULL ? 0 : db_fill_finish(&fill, rows, err);
}

/* Nothing but blanks and comments to the end of a line. */
static bool is_blank(const char *sql)
{
    while (*sql != '\0') {
        if (strncmp(sql, "--", 2) == 0)
            sql += strcspn(sql, "\n");
        else if (isspace((unsigned char)*sql) || *sql == ';')
            sql++;
        else
            return false;
    }
    return true;
}

/* The length of the first statement, with its semicolon. */
static size_t statement_length(const char *sql)
{
    const char *at = sql;

    while ((at = strchr(at, ';')) != NULL) {
        at++;
        if (at[strspn(at, " \t\r")] == '\n' || at[strspn(at, " \t\r")] == '\0')
            return (size_t)(at - sql);
    }
    return strlen(sql);
}

int db_script(struct db *db, const char *sql, struct err *err)
{
    for (size_t len; *sql != '\0'; sql += len) {
        CLEANUP_FREE char *statement = NULL;

        len = statement_length(sql);
        statement = strndup(sql, len);
        if (statement == NULL)
            return err_nomem(err, "mysql: script");
        if (!is_blank(statement) && db_exec(db, statement, NULL, err) != 0)
            return -1;
    }
    return 0;
}
