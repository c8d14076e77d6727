/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/plain.h"

#include <stdlib.h>
#include <string.h>

#include "common/base.h"
#include "common/cell/stand_in.h"
#include "common/cleanup.h"
#include "common/clock.h"
#include "common/rowkey.h"
#include "webhook/held.h"
#include "webhook/many.h"
#include "webhook/order.h"
#include "webhook/plain_private.h"
#include "webhook/row.h"

enum { FRESH_MS = 400 }; /* apply_late looks for what was found long after an edit of ½ s ago */

static void free_edit(struct plain_edit *e)
{
    task_close(&e->task);
    free(e);
}

static void close_from(struct plain *p, size_t first)
{
    while (p->n > first)
        free_edit(p->edits[--p->n]);
}

static void plain_close(struct plain *p)
{
    close_from(p, 0);
    free(p->edits);
}

/* --- which edits: what can be told without MySQL --- */

/* Who may edit, and how much at once, is asked edit by edit (apply.c). */
static bool is_open_to_all(const struct config_mapping *m)
{
    return m->n_editors == 0 && m->rows_per_request == 0;
}

static bool is_plain_job(const struct job *job)
{
    const struct edit_request *r = &job->request;

    return r->source == EDIT_SCRIPT && r->n_edits > 0 && r->change == NULL &&
           !job->apply.is_paused && !job->is_done && is_open_to_all(job->apply.m->cfg);
}

static bool is_plain_kind(const struct edit *edit)
{
    return edit->kind == EDIT_UPSERT && edit->after == NULL && !edit->is_forced &&
           !edit->is_initial && !edit->is_noted && !edit->is_over && !edit->is_lost &&
           edit->time_ms + FRESH_MS > clock_wall_ms();
}

static bool has_only_mapped_headers(const struct task *task)
{
    const cJSON *header;

    cJSON_ArrayForEach(header, task->edit->edited)
    {
        if (schema_find_header(task->m, header->valuestring) < 0)
            return false;
    }
    return true;
}

static bool is_plain_cell(const struct task *task, size_t i)
{
    const struct task_cell *cell = &task->cells[i];

    if (stand_in_is(&cell->cell) || stand_in_is(&cell->old_cell))
        return false;
    return !cell->is_edited || (task->m->columns[i].can_edit && !task->m->columns[i].is_key &&
                                cell->problem == NULL && cell->value.state != VALUE_ABSENT);
}

static bool is_plain_task(struct task *task)
{
    const char *row_key;

    if (task->key_state != TASK_KEY_OK || !task_is_edited(task) || !has_only_mapped_headers(task))
        return false;
    for (size_t i = 0; i < task->m->n_columns; i++)
        if (!is_plain_cell(task, i))
            return false;
    row_key = task_row_key(task);
    return row_key != NULL && strlen(row_key) <= ROWKEY_MAX;
}

static bool has_key(const struct plain *p, const struct hash128 *key)
{
    for (size_t i = 0; i < p->n; i++)
        if (hash128_equal(p->edits[i]->key, *key))
            return true;
    return false;
}

/* *IS_PLAIN: EDIT has joined the others. */
static int add_edit(struct plain *p, struct job *job, const struct edit *edit, bool *is_plain,
                    struct err *err)
{
    struct plain_edit *e;

    *is_plain = is_plain_kind(edit);
    if (!*is_plain)
        return 0;
    e = calloc(1, sizeof(*e));
    if (e == NULL)
        return err_nomem(err, "edits");
    e->job = job;
    if (task_open(&e->task, p->db, p->m, &job->request, edit, err) != 0 ||
        (e->writes = task_values(&e->task, p->m->n_columns, err)) == NULL) {
        free_edit(e);
        return -1;
    }
    e->key = task_key_hash(&e->task);
    *is_plain = is_plain_task(&e->task) && !has_key(p, &e->key);
    if (*is_plain)
        p->edits[p->n++] = e;
    else
        free_edit(e);
    return 0;
}

/* All of a job, in the order of its keys, or nothing of it. */
static int add_job(struct plain *p, struct job *job, struct err *err)
{
    CLEANUP_FREE size_t *order = order_by_key(&job->request, p->m);
    size_t first = p->n;
    bool is_plain = true;

    if (order == NULL)
        return err_nomem(err, "edits");
    for (size_t i = 0; is_plain && i < job->request.n_edits; i++)
        if (add_edit(p, job, &job->request.edits[order[i]], &is_plain, err) != 0)
            return -1;
    if (!is_plain)
        close_from(p, first);
    return 0;
}

static int collect(struct plain *p, struct job *jobs, struct err *err)
{
    size_t most = 0;

    for (const struct job *job = jobs; job != NULL; job = job->next)
        most += is_plain_job(job) ? job->request.n_edits : 0;
    p->edits = calloc(most + 1, sizeof(struct plain_edit *));
    if (p->edits == NULL)
        return err_nomem(err, "edits");
    for (struct job *job = jobs; job != NULL; job = job->next)
        if (is_plain_job(job) && add_job(p, job, err) != 0)
            return -1;
    return 0;
}

static int for_pieces(struct plain *p,
                      int (*step)(struct plain *p, size_t from, size_t n, struct err *err),
                      struct err *err)
{
    for (size_t from = 0; from < p->n; from += MANY)
        if (step(p, from, p->n - from < MANY ? p->n - from : MANY, err) != 0)
            return -1;
    return 0;
}

/* --- decide --- */

static bool is_anything_held(const struct task *task)
{
    if (held_row(task))
        return true;
    for (size_t i = 0; i < task->m->n_columns; i++)
        if (held_cell(task, i))
            return true;
    return false;
}

static bool is_conflict(const struct task *task, size_t i)
{
    struct merge_cell merge = task_sides(task, i, task->mysql[i], false);

    return merge_is_conflict(merge_edited(&merge, CONFIG_SHEET_WINS));
}

static int decide_edit(struct plain_edit *e, bool *is_plain, struct err *err)
{
    struct task *task = &e->task;

    *is_plain =
        task->is_found && task->has_base && !is_anything_held(task) && !apply_is_strange(task);
    for (size_t i = 0; *is_plain && i < task->m->n_columns; i++)
        *is_plain = !task->cells[i].is_edited || !(is_conflict(task, i) || apply_repeats(task, i));
    if (!*is_plain)
        return 0;
    if (apply_update_decide(task, e->writes, &e->tally, err) != 0)
        return -1;
    *is_plain = e->tally.n_conflicts == 0 && e->tally.n_refused == 0 && e->tally.n_stale == 0;
    return 0;
}

static int decide(struct plain *p, struct err *err)
{
    bool is_plain;
    size_t n = 0;

    for (size_t i = 0; i < p->n; i++)
        p->edits[i]->job->is_done = true;
    for (size_t i = 0; i < p->n; i++) {
        if (decide_edit(p->edits[i], &is_plain, err) != 0)
            return -1;
        if (!is_plain)
            p->edits[i]->job->is_done = false;
    }
    for (size_t i = 0; i < p->n; i++) {
        if (p->edits[i]->job->is_done)
            p->edits[n++] = p->edits[i];
        else
            free_edit(p->edits[i]);
    }
    p->n = n;
    return 0;
}

/* --- write --- */

static bool writes_same_columns(const struct plain *p, const struct plain_edit *a,
                                const struct plain_edit *b)
{
    for (size_t i = 0; i < p->m->n_columns; i++)
        if ((a->writes[i].state == VALUE_ABSENT) != (b->writes[i].state == VALUE_ABSENT))
            return false;
    return true;
}

/* Those of a piece that write the same columns as its first one that is not written yet. */
static int write_alike(struct plain *p, size_t from, size_t n, bool is_written[MANY],
                       struct err *err)
{
    const struct value *keys[MANY] = {NULL}, *values[MANY] = {NULL};
    const struct plain_edit *first = NULL;
    size_t found = 0;

    for (size_t i = 0; i < n; i++) {
        const struct plain_edit *e = p->edits[from + i];

        if (is_written[i] || (first != NULL && !writes_same_columns(p, first, e)))
            continue;
        first = e;
        is_written[i] = true;
        keys[found] = e->task.key;
        values[found++] = e->writes;
    }
    return row_update_many(p->db, p->m, keys, values, found, err);
}

static bool must_write(const bool is_written[MANY], size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_written[i])
            return true;
    return false;
}

/* What MySQL made of a value is as apply.c would have it, or all is left to that. */
static int check_written(const struct plain_edit *e, struct err *err)
{
    for (size_t i = 0; i < e->task.m->n_columns; i++)
        if (e->tally.n_written > 0 &&
            (e->task.after == NULL ||
             (e->writes[i].state != VALUE_ABSENT && !value_equal(e->task.after[i], e->writes[i]))))
            return err_set(err, ERR_VALUE, "the database has made something else of it");
    return 0;
}

static int write_rows(struct plain *p, size_t from, size_t n, struct err *err)
{
    bool is_written[MANY] = {false};
    bool is_any = false;

    for (size_t i = 0; i < n; i++) {
        is_written[i] = p->edits[from + i]->tally.n_written == 0;
        is_any = is_any || !is_written[i];
    }
    while (must_write(is_written, n))
        if (write_alike(p, from, n, is_written, err) != 0)
            return -1;
    if (is_any && plain_read_after(p, from, n, err) != 0)
        return -1;
    for (size_t i = from; is_any && i < from + n; i++)
        if (check_written(p->edits[i], err) != 0)
            return -1;
    return 0;
}

/* --- log and base --- */

static int fill_log(struct plain *p, struct edit_log_row *rows, struct err *err)
{
    for (size_t i = 0; i < p->n; i++) {
        struct plain_edit *e = p->edits[i];

        rows[i].head = (struct edit_log_head){.mapping = p->m->cfg->name,
                                              .request = &e->job->request,
                                              .edit = e->task.edit,
                                              .position = e->job->apply.position};
        if (e->tally.n_written == 0)
            e->task.after = NULL;
        if (apply_update_answer(&e->task, &e->tally, &e->must_save_base, err) != 0 ||
            apply_entry(&e->task, &rows[i].entry, err) != 0)
            return err_wrap(err, "edit %s", e->task.edit->id);
    }
    return 0;
}

static int save_bases(struct plain *p, const struct edit_log_row *rows, struct err *err)
{
    CLEANUP_FREE struct state_base_saved *saved = calloc(p->n, sizeof(*saved));
    size_t n = 0;

    if (saved == NULL)
        return err_nomem(err, "base");
    for (size_t i = 0; i < p->n; i++)
        if (p->edits[i]->must_save_base)
            saved[n++] = (struct state_base_saved){.key = p->edits[i]->key,
                                                   .row_key = rows[i].entry.row_key,
                                                   .base = &p->edits[i]->task.base,
                                                   .edit = rows[i].number};
    return state_base_save_many(p->db, p->m->cfg->name, saved, n, err);
}

static void answer(struct plain *p, const struct edit_log_row *rows)
{
    for (size_t i = 0; i < p->n; i++) {
        struct job *job = p->edits[i]->job;

        if (job->results.len > 0)
            buf_putc(&job->results, ',');
        buf_puts(&job->results, rows[i].entry.answer);
        job->apply.counts[p->edits[i]->task.answer.outcome]++;
    }
}

/* The first edit's row in the log comes before all else, so that the binlog says from the start
 * whose transaction it is; the others are written when it is known what became of them. */
static int write_all(struct plain *p, struct err *err)
{
    CLEANUP_FREE struct edit_log_row *rows = calloc(p->n, sizeof(*rows));
    CLEANUP_BUF struct buf unused = BUF_INIT;
    bool is_repeat = false;

    if (rows == NULL)
        return err_nomem(err, "edit log");
    rows[0].head = (struct edit_log_head){.mapping = p->m->cfg->name,
                                          .request = &p->edits[0]->job->request,
                                          .edit = p->edits[0]->task.edit,
                                          .position = p->edits[0]->job->apply.position,
                                          .key = &p->edits[0]->key};
    if (edit_log_begin(p->db, &rows[0].head, &is_repeat, &unused, err) != 0)
        return -1;
    if (is_repeat)
        return err_set(err, ERR_VALUE, "edit %s is a repeated one", p->edits[0]->task.edit->id);
    rows[0].number = (int64_t)db_insert_id(p->db);
    if (for_pieces(p, write_rows, err) != 0 || fill_log(p, rows, err) != 0 ||
        edit_log_add(p->db, &rows[1], p->n - 1, err) != 0 || save_bases(p, rows, err) != 0 ||
        edit_log_finish(p->db, p->edits[0]->task.edit->id, &rows[0].entry, err) != 0)
        return -1;
    answer(p, rows);
    return 0;
}

int plain_apply(struct db *db, struct job *jobs, struct err *err)
{
    CLEANUP(plain_close) struct plain p = {.db = db, .m = jobs->apply.m};

    if (!row_is_by_primary_key(p.m) || p.m->cfg->direction == CONFIG_TO_SHEET)
        return 0;
    if (collect(&p, jobs, err) != 0 || for_pieces(&p, plain_read_before, err) != 0 ||
        decide(&p, err) != 0)
        return -1;
    return p.n == 0 ? 0 : write_all(&p, err);
}
