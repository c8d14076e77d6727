/* SPDX-License-Identifier: Apache-2.0 */
/* help: what --help prints, made from the tables of commands and options. One thread. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/cli.h"

/* `tabrelay --help`. */
void help_print(void);
/* `tabrelay COMMAND --help`: usage, what it does, options, exit status, examples. */
void help_print_command(const struct cli_command *command);

/* The two parts of a command's help text, each without blank lines around: what it does, and the
 * examples. OUT is added to. */
void help_append_text(struct buf *out, const struct cli_command *command);
void help_append_examples(struct buf *out, const struct cli_command *command);
/* One line for each option that the help text does not describe itself. */
void help_append_options(struct buf *out, const struct cli_command *command);
/* "0 done; 1 failed; 2 wrong usage" */
void help_append_exit(struct buf *out, const struct cli_command *command);
#endif
