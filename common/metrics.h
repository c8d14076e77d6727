/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics: every number that a process shows (metrics_list.h), in Prometheus' text format.
 *
 * All numbers are atomics at fixed places: counting takes no lock and no memory, on any thread, and
 * needs nothing set up. Series with a name of the configuration (mapping, spreadsheet) exist once
 * metrics_names has told it; what is counted for others is not shown anywhere.
 */
#ifndef COMMON_METRICS_H
#define COMMON_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/metrics_list.h"

enum metrics_program { METRICS_REPLICATOR = 1, METRICS_WEBHOOK = 2 };

enum metrics_label {
#define X(id, ...) METRICS_LABEL_##id,
    METRICS_LABELS(X)
#undef X
        METRICS_LABEL_COUNT
};

enum metrics_id {
#define X(id, ...) METRIC_##id,
    METRICS_LIST(X)
#undef X
        METRIC_COUNT
};

enum {
    METRICS_LABELS_MAX = 3,
    METRICS_NAMES_MAX = 1024, /* mappings and spreadsheets, each, that have series of their own */
};

/* Places in label sets, in the order of METRICS_LABELS: OPERATION, KIND, ANSWER, CHANGE_STAGE,
 * BATCH_OUTCOME, SESSION, POOL, EDIT_STAGE, RELOAD. */
enum { METRICS_INSERT, METRICS_UPDATE, METRICS_DELETE };
enum { METRICS_READ, METRICS_WRITE, METRICS_DRIVE };
enum {
    METRICS_ANSWER_OK,
    METRICS_ANSWER_THROTTLED,
    METRICS_ANSWER_DENIED,
    METRICS_ANSWER_REFUSED,
    METRICS_ANSWER_UNAVAILABLE,
    METRICS_ANSWER_UNREACHABLE,
};
enum { METRICS_STREAM, METRICS_QUEUED, METRICS_PLAN, METRICS_SEND, METRICS_SAVE };
enum {
    METRICS_BATCH_ACKNOWLEDGED,
    METRICS_BATCH_REFUSED,
    METRICS_BATCH_LOST,
    METRICS_BATCH_FAILED,
};
enum { METRICS_OPEN, METRICS_NOT_OPEN };
enum { METRICS_BUSY, METRICS_IDLE };
enum { METRICS_DELIVERY, METRICS_APPLY };
enum { METRICS_TAKEN, METRICS_NOT_TAKEN };

/* Which series: for each label of the family, in its order, the value's place. A name's place is
 * that of metrics_names. A place that there is not (METRICS_NOWHERE) counts nothing. */
struct metrics_at {
    size_t at[METRICS_LABELS_MAX];
};
#define METRICS_NOWHERE SIZE_MAX

/* Of a MAYBE: it is not known; the series is left out. */
#define METRICS_UNKNOWN INT64_MIN

/* metrics_add(METRIC_CHANGES, 1, mapping, operation): as many places as the family has labels. */
#define metrics_add(id, n, ...) metrics_add_at((id), (n), (struct metrics_at){{__VA_ARGS__}})
#define metrics_set(id, value, ...) \
    metrics_set_at((id), (value), (struct metrics_at){{__VA_ARGS__}})
#define metrics_get(id, ...) metrics_get_at((id), (struct metrics_at){{__VA_ARGS__}})
/* Count one duration, in microseconds; a negative one (clocks differ) counts as 0. */
#define metrics_observe(id, us, ...) \
    metrics_observe_at((id), (us), (struct metrics_at){{__VA_ARGS__}})

/* Of a SINCE: it began at US, if nothing has begun yet; metrics_set with 0 ends it. */
#define metrics_since(id, us, ...) metrics_since_at((id), (us), (struct metrics_at){{__VA_ARGS__}})

void metrics_add_at(enum metrics_id id, int64_t n, struct metrics_at at);
void metrics_set_at(enum metrics_id id, int64_t value, struct metrics_at at);
int64_t metrics_get_at(enum metrics_id id, struct metrics_at at); /* of a histogram: how many */
void metrics_since_at(enum metrics_id id, int64_t us, struct metrics_at at);
void metrics_observe_at(enum metrics_id id, int64_t us, struct metrics_at at);

/* Of a family whose last label says which of some states it is: 1 for STATE, 0 for the others. */
void metrics_set_state(enum metrics_id id, size_t name, size_t state);

/* The place of the label's value TEXT; METRICS_NOWHERE: it has no such value. */
size_t metrics_place(enum metrics_label label, const char *text);

/* The I-th name of LABEL (MAPPING, SPREADSHEET) is NAMES[I]; names that were there before keep
 * their numbers, those that are gone are not shown. One thread. Names past METRICS_NAMES_MAX have
 * no series. Errors: ERR_NOMEM. */
int metrics_names(enum metrics_label label, const char *const *names, size_t n, struct err *err);

/* Append all of PROGRAM's families but those with type OWN. */
void metrics_render(enum metrics_program program, struct buf *out);
/* For the owner of a family: its HELP and TYPE; "name{"; a label's value, escaped. */
void metrics_put_head(struct buf *out, enum metrics_id id);
const char *metrics_name(enum metrics_id id);
void metrics_put_value(struct buf *out, const char *text);
/* metrics_process.c: process_* and tabrelay_build_info. */
void metrics_process(enum metrics_program program, struct buf *out);
#endif
