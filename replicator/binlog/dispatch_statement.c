/* SPDX-License-Identifier: Apache-2.0 */
/* Statements: what changes tables without a row event, and what surrounds rows. */
#include <string.h>

#include "replicator/binlog/compress.h"
#include "replicator/binlog/dispatch_private.h"
#include "replicator/binlog/query_text.h"

enum { DDL_LOG_BYTES = 200 };

static int tell_ddl(struct dispatch *d, const struct ddl_target *target, struct err *err)
{
    char sql[DDL_LOG_BYTES + 1];
    size_t n = d->statement.sql_len < DDL_LOG_BYTES ? d->statement.sql_len : DDL_LOG_BYTES;
    struct ddl ddl = {
        .kind = target->kind, .schema = target->schema, .table = target->table, .sql = sql};

    memcpy(sql, d->statement.sql, n);
    sql[n] = '\0';
    return d->handler->on_ddl(d->handler->ctx, &ddl, err);
}

/* Rows have changed that no event showed, or shown rows were taken back: any table may differ. */
static int recheck_all(struct dispatch *d, struct err *err)
{
    static const struct ddl_target all = {.kind = DDL_STATEMENT_DML};

    return tell_ddl(d, &all, err);
}

/* A statement that ended half-way (HAS_FAILED) left its tables in a state that nobody knows. */
static int tell_target(struct dispatch *d, const struct ddl_target *target, bool has_failed,
                       struct err *err)
{
    struct ddl_target any = *target;

    any.kind = DDL_STATEMENT_DML;
    if (tell_ddl(d, target, err) != 0)
        return -1;
    return has_failed && target->kind != any.kind ? tell_ddl(d, &any, err) : 0;
}

static int on_tables_statement(struct dispatch *d, const struct event *e, bool has_failed,
                               struct err *err)
{
    for (size_t i = 0; i < d->statement.n_targets; i++)
        if (tell_target(d, &d->statement.targets[i], has_failed, err) != 0)
            return -1;
    if (d->statement.starts_transaction)
        d->in_transaction = true;
    return d->in_transaction ? 0 : transaction_end(d, e, false, err);
}

/* What a group that is rolled back still logs is (also) of tables that cannot roll back. */
static int on_rollback(struct dispatch *d, const struct event *e, struct err *err)
{
    if (d->has_changes && recheck_all(d, err) != 0)
        return -1;
    return transaction_end(d, e, true, err);
}

static int on_xa_end(struct dispatch *d, const struct event *e, bool is_commit, struct err *err)
{
    bool had_changes = xa_list_take(&d->prepared, d->statement.sql, d->statement.sql_len);

    if (is_commit && had_changes && recheck_all(d, err) != 0)
        return -1;
    return transaction_end(d, e, false, err);
}

/* An ALTER TABLE in two groups has happened when the second one says so. */
static bool is_half_alter(const struct dispatch *d)
{
    return d->is_mariadb_gtid && (d->mariadb_gtid.alter == GTID_ALTER_START ||
                                  d->mariadb_gtid.alter == GTID_ALTER_ROLLBACK);
}

static int on_statement(struct dispatch *d, const struct event *e, bool has_failed, struct err *err)
{
    switch (d->statement.kind) {
    case STATEMENT_BEGIN:
    case STATEMENT_XA_START:
        d->in_transaction = true;
        return 0;
    case STATEMENT_COMMIT:
        return transaction_end(d, e, false, err);
    case STATEMENT_ROLLBACK:
        return on_rollback(d, e, err);
    case STATEMENT_ROLLBACK_TO:
        return d->has_changes ? recheck_all(d, err) : 0;
    case STATEMENT_XA_COMMIT:
        return on_xa_end(d, e, true, err);
    case STATEMENT_XA_ROLLBACK:
        return on_xa_end(d, e, false, err);
    case STATEMENT_HARMLESS:
        return d->in_transaction ? 0 : transaction_end(d, e, false, err);
    case STATEMENT_TABLES:
        return is_half_alter(d) ? transaction_end(d, e, false, err)
                                : on_tables_statement(d, e, has_failed, err);
    }
    return 0;
}

int statement_query(struct dispatch *d, const struct event *e, struct err *err)
{
    struct event_query q;
    struct value text;

    if (event_read_query(e, &q, err) != 0)
        return -1;
    /* By far the most frequent one. */
    if (e->type == EVENT_QUERY && q.sql_len == 5 && memcmp(q.sql, "BEGIN", 5) == 0) {
        d->in_transaction = true;
        return 0;
    }
    if (e->type == EVENT_QUERY_COMPRESSED) {
        struct cursor c = cursor_init(q.sql, q.sql_len);

        if (compress_unpack(&c, &d->sql, err) != 0)
            return -1;
        q.sql = d->sql.ptr;
        q.sql_len = d->sql.len;
    }
    arena_reset(&d->text);
    text = query_text(&q, &d->text);
    if (text.state == VALUE_ABSENT)
        return err_nomem(err, "binlog");
    ddl_classify(text.ptr, text.len, q.schema, &d->statement);
    return on_statement(d, e, q.error_code != 0, err);
}

/* LOAD DATA that was logged as a statement. */
int statement_load(struct dispatch *d, struct err *err)
{
    static const char sql[] = "LOAD DATA";

    d->statement.sql = sql;
    d->statement.sql_len = sizeof(sql) - 1;
    return recheck_all(d, err);
}

/* Prepared is not committed: the rows do not count, and if a commit comes later, perhaps in another
 * run, the tables are read again. */
int statement_xa_prepare(struct dispatch *d, const struct event *e, struct err *err)
{
    bool is_one_phase;

    if (xa_list_prepare(&d->prepared, e, d->has_changes, &is_one_phase, err) != 0)
        return -1;
    return transaction_end(d, e, !is_one_phase, err);
}
