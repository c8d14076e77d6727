/* SPDX-License-Identifier: Apache-2.0 */
/*
 * completion: what may stand at the end of a command line. Pure, but for the names of the mappings.
 */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include <stddef.h>

#include "common/buf.h"

/* WORDS follow the program's name; the last one (maybe "") is being typed. Each proposal is a line
 * of OUT: the word, then a tab and what it is if that is known; ":files" stands for names of files.
 */
void completion_propose(struct buf *out, const char *const *words, size_t n);
#endif
