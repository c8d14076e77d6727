/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/decoder.h"

#include <stdlib.h>
#include <string.h>

#include "common/hash.h"
#include "replicator/binlog/dispatch.h"
#include "replicator/binlog/event.h"
#include "replicator/binlog/position_kind.h"
#include "tests/fuzz/pieces.h"

enum { FORMAT_TYPES = 171, NUMBER_MAX = 400 };

struct decoder {
    struct reader_handler handler;
    struct dispatch *dispatch;
    struct position *position; /* moved by dispatch */
    struct position *last;     /* of the last commit */
    const struct table *table; /* what is wanted; not owned */
    size_t piece;              /* bytes; 0: events come whole */
    uint64_t heard;
};

/* --- the values --- */

static bool is_all_of(const struct value *v, const char *characters)
{
    for (size_t i = 0; i < v->len; i++)
        if (v->ptr[i] == '\0' || strchr(characters, v->ptr[i]) == NULL)
            return false;
    return true;
}

/* Signs, digits and separators, and not longer than the type's longest text. */
static bool is_number_like(const struct column *c, const struct value *v)
{
    switch (c->type) {
    case COLUMN_INT:
        return v->len > 0 && v->len <= 20 && is_all_of(v, "-0123456789");
    case COLUMN_BIT:
    case COLUMN_YEAR:
        return v->len > 0 && v->len <= 20 && is_all_of(v, "0123456789");
    case COLUMN_DECIMAL:
        return v->len > 0 && v->len <= NUMBER_MAX && is_all_of(v, "-.0123456789");
    case COLUMN_FLOAT:
    case COLUMN_DOUBLE:
        return v->len > 0 && v->len <= NUMBER_MAX && is_all_of(v, "-+.e0123456789infa");
    case COLUMN_DATE:
    case COLUMN_TIME:
    case COLUMN_DATETIME:
    case COLUMN_TIMESTAMP:
        return v->len > 0 && v->len <= 40 && is_all_of(v, "-:. 0123456789");
    default:
        return true;
    }
}

static void check_value(const struct column *c, const struct value *v)
{
    if (v->state == VALUE_TEXT && !is_number_like(c, v))
        abort();
}

/* --- the handler --- */

static void hear(struct decoder *d, const void *bytes, size_t len)
{
    d->heard = d->heard * 31 + hash64(bytes, len);
}

static void hear_number(struct decoder *d, uint64_t number)
{
    hear(d, &number, sizeof(number));
}

static int want_table(void *ctx, const char *schema, const char *name, struct table_wish *out,
                      struct err *err)
{
    struct decoder *d = ctx;

    (void)err;
    hear(d, schema, strlen(schema));
    hear(d, name, strlen(name));
    out->table = d->table;
    out->is_as_logged = true;
    out->notice = d;
    return 0;
}

static int on_notice(void *ctx, const struct notice *n, struct err *err)
{
    (void)err;
    hear_number(ctx, n->type);
    return 0;
}

static void hear_row(struct decoder *d, const struct table *t, const struct value *values)
{
    for (size_t i = 0; values != NULL && i < t->n_columns; i++) {
        hear_number(d, values[i].state);
        check_value(&t->columns[i], &values[i]);
        if (values[i].state == VALUE_TEXT)
            hear(d, values[i].ptr, values[i].len);
    }
}

static int on_change(void *ctx, const struct change *c, struct err *err)
{
    (void)err;
    if ((c->before == NULL) != (c->type == CHANGE_INSERT) ||
        (c->after == NULL) != (c->type == CHANGE_DELETE))
        abort();
    for (size_t i = 0; i < c->table->n_columns; i++)
        hear(ctx, c->table->columns[i].name, strlen(c->table->columns[i].name));
    hear_row(ctx, c->table, c->before);
    hear_row(ctx, c->table, c->after);
    return 0;
}

/* What is printed reads back, and is the same. */
static struct position *printed_and_read(const struct position *p)
{
    CLEANUP_BUF struct buf text = BUF_INIT, again_text = BUF_INIT;
    struct position *again = NULL;
    struct err err;

    position_print(p, &text);
    if (position_parse(buf_text(&text), &again, &err) != 0)
        abort();
    position_print(again, &again_text);
    if (strcmp(buf_text(&text), buf_text(&again_text)) != 0 || !position_covers(again, p))
        abort();
    return again;
}

/* A GTID set only grows. (MariaDB's position follows the log even where that goes back.) */
static int on_commit(void *ctx, const struct commit *c, struct err *err)
{
    struct decoder *d = ctx;
    struct position *now = printed_and_read(c->position);

    (void)err;
    if (now->kind == POSITION_MYSQL && d->last != NULL && !position_covers(now, d->last))
        abort();
    position_free(d->last);
    d->last = now;
    hear(d, c->origin->gtid, strlen(c->origin->gtid));
    hear_number(d, (uint64_t)c->is_rollback);
    return 0;
}

static int on_ddl(void *ctx, const struct ddl *ddl, struct err *err)
{
    (void)err;
    hear_number(ctx, ddl->kind);
    hear(ctx, ddl->schema, strlen(ddl->schema));
    hear(ctx, ddl->table, strlen(ddl->table));
    hear(ctx, ddl->sql, strlen(ddl->sql));
    return 0;
}

static int on_idle(void *ctx, struct err *err)
{
    (void)ctx;
    (void)err;
    return 0;
}

/* --- events --- */

static int give_pieces(struct decoder *d, const uint8_t *event, size_t size, struct err *err)
{
    struct pieces p = {.rest = cursor_init(event, size),
                       .next = EVENT_HEADER_BYTES + d->piece, /* the header is never cut */
                       .size = d->piece};
    struct large_source source = {.read = pieces_read, .ctx = &p};
    int rc = dispatch_large(d->dispatch, &source, size, err);

    pieces_close(&p);
    return rc;
}

int decoder_give(struct decoder *d, uint8_t type, const void *body, size_t len)
{
    size_t size = EVENT_HEADER_BYTES + len;
    uint8_t *event = calloc(1, size);
    struct err err = ERR_INIT;
    int rc;

    if (event == NULL)
        abort();
    event[4] = type;
    for (size_t i = 0; i < 4; i++)
        event[9 + i] = (uint8_t)(size >> (8 * i));
    if (len > 0)
        memcpy(event + EVENT_HEADER_BYTES, body, len);
    if (type == EVENT_TRANSACTION_PAYLOAD && d->piece > 0)
        rc = give_pieces(d, event, size, &err);
    else
        rc = dispatch_event(d->dispatch, event, size, &err);
    if (rc != 0 && (err.code == ERR_NONE || err.msg[0] == '\0'))
        abort(); /* an error without words */
    free(event);
    return rc;
}

/* A format description without checksums, so that the fuzzer need not compute any. */
static void give_format(struct decoder *d, bool is_mariadb)
{
    uint8_t body[57 + FORMAT_TYPES + 5] = {4};

    memcpy(body + 2, is_mariadb ? "10.11.19-MariaDB" : "9.7.4", is_mariadb ? 16 : 5);
    body[56] = EVENT_HEADER_BYTES;
    memset(body + 57, 8, FORMAT_TYPES);
    if (decoder_give(d, EVENT_FORMAT, body, sizeof(body)) != 0)
        abort();
}

struct decoder *decoder_new(bool is_mariadb)
{
    struct decoder *d = calloc(1, sizeof(*d));
    struct err err;

    if (d == NULL)
        abort();
    d->handler = (struct reader_handler){.ctx = d,
                                         .want_table = want_table,
                                         .on_notice = on_notice,
                                         .on_change = on_change,
                                         .on_commit = on_commit,
                                         .on_ddl = on_ddl,
                                         .on_idle = on_idle};
    if (position_parse(is_mariadb ? "mariadb:" : "mysql:", &d->position, &err) != 0 ||
        dispatch_new(&d->handler, d->position, &d->dispatch, &err) != 0)
        abort();
    give_format(d, is_mariadb);
    return d;
}

void decoder_free(struct decoder *d)
{
    dispatch_free(d->dispatch);
    position_free(d->position);
    position_free(d->last);
    free(d);
}

void decoder_want(struct decoder *d, const struct table *table)
{
    d->table = table;
}

void decoder_cut(struct decoder *d, size_t size)
{
    d->piece = size;
}

uint64_t decoder_heard(struct decoder *d)
{
    uint64_t heard = d->heard;

    d->heard = 0;
    return heard;
}
