/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine: the real Code.gs in an embedded JavaScript engine (Duktape), with the Apps Script
 * services it uses, fired by triggers as Google fires them: asynchronously, each run in a fresh
 * global scope, several at once, and late, twice or never when asked (script_faults).
 *
 * The script is bound to every spreadsheet of the sandbox. Any thread.
 */
#ifndef SANDBOX_SCRIPT_ENGINE_H
#define SANDBOX_SCRIPT_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "sandbox/script/host.h"

struct script;

struct script_options {
    const struct script_host *host; /* kept by pointer */
    const char *source;             /* path of Code.gs */
    const char *webhook; /* kept by pointer: a URL; its server may be fetched from, beside this
                            machine; NULL: none */
    const char
        *data_dir; /* properties and installed triggers are kept here; NULL: in memory only */
    /* 0: as at Google, so far as that is known */
    int64_t max_run_ms;    /* 6 minutes */
    size_t max_heap_bytes; /* of one run; 64 MiB */
    int64_t minute_ms;     /* how long a minute is for time-based triggers; tests are in a hurry */
};

int script_new(const struct script_options *options, struct script **out, struct err *err);
/* Runs are cut off from now on; a script_run that waits returns. Any thread. */
void script_ask_stop(struct script *s);
/* Stop: no new runs; wait for running ones (UrlFetch is cut off); free. NULL is fine. */
void script_free(struct script *s);

struct script_edit {
    const char *user; /* e-mail address of the person; "" if unknown */
    int64_t sheet_id;
    int64_t row, column, n_rows, n_columns;
    /* Only for a single cell, as Google gives them; NULL otherwise and for blank. */
    const char *value;
    const char *old_value;
};

/* A person changed values (fires onEdit triggers), or anything at all (fires onChange triggers;
 * TYPE as Google names it: "EDIT", "INSERT_ROW", "REMOVE_ROW", "INSERT_COLUMN", "REMOVE_COLUMN",
 * "INSERT_GRID", "REMOVE_GRID", "FORMAT", "OTHER"). Returns at once. */
void script_fire_edit(struct script *s, const char *spreadsheet, const struct script_edit *edit);
void script_fire_change(struct script *s, const char *spreadsheet, const char *type,
                        const char *user);

/* Run FUNCTION with a JSON array of arguments, as a menu item or the editor's Run button does, and
 * wait for it. RESULT gets its return value as JSON. ERR_VALUE: it threw; the message is the
 * script's. */
int script_run(struct script *s, const char *spreadsheet, const char *function,
               const char *arguments, const char *user, struct buf *result, struct err *err);

/* PropertiesService's script properties, set from outside (the demo's and the tests' way to
 * configure the script). VALUE NULL deletes. */
int script_set_property(struct script *s, const char *spreadsheet, const char *name,
                        const char *value, struct err *err);

/* How triggers misbehave from now on, as JSON: {"drop": 3, "twice": 1, "delay_ms": 500, "queue":
 * 2}: the next 3 events are lost, the one after fires twice, all are late by 500 ms, at most 2 wait
 * while one runs (Google's burst limit; 0: no limit).
 * {} ends it. */
int script_set_faults(struct script *s, const char *json, struct err *err);

/* Append JSON: installed triggers, waiting and running events, runs so far, the last 100 log lines
 * and errors. */
void script_status(struct script *s, struct buf *out);
/* Wait until no event is waiting or running, at most TIMEOUT_MS; true if it is quiet. */
bool script_wait_idle(struct script *s, int64_t timeout_ms);
#endif
