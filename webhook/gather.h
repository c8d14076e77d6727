/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gather: requests that wait for MySQL, and the threads that take them there in groups.
 *
 *   [HTTP threads] --gather_put: bounded in number and in time--> [threads] --a group--> run()
 *
 * A group is what waits for one tab, the oldest request first. While one group of a tab is under
 * way the next one gathers, and leaves when the one before has said that it has only its commit to
 * wait for (gather_pass); if that takes long (a row is locked, MySQL is slow) another thread takes
 * what has waited gather_ms. So a lone request leaves at once, under load a commit is shared by all
 * who wait for it, and MySQL works for the next group while the disk works for this one. One more
 * thread refuses what has waited too long: the others may all be waiting for MySQL.
 */
#ifndef WEBHOOK_GATHER_H
#define WEBHOOK_GATHER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "webhook/job.h"

#define GATHER_WAITING 512      /* requests; more are refused at once */
#define GATHER_WAIT_MS 10000    /* a request that has waited so long is refused */
#define GATHER_MS 20            /* see above: options.gather_ms */
#define GATHER_GROUP 64         /* requests that share a transaction, at most */
#define GATHER_GROUP_EDITS 1000 /* edits of them; a request of more goes alone */

struct gather;
struct gather_turn;

struct gather_options {
    unsigned threads;
    int64_t gather_ms;
    /* A list of jobs that are all for one tab: answer and free them. On any of the threads. */
    void (*run)(void *ctx, struct job *jobs, struct gather_turn *turn);
    /* Answer one that has waited too long, and free it. */
    void (*refuse)(void *ctx, struct job *job);
    void *ctx;
};

int gather_new(const struct gather_options *options, struct gather **out, struct err *err);
/* False: too many wait, or it has ended; JOB is still the caller's. */
bool gather_put(struct gather *g, struct job *job);
/* On the thread that runs a group: the tab's next group may leave. Any number of times. */
void gather_pass(struct gather_turn *turn);
/* Jobs that wait. */
size_t gather_waiting(struct gather *g);
/* Run what waits, end the threads. */
void gather_end(struct gather *g);
/* After http_server_stop, or when nothing was ever put. NULL is fine. */
void gather_free(struct gather *g);
#endif
