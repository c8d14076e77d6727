/* SPDX-License-Identifier: Apache-2.0 */
/* Where a transaction begins and ends, and the position after it. */
#include <inttypes.h>
#include <string.h>

#include "common/digits.h"
#include "replicator/binlog/dispatch_private.h"

enum { MICROS = 1000000 };

void transaction_begin(struct dispatch *d)
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

int transaction_gtid(struct dispatch *d, const struct event *e, struct err *err)
{
    char number[DIGITS_MAX];

    transaction_begin(d);
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
int transaction_mariadb_gtid(struct dispatch *d, const struct event *e, struct err *err)
{
    transaction_begin(d);
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
int transaction_end(struct dispatch *d, const struct event *e, bool is_rollback, struct err *err)
{
    bool is_exact = d->origin.commit_time_us != 0;
    struct commit commit = {.position = d->position,
                            .origin = &d->origin,
                            .end = d->offset,
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
    transaction_begin(d);
    return 0;
}
