/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli: what every command has: its arguments, the configuration, a connection, ways to print.
 *
 * A command prints its result on stdout and what went wrong on stderr. One thread.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"
#include "common/config/config.h"
#include "common/err.h"
#include "common/mysql/db.h"

enum cli_exit { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2 };

enum { CLI_WORDS_MAX = 2 };

enum cli_flag { CLI_JSON = 1, CLI_ALL = 2, CLI_PRINT = 4 };

struct cli_args {
    const char *config_path;
    unsigned flags; /* of enum cli_flag */
    const char *words[CLI_WORDS_MAX];
    size_t n_words;
    const char **rest; /* what follows the name of a command that has its own options */
    size_t n_rest;
};

struct cli_command {
    const char *name;
    const char *usage;   /* what follows the name: "MAPPING | --all" */
    const char *summary; /* one line */
    const char *help;    /* the rest, with examples */
    unsigned flags;      /* that it knows */
    size_t max_words;
    bool has_own_options; /* it reads args->rest itself: all but --config, --help and --version */
    int (*run)(const struct cli_args *args);
};

extern const struct cli_command cli_check, cli_deletes, cli_events, cli_grants, cli_init_db,
    cli_reconcile, cli_snapshot, cli_status;

static inline bool cli_has(const struct cli_args *args, enum cli_flag flag)
{
    return (args->flags & (unsigned)flag) != 0;
}

/* "tabrelay: MESSAGE" (and the hint) on stderr; returns CLI_FAILED. */
int cli_fail(const struct err *err);
/* "tabrelay COMMAND: ..." and where help is, on stderr; returns CLI_USAGE. */
int cli_usage(const char *command, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Load the configuration that ARGS name, printing every problem. CLI_OK or CLI_FAILED; free with
 * config_free either way. */
int cli_load(const struct cli_args *args, struct config *out);
/* Connect and make the state database the current one. ERR_GONE with a hint if it is not there. */
int cli_open(const struct config *config, struct db **out, struct err *err);

/* A 'text' as SQL writes it: quotes and backslashes doubled. */
void cli_quote_text(struct buf *sql, const char *text);
/* A table of text: cells row by row, each column as wide as its widest cell. */
void cli_print_table(const char *const *headers, size_t n_columns, const struct buf *cells,
                     size_t n_rows);
void cli_print(const struct buf *text);
#endif
