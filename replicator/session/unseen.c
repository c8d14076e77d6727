/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unseen: what changes tables and rows without a row event: ALTER and its kin, statements, foreign
 * keys, a transaction that was logged and rolled back.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "common/rowkey.h"
#include "replicator/session/session.h"

enum { KEY_MAX = 16 };

/* Once for each mapping and cause. */
static bool is_first_time(struct session *s, uint32_t at, enum unseen cause)
{
    bool is_first = (s->warned[at] & (unsigned)cause) == 0;

    s->warned[at] |= (unsigned)cause;
    return is_first;
}

/* --- statements and definitions --- */

/* XA COMMIT and ROLLBACK are told as statements, too, and are no fault of the server's settings. */
static bool is_transaction_end(const char *sql)
{
    return strncasecmp(sql, "XA", 2) == 0 || strncasecmp(sql, "ROLLBACK", 8) == 0;
}

static int on_statement(struct session *s, const struct item *item, struct err *err)
{
    struct follow *f = &s->follows[item->mapping];

    if (!is_transaction_end(item->text) && is_first_time(s, item->mapping, UNSEEN_STATEMENT))
        log_warn("binlog: a statement was logged without its rows; the table is compared with its "
                 "tab mapping=%s sql=\"%.120s\" hint=\"SET GLOBAL binlog_format = 'ROW'; sessions "
                 "that are connected keep theirs\"",
                 f->m.cfg->name, item->text);
    return compare_request(s, f, err);
}

/* What is on its way to rows of the mapping leaves no trace: MySQL has them no more. */
static void forget_rows(struct session *s, uint32_t at)
{
    struct pending_row *p, *next;

    HASH_ITER(hh, s->set.rows, p, next)
    {
        if (p->id.mapping == at && !p->is_held)
            change_set_remove(&s->set, p);
    }
    refreshes_close(&s->follows[at]);
    if (s->window.is_open && s->window.mapping == at)
        window_close(&s->window);
}

static int on_truncate(struct session *s, const struct item *item, struct err *err)
{
    struct follow *f = &s->follows[item->mapping];
    bool keeps = f->m.cfg->on_truncate == CONFIG_KEEP;

    log_info("route: table truncated; its rows %s mapping=%s",
             keeps ? "stay in the tab" : "leave the tab", f->m.cfg->name);
    if (f->m.is_ready && keeps) {
        forget_rows(s, item->mapping);
        f->is_chunk_pending = false;
        s->own_commits++;
        if (state_keep_base(&s->state, f->m.cfg->name, err) != 0)
            return -1;
    }
    return compare_request(s, f, err);
}

/* The next session starts behind it, with the table as it is then. */
static int on_definition(struct session *s, const struct item *item, struct err *err)
{
    const struct config_mapping *cfg = s->follows[item->mapping].m.cfg;
    bool must_clear = item->ddl == DDL_DROP && cfg->on_drop == CONFIG_CLEAR;

    log_info("route: mapped table changed mapping=%s sql=\"%.120s\"", cfg->name, item->text);
    /* Whatever is being read of it will be read again. */
    refreshes_close(&s->follows[item->mapping]);
    if (s->window.is_open && s->window.mapping == item->mapping)
        window_close(&s->window);
    s->foreign_commits++; /* this one must not be met again */
    s->must_settle = true;
    session_restart(s, "a mapped table was changed");
    if (state_doubt_table(&s->state, cfg->name, must_clear, err) != 0)
        return -1;
    return state_save_snapshot(&s->state, cfg->name, SNAPSHOT_NONE, NULL, 0, err);
}

int unseen_ddl(struct session *s, const struct item *item, struct err *err)
{
    s->is_in_transaction = true;
    if (item->ddl == DDL_STATEMENT_DML)
        return on_statement(s, item, err);
    if (item->ddl == DDL_TRUNCATE)
        return on_truncate(s, item, err);
    return on_definition(s, item, err);
}

/* --- foreign keys --- */

int unseen_cascade(struct session *s, const struct item *item, struct err *err)
{
    struct follow *f = &s->follows[item->mapping];

    s->is_in_transaction = true;
    if (item->ddl != DDL_STATEMENT_DML && item->ddl != DDL_TRUNCATE) {
        s->foreign_commits++;
        s->must_settle = true;
        session_restart(s, "the parent of a mapped table was changed");
        return 0;
    }
    if (is_first_time(s, item->mapping, UNSEEN_CASCADE))
        log_warn("binlog: rows of the parent %.64s were changed, and this server does not log what "
                 "its foreign keys do; the table is compared with its tab mapping=%s "
                 "hint=\"MySQL 9.6 logs it unless innodb_native_foreign_keys is ON\"",
                 item->text, f->m.cfg->name);
    return compare_request(s, f, err);
}

/* --- transactions that did not happen --- */

static int read_again(struct session *s, const struct pending_row *row, struct err *err)
{
    const struct mapping *m = &s->follows[row->id.mapping].m;
    CLEANUP_BUF struct buf text = BUF_INIT;
    struct value key[KEY_MAX];

    for (size_t k = 0; k < m->n_key; k++)
        key[k] = row->image->values[m->key[k]];
    rowkey_write(&text, key, m->n_key);
    if (text.is_failed)
        return err_nomem(err, "rollback");
    return session_refresh(s, row->id.mapping, row->id.key, text.ptr, NULL, err);
}

/* Prepared by XA, or rolled back after tables were changed that cannot be: whatever happened to its
 * rows, MySQL tells. */
int unseen_rollback(struct session *s, struct err *err)
{
    struct pending_row *p, *next;

    HASH_ITER(hh, s->set.rows, p, next)
    {
        if (p->transaction != s->transaction)
            continue;
        if (read_again(s, p, err) != 0)
            return -1;
        change_set_remove(&s->set, p);
    }
    for (size_t i = 0; s->is_part_flushed && i < s->n_follows; i++)
        if (s->follows[i].transaction == s->transaction &&
            compare_request(s, &s->follows[i], err) != 0)
            return -1;
    return 0;
}
