/* SPDX-License-Identifier: Apache-2.0 */
/* route_private: what the files of route share. */
#ifndef REPLICATOR_ROUTE_PRIVATE_H
#define REPLICATOR_ROUTE_PRIVATE_H

#include <pthread.h>

#include "replicator/binlog/reader.h"
#include "replicator/route.h"

enum own_table { OWN_EDIT_LOG, OWN_SIGNALS, OWN_WATERMARK, OWN_TABLES };

/* Of a family, about the row that is read now: whose it was and whose it is (family_find). */
struct route_place {
    size_t before, after;
    bool is_told; /* in this transaction: a value may have no tab yet */
};

struct route {
    const struct config *cfg;
    const struct mapping *const *mappings;
    size_t n_mappings;
    size_t *first; /* owned; for each mapping the first one of the same table */
    const struct follow_family *families;
    size_t n_families;
    size_t *family_of;          /* owned; for each mapping; n_families: none */
    struct route_place *places; /* owned; one a family */
    const struct cascades *cascades;
    uint64_t loading_mark;
    uint64_t definitions_mark;
    struct table *own[OWN_TABLES]; /* owned */
    struct queue *queue;
    struct stop *stop;
    struct reader *reader;
    pthread_t thread;
    char *position;            /* owned; after the last transaction handed out */
    bool is_before_loading;    /* the loading mark is not behind us */
    bool are_definitions_good; /* the definitions' mark is behind us */
    bool is_schema_changed;    /* a mapped table's definition changed in this transaction */
    bool is_moving;            /* something was handed out since the stream was connected */
    struct stream_clock *clock;
    struct change_times times; /* of this transaction; committed_us 0: nothing of it is read yet */
    bool *is_cascade_told;     /* owned; one a mapping: in this transaction */
};

/* The value of column C now: a row image may leave out what did not change. */
static inline struct value change_newest(const struct change *change, size_t c)
{
    if (change->after != NULL && change->after[c].state != VALUE_ABSENT)
        return change->after[c];
    return change->before != NULL ? change->before[c] : (struct value){.state = VALUE_ABSENT};
}

/* Put ITEM, with all it owns, at the end of the queue. */
int route_push(struct route *r, struct item item, struct err *err);

/* route_rows.c: a row of mapping AT. */
int route_take_row(struct route *r, size_t at, const struct change *change, struct err *err);

/* route_family.c: mappings with tabs_by. */
int route_open_families(struct route *r, struct err *err);
/* The table, where rows of it are read for a family's sake; NULL. */
const struct table *route_family_table(const struct route *r, const char *schema,
                                       const char *table);
/* Find the tabs that CHANGE is about, and tell the worker of a value that may have none. */
int route_place(struct route *r, const struct change *change, struct err *err);
/* Is mapping AT one of them? */
bool route_concerns(const struct route *r, size_t at);
void route_forget_told(struct route *r);
int route_family_ddl(struct route *r, const struct ddl *ddl, bool is_about_rows, struct err *err);

/* route_own.c: our own tables, and a row of one of them. */
int route_load_own(struct route *r, struct err *err);
const struct table *route_find_own(const struct route *r, const char *name);
int route_take_own(struct route *r, const struct change *change, struct err *err);

/* route_notes.c: the notes of an edit, {header: text, or null: none} as JSON; NULL: it has none. */
struct edit_texts {
    const char *source, *outcome, *columns, *message, *answer; /* as in edit_log */
};
char *route_notes(const struct mapping *m, const struct edit_texts *edit);

/* route_ddl.c: the reader's on_ddl and on_notice; CTX is the route. */
int route_on_ddl(void *ctx, const struct ddl *ddl, struct err *err);
int route_on_notice(void *ctx, const struct notice *notice, struct err *err);
#endif
