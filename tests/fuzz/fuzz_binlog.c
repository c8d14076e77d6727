/* SPDX-License-Identifier: Apache-2.0 */
/* Binlog bytes: events through the whole decoder, JSON, GTID sets, statements. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "replicator/binlog/cursor.h"
#include "replicator/binlog/ddl.h"
#include "replicator/binlog/dispatch.h"
#include "replicator/binlog/event.h"
#include "replicator/binlog/gtid_set.h"
#include "replicator/binlog/position_kind.h"
#include "replicator/binlog/value_decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { COLUMNS_MAX = 16, FORMAT_TYPES = 171, EVENT_FRAME_BYTES = 3 };

static char text[] = "x", labels_a[] = "a", labels_b[] = "b", charset[] = "latin1";
static char *labels[] = {labels_a, labels_b};
static struct column columns[COLUMNS_MAX];
static struct table tables[COLUMNS_MAX]; /* the n-th has n + 1 columns */
static size_t sum;                       /* so that no read is optimised away */

static void make_tables(void)
{
    for (size_t i = 0; i < COLUMNS_MAX; i++) {
        columns[i] = (struct column){.name = text,
                                     .sql_type = text,
                                     .charset = i % 2 == 0 ? charset : NULL,
                                     .labels = labels,
                                     .n_labels = 2,
                                     .is_unsigned = i % 3 == 0,
                                     .type = i % 5 == 4 ? COLUMN_INET6 : COLUMN_OTHER};
        tables[i] =
            (struct table){.schema = text, .name = text, .columns = columns, .n_columns = i + 1};
    }
}

/* The name's first letter chooses one; of COLUMN_OTHER every type fits. */
static int want_table(void *ctx, const char *schema, const char *name, struct table_wish *out,
                      struct err *err)
{
    (void)ctx;
    (void)schema;
    (void)err;
    if (*name != '\0')
        out->table = &tables[(unsigned char)*name % COLUMNS_MAX];
    return 0;
}

static void touch(const struct value *values, size_t n)
{
    for (size_t i = 0; values != NULL && i < n; i++)
        if (values[i].state == VALUE_TEXT)
            for (size_t k = 0; k < values[i].len; k++)
                sum += (unsigned char)values[i].ptr[k];
}

static int on_change(void *ctx, const struct change *c, struct err *err)
{
    (void)ctx;
    (void)err;
    touch(c->before, c->table->n_columns);
    touch(c->after, c->table->n_columns);
    return 0;
}

static int on_commit(void *ctx, const struct commit *c, struct err *err)
{
    CLEANUP_BUF struct buf text = BUF_INIT;
    struct position *p = NULL;

    (void)ctx;
    position_print(c->position, &text);
    if (position_parse(buf_text(&text), &p, err) != 0)
        abort(); /* what we print we must read */
    position_free(p);
    return 0;
}

static int on_ddl(void *ctx, const struct ddl *d, struct err *err)
{
    (void)ctx;
    (void)err;
    sum += strlen(d->schema) + strlen(d->table) + strlen(d->sql);
    return 0;
}

static int on_idle(void *ctx, struct err *err)
{
    (void)ctx;
    (void)err;
    return 0;
}

static const struct reader_handler handler = {.want_table = want_table,
                                              .on_change = on_change,
                                              .on_commit = on_commit,
                                              .on_ddl = on_ddl,
                                              .on_idle = on_idle};

static void put_header(uint8_t *event, uint8_t type, size_t len)
{
    event[4] = type;
    for (size_t i = 0; i < 4; i++)
        event[9 + i] = (uint8_t)(len >> (8 * i));
}

/* A format description without checksums, so that the fuzzer need not compute any. */
static void send_format(struct dispatch *d, bool is_mariadb)
{
    uint8_t event[EVENT_HEADER_BYTES + 57 + FORMAT_TYPES + 5] = {0};
    struct err err;

    put_header(event, EVENT_FORMAT, sizeof(event));
    event[EVENT_HEADER_BYTES] = 4;
    memcpy(event + EVENT_HEADER_BYTES + 2, is_mariadb ? "10.11.19-MariaDB" : "9.7.4",
           is_mariadb ? 16 : 5);
    event[EVENT_HEADER_BYTES + 56] = EVENT_HEADER_BYTES;
    memset(event + EVENT_HEADER_BYTES + 57, 8, FORMAT_TYPES);
    dispatch_event(d, event, sizeof(event), &err);
}

/* Each event: type, length of the body (two bytes), body. */
static void fuzz_events(struct cursor *c, bool is_mariadb)
{
    struct position *p = NULL;
    struct dispatch *d = NULL;
    struct err err;

    if (position_parse(is_mariadb ? "mariadb:" : "mysql:", &p, &err) != 0 ||
        dispatch_new(&handler, p, &d, &err) != 0)
        abort();
    send_format(d, is_mariadb);
    while (cursor_left(c) >= EVENT_FRAME_BYTES) {
        uint8_t type = cursor_u8(c);
        size_t n = cursor_u16(c);
        uint8_t *event;

        if (n > cursor_left(c))
            n = cursor_left(c);
        event = calloc(1, EVENT_HEADER_BYTES + n);
        put_header(event, type, EVENT_HEADER_BYTES + n);
        if (n > 0)
            memcpy(event + EVENT_HEADER_BYTES, cursor_take(c, n), n);
        dispatch_event(d, event, EVENT_HEADER_BYTES + n, &err);
        free(event);
    }
    dispatch_free(d);
    position_free(p);
}

static void fuzz_json(const struct cursor *c)
{
    struct arena arena = ARENA_INIT;
    struct value v;
    struct err err;

    if (value_decode_json(c->at, cursor_left(c), &arena, &v, &err) == 0)
        touch(&v, 1);
    arena_close(&arena);
}

static void fuzz_gtid(const struct cursor *c)
{
    struct gtid_set set = GTID_SET_INIT, again = GTID_SET_INIT;
    CLEANUP_BUF struct buf binary = BUF_INIT, printed = BUF_INIT;
    struct err err;

    if (gtid_set_decode(&set, c->at, cursor_left(c), &err) == 0) {
        gtid_set_print(&set, &printed);
        if (gtid_set_parse(&again, buf_text(&printed), &err) != 0 ||
            !gtid_set_covers(&again, &set) || !gtid_set_covers(&set, &again))
            abort();
        gtid_set_encode(&set, &binary);
    }
    gtid_set_close(&set);
    gtid_set_close(&again);
}

static void fuzz_statement(const struct cursor *c)
{
    static struct ddl_statement statement;

    ddl_classify((const char *)c->at, cursor_left(c), "db", &statement);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cursor c = cursor_init(data, size);

    if (tables[0].columns == NULL)
        make_tables();
    switch (cursor_u8(&c) % 5) {
    case 0:
        fuzz_events(&c, false);
        break;
    case 1:
        fuzz_events(&c, true);
        break;
    case 2:
        fuzz_json(&c);
        break;
    case 3:
        fuzz_gtid(&c);
        break;
    default:
        fuzz_statement(&c);
        break;
    }
    return 0;
}
