/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source: where the events come from: files (files.c), or a server (follow.c).
 *
 * Both block until there is no more, W is done, or the stop is asked; the last two are no failure.
 */
#ifndef CLI_EVENTS_SOURCE_H
#define CLI_EVENTS_SOURCE_H

#include "cli/events/interrupt.h"
#include "cli/events/watch.h"
#include "common/config/config.h"
#include "common/err.h"

/* The options' files, one after the other. What was read before a failure has been handed to W. */
int source_files(struct watch *w, struct err *err);

/* The server that CONFIG names. A lost connection is taken up again, after the first time that it
 * worked, and said on stderr. */
int source_follow(struct watch *w, const struct config *config, struct interrupt *interrupt,
                  struct stop *stop, struct err *err);
#endif
