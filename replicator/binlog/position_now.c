/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/mysql/db.h"
#include "replicator/binlog/position.h"

enum { PARSE_ERROR = 1064 };

static int from_text(const char *kind, const char *text, struct position **out, struct err *err)
{
    CLEANUP_BUF struct buf full = BUF_INIT;

    buf_puts(&full, kind);
    buf_puts(&full, text);
    if (full.is_failed)
        return err_nomem(err, "position");
    return position_parse(full.ptr, out, err);
}

static int now_gtid(struct db *db, const char *sql, const char *kind, struct position **out,
                    struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    if (db_exec(db, sql, &rows, err) != 0)
        return -1;
    return from_text(kind, db_rows_text(&rows, 0, 0), out, err);
}

/* SHOW MASTER STATUS has been SHOW BINARY LOG STATUS since 8.2, and gone since 8.4. */
static int now_file(struct db *db, struct position **out, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    CLEANUP_BUF struct buf text = BUF_INIT;

    if (db_exec(db, "SHOW BINARY LOG STATUS", &rows, err) != 0) {
        if (err->detail != PARSE_ERROR)
            return -1;
        db_rows_close(&rows);
        if (db_exec(db, "SHOW MASTER STATUS", &rows, err) != 0)
            return -1;
    }
    if (rows.n_rows == 0) {
        err_set(err, ERR_CONFIG, "position: the server writes no binlog");
        return err_hint(err, "Start the server with log_bin and a server_id.");
    }
    buf_printf(&text, "%s:%s", db_rows_text(&rows, 0, 0), db_rows_text(&rows, 0, 1));
    return from_text("file:", buf_text(&text), out, err);
}

int position_now(struct db *db, struct position **out, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    if (db_exec(db, "SELECT @@log_bin", &rows, err) != 0)
        return -1;
    if (db_rows_int(&rows, 0, 0) == 0) {
        err_set(err, ERR_CONFIG, "position: the server writes no binlog (log_bin is OFF)");
        return err_hint(err, "Start the server with log_bin and a server_id.");
    }
    if (db_flavour(db) == DB_MARIADB)
        return now_gtid(db, "SELECT @@GLOBAL.gtid_binlog_pos", "mariadb:", out, err);
    db_rows_close(&rows);
    if (db_exec(db, "SELECT @@GLOBAL.gtid_mode", &rows, err) != 0)
        return -1;
    if (strcmp(db_rows_text(&rows, 0, 0), "ON") == 0)
        return now_gtid(db, "SELECT @@GLOBAL.gtid_executed", "mysql:", out, err);
    return now_file(db, out, err);
}
