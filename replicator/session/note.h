/* SPDX-License-Identifier: Apache-2.0 */
/*
 * note: the notes that tell people what became of what they typed. Worker thread; memory is bounded
 * (10,000 rows; then the oldest is dropped, with a warning).
 */
#ifndef REPLICATOR_SESSION_NOTE_H
#define REPLICATOR_SESSION_NOTE_H

#include "replicator/session/session.h"

/* Notes of a row that are to be as TEXTS says. */
enum { NOTE_BY_KEY = -1 };
/* How the note of a row begins that MySQL has deleted and the tab keeps (on_delete: mark). */
#define NOTE_DELETED "deleted in MySQL at "
struct note_id {
    uint32_t mapping;
    struct hash128 key; /* zeros: it has none */
    int64_t row;        /* 0-based; NOTE_BY_KEY: where the index says */
};
struct note {
    struct note_id id;
    struct cJSON *texts; /* owned; {header: text, or null: none} */
    struct cJSON *cells; /* owned; of a row without a key: what it showed; NULL */
    int64_t due_ms;      /* monotonic */
    unsigned tries;
    uint64_t since; /* watermark.h */
    UT_hash_handle hh;
};

/* The cell under HEADER is to have the note TEXT, NULL: none of ours. ROW: 0-based (the key stands
 * there, perhaps a second time), or NOTE_BY_KEY. */
int note_add(struct session *s, uint32_t mapping, struct hash128 key, int64_t row,
             const char *header, const char *text, struct err *err);
/* Those of an edit's answer. */
int note_add_edit(struct session *s, uint32_t mapping, const struct edit_note *edit,
                  struct err *err);
int note_step(struct session *s, struct err *err);
void notes_close(struct session *s);
#endif
