/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/dispatch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/digits.h"
#include "replicator/binlog/compress.h"
#include "replicator/binlog/ddl.h"
#include "replicator/binlog/event.h"
#include "replicator/binlog/fragments.h"
#include "replicator/binlog/gtid_event.h"
#include "replicator/binlog/payload.h"
#include "replicator/binlog/position_kind.h"
#include "replicator/binlog/query_text.h"
#include "replicator/binlog/tables.h"
#include "replicator/binlog/xa.h"

enum { FIRST_OFFSET = 4, DDL_LOG_BYTES = 200, MICROS = 1000000 };

struct dispatch {
    const struct reader_handler *handler;
    struct position *position; /* not owned; after the last commit handed out */
    struct event_format format;
    struct tables tables;
    struct xa_list prepared;
    struct ddl_statement statement;
    struct buf sql;    /* unpacked */
    struct arena text; /* SQL in UTF-8 */
    struct buf gtid;   /* text of the transaction under way */
    struct buf source; /* its part before the number, of this UUID and tag */
    uint8_t source_uuid[GTID_UUID_BYTES];
    char source_tag[GTID_TAG_MAX + 1];
    struct origin origin;
    struct payload *payload; /* owned; made at first use */
    struct fragments fragments;

    /* Where the stream is, beyond the last commit. */
    char file[POSITION_FILE_MAX + 1];
    uint64_t offset;

    /* The transaction under way. */
    bool in_transaction; /* it goes on until an end event */
    bool has_changes;    /* of tables that the handler wants */
    bool is_mysql_gtid, is_mariadb_gtid;
    struct gtid_event mysql_gtid;
    struct gtid_event_mariadb mariadb_gtid;
};

int dispatch_new(const struct reader_handler *handler, struct position *position,
                 struct dispatch **out, struct err *err)
{
    struct dispatch *d = calloc(1, sizeof(*d));

    if (d == NULL)
        return err_nomem(err, "binlog");
    d->handler = handler;
    d->position = position;
    event_format_init(&d->format, true);
    if (position->kind == POSITION_FILE) {
        memcpy(d->file, position->file, sizeof(d->file));
        d->offset = position->offset;
    }
    d->origin.file = d->file;
    d->origin.gtid = "";
    *out = d;
    return 0;
}

void dispatch_file(struct dispatch *d, const char *file, uint64_t offset)
{
    snprintf(d->file, sizeof(d->file), "%s", file);
    d->offset = offset;
}

void dispatch_free(struct dispatch *d)
{
    if (d == NULL)
        return;
    tables_close(&d->tables);
    xa_list_close(&d->prepared);
    buf_close(&d->sql);
    arena_close(&d->text);
    buf_close(&d->gtid);
    buf_close(&d->source);
    payload_free(d->payload);
    fragments_close(&d->fragments);
    free(d);
}

/* --- a transaction's begin and end --- */

static void begin(struct dispatch *d)
{
    tables_forget(&d->tables);
    buf_clear(&d->gtid);
    d->origin.gtid = "";
    d->origin.commit_time_us = 0;
    d->in_transaction = false;
    d->has_changes = false;
    d->is_mysql_gtid = false;
    d->is_mariadb_gtid = false;
}

static int set_gtid(struct dispatch *d, struct err *err)
{
    if (d->gtid.is_failed)
        return err_nomem(err, "binlog");
    d->origin.gtid = buf_text(&d->gtid);
    return 0;
}

/* "uuid:" or "uuid:tag:"; most transactions have the same as the one before. */
static void print_source(struct dispatch *d)
{
    const struct gtid_event *g = &d->mysql_gtid;

    if (d->source.len > 0 && memcmp(d->source_uuid, g->uuid, GTID_UUID_BYTES) == 0 &&
        strcmp(d->source_tag, g->tag) == 0)
        return;
    buf_clear(&d->source);
    gtid_uuid_print(g->uuid, &d->source);
    if (g->tag[0] != '\0')
        buf_printf(&d->source, ":%s", g->tag);
    buf_putc(&d->source, ':');
    memcpy(d->source_uuid, g->uuid, GTID_UUID_BYTES);
    memcpy(d->source_tag, g->tag, sizeof(d->source_tag));
}

static int on_gtid(struct dispatch *d, const struct event *e, struct err *err)
{
    char number[DIGITS_MAX];

    begin(d);
    if (gtid_event_read(e, &d->mysql_gtid, err) != 0)
        return -1;
    d->is_mysql_gtid = true;
    d->origin.commit_time_us = d->mysql_gtid.commit_time_us;
    if (d->mysql_gtid.number == 0)
        return 0;
    print_source(d);
    buf_append(&d->gtid, d->source.ptr, d->source.len);
    buf_append(&d->gtid, number,
               (size_t)(digits_put(number, (uint64_t)d->mysql_gtid.number) - number));
    return d->source.is_failed ? err_nomem(err, "binlog") : set_gtid(d, err);
}

/* To MariaDB this event is the BEGIN, too. */
static int on_mariadb_gtid(struct dispatch *d, const struct event *e, struct err *err)
{
    begin(d);
    if (gtid_event_read_mariadb(e, &d->mariadb_gtid, err) != 0)
        return -1;
    d->is_mariadb_gtid = true;
    d->in_transaction = (d->mariadb_gtid.flags & GTID_FLAG_STANDALONE) == 0;
    gtid_triple_print(d->mariadb_gtid.gtid, &d->gtid);
    return set_gtid(d, err);
}

static int move_position(struct dispatch *d, struct err *err)
{
    struct position *p = d->position;

    switch (p->kind) {
    case POSITION_MYSQL:
        if (!d->is_mysql_gtid || d->mysql_gtid.number == 0)
            return 0;
        return gtid_set_add(&p->set, d->mysql_gtid.uuid, d->mysql_gtid.tag, d->mysql_gtid.number,
                            d->mysql_gtid.number + 1, err);
    case POSITION_MARIADB:
        return d->is_mariadb_gtid ? gtid_list_set(&p->list, d->mariadb_gtid.gtid, err) : 0;
    case POSITION_FILE:
        memcpy(p->file, d->file, sizeof(p->file));
        p->offset = d->offset;
        return 0;
    }
    return 0;
}

/* E ends the transaction. */
static int end(struct dispatch *d, const struct event *e, bool is_rollback, struct err *err)
{
    bool is_exact = d->origin.commit_time_us != 0;
    struct commit commit = {.position = d->position,
                            .origin = &d->origin,
                            .is_rollback = is_rollback,
                            .is_exact_time = is_exact,
                            .commit_time_us =
                                is_exact ? d->origin.commit_time_us : (int64_t)e->time_s * MICROS};

    if (fragments_is_open(&d->fragments))
        return err_set(err, ERR_FORMAT, "binlog: a transaction ends within a rows event in parts");
    if (move_position(d, err) != 0)
        return -1;
    if (d->handler->on_commit(d->handler->ctx, &commit, err) != 0)
        return -1;
    begin(d);
    return 0;
}

/* --- statements --- */

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
    return d->in_transaction ? 0 : end(d, e, false, err);
}

/* What a group that is rolled back still logs is (also) of tables that cannot roll back. */
static int on_rollback(struct dispatch *d, const struct event *e, struct err *err)
{
    if (d->has_changes && recheck_all(d, err) != 0)
        return -1;
    return end(d, e, true, err);
}

static int on_xa_end(struct dispatch *d, const struct event *e, bool is_commit, struct err *err)
{
    bool had_changes = xa_list_take(&d->prepared, d->statement.sql, d->statement.sql_len);

    if (is_commit && had_changes && recheck_all(d, err) != 0)
        return -1;
    return end(d, e, false, err);
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
        return end(d, e, false, err);
    case STATEMENT_ROLLBACK:
        return on_rollback(d, e, err);
    case STATEMENT_ROLLBACK_TO:
        return d->has_changes ? recheck_all(d, err) : 0;
    case STATEMENT_XA_COMMIT:
        return on_xa_end(d, e, true, err);
    case STATEMENT_XA_ROLLBACK:
        return on_xa_end(d, e, false, err);
    case STATEMENT_HARMLESS:
        return d->in_transaction ? 0 : end(d, e, false, err);
    case STATEMENT_TABLES:
        return is_half_alter(d) ? end(d, e, false, err)
                                : on_tables_statement(d, e, has_failed, err);
    }
    return 0;
}

static int on_query(struct dispatch *d, const struct event *e, struct err *err)
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
static int on_load(struct dispatch *d, struct err *err)
{
    static const char sql[] = "LOAD DATA";

    d->statement.sql = sql;
    d->statement.sql_len = sizeof(sql) - 1;
    return recheck_all(d, err);
}

/* Prepared is not committed: the rows do not count, and if a commit comes later, perhaps in another
 * run, the tables are read again. */
static int on_xa_prepare(struct dispatch *d, const struct event *e, struct err *err)
{
    bool is_one_phase;

    if (xa_list_prepare(&d->prepared, e, d->has_changes, &is_one_phase, err) != 0)
        return -1;
    return end(d, e, !is_one_phase, err);
}

/* --- the stream --- */

static int on_format(struct dispatch *d, const struct event *e, struct err *err)
{
    struct event_format format;

    if (event_read_format(e, &format, err) != 0)
        return -1;
    d->format = format;
    tables_forget(&d->tables);
    return 0;
}

static int on_rotate(struct dispatch *d, const struct event *e, struct err *err)
{
    struct event_rotate rotate;

    if (event_read_rotate(e, &rotate, err) != 0)
        return -1;
    memcpy(d->file, rotate.file, rotate.file_len);
    d->file[rotate.file_len] = '\0';
    d->offset = rotate.offset;
    return 0;
}

/* Keep our own count of where the stream is in its file. */
static void advance(struct dispatch *d, const struct event *e)
{
    if ((e->flags & EVENT_FLAG_ARTIFICIAL) != 0 || e->type == EVENT_HEARTBEAT ||
        e->type == EVENT_HEARTBEAT_V2)
        return;
    /* In the middle of a file the server sends its first event again. */
    if (e->type == EVENT_FORMAT && d->offset > FIRST_OFFSET)
        return;
    d->offset = position_advance(d->offset, e->length, e->log_pos);
}

static int on_rows(struct dispatch *d, const struct event *e, struct err *err)
{
    bool is_wanted;

    if (tables_rows(&d->tables, &d->format, e, d->handler, &d->origin, &is_wanted, err) != 0)
        return -1;
    d->has_changes = d->has_changes || is_wanted;
    return 0;
}

static int on_fragment(struct dispatch *d, const struct event *e, struct err *err)
{
    struct event whole;
    int rc = fragments_add(&d->fragments, e, &whole, err);

    if (rc <= 0)
        return rc;
    rc = on_rows(d, &whole, err);
    fragments_close(&d->fragments);
    return rc;
}

static int on_incident(struct err *err)
{
    err_set(err, ERR_GONE,
            "binlog: the server reports an incident: changes are missing from its log");
    return err_hint(err, "A new snapshot is needed; the server's error log says what happened.");
}

static int on_unknown(const struct event *e, struct err *err)
{
    if ((e->flags & EVENT_FLAG_IGNORABLE) != 0)
        return 0;
    err_set(err, ERR_FORMAT, "binlog: event type %u is not known to this version", e->type);
    return err_hint(err, "Skipping it could lose changes. Update tabrelay, or turn the server's "
                         "feature off that writes it.");
}

static int on_inner_event(void *ctx, const uint8_t *bytes, size_t len, struct err *err);

static int on_payload(struct dispatch *d, const struct event *e, struct err *err)
{
    if (d->payload == NULL && payload_new(&d->payload, err) != 0)
        return -1;
    return payload_read(d->payload, e, on_inner_event, d, err);
}

static int on_event_type(struct dispatch *d, const struct event *e, struct err *err)
{
    switch (e->type) {
    case EVENT_QUERY:
    case EVENT_QUERY_COMPRESSED:
        return on_query(d, e, err);
    case EVENT_XID:
        return end(d, e, false, err);
    case EVENT_TABLE_MAP:
        return tables_map(&d->tables, &d->format, e, d->handler, err);
    case EVENT_GTID:
    case EVENT_ANONYMOUS_GTID:
    case EVENT_GTID_TAGGED:
        return on_gtid(d, e, err);
    case EVENT_MARIADB_GTID:
        return on_mariadb_gtid(d, e, err);
    case EVENT_GTID_LIST:
        return d->position->kind == POSITION_MARIADB
                   ? gtid_event_read_list(e, &d->position->list, err)
                   : 0;
    case EVENT_XA_PREPARE:
        return on_xa_prepare(d, e, err);
    case EVENT_FORMAT:
        return on_format(d, e, err);
    case EVENT_ROTATE:
        return on_rotate(d, e, err);
    case EVENT_HEARTBEAT:
    case EVENT_HEARTBEAT_V2:
        return d->handler->on_idle(d->handler->ctx, err);
    case EVENT_TRANSACTION_PAYLOAD:
        return on_payload(d, e, err);
    case EVENT_PARTIAL_ROW_DATA:
        return on_fragment(d, e, err);
    case EVENT_INCIDENT:
        return on_incident(err);
    case EVENT_EXECUTE_LOAD:
        return on_load(d, err);
    case EVENT_STOP:
    case EVENT_INTVAR:
    case EVENT_RAND:
    case EVENT_USER_VAR:
    case EVENT_APPEND_BLOCK:
    case EVENT_BEGIN_LOAD:
    case EVENT_IGNORABLE:
    case EVENT_ROWS_QUERY:
    case EVENT_PREVIOUS_GTIDS:
    case EVENT_TRANSACTION_CONTEXT:
    case EVENT_VIEW_CHANGE:
    case EVENT_ANNOTATE_ROWS:
    case EVENT_BINLOG_CHECKPOINT:
    case EVENT_START_ENCRYPTION:
    case EVENT_LARGE_TRANSACTION_HEADER:
        return 0;
    default:
        return event_is_rows(e->type) ? on_rows(d, e, err) : on_unknown(e, err);
    }
}

static int tell_event(struct dispatch *d, const struct event *e, bool is_inner, struct err *err)
{
    const struct arrival arrival = {
        .event = e, .format = &d->format, .origin = &d->origin, .is_inner = is_inner};

    return d->handler->on_event == NULL ? 0 : d->handler->on_event(d->handler->ctx, &arrival, err);
}

static int on_event(struct dispatch *d, const struct event *e, bool is_inner, struct err *err)
{
    return tell_event(d, e, is_inner, err) != 0 ? -1 : on_event_type(d, e, err);
}

/* Events inside a payload have no checksums and no positions of their own. */
static int on_inner_event(void *ctx, const uint8_t *bytes, size_t len, struct err *err)
{
    static const struct event_format inner_format;
    struct dispatch *d = ctx;
    struct event e;

    if (event_parse(&inner_format, bytes, len, &e, err) != 0)
        return -1;
    if (e.type == EVENT_FORMAT || e.type == EVENT_TRANSACTION_PAYLOAD)
        return err_set(err, ERR_FORMAT, "binlog: event type %u inside a transaction payload",
                       e.type);
    d->origin.time_s = e.time_s;
    return on_event(d, &e, true, err);
}

/* Where the event E is. */
static void locate(struct dispatch *d, const struct event *e)
{
    d->origin.offset = d->offset;
    d->origin.server_id = e->server_id;
    d->origin.time_s = e->time_s;
    advance(d, e);
}

int dispatch_event(struct dispatch *d, const uint8_t *bytes, size_t len, struct err *err)
{
    struct event e;

    if (event_parse(&d->format, bytes, len, &e, err) != 0)
        return -1;
    locate(d, &e);
    return on_event(d, &e, false, err);
}

int dispatch_large(struct dispatch *d, const struct large_source *source, uint64_t len,
                   struct err *err)
{
    struct large_body body;
    const struct large_source body_source = {.read = large_read_body, .ctx = &body};
    struct event e;

    if (large_open(&d->format, source, len, &e, &body, err) != 0)
        return -1;
    locate(d, &e);
    if (tell_event(d, &e, false, err) != 0 ||
        (d->payload == NULL && payload_new(&d->payload, err) != 0))
        return -1;
    return payload_stream(d->payload, &body_source, on_inner_event, d, err);
}

const struct event_format *dispatch_format(const struct dispatch *d)
{
    return &d->format;
}
