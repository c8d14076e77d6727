/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/task.h"

#include <string.h>

#include "common/base.h"
#include "common/base_values.h"
#include "common/cell/stand_in.h"
#include "common/rowkey.h"
#include "webhook/row.h"
#include "webhook/state.h"

enum { COMMIT_TIME_MS = 1000 }; /* MariaDB's commit times are whole seconds */

/* The value that column C would hold for CELL, in the arena; PROBLEM: why it cannot. */
static int parse_cell(struct arena *arena, const struct column *c, const struct cell *cell,
                      struct value *out, const char **problem, struct err *err)
{
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    struct err refusal = ERR_INIT;

    if (cell_to_value(c, cell, &scratch, out, &refusal) != 0) {
        *out = (struct value){.state = VALUE_ABSENT};
        *problem = arena_copy(arena, refusal.msg, strlen(refusal.msg));
        if (refusal.code != ERR_VALUE || *problem == NULL)
            return err_nomem(err, "cell");
        return 0;
    }
    if (out->state == VALUE_TEXT) {
        out->ptr = arena_copy(arena, out->ptr, out->len);
        if (out->ptr == NULL)
            return err_nomem(err, "cell");
    }
    return 0;
}

static int open_cell(struct task *task, size_t i, struct err *err)
{
    const struct schema_column *sc = &task->m->columns[i];
    const struct column *c = schema_column_of(task->m, i);
    const cJSON *sent = json_get(task->edit->cells, sc->header);
    const cJSON *old = json_get(task->edit->old, sc->header);
    struct task_cell *cell = &task->cells[i];
    const char *ignored = NULL;

    *cell = (struct task_cell){.value = {.state = VALUE_ABSENT}, .old = {.state = VALUE_ABSENT}};
    cell->is_sent = sent != NULL;
    cell->is_edited = sent != NULL && edit_touches(task->edit, sc->header);
    cell->has_old = old != NULL;
    if (cell->has_old) {
        cell->old_cell = edit_cell(old);
        if (parse_cell(&task->arena, c, &cell->old_cell, &cell->old, &ignored, err) != 0)
            return -1;
    }
    if (!cell->is_sent)
        return 0;
    cell->cell = edit_cell(sent);
    return parse_cell(&task->arena, c, &cell->cell, &cell->value, &cell->problem, err);
}

/* A blank cell of a NOT NULL text column is the empty text, but never all of a key. */
static enum task_key open_key(struct task *task)
{
    const struct schema_mapping *m = task->m;
    enum task_key state = TASK_KEY_OK;
    size_t n_blank = 0;

    for (size_t i = 0; i < m->n_key; i++) {
        const struct task_cell *cell = &task->cells[m->key[i]];
        bool is_blank = cell->cell.type == CELL_BLANK;

        task->key[i] = cell->value;
        n_blank += is_blank;
        if (!cell->is_sent)
            return TASK_KEY_MISSING;
        if (cell->value.state == VALUE_ABSENT && !is_blank)
            return TASK_KEY_BAD;
        if (cell->value.state != VALUE_TEXT)
            state = TASK_KEY_BLANK;
    }
    return n_blank == m->n_key ? TASK_KEY_BLANK : state;
}

/* Blank cells are left out: whether they were sent makes no difference. Each value stands beside
 * its column's name; the order is the mapping's. */
static int hash_content(struct task *task, struct err *err)
{
    struct value *content = task_values(task, 2 * task->m->n_columns, err);
    size_t n = 0;

    if (content == NULL)
        return -1;
    for (size_t i = 0; i < task->m->n_columns; i++) {
        const char *name = schema_column_of(task->m, i)->name;

        if (task->cells[i].cell.type == CELL_BLANK || task->cells[i].value.state != VALUE_TEXT)
            continue;
        content[n++] = value_text(name, strlen(name));
        content[n++] = task->cells[i].value;
    }
    task->content = hash_key(content, n);
    return 0;
}

int task_open(struct task *task, struct db *db, const struct schema_mapping *m,
              const struct edit_request *request, const struct edit *edit, struct err *err)
{
    *task = (struct task){.db = db, .m = m, .request = request, .edit = edit};
    task->cells = arena_alloc(&task->arena, (m->n_columns + 1) * sizeof(*task->cells));
    task->key = task_values(task, m->n_key, err);
    task->mysql = task_values(task, m->n_columns, err);
    if (task->cells == NULL || task->key == NULL || task->mysql == NULL)
        return err_nomem(err, "task");
    for (size_t i = 0; i < m->n_columns; i++)
        if (open_cell(task, i, err) != 0)
            return -1;
    task->key_state = open_key(task);
    return hash_content(task, err) != 0
               ? -1
               : answer_open(&task->answer, &task->arena, m->n_columns, err);
}

int task_parse(struct task *task, size_t i, const struct cell *cell, struct value *out,
               const char **problem, struct err *err)
{
    return parse_cell(&task->arena, schema_column_of(task->m, i), cell, out, problem, err);
}

void task_close(struct task *task)
{
    answer_close(&task->answer);
    state_base_close(&task->base);
    arena_close(&task->arena);
}

void task_reset(struct task *task)
{
    for (size_t i = 0; i < task->m->n_columns; i++) {
        struct task_cell *cell = &task->cells[i];

        cell->is_refused = cell->is_stale = false;
        cell->verdict = MERGE_SAME;
        cell->policy = NULL;
        cell->changed_us = 0;
    }
    task->key_state = open_key(task);
    task->is_found = task->has_base = false;
    task->reconcile = NULL;
    task->after = NULL;
    task->same_as = NULL;
    task->is_base_changed = false;
    task->conflicts = (struct conflict_counts){0};
    state_base_clear(&task->base);
    answer_reset(&task->answer, task->m->n_columns);
}

struct value *task_values(struct task *task, size_t n, struct err *err)
{
    struct value *values = arena_alloc(&task->arena, (n + 1) * sizeof(*values));

    if (values == NULL) {
        err_nomem(err, "task");
        return NULL;
    }
    for (size_t i = 0; i < n; i++)
        values[i] = (struct value){.state = VALUE_ABSENT};
    return values;
}

struct hash128 task_key_hash(const struct task *task)
{
    return hash_key(task->key, task->m->n_key);
}

const char *task_row_key(struct task *task)
{
    CLEANUP_BUF struct buf text = BUF_INIT;

    rowkey_write(&text, task->key, task->m->n_key);
    return text.is_failed ? NULL : arena_copy(&task->arena, text.ptr, text.len);
}

static int check_key_length(struct task *task, struct err *err)
{
    const char *row_key = task_row_key(task);

    if (row_key == NULL)
        return err_nomem(err, "task");
    if (strlen(row_key) > ROWKEY_MAX)
        return err_set(err, ERR_VALUE, "the key is longer than %d characters", ROWKEY_MAX);
    return 0;
}

/* What stands for MySQL's long text says that text, and nothing else. */
static struct value long_value(const struct task *task, size_t i, const struct cell *cell)
{
    bool is_of = task->is_found && stand_in_is_of(cell, hash_value(task->mysql[i]));

    return is_of ? task->mysql[i] : (struct value){.state = VALUE_ABSENT};
}

static void take_stand_ins(struct task *task)
{
    for (size_t i = 0; i < task->m->n_columns; i++) {
        struct task_cell *cell = &task->cells[i];

        if (stand_in_is(&cell->old_cell))
            cell->old = long_value(task, i, &cell->old_cell);
        if (!stand_in_is(&cell->cell))
            continue;
        cell->value = long_value(task, i, &cell->cell);
        cell->problem = cell->value.state == VALUE_ABSENT ? STAND_IN_PROBLEM : NULL;
    }
}

int task_find(struct task *task, struct err *err)
{
    const struct schema_mapping *m = task->m;

    if (check_key_length(task, err) != 0 ||
        row_find(task->db, m, task->key, &task->arena, task->mysql, &task->is_found, err) != 0)
        return -1;
    for (size_t i = 0; task->is_found && i < m->n_key; i++)
        task->key[i] = task->mysql[m->key[i]];
    take_stand_ins(task);
    state_base_clear(&task->base);
    return state_base_load(task->db, m->cfg->name, task_key_hash(task), &task->base,
                           &task->has_base, err);
}

int task_find_by(struct task *task, const char *row_key, struct err *err)
{
    CLEANUP_BUF struct buf bytes = BUF_INIT;

    if (rowkey_read(row_key, strlen(row_key), &bytes, task->key, task->m->n_key, err) != 0)
        return err->code == ERR_NOMEM
                   ? -1
                   : err_set(err, ERR_VALUE, "the row is known by another key now");
    for (size_t i = 0; i < task->m->n_key; i++) {
        if (task->key[i].state != VALUE_TEXT)
            return err_set(err, ERR_VALUE, "the row has no whole key");
        task->key[i].ptr = arena_copy(&task->arena, task->key[i].ptr, task->key[i].len);
        if (task->key[i].ptr == NULL)
            return err_nomem(err, "task");
    }
    task->key_state = TASK_KEY_OK;
    return task_find(task, err);
}

struct value task_base_value(const struct task *task, size_t i)
{
    const char *name = schema_column_of(task->m, i)->name;
    const struct task_cell *cell = &task->cells[i];
    const struct value known[] = {
        base_value_find(task->base.agreed.ptr, task->base.agreed.len, name), task->mysql[i],
        cell->value, cell->old};
    uint64_t hash;

    if (base_find(task->base.hashes.ptr, task->base.hashes.len, name, &hash))
        for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++)
            if (known[k].state != VALUE_ABSENT && hash_value(known[k]) == hash)
                return known[k];
    return (struct value){.state = VALUE_ABSENT};
}

/* What the cell shows is MySQL's since a moment after the person had typed. What the sheet itself
 * has said is no news to anybody; an older base only has the time of MySQL's change. */
static bool is_shown_over(const struct task *task, const char *column)
{
    const struct buf *hashes = &task->base.hashes;
    int64_t shown_ms = base_shown_ms(hashes->ptr, hashes->len, column);
    uint64_t previous;
    bool is_shown;

    if (base_find_previous(hashes->ptr, hashes->len, column, &previous, &is_shown) &&
        (!is_shown || task->edit->is_over))
        return is_shown;
    if (shown_ms == 0)
        shown_ms = task->base.changed_us / 1000 + COMMIT_TIME_MS;
    return shown_ms > task->edit->time_ms;
}

struct merge_cell task_sides(const struct task *task, size_t i, struct value mysql,
                             bool may_assume_base)
{
    const struct task_cell *cell = &task->cells[i];
    struct merge_cell merge = {
        .sheet = cell->value,
        .mysql = mysql,
        .old = cell->old,
    };
    const struct buf *hashes = &task->base.hashes;
    bool is_shown;
    const char *name = schema_column_of(task->m, i)->name;

    merge.has_base = base_find(hashes->ptr, hashes->len, name, &merge.base);
    merge.has_previous =
        base_find_previous(hashes->ptr, hashes->len, name, &merge.previous, &is_shown) && is_shown;
    merge.was_disagreed = !merge.has_previous && base_shown_ms(hashes->ptr, hashes->len, name) != 0;
    merge.was_shown_over = is_shown_over(task, name);
    if (!merge.has_base && may_assume_base) {
        merge.has_base = true;
        merge.base = hash_value(task->mysql[i]);
    }
    return merge;
}

int task_reread(struct task *task, struct err *err)
{
    struct value *after = task_values(task, task->m->n_columns, err);
    bool is_found = false;

    if (after == NULL ||
        row_find(task->db, task->m, task->key, &task->arena, after, &is_found, err) != 0)
        return -1;
    if (!is_found)
        return err_set(err, ERR_VALUE, "the database gave the row another key");
    for (size_t i = 0; i < task->m->n_key; i++)
        task->key[i] = after[task->m->key[i]];
    task->after = after;
    return check_key_length(task, err);
}

void task_agree(struct task *task, size_t i, struct value v)
{
    const char *name = schema_column_of(task->m, i)->name;

    base_set(&task->base.hashes, name, hash_value(v));
    if (config_keeps_value(task->m->cfg, name))
        base_value_set(&task->base.agreed, name, v);
}

int task_save_base(struct task *task, struct err *err)
{
    const char *row_key = task_row_key(task);

    if (row_key == NULL)
        return err_nomem(err, "base");
    return state_base_save(task->db, task->m->cfg->name, task_key_hash(task), row_key, &task->base,
                           task->edit->id, err);
}

bool task_is_changed(const struct task *task, size_t i)
{
    uint64_t base;

    return !base_find(task->base.hashes.ptr, task->base.hashes.len,
                      schema_column_of(task->m, i)->name, &base) ||
           base != hash_value(task->mysql[i]);
}

bool task_is_key_edited(const struct task *task)
{
    for (size_t i = 0; i < task->m->n_key; i++)
        if (task->cells[task->m->key[i]].is_edited)
            return true;
    return false;
}

bool task_is_edited(const struct task *task)
{
    for (size_t i = 0; i < task->m->n_columns; i++)
        if (task->cells[i].is_edited)
            return true;
    return false;
}

bool task_is_blank(const struct task *task)
{
    for (size_t i = 0; i < task->m->n_columns; i++)
        if (task->cells[i].is_sent && task->cells[i].cell.type != CELL_BLANK)
            return false;
    return true;
}
