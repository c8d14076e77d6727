/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signal: ask the replicator for something, through a row of the table signals, and wait for what
 * becomes of it.
 */
#ifndef CLI_SIGNAL_H
#define CLI_SIGNAL_H

#include "cli/cli.h"

enum { SIGNAL_WAIT_MAX_S = 86400 };

/* What to wait for. */
struct signal_wait {
    const char *kind; /* as in the table: "snapshot" */
    const char *mapping;
    int64_t id;     /* signals.id */
    int64_t wait_s; /* at most so long */
};

/* Ask for KIND (an enum value of signals.kind) of the mapping NAME, or of all when it is NULL, and
 * say so; with --wait also what became of it. Returns the exit status. */
int signal_send(const struct cli_args *args, const char *command, const char *kind,
                const char *name);
/* Insert one; *ID is its number. */
int signal_insert(struct db *db, const char *kind, const char *mapping, const char *reason,
                  int64_t *id, struct err *err);
/* Wait, with progress where stderr is a terminal, and print the outcome on stdout. *IS_OVER: it was
 * done; else it is said why not. -1: MySQL failed. */
int signal_await(struct db *db, const struct config *config, const struct signal_wait *wait,
                 bool *is_over, struct err *err);
#endif
