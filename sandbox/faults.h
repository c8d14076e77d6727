/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faults: what Google's side does wrong, on demand (docs/sandbox.md). Any thread.
 *
 * A list of rules; a request takes the first that matches it and is not used up.
 */
#ifndef SANDBOX_FAULTS_H
#define SANDBOX_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/json.h"
#include "common/stop.h"

struct faults;

struct fault {
    int status;       /* answer with this; 0: the request's own answer */
    bool after;       /* do the request first */
    bool drop;        /* close the connection without an answer */
    bool hold;        /* wait for the release before the request is done */
    int64_t delay_ms; /* before answering */
    char *body;       /* owned; NULL: Google's error for the status. HTML if it begins with "<" */
};

struct faults *faults_new(struct stop *stop);
void faults_free(struct faults *f);
void fault_close(struct fault *f);

/* Replace all rules by LIST, an array; what is held is let go. ERR_VALUE names the member. */
int faults_set(struct faults *f, const cJSON *list, struct err *err);
/* The fault that hits USER's call of METHOD ("batchUpdate", "values.get", "token") at PATH; false:
 * none. */
bool faults_take(struct faults *f, const char *method, const char *path, const char *user,
                 struct fault *out);
/* Wait until released, or stopped. */
void faults_hold(struct faults *f);
/* Let all held requests go; their number. */
int faults_release(struct faults *f);
/* Append JSON: the rules that are left and the number of held requests. */
void faults_put(struct faults *f, struct buf *out);
#endif
