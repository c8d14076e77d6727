/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/help.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "common/version.h"

static const char examples_title[] = "\nexamples:\n";

/* What options mean that several commands have; a command for which one means something else says
 * so in its help. */
static const struct meaning {
    unsigned flag;
    const char *text;
} meanings[] = {
    {CLI_JSON, "print JSON, for programs"},
    {CLI_ALL, "all mappings"},
    {CLI_PRINT, "only print the SQL"},
    {CLI_YES, "do it, do not ask"},
    {CLI_FORCE, "also what was changed since"},
    {CLI_DRY_RUN, "only show what would be done"},
    {CLI_LIMIT, "at most so many"},
    {0, NULL},
};

/* Titles in the list of commands, each before the first command below it. */
static const struct title {
    const struct cli_command *first;
    const char *text;
} titles[] = {
    {&cli_init, "To begin, in this order:"},
    {&cli_status, "To look:"},
    {&cli_conflicts, "To decide and put right:"},
    {&cli_snapshot, "To steer the daemons:"},
    {&cli_events, "And:"},
};

static void print_title_before(const struct cli_command *command)
{
    for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
        if (titles[i].first == command)
            printf("\n%s\n", titles[i].text);
}

void help_print(void)
{
    printf("tabrelay %s keeps MySQL tables and Google Sheets tabs the same, both ways.\n\n"
           "usage: tabrelay [--config FILE] COMMAND [ARGUMENTS]\n\ncommands:\n",
           TABRELAY_VERSION);
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        if (cli_commands[i]->is_hidden)
            continue;
        print_title_before(cli_commands[i]);
        printf("  %-10s  %s\n", cli_commands[i]->name, cli_commands[i]->summary);
    }
    puts("\noptions:\n"
         "  --config FILE  default: $TABRELAY_CONFIG, else ./tabrelay.yaml, else\n"
         "                 /etc/tabrelay/tabrelay.yaml\n"
         "  --help         this page; tabrelay COMMAND --help says more, with examples\n"
         "  --version      the version\n\n"
         "exit status: 0 all is well, 1 something is wrong or failed, 2 wrong usage,\n"
         "             3 `verify` could not tell");
}

/* TEXT[0..LEN) without line breaks at either end, and one after it. */
static void append_trimmed(struct buf *out, const char *text, size_t len)
{
    for (; len > 0 && *text == '\n'; len--)
        text++;
    while (len > 0 && text[len - 1] == '\n')
        len--;
    if (len == 0)
        return;
    buf_append(out, text, len);
    buf_putc(out, '\n');
}

void help_append_text(struct buf *out, const struct cli_command *command)
{
    const char *end = strstr(command->help, examples_title);

    append_trimmed(out, command->help,
                   end == NULL ? strlen(command->help) : (size_t)(end - command->help));
}

void help_append_examples(struct buf *out, const struct cli_command *command)
{
    const char *at = strstr(command->help, examples_title);

    if (at != NULL)
        append_trimmed(out, at + sizeof(examples_title) - 1,
                       strlen(at + sizeof(examples_title) - 1));
}

/* Does TEXT name the option, and not only a longer one? */
static bool is_described(const char *text, const char *name)
{
    size_t len = strlen(name);

    for (const char *at = strstr(text, name); at != NULL; at = strstr(at + len, name))
        if (!isalpha((unsigned char)at[len]) && at[len] != '-')
            return true;
    return false;
}

static const char *meaning_of(const struct cli_command *command, const struct cli_option *o)
{
    for (const struct meaning *m = meanings; command->own_options == NULL && m->text != NULL; m++)
        if (m->flag == o->flag)
            return m->text;
    return o->value != NULL ? o->value : "";
}

void help_append_options(struct buf *out, const struct cli_command *command)
{
    CLEANUP_BUF struct buf text = BUF_INIT;

    help_append_text(&text, command);
    for (const struct cli_option *o = cli_command_options(command); o->name != NULL; o++) {
        if (!cli_command_has(command, o) || is_described(buf_text(&text), o->name))
            continue;
        buf_printf(out, "  %-13s  %s\n", o->name, meaning_of(command, o));
    }
}

void help_append_exit(struct buf *out, const struct cli_command *command)
{
    buf_printf(out, "0 done; 1 failed%s%s; 2 wrong usage", command->failure == NULL ? "" : ", or ",
               command->failure == NULL ? "" : command->failure);
}

void help_print_command(const struct cli_command *command)
{
    CLEANUP_BUF struct buf out = BUF_INIT;
    CLEANUP_BUF struct buf options = BUF_INIT;

    buf_printf(&out, "usage: tabrelay [--config FILE] %s%s%s\n\n%s\n\n", command->name,
               command->usage[0] == '\0' ? "" : " ", command->usage, command->summary);
    help_append_text(&out, command);
    help_append_options(&options, command);
    if (options.len > 0)
        buf_printf(&out, "\n%s%s", strstr(buf_text(&out), "\n  --") == NULL ? "options:\n" : "",
                   buf_text(&options));
    if (strstr(command->help, "exit status:") == NULL) {
        buf_puts(&out, "\nexit status: ");
        help_append_exit(&out, command);
        buf_putc(&out, '\n');
    }
    buf_puts(&out, examples_title);
    help_append_examples(&out, command);
    cli_print(&out);
}
