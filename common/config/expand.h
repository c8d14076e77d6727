/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expand: ${NAME} and file:PATH in the configuration's texts.
 *
 * What comes out of the environment or a file may be a secret: it is marked private and never
 * shown in a message. Expanded once: what comes out is not looked at again. One thread at a time
 * (getenv).
 */
#ifndef COMMON_CONFIG_EXPAND_H
#define COMMON_CONFIG_EXPAND_H

#include <stdbool.h>

#include "common/buf.h"

/* Append TEXT to OUT with each ${NAME} replaced from the environment; if the result is
 * "file:PATH", then the first line of that file instead (relative to FOLDER). False: WHY says what
 * is wrong. Blocks for the file. */
bool expand_text(const char *text, const char *folder, struct buf *out, bool *is_private,
                 struct buf *why);

/* Append PATH to OUT, after FOLDER and a slash unless it is absolute. */
void expand_path(const char *path, const char *folder, struct buf *out);

/* Read at most MAX bytes of PATH, appending to OUT. False and WHY: "cannot read PATH: ...". With
 * ONLY_REGULAR a pipe, on which we might wait for ever, is refused. */
bool expand_read_file(const char *path, size_t max, bool only_regular, struct buf *out,
                      struct buf *why);
#endif
