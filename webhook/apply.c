/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/apply.h"

#include <stdio.h>
#include <string.h>

#include "webhook/apply_steps.h"
#include "webhook/edit_log.h"
#include "webhook/editors.h"
#include "webhook/refuse.h"
#include "webhook/row.h"
#include "webhook/task.h"

#define DUPLICATE_ENTRY 1062

/* Whatever it is: put back what MySQL has. WHY is the sentence for it. */
static int refuse_all(struct task *task, const char *why, struct err *err)
{
    task->answer.outcome = ANSWER_REJECTED;
    if (task->key_state == TASK_KEY_OK && task_find(task, err) != 0)
        return -1;
    if (task->edit->kind == EDIT_DELETE) {
        answer_say(&task->answer, "%s", why);
        return task_show_all(task, err);
    }
    for (size_t i = 0; i < task->m->n_columns; i++) {
        if (!task->cells[i].is_edited)
            continue;
        if (task_refuse(task, i, err, "%s was not taken over: %s",
                        task_quote_cell(task, &task->cells[i].cell), why) != 0 ||
            (task->is_found && task_show(task, i, task->mysql[i], err) != 0))
            return -1;
    }
    if (task->answer.message.len == 0)
        answer_say(&task->answer, "%s", why);
    return 0;
}

/* What the mapping does not take from whoever sent it; NULL: it takes it. */
static const char *why_refused(const struct task *task, char *text, size_t size)
{
    const struct config_mapping *m = task->m->cfg;
    const char *editor = task->request->editor;

    if (m->direction == CONFIG_TO_SHEET)
        return "this tab only shows the database";
    if (task->request->source ==
        EDIT_CLI) /* an operator, whom a spreadsheet's limits do not bind */
        return NULL;
    if (m->rows_per_request > 0 && task->request->source == EDIT_SCRIPT &&
        task->request->n_edits > m->rows_per_request)
        snprintf(text, size, "%zu rows at once are more than the %u that this tab takes",
                 task->request->n_edits, m->rows_per_request);
    else if (!editors_allow(m, editor))
        snprintf(text, size, "%.100s may not edit this tab",
                 editor[0] == '\0' ? "an editor whose address is not known" : editor);
    else
        return NULL;
    return text;
}

static int refuse_key(struct task *task, struct err *err)
{
    task->answer.outcome = ANSWER_REJECTED;
    for (size_t k = 0; k < task->m->n_key; k++) {
        size_t i = task->m->key[k];
        struct task_cell *cell = &task->cells[i];

        if (!cell->is_sent)
            answer_say(&task->answer, "the key cell \"%s\" was not sent",
                       task->m->columns[i].header);
        else if (cell->problem != NULL && task_refuse_problem(task, i, err) != 0)
            return -1;
    }
    if (task->answer.message.len == 0)
        answer_say(&task->answer, "the key is blank");
    return 0;
}

/* The key was cleared, the row was not. */
static bool is_key_cleared(const struct task *task)
{
    for (size_t k = 0; k < task->m->n_key; k++) {
        const struct task_cell *cell = &task->cells[task->m->key[k]];

        if (cell->is_edited && cell->cell.type == CELL_BLANK && cell->has_old &&
            cell->old_cell.type != CELL_BLANK)
            return true;
    }
    return false;
}

static int restore_key(struct task *task, struct err *err)
{
    task->answer.outcome = ANSWER_REJECTED;
    for (size_t k = 0; k < task->m->n_key; k++) {
        size_t i = task->m->key[k];
        const struct task_cell *cell = &task->cells[i];

        if (!cell->is_edited || !cell->has_old)
            continue;
        if (task_refuse(task, i, err,
                        "the key cannot be cleared; delete the whole row to delete it") != 0 ||
            answer_show(&task->answer, i, &cell->old_cell, err) != 0)
            return -1;
    }
    return 0;
}

/* Nothing can be done but to keep it in the log. */
static int refuse_lost(struct task *task)
{
    task->answer.outcome = ANSWER_REJECTED;
    for (size_t i = 0; i < task->m->n_columns; i++)
        if (task->cells[i].is_edited)
            answer_say(&task->answer, "%s: %s was written over before it could be read",
                       task->m->columns[i].header, task_quote_cell(task, &task->cells[i].cell));
    return 0;
}

/* A row of the table that the tab does not show is nobody's to change here, or to see. */
static int refuse_hidden(struct task *task, struct err *err)
{
    bool is_mapped = true;

    if (!task->is_found || task->has_base)
        return 0;
    if (row_is_mapped(task->db, task->m, task->key, &is_mapped, err) != 0)
        return -1;
    if (is_mapped)
        return 0;
    task->is_found = false; /* its values are not shown */
    return err_set(err, ERR_VALUE,
                   "the table has a row with this key, and this tab does not show it (its filter)");
}

/* An upsert with a whole key. */
static int decide_known_key(struct task *task, struct err *err)
{
    bool is_its_row = true;

    if (task_find(task, err) != 0 || refuse_hidden(task, err) != 0 ||
        (task->edit->is_over && apply_over(task, &is_its_row, err) != 0))
        return -1;
    if (!is_its_row)
        return refuse_lost(task);
    return task->is_found ? apply_update(task, err) : apply_missing(task, err);
}

static int decide_delete(struct task *task, struct err *err)
{
    if (task->key_state != TASK_KEY_OK)
        return refuse_key(task, err);
    if (task_find(task, err) != 0)
        return -1;
    return apply_delete(task, err);
}

/* Headers that were edited and are not part of the mapping are refused by name; the rest goes its
 * way. */
static int refuse_unknown_headers(struct task *task, struct err *err)
{
    const cJSON *item;
    struct answer *answer = &task->answer;

    cJSON_ArrayForEach(item, task->edit->edited)
    {
        const char *header = item->valuestring;
        CLEANUP_BUF struct buf note = BUF_INIT;

        if (schema_find_header(task->m, header) >= 0 || json_get(task->edit->cells, header) == NULL)
            continue;
        buf_puts(&note, "this column is not part of the mapping ");
        buf_puts(&note, task->m->cfg->name);
        if (answer->other_notes.len > 0)
            buf_putc(&answer->other_notes, ',');
        buf_json(&answer->other_notes, header, strlen(header));
        buf_putc(&answer->other_notes, ':');
        buf_json(&answer->other_notes, buf_text(&note), note.len);
        answer_say(answer, "%.100s: %s", header, buf_text(&note));
    }
    return answer->other_notes.is_failed ? err_nomem(err, "answer") : 0;
}

static int decide(struct task *task, struct err *err)
{
    char text[160];
    const char *why;

    if (task->edit->is_lost)
        return refuse_lost(task);
    if (task->edit->kind == EDIT_RESOLVE || task->edit->kind == EDIT_DECIDE)
        return apply_resolve(task, err);
    if (task->edit->kind == EDIT_UNDO)
        return apply_undo(task, err);
    if (refuse_unknown_headers(task, err) != 0)
        return -1;
    if (task->key_state == TASK_KEY_MISSING || task->key_state == TASK_KEY_BAD)
        return refuse_key(task, err);
    why = why_refused(task, text, sizeof(text));
    if (why != NULL)
        return refuse_all(task, why, err);
    if (task->edit->kind == EDIT_DELETE)
        return decide_delete(task, err);
    if (task->key_state == TASK_KEY_OK)
        return decide_known_key(task, err);
    if (task_is_blank(task)) {
        task->answer.outcome = ANSWER_IGNORED;
        if (task_is_key_edited(task))
            task->reconcile = "a row was cleared";
        return 0;
    }
    return is_key_cleared(task) ? restore_key(task, err) : apply_insert(task, false, err);
}

/* MySQL did not take it: say why, and put MySQL's values back. */
static int reject(struct task *task, const struct err *why, struct err *err)
{
    CLEANUP_BUF struct buf sentence = BUF_INIT;
    struct answer *answer = &task->answer;
    int column = refuse_sentence(task->m, why, &sentence);
    int noted = -1;

    answer_reset(answer, task->m->n_columns);
    answer->outcome = ANSWER_REJECTED;
    task->after = NULL;
    task->conflicts = (struct conflict_counts){0};
    answer_say(answer, "%s", buf_text(&sentence));
    for (size_t i = 0; i < task->m->n_columns; i++) {
        const struct task_cell *cell = &task->cells[i];

        if (!cell->is_edited)
            continue;
        if (noted < 0 || (int)i == column)
            noted = (int)i;
        if (task->is_found && task_show(task, i, task->mysql[i], err) != 0)
            return -1;
    }
    if (noted < 0)
        return 0;
    buf_clear(&sentence);
    buf_printf(&sentence,
               "%s was not taken over: ", task_quote_cell(task, &task->cells[noted].cell));
    buf_append(&sentence, answer->message.ptr, answer->message.len);
    return answer_note(answer, (size_t)noted, buf_text(&sentence), err);
}

/* Decide and write; a refusal of MySQL takes back what this edit wrote. */
static int run(struct task *task, bool is_schema_fresh, struct err *err)
{
    struct err why = ERR_INIT;

    for (int tries = 0;; tries++) {
        why = ERR_INIT;
        if (db_exec(task->db, "SAVEPOINT edit", NULL, err) != 0)
            return -1;
        if (decide(task, &why) == 0)
            return 0;
        if (!refuse_is_about_values(&why) || (refuse_is_about_schema(&why) && !is_schema_fresh))
            break;
        if (db_exec(task->db, "ROLLBACK TO SAVEPOINT edit", NULL, err) != 0)
            return -1;
        /* Somebody may have inserted this very row between our look and our INSERT: look again,
         * once. */
        if (why.detail != DUPLICATE_ENTRY || task->is_found || tries > 0 ||
            task->key_state != TASK_KEY_OK)
            return reject(task, &why, err);
        task_reset(task);
    }
    *err = why;
    return -1;
}

static void cleanup_task(struct task *task)
{
    task_close(task);
}

/* A row that a comparison has found, and that was never agreed on. */
static bool is_new_found(const struct task *task)
{
    const struct edit *edit = task->edit;

    return task->request->source == EDIT_FOUND && edit->kind == EDIT_UPSERT &&
           (edit->base == NULL || edit->base->child == NULL);
}

/* Each comparison finds a row that was refused again, until somebody mends it. What became of it is
 * in the log once, as long as the row has its note. *IS_SAID: it is, and the transaction is as it
 * was before the edit. */
static int forget_repeated(struct apply *apply, struct task *task, bool *is_said,
                           struct buf *results, struct err *err)
{
    enum answer_outcome outcome = task->answer.outcome;

    if (!task->edit->is_noted || (outcome != ANSWER_REJECTED && outcome != ANSWER_WAITING))
        return 0;
    if (edit_log_is_said(apply->db, apply->m->cfg->name, &task->content, task->edit->id,
                         answer_outcome_name(outcome), buf_text(&task->answer.message), is_said,
                         err) != 0)
        return -1;
    if (!*is_said)
        return 0;
    answer_write(&task->answer, task->m, task->edit, results);
    apply->n_repeated++;
    return db_exec(apply->db, "ROLLBACK TO SAVEPOINT found", NULL, err);
}

/* Nothing flows: who typed what is in the log, and the comparison that ends the pause finds what
 * the sheet shows then. */
static void hold_back(struct task *task)
{
    task->answer.outcome = ANSWER_IGNORED;
    answer_say(&task->answer, "the mapping is paused; what the sheet shows is compared when it is "
                              "resumed");
}

static int log_and_run(struct apply *apply, struct task *task, bool *is_done, struct buf *results,
                       struct err *err)
{
    bool is_found = is_new_found(task);
    struct edit_log_head head = {
        .mapping = apply->m->cfg->name,
        .request = apply->request,
        .edit = task->edit,
        .position = apply->position,
    };

    if (is_found || (task->edit->kind == EDIT_UPSERT && task->key_state == TASK_KEY_BLANK))
        head.content = &task->content;
    if (is_found && db_exec(apply->db, "SAVEPOINT found", NULL, err) != 0)
        return -1;
    if (edit_log_begin(apply->db, &head, is_done, results, err) != 0)
        return -1;
    if (*is_done) {
        apply->n_repeated++;
        return 0;
    }
    if (apply->is_paused) {
        hold_back(task);
        return 0;
    }
    if (run(task, apply->is_schema_fresh, err) != 0)
        return -1;
    return is_found ? forget_repeated(apply, task, is_done, results, err) : 0;
}

int apply_edit(struct apply *apply, const struct edit *edit, struct buf *results, struct err *err)
{
    CLEANUP(cleanup_task) struct task task = {0};
    bool is_done = false;

    if (task_open(&task, apply->db, apply->m, apply->request, edit, err) != 0 ||
        log_and_run(apply, &task, &is_done, results, err) != 0)
        return err_wrap(err, "edit %s", edit->id);
    if (is_done)
        return 0;
    if (apply_finish(&task, results, err) != 0)
        return err_wrap(err, "edit %s", edit->id);
    apply->counts[task.answer.outcome]++;
    conflict_counts_sum(&apply->conflicts, &task.conflicts);
    if (apply->reconcile == NULL)
        apply->reconcile = task.reconcile;
    return 0;
}
