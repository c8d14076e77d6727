/* SPDX-License-Identifier: Apache-2.0 */
/* signal: ask the replicator for something, through a row of the table signals. */
#ifndef CLI_SIGNAL_H
#define CLI_SIGNAL_H

#include "cli/cli.h"

/* Ask for KIND (an enum value of signals.kind) of the mapping NAME, or of all when it is NULL, and
 * say so. Returns the exit status. */
int signal_send(const struct cli_args *args, const char *command, const char *kind,
                const char *name);
#endif
