/* SPDX-License-Identifier: Apache-2.0 */
/* What a task's answer says and shows. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/number.h"
#include "common/utf8.h"
#include "webhook/task.h"

#define QUOTED_BYTES 100
#define NOTE_BYTES 1000

static const char *quote(struct task *task, const char *text, size_t len)
{
    char out[QUOTED_BYTES + 16];
    size_t cut = 0;

    while (cut < len) {
        size_t step = utf8_length(text + cut, len - cut);

        if (cut + step > QUOTED_BYTES || step == 0)
            break;
        cut += step;
    }
    snprintf(out, sizeof(out), "\"%.*s%s\"", (int)cut, text, cut < len ? "…" : "");
    text = arena_copy(&task->arena, out, strlen(out));
    return text == NULL ? "" : text;
}

const char *task_quote(struct task *task, struct value v)
{
    return v.state == VALUE_TEXT && v.len > 0 ? quote(task, v.ptr, v.len) : "(empty)";
}

const char *task_quote_cell(struct task *task, const struct cell *cell)
{
    char number[NUMBER_TEXT_SIZE];

    switch (cell->type) {
    case CELL_NUMBER:
        return quote(task, number, number_print_double(cell->number, number));
    case CELL_BOOL:
        return cell->boolean ? "TRUE" : "FALSE";
    case CELL_TEXT:
    case CELL_ERROR:
        return quote(task, cell->text, cell->text_len);
    case CELL_BLANK:
        break;
    }
    return "(empty)";
}

int task_refuse(struct task *task, size_t i, struct err *err, const char *fmt, ...)
{
    char why[NOTE_BYTES];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(why, sizeof(why), fmt, ap);
    va_end(ap);
    task->cells[i].is_refused = true;
    answer_say(&task->answer, "%s: %s", task->m->columns[i].header, why);
    return answer_note(&task->answer, i, why, err);
}

int task_reject(struct task *task, const char *fmt, ...)
{
    char why[NOTE_BYTES];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(why, sizeof(why), fmt, ap);
    va_end(ap);
    task->answer.outcome = ANSWER_REJECTED;
    answer_say(&task->answer, "%s", why);
    return 0;
}

int task_refuse_problem(struct task *task, size_t i, struct err *err)
{
    const struct task_cell *cell = &task->cells[i];

    if (cell->cell.type == CELL_BLANK)
        return task_refuse(task, i, err, "this cell %s", cell->problem);
    return task_refuse(task, i, err, "%s %s", task_quote_cell(task, &cell->cell), cell->problem);
}

/* The cell that shows V; CAN_SHOW false: a cell cannot. */
static int make_cell(struct task *task, size_t i, struct value v, bool *can_show,
                     int (*put)(struct answer *, size_t, const struct cell *, struct err *),
                     struct err *err)
{
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    struct err refusal = ERR_INIT;
    struct cell cell;

    *can_show = cell_from_value(schema_column_of(task->m, i), v, &scratch, &cell, &refusal) == 0;
    return *can_show ? put(&task->answer, i, &cell, err) : 0;
}

int task_show(struct task *task, size_t i, struct value v, struct err *err)
{
    bool can_show;

    return make_cell(task, i, v, &can_show, answer_show, err);
}

int task_show_all(struct task *task, struct err *err)
{
    for (size_t i = 0; task->is_found && i < task->m->n_columns; i++)
        if (task_show(task, i, task->mysql[i], err) != 0)
            return -1;
    return 0;
}

int task_tell_key(struct task *task, struct err *err)
{
    bool can_show;

    for (size_t i = 0; i < task->m->n_key; i++)
        if (make_cell(task, task->m->key[i], task->key[i], &can_show, answer_set_key, err) != 0)
            return -1;
    return 0;
}
