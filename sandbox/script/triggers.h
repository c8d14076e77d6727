/* SPDX-License-Identifier: Apache-2.0 */
/*
 * triggers: from an event to the runs of the triggers that are installed for it.
 *
 *   fire (any thread) --waiting events, by due time--> [worker 1..30] run_execute
 *   [clock]: each minute ------^
 *
 * A worker takes the first event that is due. Runs start in the order of their events, as they do
 * when people type at human speed; then nothing orders runs that overlap, as nothing does at
 * Google. The queue is bounded: what does not fit is lost and counted, as there. Both kinds of
 * thread wait on one condition; triggers_free sets it off and joins them all. Any thread may call.
 */
#ifndef SANDBOX_SCRIPT_TRIGGERS_H
#define SANDBOX_SCRIPT_TRIGGERS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/json.h"
#include "sandbox/script/run.h"

/* https://developers.google.com/apps-script/guides/services/quotas: simultaneous executions per
 * user. */
#define TRIGGERS_WORKERS 30
#define TRIGGERS_MAX_WAITING 10000

struct triggers;

int triggers_new(const struct run_world *world, int64_t minute_ms, struct triggers **out,
                 struct err *err);
/* The world's stop has been asked and its locks are shut. Waits for the runs; free. NULL is fine.
 */
void triggers_free(struct triggers *t);

struct trigger_event {
    const char *spreadsheet;
    const char *user;
    const char *type;    /* of the triggers: "ON_EDIT", ... */
    cJSON *event;        /* owned by the call: what services.js makes the event object of */
    bool is_fault_proof; /* drop and twice pass it by */
};

/* Queue it for each installed trigger of its type. */
void triggers_fire(struct triggers *t, struct trigger_event *event);

/* A run on the caller's own thread: counted as running. */
void triggers_enter(struct triggers *t);
void triggers_leave(struct triggers *t);

struct trigger_faults {
    int64_t drop, twice; /* events to come */
    int64_t delay_ms;
    int64_t queue; /* of one trigger, waiting while one runs; 0: no limit */
};
void triggers_set_faults(struct triggers *t, const struct trigger_faults *faults);

/* Append "waiting":n,"running":n,"dropped":n. */
void triggers_render(struct triggers *t, struct buf *out);
bool triggers_wait_idle(struct triggers *t, int64_t timeout_ms);
#endif
