/* SPDX-License-Identifier: Apache-2.0 */
/* tabrelay: look at and steer a mapping; the two daemons are programs of their own. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/help.h"
#include "common/cleanup.h"
#include "common/log.h"
#include "common/nearest.h"
#include "common/private.h"
#include "common/version.h"

struct line {
    const struct cli_command *command;
    bool wants_help;
    bool wants_version;
    struct cli_args args;
};

static bool is_option(const struct cli_option *o, const char *text)
{
    size_t len = strcspn(text, "=");

    return strlen(o->name) == len && memcmp(o->name, text, len) == 0 &&
           (o->value != NULL || text[len] == '\0');
}

/* The option that TEXT is, also as "--name=value"; NULL: the command has no such option. */
static const struct cli_option *find_option(const struct cli_command *command, const char *text)
{
    if (command == NULL)
        return NULL;
    for (const struct cli_option *o = cli_command_options(command); o->name != NULL; o++)
        if (cli_command_has(command, o) && is_option(o, text))
            return o;
    return NULL;
}

/* NEXT: the argument after it, or NULL. *I moves on when that is the value. */
static int add_option(struct line *line, const char *text, const char *next, int *i)
{
    const char *command = line->command == NULL ? "" : line->command->name;
    const char *value = strchr(text, '=');
    const struct cli_option *o = find_option(line->command, text);

    if (o == NULL)
        return cli_usage(command, "unknown option \"%s\"", text);
    line->args.flags |= o->flag;
    if (o->value == NULL)
        return CLI_OK;
    if (value == NULL && next == NULL)
        return cli_usage(command, "%s needs a value: %s", o->name, o->value);
    *i += value == NULL;
    line->args.values[__builtin_ctz(o->flag)] = value == NULL ? next : value + 1;
    return CLI_OK;
}

static int unknown_command(const char *text)
{
    struct nearest nearest = nearest_to(text);

    for (size_t i = 0; cli_commands[i] != NULL; i++)
        if (!cli_commands[i]->is_hidden)
            nearest_try(&nearest, cli_commands[i]->name);
    if (nearest.name == NULL)
        return cli_usage("", "unknown command \"%s\"", text);
    return cli_usage("", "unknown command \"%s\"; did you mean \"%s\"?", text, nearest.name);
}

static int add_word(struct line *line, const char *text)
{
    if (line->command == NULL && strcmp(text, "help") == 0) { /* "help verify", too */
        line->wants_help = true;
        return CLI_OK;
    }
    if (line->command == NULL) {
        line->command = cli_find_command(text);
        return line->command != NULL ? CLI_OK : unknown_command(text);
    }
    if (line->args.n_words == line->command->max_words)
        return cli_usage(line->command->name, "unexpected \"%s\"", text);
    line->args.words[line->args.n_words++] = text;
    return CLI_OK;
}

/* One argument, and the one after it if that is its value; *I moves on. */
static int add_argument(struct line *line, int argc, char **argv, int *i)
{
    const char *text = argv[*i];

    if (line->command != NULL && line->command->is_hidden)
        line->args.rest[line->args.n_rest++] = text;
    else if (strcmp(text, "--help") == 0 || strcmp(text, "-h") == 0)
        line->wants_help = true;
    else if (strcmp(text, "--version") == 0)
        line->wants_version = true;
    else if (strncmp(text, "--config=", 9) == 0)
        line->args.config_path = text + 9;
    else if (strcmp(text, "--config") == 0 && *i + 1 < argc)
        line->args.config_path = argv[++*i];
    else if (strcmp(text, "--config") == 0)
        return cli_usage("", "--config needs the name of a file");
    else if (line->command != NULL && line->command->reads_rest)
        line->args.rest[line->args.n_rest++] = text;
    else if (text[0] == '-')
        return add_option(line, text, *i + 1 < argc ? argv[*i + 1] : NULL, i);
    else
        return add_word(line, text);
    return CLI_OK;
}

int main(int argc, char **argv)
{
    CLEANUP_FREE const char **rest = calloc((size_t)argc + 1, sizeof(const char *));
    CLEANUP_FREE const char **words = calloc((size_t)argc + 1, sizeof(const char *));
    struct line line = {
        .args = {.config_path = cli_config_of_environment(), .words = words, .rest = rest}};

    private_memory();
    if (rest == NULL || words == NULL)
        log_die("cli: out of memory");
    for (int i = 1; i < argc; i++)
        if (add_argument(&line, argc, argv, &i) != CLI_OK)
            return CLI_USAGE;
    if (line.wants_version) {
        puts("tabrelay " TABRELAY_VERSION);
        return CLI_OK;
    }
    if (line.wants_help && line.command != NULL)
        help_print_command(line.command);
    else if (line.wants_help)
        help_print();
    if (line.wants_help)
        return CLI_OK;
    if (line.command == NULL)
        return cli_usage("", "a command is missing");
    return line.command->run(&line.args);
}
