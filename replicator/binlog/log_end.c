/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/log_end.h"

#include <stdlib.h>
#include <string.h>

enum { PARSE_ERROR = 1064, UNKNOWN_VARIABLE = 1193, DAY_S = 86400 };

uint64_t log_number(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot == NULL ? 0 : strtoull(dot + 1, NULL, 10);
}

/* SHOW MASTER STATUS has been SHOW BINARY LOG STATUS since MySQL 8.2, and gone since 8.4. */
static int ask_end(struct db *db, struct db_rows *rows, struct err *err)
{
    if (db_exec(db, "SHOW BINARY LOG STATUS", rows, err) == 0)
        return 0;
    if (err->detail != PARSE_ERROR)
        return -1;
    db_rows_close(rows);
    return db_exec(db, "SHOW MASTER STATUS", rows, err);
}

/* The bytes of the files from PLACE's on, up to but not with file LAST. */
static int ask_files(struct db *db, const struct log_place *place, uint64_t last, int64_t *bytes,
                     struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    if (db_exec(db, "SHOW BINARY LOGS", &rows, err) != 0)
        return -1;
    for (size_t r = 0; r < rows.n_rows; r++) {
        uint64_t number = log_number(db_rows_text(&rows, r, 0));

        if (number >= place->number && number < last)
            *bytes += db_rows_int(&rows, r, 1);
    }
    return 0;
}

int log_end_behind(struct db *db, const struct log_place *place, int64_t *bytes, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    uint64_t number;

    *bytes = -1;
    if (ask_end(db, &rows, err) != 0)
        return -1;
    if (rows.n_rows == 0)
        return 0;
    number = log_number(db_rows_text(&rows, 0, 0));
    *bytes = db_rows_int(&rows, 0, 1);
    if (number > place->number && ask_files(db, place, number, bytes, err) != 0)
        return -1;
    *bytes -= (int64_t)place->offset;
    if (*bytes < 0 || number < place->number)
        *bytes = 0; /* it has been brought since we asked */
    return 0;
}

/* MariaDB 10.6 and MySQL 8.0 count seconds; what is older, days. */
int log_end_retention(struct db *db, int64_t *seconds, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    if (db_exec(db, "SELECT @@GLOBAL.binlog_expire_logs_seconds", &rows, err) == 0) {
        *seconds = db_rows_int(&rows, 0, 0);
        return 0;
    }
    if (err->detail != UNKNOWN_VARIABLE)
        return -1;
    db_rows_close(&rows);
    if (db_exec(db, "SELECT @@GLOBAL.expire_logs_days", &rows, err) != 0)
        return -1;
    *seconds = db_rows_int(&rows, 0, 0) * DAY_S;
    return 0;
}
