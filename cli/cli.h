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

/* UNSURE: `verify` could not tell. */
enum cli_exit { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2, CLI_UNSURE = 3 };

/* Options; those from CLI_TAKE on have a value. commands.c names them. */
enum cli_flag {
    CLI_JSON = 1 << 0,
    CLI_ALL = 1 << 1,
    CLI_PRINT = 1 << 2,
    CLI_YES = 1 << 3,
    CLI_FORCE = 1 << 4,
    CLI_DRY_RUN = 1 << 5,
    CLI_TAKE = 1 << 6,
    CLI_SET = 1 << 7,
    CLI_MAPPING = 1 << 8,
    CLI_ROW = 1 << 9,
    CLI_PERSON = 1 << 10,
    CLI_SINCE = 1 << 11,
    CLI_UNTIL = 1 << 12,
    CLI_OUTCOME = 1 << 13,
    CLI_LIMIT = 1 << 14,
    CLI_REPAIR = 1 << 15,
    CLI_WAIT = 1 << 16,
    CLI_USERS = 1 << 17,
    CLI_PASSWORDS = 1 << 18,
    CLI_HEALTH = 1 << 19,
    CLI_REASON = 1 << 20,
    CLI_WATCH = 1 << 21,
};
/* How many options a command line may have: the bits of `flags`. */
enum { CLI_OPTIONS = 32 };

/* An option. VALUE says what its value is, for messages and completion: a list of words ("mysql or
 * sheet") is a choice of these, "a file" a name of a file. */
struct cli_option {
    const char *name;  /* "--take" */
    unsigned flag;     /* one bit */
    const char *value; /* NULL: it has none */
};

/* What may become of an edit. */
#define CLI_OUTCOMES "applied, unchanged, conflict, rejected, waiting, stale or ignored"
/* Is WORD one of the words of LIST, which is written like that? */
bool cli_is_one_of(const char *list, const char *word);

struct cli_args {
    const char *config_path;         /* --config, or $TABRELAY_CONFIG; NULL: see cli_config_path */
    unsigned flags;                  /* of enum cli_flag */
    const char *values[CLI_OPTIONS]; /* see cli_value */
    const char **words;
    size_t n_words;
    const char **rest; /* what follows the name of a command that reads it itself */
    size_t n_rest;
};

struct cli_command {
    const char *name;
    const char *usage;   /* what follows the name: "MAPPING | --all" */
    const char *summary; /* one line */
    const char *help;    /* the rest, with examples */
    const char *failure; /* what status 1 says beside "failed"; NULL: nothing */
    const char *choices; /* words that may come first, separated by blanks; NULL: none */
    unsigned flags;      /* the options of commands.c that it knows ... */
    const struct cli_option *own_options; /* ... or a table of its own, whose bits are its own */
    size_t max_words;
    bool is_hidden;  /* not for people: left out of --help */
    bool reads_rest; /* it reads args->rest itself: all but --config, --help and --version */
    int (*run)(const struct cli_args *args);
};

/* commands.c's tables, each ended by NULL: the commands, and the options that several of them
 * share. */
extern const struct cli_command *const cli_commands[];
extern const struct cli_option cli_options[];

extern const struct cli_command cli_complete, cli_completion, cli_doctor, cli_init, cli_script;
extern const struct cli_command cli_check, cli_claim, cli_conflicts, cli_deletes, cli_events,
    cli_grants, cli_init_db, cli_log, cli_plan, cli_reconcile, cli_snapshot, cli_status, cli_undo,
    cli_verify;
extern const struct cli_command cli_lag, cli_page, cli_pause, cli_reload, cli_repair, cli_resume;

/* The table that COMMAND's options are in, and whether it has that one of them. */
static inline const struct cli_option *cli_command_options(const struct cli_command *command)
{
    return command->own_options != NULL ? command->own_options : cli_options;
}

static inline bool cli_command_has(const struct cli_command *command, const struct cli_option *o)
{
    return command->own_options != NULL || (command->flags & o->flag) != 0;
}

static inline bool cli_has(const struct cli_args *args, enum cli_flag flag)
{
    return (args->flags & (unsigned)flag) != 0;
}

/* The value of an option; NULL: it was not given. */
static inline const char *cli_value(const struct cli_args *args, enum cli_flag option)
{
    return args->values[__builtin_ctz((unsigned)option)];
}
/* The whole number from MIN to MAX that the option is, FALLBACK if it was not given. Else usage is
 * said and false returned. */
bool cli_number(const struct cli_args *args, enum cli_flag option, const char *command, long min,
                long max, long fallback, long *out);

/* "tabrelay: MESSAGE" (and the hint) on stderr; returns CLI_FAILED. */
int cli_fail(const struct err *err);
/* "tabrelay COMMAND: ..." and where help is, on stderr; returns CLI_USAGE. */
int cli_usage(const char *command, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The command of that name; NULL: there is none. */
const struct cli_command *cli_find_command(const char *name);

#define CLI_CONFIG_NAME "tabrelay.yaml"
/* What $TABRELAY_CONFIG says; NULL: nothing. */
const char *cli_config_of_environment(void);
/* The configuration's file: what ARGS name, else the one in this folder, else the one that the
 * services run with. */
const char *cli_config_path(const struct cli_args *args);
/* SQL, with the state database as the current one: is a row's mapping called so, or is it a member
 * of the family that is? Two parameters, both the name. */
#define CLI_SQL_CALLED "(mapping = ? OR mapping IN (SELECT mapping FROM member WHERE family = ?))"
/* CLI_OK if NAME is that of a mapping, a family or one of its tabs, or NULL; else usage is said. */
int cli_want_mapping(const struct config *config, const char *command, const char *name);

/* Load the configuration that ARGS name, printing every problem. CLI_OK or CLI_FAILED; free with
 * config_free either way. */
int cli_load(const struct cli_args *args, struct config *out);
/* Of one that was read: add the tabs of its families, as far as MySQL can be asked (cli_load has
 * done it). */
void cli_expand(struct config *config);
/* Connect and make the state database the current one. ERR_GONE with a hint if it is not there. */
int cli_open(const struct config *config, struct db **out, struct err *err);

/* A 'text' as SQL writes it: quotes and backslashes doubled. */
void cli_quote_text(struct buf *sql, const char *text);
/* A table of text: cells row by row, each column as wide as its widest cell. */
void cli_print_table(const char *const *headers, size_t n_columns, const struct buf *cells,
                     size_t n_rows);
void cli_print(const struct buf *text);
#endif
