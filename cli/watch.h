/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch: print something again and again.
 *
 * On a terminal it is drawn in place, cut to the terminal's size, until q or Ctrl-C; what was on
 * the screen before comes back. Elsewhere it is printed as blocks, each with the time above it.
 */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include <stdint.h>

/* PRINT writes to stdout and returns an exit status; what goes wrong is shown in its place. TITLE
 * stands at the top. Returns PRINT's last status when it is over. */
int watch_run(const char *title, int64_t every_ms, int (*print)(void *ctx), void *ctx);
#endif
