/* SPDX-License-Identifier: Apache-2.0 */
/* take: what an item out of the queue means for the session. */
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/planted.h"
#include "common/rowkey.h"
#include "replicator/session/decide.h"
#include "replicator/session/families.h"
#include "replicator/session/note.h"
#include "replicator/session/pause.h"

static void free_refresh(struct refresh *r)
{
    free(r->row_key);
    free(r->forced);
    free(r);
}

bool session_set_columns(const struct mapping *m, const char *columns, uint64_t **bits)
{
    CLEANUP_JSON cJSON *json = NULL;
    const cJSON *item;
    struct err err;

    if (columns == NULL || json_parse(columns, strlen(columns), &json, &err) != 0 ||
        !cJSON_IsArray(json))
        return false;
    if (*bits == NULL)
        *bits = calloc((m->n_columns + 63) / 64, sizeof(**bits));
    if (*bits == NULL)
        return false;
    cJSON_ArrayForEach(item, json)
    {
        for (size_t i = 0; cJSON_IsString(item) && i < m->n_columns; i++)
            if (strcmp(mapping_column_of(m, i)->name, item->valuestring) == 0)
                (*bits)[i / 64] |= UINT64_C(1) << (i % 64);
    }
    return true;
}

int session_refresh(struct session *s, uint32_t mapping, struct hash128 key, const char *row_key,
                    const char *columns, struct err *err)
{
    struct follow *f = &s->follows[mapping];
    struct refresh *r;

    if (!f->m.is_ready || follow_is_behind(f))
        return 0;
    HASH_FIND(hh, f->refreshes, &key, sizeof(key), r);
    if (r == NULL) {
        r = calloc(1, sizeof(*r));
        if (r == NULL || (r->row_key = strdup(row_key)) == NULL) {
            free(r);
            return err_nomem(err, "refresh");
        }
        r->key = key;
        r->since = s->cause;
        HASH_ADD(hh, f->refreshes, key, sizeof(r->key), r);
        if (!hash_added(r)) {
            free(r->row_key);
            free(r);
            return err_nomem(err, "refresh");
        }
    }
    if (columns != NULL && !session_set_columns(&f->m, columns, &r->forced))
        r->is_forced = true;
    return 0;
}

/* When somebody in MySQL changed the row; 0: it is the webhook's doing. */
static int64_t changed_us(const struct session *s, const struct item *item)
{
    return s->edit_transaction == s->transaction ? 0 : item->time_us;
}

/* What the webhook did in MySQL comes back as its echo: that is no change of MySQL's own. */
static void note_times(const struct session *s, const struct item *item,
                       struct change_times *oldest)
{
    struct change_times times = item->times;

    times.taken_us = clock_wall_us();
    if (s->edit_transaction != s->transaction)
        change_times_keep(oldest, &times);
}

/* A row image that lacks a column (binlog_row_image is not FULL): the row must be read. */
static int take_partial(struct session *s, const struct item *item, struct err *err)
{
    struct follow *f = &s->follows[item->mapping];
    const struct mapping *m = &s->follows[item->mapping].m;
    CLEANUP_BUF struct buf text = BUF_INIT;
    struct refresh *r;
    struct value key[16];

    for (size_t k = 0; k < m->n_key; k++)
        key[k] = item->image->values[m->key[k]];
    rowkey_write(&text, key, m->n_key);
    if (text.is_failed)
        return err_nomem(err, "take");
    if (session_refresh(s, item->mapping, item->image->key, text.ptr, NULL, err) != 0)
        return -1;
    HASH_FIND(hh, f->refreshes, &item->image->key, sizeof(item->image->key), r);
    if (r != NULL && changed_us(s, item) > 0)
        r->changed_us = changed_us(s, item);
    if (r != NULL)
        note_times(s, item, &r->times);
    return 0;
}

/* Of several changes of its key the row in the tab has the first one. */
static void note_old_key(const struct session *s, const struct item *item, struct pending_row *row)
{
    const struct pending_row *old = change_set_find(&s->set, item->mapping, item->old_key);

    row->has_old_key = true;
    row->old_key = old != NULL && old->has_old_key ? old->old_key : item->old_key;
}

static int take_change(struct session *s, struct item *item, struct err *err)
{
    struct follow *f = &s->follows[item->mapping];
    struct pending_row *row;

    s->is_in_transaction = true;
    s->transaction_changes++;
    f->transaction = s->transaction;
    if (!f->m.is_ready) {
        f->is_dropping = true;
        return 0;
    }
    if (follow_is_behind(f))
        return 0; /* the snapshot that follows has it */
    window_overtake(s, item->mapping, item->image->key);
    /* Another row may have come to be among the first, or not any more. */
    if (f->m.cfg->filter.limit > 0 && compare_request(s, f, err) != 0)
        return -1;
    /* Whether it is one of the mapping's rows is MySQL's to say. */
    if (item->is_partial || (mapping_is_filtered(&f->m) && !item->is_delete))
        return take_partial(s, item, err);
    row = change_set_put(&s->set, item->mapping, take_ptr(item->image), item->is_delete);
    if (row == NULL)
        return err_nomem(err, "take");
    row->transaction = s->transaction;
    watermark_keep(&row->since, s->cause);
    if (item->has_old_key)
        note_old_key(s, item, row);
    if (changed_us(s, item) > 0)
        row->changed_us = changed_us(s, item);
    note_times(s, item, &row->times);
    if (placement_find(s, item->mapping, row->id.key) != NULL)
        row->is_held = true;
    return 0;
}

static int refresh_edit(struct session *s, uint32_t mapping, const struct edit_note *note,
                        bool can_rescue, struct err *err)
{
    struct refresh *r;

    if (session_refresh(s, mapping, note->key, note->row_key, note->columns, err) != 0)
        return -1;
    HASH_FIND(hh, s->follows[mapping].refreshes, &note->key, sizeof(note->key), r);
    if (r != NULL)
        r->can_rescue = r->can_rescue || can_rescue;
    return 0;
}

static bool is_text(const char *text, const char *wanted)
{
    return text != NULL && strcmp(text, wanted) == 0;
}

/* The cells of an edit are to be written although base says that the sheet shows them: not over
 * what was typed into them since (rescue.c), unless it was refused. */
static int force_edit(struct session *s, uint32_t mapping, const struct edit_note *note,
                      struct err *err)
{
    const struct mapping *m = &s->follows[mapping].m;
    struct pending_row *row = change_set_find(&s->set, mapping, note->key);
    bool is_rejected = is_text(note->outcome, "rejected");

    if (row == NULL)
        return refresh_edit(s, mapping, note, !is_rejected, err);
    row->is_wanted = true;
    row->can_rescue = row->can_rescue || !is_rejected;
    if (!session_set_columns(m, note->columns, &row->forced))
        row->is_forced = true;
    return 0;
}

/* Can a write of ours have landed on what the person typed? A found edit was read by ourselves,
 * with no write on its way: only a later one can. */
static bool is_overwritten(const struct session *s, uint32_t mapping, const struct edit_note *note)
{
    return (!note->is_found && note->edited_ms < s->process_start_ms) ||
           recent_is_after(s, mapping, note->key, note->edited_ms, note->is_found);
}

/* What it changed has come before it. */
static void note_seen(struct session *s, uint32_t mapping, const struct edit_note *note)
{
    struct pending_row *row =
        note->has_key && (is_text(note->operation, "update") || is_text(note->operation, "insert"))
            ? change_set_find(&s->set, mapping, note->key)
            : NULL;

    seen_take(&s->seen, note->number);
    if (row != NULL)
        row->edit = note->number;
}

static int take_edit(struct session *s, const struct item *item, struct err *err)
{
    const struct edit_note *note = item->edit;
    struct follow *f = &s->follows[item->mapping];

    s->edit_transaction = s->transaction;
    if (is_text(note->outcome, "pending"))
        return 0;
    note_seen(s, item->mapping, note);
    if (!f->m.is_ready)
        return 0;
    due_doubt(f);
    due_touch(f);
    if (note_add_edit(s, item->mapping, note, err) != 0)
        return -1;
    if (!note->has_key || note->row_key == NULL)
        return 0;
    metrics_add(METRIC_ECHOES, 1, item->mapping);
    metrics_observe(METRIC_ECHO_LAG,
                    clock_wall_us() - stream_clock_ours_us(s->clock, note->received_ms * 1000),
                    item->mapping);
    if (is_text(note->outcome, "conflict"))
        decide_ask(f);
    /* Somebody has decided: what the cells show now was never MySQL's. */
    if (is_text(note->kind, "resolve") || is_text(note->kind, "decide") ||
        is_text(note->kind, "undo"))
        return force_edit(s, item->mapping, note, err);
    if (is_text(note->operation, "insert") && f->m.cfg->on_delete == CONFIG_ON_DELETE_MARK &&
        note_add(s, item->mapping, note->key, NOTE_BY_KEY, f->m.columns[f->m.key[0]].header, NULL,
                 err) != 0)
        return -1;
    if (is_text(note->operation, "insert"))
        return placement_add(s, item->mapping, note->key, note->row_key, note->sheet_row - 1,
                             note->is_found, err);
    if (is_text(note->operation, "delete"))
        return 0;
    /* MySQL's side of a conflict may have won: then the sheet still shows the other. So it does
     * with what was found and refused, as we have just read. */
    if (is_text(note->outcome, "conflict") ||
        (note->is_found && is_text(note->outcome, "rejected")))
        return force_edit(s, item->mapping, note, err);
    /* What was refused is to give way to MySQL's value, also when the answer did not reach the
     * script. */
    if (is_text(note->outcome, "rejected"))
        return check_add(s, item->mapping, note->key, note->row_key, note, err);
    if (is_overwritten(s, item->mapping, note))
        return check_add(s, item->mapping, note->key, note->row_key, NULL, err);
    return 0;
}

static int obey(struct session *s, const struct item *item, struct err *err)
{
    struct follow *f = &s->follows[item->mapping];

    log_info("signal: %s mapping=%s reason=\"%.100s\"", item->text, f->m.cfg->name,
             item->reason == NULL ? "" : item->reason);
    if (is_text(item->reason, "drive")) {
        due_look(f);
        return 0;
    }
    if (strcmp(item->text, "pause") == 0 || strcmp(item->text, "resume") == 0)
        return pause_signal(s, f, err);
    if (strcmp(item->text, "repair") == 0)
        return repair_rows(s, item->mapping, item->row_keys == NULL ? "" : item->row_keys, err);
    if (strcmp(item->text, "snapshot") == 0)
        return compare_request(s, f, err);
    if (strcmp(item->text, "approve_deletes") == 0)
        f->reconcile.is_approved = true;
    /* Rows are not where they were, whatever else has happened. */
    due_touch(f);
    f->reconcile.signal = (int64_t)item->serial;
    f->m.is_index_stale = true;
    if (!is_text(item->reason, "INSERT_ROW"))
        reconcile_request(f, is_text(item->reason, "REMOVE_ROW"));
    return 0;
}

static int take_signal(struct session *s, const struct item *item, struct err *err)
{
    if (item->text == NULL)
        return 0;
    if (obey(s, item, err) != 0)
        return -1;
    if (is_text(item->reason, "drive")) /* nobody waits for an answer */
        return 0;
    s->own_commits++;
    return state_save_signal(&s->state, s->follows[item->mapping].m.cfg->name,
                             (int64_t)item->serial, err);
}

static void end_transaction(struct session *s)
{
    s->transaction_changes = 0;
    s->is_in_transaction = false;
    s->is_part_flushed = false;
    s->cause = ++s->transaction;
}

/* Past this mark every row has the shape that its table was loaded with. */
static int take_mark(struct session *s, uint64_t serial, struct err *err)
{
    for (size_t i = 0; s->definitions_mark > 0 && serial >= s->definitions_mark && i < s->n_follows;
         i++) {
        if (!s->follows[i].m.is_ready || !s->follows[i].m.is_unsure)
            continue;
        s->own_commits++;
        if (state_confirm_table(&s->state, s->follows[i].m.cfg->name, err) != 0)
            return -1;
    }
    if (serial >= s->definitions_mark)
        s->definitions_mark = 0;
    reconcile_mark(s, serial);
    decide_mark(s, serial);
    return window_mark(s, serial, err);
}

/* A bug on purpose: memory that is used, and that nobody will free. */
static void keep_memory(void)
{
    enum { BYTES = 65536 };
    static void *kept;
    void **more = malloc(BYTES);

    if (more == NULL)
        return;
    memset(more, 1, BYTES);
    *more = kept;
    kept = more;
}

static int take_commit(struct session *s, struct item *item, struct err *err)
{
    if (planted(11))
        keep_memory();
    free(s->position);
    s->position = take_ptr(item->text);
    s->is_position_dirty = true;
    s->position_us = item->times.committed_us;
    s->log_place = item->place;
    if (s->own_commits > 0 && s->transaction_changes == 0)
        s->own_commits--;
    else
        s->foreign_commits++;
    if (s->transaction_changes > 0 && s->oldest_us == 0)
        s->oldest_us = item->times.committed_us;
    if (item->is_rollback && unseen_rollback(s, err) != 0)
        return -1;
    end_transaction(s);
    if (s->foreign_commits > 0)
        watermark_note(s);
    return 0;
}

static int take_broken(struct session *s, const struct item *item, struct err *err)
{
    if (s->must_restart)
        return 0;
    if (item->err == NULL)
        return err_nomem(err, "stream");
    if (item->err->code == ERR_CONFIG || item->err->code == ERR_STOPPED) {
        session_restart(s, item->err->msg);
        return 0;
    }
    s->is_stream_gone = true;
    *err = *item->err;
    return -1;
}

int session_take(struct session *s, struct item *item, struct err *err)
{
    switch (item->type) {
    case ITEM_CHANGE:
        return take_change(s, item, err);
    case ITEM_EDIT:
        return take_edit(s, item, err);
    case ITEM_SIGNAL:
        return take_signal(s, item, err);
    case ITEM_MARK:
        return take_mark(s, item->serial, err);
    case ITEM_DDL:
        return unseen_ddl(s, item, err);
    case ITEM_CASCADE:
        return unseen_cascade(s, item, err);
    case ITEM_FAMILY:
        families_doubt(s, item->mapping);
        return 0;
    case ITEM_COMMIT:
        return take_commit(s, item, err);
    case ITEM_RESET:
        /* The transaction comes again from its start; what was taken of it is newer than what the
         * sheet shows. */
        end_transaction(s);
        return 0;
    case ITEM_BROKEN:
        return take_broken(s, item, err);
    }
    return 0;
}

void refreshes_close(struct follow *f)
{
    struct refresh *r, *next;

    HASH_ITER(hh, f->refreshes, r, next)
    {
        HASH_DEL(f->refreshes, r);
        free_refresh(r);
    }
}
