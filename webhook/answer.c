/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/number.h"

const char *answer_outcome_name(enum answer_outcome outcome)
{
    static const char *const names[] = {"applied", "unchanged", "conflict", "rejected",
                                        "waiting", "stale",     "ignored"};

    return outcome < ANSWER_OUTCOMES ? names[outcome] : "";
}

const char *answer_operation_name(enum answer_operation operation)
{
    static const char *const names[] = {"none", "insert", "update", "delete"};

    return names[operation];
}

int answer_open(struct answer *answer, struct arena *arena, size_t n_columns, struct err *err)
{
    *answer = (struct answer){.arena = arena};
    answer->columns = arena_alloc(arena, (n_columns + 1) * sizeof(*answer->columns));
    if (answer->columns == NULL)
        return err_nomem(err, "answer");
    answer_reset(answer, n_columns);
    return 0;
}

void answer_close(struct answer *answer)
{
    buf_close(&answer->other_notes);
    buf_close(&answer->message);
}

void answer_reset(struct answer *answer, size_t n_columns)
{
    memset(answer->columns, 0, n_columns * sizeof(*answer->columns));
    buf_clear(&answer->other_notes);
    buf_clear(&answer->message);
    answer->outcome = ANSWER_UNCHANGED;
    answer->operation = ANSWER_NONE;
}

void answer_say(struct answer *answer, const char *fmt, ...)
{
    char *text = NULL;
    va_list ap;

    va_start(ap, fmt);
    if (vasprintf(&text, fmt, ap) < 0)
        text = NULL;
    va_end(ap);
    if (answer->message.len > 0)
        buf_puts(&answer->message, "; ");
    if (text == NULL)
        answer->message.is_failed = true;
    else
        buf_puts(&answer->message, text);
    free(text);
}

int answer_note(struct answer *answer, size_t column, const char *note, struct err *err)
{
    answer->columns[column].note = arena_copy(answer->arena, note, strlen(note));
    return answer->columns[column].note == NULL ? err_nomem(err, "answer") : 0;
}

void answer_clear_note(struct answer *answer, size_t column)
{
    answer->columns[column].note = NULL;
    answer->columns[column].is_note_gone = true;
}

void answer_write_cell(struct buf *out, const struct cell *cell)
{
    char number[NUMBER_TEXT_SIZE];

    switch (cell->type) {
    case CELL_NUMBER:
        number_print_double(cell->number, number);
        buf_puts(out, number);
        break;
    case CELL_BOOL:
        buf_puts(out, cell->boolean ? "true" : "false");
        break;
    case CELL_TEXT:
    case CELL_ERROR:
        buf_json(out, cell->text, cell->text_len);
        break;
    case CELL_BLANK:
        buf_puts(out, "null");
        break;
    }
}

static const char *cell_json(struct answer *answer, const struct cell *cell)
{
    CLEANUP_BUF struct buf json = BUF_INIT;

    answer_write_cell(&json, cell);
    return json.is_failed ? NULL : arena_copy(answer->arena, json.ptr, json.len);
}

int answer_show(struct answer *answer, size_t column, const struct cell *cell, struct err *err)
{
    answer->columns[column].cell = cell_json(answer, cell);
    return answer->columns[column].cell == NULL ? err_nomem(err, "answer") : 0;
}

int answer_set_key(struct answer *answer, size_t column, const struct cell *cell, struct err *err)
{
    answer->columns[column].key = cell_json(answer, cell);
    return answer->columns[column].key == NULL ? err_nomem(err, "answer") : 0;
}

static void write_name(struct buf *out, const char *name)
{
    if (out->ptr[out->len - 1] != '{')
        buf_putc(out, ',');
    buf_json(out, name, strlen(name));
    buf_putc(out, ':');
}

static void write_keys(const struct answer *answer, const struct schema_mapping *m, struct buf *out)
{
    buf_puts(out, ",\"key\":{");
    for (size_t i = 0; i < m->n_key; i++)
        if (answer->columns[m->key[i]].key != NULL) {
            write_name(out, m->columns[m->key[i]].header);
            buf_puts(out, answer->columns[m->key[i]].key);
        }
    buf_putc(out, '}');
}

static void write_note(const struct answer_column *column, const char *header, struct buf *out)
{
    if (column->note == NULL && !column->is_note_gone)
        return;
    write_name(out, header);
    if (column->note == NULL)
        buf_puts(out, "null");
    else
        buf_json(out, column->note, strlen(column->note));
}

static void write_cells(const struct answer *answer, const struct schema_mapping *m,
                        struct buf *out)
{
    buf_puts(out, ",\"cells\":{");
    for (size_t i = 0; i < m->n_columns; i++)
        if (answer->columns[i].cell != NULL) {
            write_name(out, m->columns[i].header);
            buf_puts(out, answer->columns[i].cell);
        }
    buf_puts(out, "},\"notes\":{");
    buf_append(out, buf_text(&answer->other_notes), answer->other_notes.len);
    for (size_t i = 0; i < m->n_columns; i++)
        write_note(&answer->columns[i], m->columns[i].header, out);
    buf_putc(out, '}');
}

void answer_write(const struct answer *answer, const struct schema_mapping *mapping,
                  const struct edit *edit, struct buf *out)
{
    /* The look at the last byte in write_name needs memory to look at. */
    if (buf_reserve(out, 256) == NULL)
        return;
    buf_puts(out, "{\"id\":");
    buf_json(out, edit->id, strlen(edit->id));
    if (edit->row > 0)
        buf_printf(out, ",\"row\":%u", edit->row);
    else
        buf_puts(out, ",\"row\":null");
    buf_printf(out, ",\"outcome\":\"%s\",\"operation\":\"%s\"",
               answer_outcome_name(answer->outcome), answer_operation_name(answer->operation));
    write_keys(answer, mapping, out);
    write_cells(answer, mapping, out);
    buf_puts(out, ",\"message\":");
    buf_json(out, buf_text(&answer->message), answer->message.len);
    buf_putc(out, '}');
    if (answer->message.is_failed || answer->other_notes.is_failed)
        out->is_failed = true;
}
