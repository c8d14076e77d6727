/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch: what the replicator keeps up with Drive, beyond a session: notification channels, and
 * patience while Drive does not answer.
 *
 * A channel is opened for every spreadsheet with a mapping of `sheet_changes: drive_push`, renewed
 * when a fifth of its life is left (the new one is open before the old one is stopped), and stopped
 * at the end. Nothing of it is kept in MySQL: a channel's token is computed (crypto.h), so that the
 * webhook verifies channels it never heard of, and one that a killed process leaves behind does
 * no harm: its notifications are true, and it expires within a day. The worker only.
 * https://developers.google.com/workspace/drive/api/guides/push
 */
#ifndef REPLICATOR_SESSION_WATCH_H
#define REPLICATOR_SESSION_WATCH_H

#include <stdbool.h>

#include "common/config/config.h"
#include "replicator/sheets/drive.h"

struct watch;

/* CFG and SHEETS are kept by pointer. Opens nothing yet. */
int watch_new(const struct config *cfg, struct sheets *sheets, struct watch **out, struct err *err);
void watch_free(struct watch *w); /* NULL is fine */
/* Open and renew what is due. May block for Google, seconds. Failures are logged, and tried again.
 */
void watch_step(struct watch *w);
/* Is a channel open that tells of this spreadsheet's changes? */
bool watch_is_live(const struct watch *w, const char *spreadsheet);
/* The stop was asked: stop all channels. Blocks for seconds at most. */
void watch_leave(struct watch *w);

/* Look at a file; false: Drive does not answer, or was not to be asked now (logged). May block. */
bool watch_look(struct watch *w, const char *spreadsheet, struct drive_look *out);
#endif
