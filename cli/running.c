/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/running.h"

#include "common/buf.h"
#include "common/mysql/table.h"

int running_look(struct db *db, const struct config *config, struct running *out, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    CLEANUP_BUF struct buf sql = BUF_INIT;
    const struct db_param params[] = {DB_P_TEXT(config->instance)};

    *out = (struct running){0};
    buf_puts(&sql, "SELECT holder, expires_at > UTC_TIMESTAMP(3) FROM ");
    table_quote(&sql, config->mysql.state_database);
    buf_puts(&sql, ".lease WHERE instance = ?");
    if (sql.is_failed)
        return err_nomem(err, "lease");
    if (db_run(db, sql.ptr, params, 1, &rows, err) != 0)
        return -1;
    if (rows.n_rows == 0)
        return 0;
    holder_parse(db_rows_text(&rows, 0, 0), &out->holder);
    /* Who was killed on this machine holds it for some seconds yet. */
    out->is_running = db_rows_int(&rows, 0, 1) != 0 && !holder_is_dead(&out->holder);
    return 0;
}
