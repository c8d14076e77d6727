/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer: what is told about one edit, as the JSON of the protocol (docs/ARCHITECTURE.md). Pure;
 * one thread.
 */
#ifndef WEBHOOK_ANSWER_H
#define WEBHOOK_ANSWER_H

#include "common/arena.h"
#include "common/buf.h"
#include "common/cell/cell.h"
#include "common/err.h"
#include "webhook/edit.h"
#include "webhook/schema.h"

enum answer_outcome {
    ANSWER_APPLIED,
    ANSWER_UNCHANGED,
    ANSWER_CONFLICT,
    ANSWER_REJECTED,
    ANSWER_WAITING,
    ANSWER_STALE,
    ANSWER_IGNORED,
    ANSWER_OUTCOMES
};
enum answer_operation { ANSWER_NONE, ANSWER_INSERT, ANSWER_UPDATE, ANSWER_DELETE };

struct answer_column {
    const char *key;   /* JSON; NULL: no key column, or not known */
    const char *cell;  /* JSON of what the cell must now show; NULL: it may stay */
    const char *note;  /* why the cell was refused; NULL: it was not */
    bool is_note_gone; /* our note on the cell is to be taken away */
};

struct answer {
    struct arena *arena; /* not owned: holds the texts of the columns */
    enum answer_outcome outcome;
    enum answer_operation operation;
    struct answer_column *columns; /* in the arena; one for each of the mapping's */
    struct buf other_notes;        /* "header": "note" of headers that the mapping does not have */
    struct buf message;
};

int answer_open(struct answer *answer, struct arena *arena, size_t n_columns, struct err *err);
void answer_close(struct answer *answer);
/* Forget all but the arena. */
void answer_reset(struct answer *answer, size_t n_columns);

/* Add a sentence to the message. */
void answer_say(struct answer *answer, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int answer_note(struct answer *answer, size_t column, const char *note, struct err *err);
/* Take our note away; a note that is set after this counts. */
void answer_clear_note(struct answer *answer, size_t column);
/* The cell must show this; for CELL_BLANK null. */
int answer_show(struct answer *answer, size_t column, const struct cell *cell, struct err *err);
int answer_set_key(struct answer *answer, size_t column, const struct cell *cell, struct err *err);

/* Append the edit's result: one JSON object. */
void answer_write(const struct answer *answer, const struct schema_mapping *mapping,
                  const struct edit *edit, struct buf *out);
/* A cell as JSON: dates are serial numbers, blank is null. */
void answer_write_cell(struct buf *out, const struct cell *cell);

/* As in the protocol and in the edit log. */
const char *answer_outcome_name(enum answer_outcome outcome);
const char *answer_operation_name(enum answer_operation operation);
#endif
