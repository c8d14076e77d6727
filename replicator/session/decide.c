/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decide: conflicts that need no person.
 *
 * Asked: the webhook does not know when MySQL's change was committed; the replicator does, and
 * posts it, again and again until the conflict is decided. Come equal: MySQL has by itself what the
 * sheet shows, or a row whose delete waited stands in the tab again. Nothing waits for the posts,
 * and nothing of this is remembered: a session that begins looks at all open conflicts.
 */
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/log.h"
#include "replicator/session/decide.h"

enum {
    RETRY_MS = 1000,
    RETRY_MAX_MS = 60000,
    ASKED_MAX = 200,
    OPEN_MAX = 1000,
    DECISIONS_MAX = 10000
};

/* --- what there is to decide --- */

int decide_add(struct session *s, uint32_t mapping, struct hash128 key, const char *column,
               struct err *err)
{
    struct decision_id id;
    struct decision *d;

    memset(&id, 0, sizeof(id));
    id.mapping = mapping;
    id.key = key;
    id.column = hash64(column, strlen(column));
    HASH_FIND(hh, s->decisions, &id, sizeof(id), d);
    /* Bounded: what does not fit is found when the next session begins. */
    if (d != NULL || HASH_COUNT(s->decisions) >= DECISIONS_MAX)
        return 0;
    d = calloc(1, sizeof(*d));
    if (d == NULL || (d->column = strdup(column)) == NULL) {
        free(d);
        return err_nomem(err, "decide");
    }
    d->id = id;
    HASH_ADD(hh, s->decisions, id, sizeof(d->id), d);
    if (!hash_added(d)) {
        free(d->column);
        free(d);
        return err_nomem(err, "decide");
    }
    return 0;
}

static void decision_remove(struct session *s, struct decision *d)
{
    HASH_DEL(s->decisions, d);
    free(d->column);
    free(d);
}

void decisions_close(struct session *s)
{
    struct decision *d, *next;

    HASH_ITER(hh, s->decisions, d, next) decision_remove(s, d);
}

void decide_ask(struct follow *f)
{
    f->is_asked = true;
    f->decide_ms = 0;
    f->decide_tries = 0;
}

/* Rows with open conflicts are read again: has MySQL come to the sheet's value meanwhile? */
static int look_at_open(struct session *s, uint32_t at, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct db_param params[] = {DB_P_TEXT(s->follows[at].m.cfg->name), DB_P_INT(OPEN_MAX)};

    if (state_run(&s->state,
                  "SELECT DISTINCT key_hash, row_key FROM @.conflicts WHERE mapping = ? AND "
                  "state <> 'resolved' LIMIT ?",
                  params, 2, &rows, err) != 0)
        return -1;
    for (size_t r = 0; r < rows.n_rows; r++) {
        struct value hash = db_rows_at(&rows, r, 0);
        struct hash128 key;

        if (hash.len != sizeof(key.bytes))
            continue;
        memcpy(key.bytes, hash.ptr, sizeof(key.bytes));
        if (session_refresh(s, at, key, db_rows_text(&rows, r, 1), NULL, err) != 0)
            return -1;
    }
    return 0;
}

/* --- asked --- */

/* When was MySQL's newest change of the row committed? 0: nobody knows. */
static int64_t when_changed(const struct session *s, uint32_t at, struct value hash,
                            int64_t base_us)
{
    const struct pending_row *pending;
    struct hash128 key;

    if (hash.len != sizeof(key.bytes))
        return 0;
    memcpy(key.bytes, hash.ptr, sizeof(key.bytes));
    pending = change_set_find(&s->set, at, key);
    return pending != NULL && pending->changed_us > base_us ? pending->changed_us : base_us;
}

/* The stream may show the conflict before a SELECT does; a commit of ours that comes after it has
 * returned only when both do. MySQL's change was committed before the conflict was opened, but the
 * stream may not have shown it yet: base then has the time of an older one. Past a mark that comes
 * after both it has. */
static int mark_asked(struct session *s, struct follow *f, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct db_param params[] = {DB_P_TEXT(f->m.cfg->name)};
    uint64_t after;

    if (state_mark(&s->state, &after, err) != 0)
        return -1;
    s->own_commits++;
    if (state_run(&s->state,
                  "SELECT MAX(id) FROM @.conflicts WHERE mapping = ? AND state = 'asked'", params,
                  1, &rows, err) != 0)
        return -1;
    f->asked_last = db_rows_int(&rows, 0, 0);
    f->is_asked = f->asked_last > 0;
    f->is_asked_past_mark = false;
    if (!f->is_asked)
        return 0;
    if (state_mark(&s->state, &f->asked_mark, err) != 0)
        return -1;
    s->own_commits++;
    return 0;
}

void decide_mark(struct session *s, uint64_t serial)
{
    for (uint32_t i = 0; i < s->n_follows; i++) {
        struct follow *f = &s->follows[i];

        if (f->asked_mark == 0 || serial < f->asked_mark || f->is_asked_past_mark)
            continue;
        f->is_asked_past_mark = true;
        f->decide_ms = 0;
    }
}

static int answer_asked(struct session *s, uint32_t at, struct err *err)
{
    struct follow *f = &s->follows[at];
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct db_param params[] = {DB_P_TEXT(f->m.cfg->name), DB_P_INT(f->asked_last),
                                DB_P_INT(ASKED_MAX)};
    struct found found = {0};
    int rc;

    if (state_run(&s->state,
                  "SELECT c.id, c.key_hash, b.changed_us FROM @.conflicts c LEFT JOIN @.base b "
                  "ON b.mapping = c.mapping AND b.key_hash = c.key_hash "
                  "WHERE c.mapping = ? AND c.state = 'asked' AND c.id <= ? ORDER BY c.id LIMIT ?",
                  params, 3, &rows, err) != 0)
        return -1;
    f->asked_mark = 0;
    for (size_t r = 0; r < rows.n_rows; r++)
        found_decide(&found, db_rows_int(&rows, r, 0),
                     when_changed(s, at, db_rows_at(&rows, r, 1), db_rows_int(&rows, r, 2)));
    rc = found_post(s, &f->m, &found, err);
    found_close(&found);
    return rc;
}

/* --- come equal --- */

/* MySQL's value is taken, not the equal one of the sheet: if it has changed once more, that is a
 * change like any other. */

static int find_open(struct session *s, const struct decision *d, int64_t *conflict,
                     struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct db_param params[] = {DB_P_TEXT(s->follows[d->id.mapping].m.cfg->name),
                                DB_P_BYTES(d->id.key.bytes, 16), DB_P_TEXT(d->column)};

    *conflict = 0;
    if (state_run(&s->state,
                  "SELECT id, kind FROM @.conflicts WHERE mapping = ? AND key_hash = ? AND "
                  "column_name = ? AND state <> 'resolved' ORDER BY id LIMIT 1",
                  params, 3, &rows, err) != 0)
        return -1;
    /* Of a whole row: only one that the sheet had deleted can be there again. */
    if (rows.n_rows == 0 ||
        (d->column[0] == '\0' && strcmp(db_rows_text(&rows, 0, 1), "update_delete") != 0))
        return 0;
    *conflict = db_rows_int(&rows, 0, 0);
    return 0;
}

static int resolve_equal(struct session *s, uint32_t at, struct err *err)
{
    struct decision *d, *next;
    struct found found = {0};
    int rc = 0;

    HASH_ITER(hh, s->decisions, d, next)
    {
        int64_t conflict;

        if (rc != 0 || d->id.mapping != at)
            continue;
        rc = find_open(s, d, &conflict, err);
        if (rc == 0 && conflict > 0)
            found_resolve(&found, conflict);
        else if (rc == 0)
            decision_remove(s, d);
    }
    if (rc == 0)
        rc = found_post(s, &s->follows[at].m, &found, err);
    found_close(&found);
    /* Whatever the webhook made of them: the next change of the row shows it. */
    HASH_ITER(hh, s->decisions, d, next)
    {
        if (rc == 0 && d->id.mapping == at)
            decision_remove(s, d);
    }
    return rc;
}

/* --- the step --- */

static bool has_decisions(const struct session *s, uint32_t at)
{
    for (const struct decision *d = s->decisions; d != NULL; d = d->hh.next)
        if (d->id.mapping == at)
            return true;
    return false;
}

static int decide_mapping(struct session *s, uint32_t at, struct err *err)
{
    struct follow *f = &s->follows[at];

    f->decide_ms = clock_mono_ms() + clock_backoff_ms(f->decide_tries, RETRY_MS, RETRY_MAX_MS);
    f->decide_tries = f->is_asked ? f->decide_tries + 1 : 0;
    if (!f->is_looked_at && look_at_open(s, at, err) != 0)
        return -1;
    f->is_looked_at = true;
    if (f->is_asked && f->asked_mark == 0 && mark_asked(s, f, err) != 0)
        return -1;
    if (f->is_asked && f->is_asked_past_mark && answer_asked(s, at, err) != 0)
        return -1;
    return resolve_equal(s, at, err);
}

int decide_step(struct session *s, struct err *err)
{
    int64_t now = clock_mono_ms();

    for (uint32_t i = 0; i < s->n_follows; i++) {
        struct follow *f = &s->follows[i];

        if (!f->m.is_ready || now < f->decide_ms ||
            (f->is_looked_at && !f->is_asked && !has_decisions(s, i)))
            continue;
        if (decide_mapping(s, i, err) == 0)
            continue;
        if (err->code != ERR_HTTP)
            return -1;
        log_fault(&s->reconcile_fault, "decide", err); /* the webhook is away, or refuses */
    }
    return 0;
}
