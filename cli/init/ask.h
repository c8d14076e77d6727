/* SPDX-License-Identifier: Apache-2.0 */
/*
 * init/ask: questions to the person at the terminal, each with a default.
 *
 * Where nobody can be asked (standard input is no terminal, or --yes) every answer is the default.
 * Questions go to standard error. Ctrl-C and Ctrl-D end the asking: ERR_STOPPED.
 */
#ifndef CLI_INIT_ASK_H
#define CLI_INIT_ASK_H

#include <stdbool.h>

#include "common/buf.h"
#include "common/err.h"

/* Is there somebody to ask? */
bool ask_is_possible(bool is_yes);

/* From now on Ctrl-C ends a question and not the program. */
void ask_begin(void);

/* "QUESTION [FALLBACK]: "; an empty line is the default. ANSWER is replaced. */
int ask_text(const char *question, const char *fallback, struct buf *answer, struct err *err);
/* The same without showing what is typed, and without a default. */
int ask_secret(const char *question, struct buf *answer, struct err *err);
/* "QUESTION [Y/n]: " */
int ask_yes(const char *question, bool *answer, struct err *err);
#endif
