/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/dispatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "replicator/binlog/dispatch_private.h"

enum { FIRST_OFFSET = 4 };

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
        return statement_query(d, e, err);
    case EVENT_XID:
        return transaction_end(d, e, false, err);
    case EVENT_TABLE_MAP:
        return tables_map(&d->tables, &d->format, e, d->handler, err);
    case EVENT_GTID:
    case EVENT_ANONYMOUS_GTID:
    case EVENT_GTID_TAGGED:
        return transaction_gtid(d, e, err);
    case EVENT_MARIADB_GTID:
        return transaction_mariadb_gtid(d, e, err);
    case EVENT_GTID_LIST:
        return d->position->kind == POSITION_MARIADB
                   ? gtid_event_read_list(e, &d->position->list, err)
                   : 0;
    case EVENT_XA_PREPARE:
        return statement_xa_prepare(d, e, err);
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
        return statement_load(d, err);
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
