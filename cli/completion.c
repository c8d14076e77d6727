/* SPDX-License-Identifier: Apache-2.0 */
/* completion: the scripts for bash and zsh, and what they ask for at each key: `tabrelay
 * __complete`. */
#include "cli/completion.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "common/cleanup.h"

struct line {
    struct buf *out;
    const char *typed;      /* the beginning of the word */
    struct cli_args config; /* of which only config_path */
    const struct cli_command *command;
    const struct cli_option *option; /* whose value is being typed */
    const char *first;               /* the first word after the command; NULL: none yet */
    size_t n_words;
};

static void propose(const struct line *line, const char *word, size_t len, const char *about)
{
    if (strncmp(word, line->typed, strlen(line->typed)) != 0)
        return;
    buf_append(line->out, word, len);
    if (about != NULL)
        buf_printf(line->out, "\t%s", about);
    buf_putc(line->out, '\n');
}

static void propose_mappings(const struct line *line)
{
    CLEANUP_BUF struct buf problems = BUF_INIT;
    struct err err = ERR_INIT;
    struct config config;

    if (config_load(cli_config_path(&line->config), &config, &problems, &err) == 0)
        for (size_t i = 0; i < config_n_written(&config); i++)
            propose(line, config_written(&config, i)->name,
                    strlen(config_written(&config, i)->name), NULL);
    config_free(&config);
}

/* The words of "mysql, sheet or base", or of "approve refuse". */
static void propose_each(const struct line *line, const char *list)
{
    while (*list != '\0') {
        size_t len = strcspn(list, " ,");

        if (len > 0 && !(len == 2 && memcmp(list, "or", 2) == 0))
            propose(line, list, len, NULL);
        list += len + (list[len] != '\0');
    }
}

static void propose_value(const struct line *line)
{
    const char *value = line->option->value;

    if (strcmp(value, "a file") == 0)
        buf_puts(line->out, ":files\n");
    else if (strcmp(value, "the name of a mapping") == 0)
        propose_mappings(line);
    else if (strstr(value, " or ") != NULL)
        propose_each(line, value);
}

static void propose_options(const struct line *line)
{
    if (line->command == NULL)
        propose(line, "--version", 9, NULL);
    else
        for (const struct cli_option *o = cli_command_options(line->command); o->name != NULL; o++)
            if (cli_command_has(line->command, o))
                propose(line, o->name, strlen(o->name), o->value);
    propose(line, "--config", 8, "a file");
    propose(line, "--help", 6, NULL);
}

static void propose_commands(const struct line *line)
{
    for (size_t i = 0; cli_commands[i] != NULL; i++)
        if (!cli_commands[i]->is_hidden)
            propose(line, cli_commands[i]->name, strlen(cli_commands[i]->name),
                    cli_commands[i]->summary);
}

/* Does a mapping's name follow WORD in the command's usage, as in "approve MAPPING"? */
static bool is_before_mapping(const struct line *line, const char *word)
{
    CLEANUP_BUF struct buf text = BUF_INIT;

    buf_printf(&text, "%s MAPPING", word);
    return strstr(line->command->usage, buf_text(&text)) != NULL;
}

static void propose_words(const struct line *line)
{
    const char *choices = line->command->choices;

    if (line->command->reads_rest) {
        buf_puts(line->out, ":files\n");
        return;
    }
    if (line->n_words >= line->command->max_words)
        return;
    if (line->n_words == 0 && choices != NULL)
        propose_each(line, choices);
    if (line->n_words == 0 ? strstr(line->command->usage, "MAPPING") != NULL
                           : is_before_mapping(line, line->first))
        propose_mappings(line);
}

static const struct cli_option config_option = {"--config", 0, "a file"};

static const struct cli_option *find_option(const struct line *line, const char *text)
{
    if (strcmp(text, config_option.name) == 0)
        return &config_option;
    if (line->command == NULL)
        return NULL;
    for (const struct cli_option *o = cli_command_options(line->command); o->name != NULL; o++)
        if (cli_command_has(line->command, o) && strcmp(o->name, text) == 0)
            return o;
    return NULL;
}

/* A word that is complete. bash makes three of "--take=mysql". */
static void read_word(struct line *line, const char *word)
{
    const struct cli_option *option = find_option(line, word);

    if (strcmp(word, "=") == 0 && line->option != NULL)
        return;
    if (line->option == &config_option)
        line->config.config_path = word;
    if (line->option != NULL) {
        line->option = NULL;
    } else if (option != NULL) {
        line->option = option->value != NULL ? option : NULL;
    } else if (word[0] == '-') {
        return;
    } else if (line->command == NULL) {
        line->command = cli_find_command(word);
    } else {
        line->first = line->n_words++ == 0 ? word : line->first;
    }
}

void completion_propose(struct buf *out, const char *const *words, size_t n)
{
    struct line line = {.out = out, .config.config_path = cli_config_of_environment()};

    for (size_t i = 0; i + 1 < n; i++)
        read_word(&line, words[i]);
    line.typed = n == 0 || strcmp(words[n - 1], "=") == 0 ? "" : words[n - 1];
    if (line.option != NULL)
        propose_value(&line);
    else if (line.typed[0] == '-')
        propose_options(&line);
    else if (line.command == NULL)
        propose_commands(&line);
    else
        propose_words(&line);
}

static int run_complete(const struct cli_args *args)
{
    CLEANUP_BUF struct buf out = BUF_INIT;

    completion_propose(&out, args->rest, args->n_rest);
    cli_print(&out);
    return CLI_OK;
}

const struct cli_command cli_complete = {
    .name = "__complete",
    .usage = "WORD...",
    .summary = "Propose words for the shell's completion.",
    .help = "",
    .is_hidden = true,
    .reads_rest = true,
    .run = run_complete,
};

static const char bash_script[] =
    "# bash completion for tabrelay: the program itself is asked.\n"
    "_tabrelay() {\n"
    "    local word about file\n"
    "    COMPREPLY=()\n"
    "    while IFS=$'\\t' read -r word about; do\n"
    "        if [ \"$word\" = :files ]; then\n"
    "            compopt -o filenames\n"
    "            while IFS= read -r file; do COMPREPLY+=(\"$file\"); done "
    "< <(compgen -f -- \"${COMP_WORDS[COMP_CWORD]}\")\n"
    "        else\n"
    "            COMPREPLY+=(\"$(printf %q \"$word\")\")\n"
    "        fi\n"
    "    done < <(\"${COMP_WORDS[0]}\" __complete \"${COMP_WORDS[@]:1:COMP_CWORD}\" 2>/dev/null)\n"
    "}\n"
    "complete -F _tabrelay tabrelay\n";

static const char zsh_script[] =
    "#compdef tabrelay\n"
    "# zsh completion for tabrelay: the program itself is asked.\n"
    "_tabrelay() {\n"
    "    local word about\n"
    "    local -a found\n"
    "    while IFS=$'\\t' read -r word about; do\n"
    "        if [[ $word == :files ]]; then\n"
    "            _files\n"
    "        else\n"
    "            found+=(\"${word//:/\\\\:}${about:+:$about}\")\n"
    "        fi\n"
    "    done < <(\"${words[1]}\" __complete \"${(@)words[2,CURRENT]}\" 2>/dev/null)\n"
    "    _describe tabrelay found\n"
    "}\n"
    "if [[ ${funcstack[1]} == _tabrelay ]]; then\n"
    "    _tabrelay \"$@\"\n"
    "else\n"
    "    compdef _tabrelay tabrelay\n"
    "fi\n";

static int run(const struct cli_args *args)
{
    CLEANUP_BUF struct buf out = BUF_INIT;

    if (args->n_words != 1)
        return cli_usage("completion", "expected the name of a shell: bash or zsh");
    if (strcmp(args->words[0], "bash") == 0)
        buf_puts(&out, bash_script);
    else if (strcmp(args->words[0], "zsh") == 0)
        buf_puts(&out, zsh_script);
    else
        return cli_usage("completion", "unknown shell \"%s\"; there are: bash, zsh",
                         args->words[0]);
    cli_print(&out);
    return CLI_OK;
}

const struct cli_command cli_completion = {
    .name = "completion",
    .usage = "bash|zsh",
    .summary = "Print the shell's completion of commands, options and mappings.",
    .help =
        "\nThe shell asks the program at each key, so what it proposes is always what this\n"
        "program knows. Names of mappings come from the configuration that the line would read.\n"
        "\nexamples:\n"
        "  tabrelay completion bash > /etc/bash_completion.d/tabrelay\n"
        "  tabrelay completion zsh > /usr/local/share/zsh/site-functions/_tabrelay\n"
        "  eval \"$(tabrelay completion bash)\"    # for this shell\n",
    .choices = "bash zsh",
    .max_words = 1,
    .run = run,
};
