/* SPDX-License-Identifier: Apache-2.0 */
/*
 * room: does what MySQL has fit into its spreadsheet?
 *
 * Google counts the grids of all tabs, blank cells included, and refuses a batch that would go
 * beyond 10,000,000. A mapping whose rows do not fit waits like one whose tab is missing: it is
 * tried again every 30 s, and compared when there is room. The others go on. Worker thread.
 */
#ifndef REPLICATOR_SESSION_ROOM_H
#define REPLICATOR_SESSION_ROOM_H

#include "replicator/session/shipment.h"

/* Before a table is compared from its first row on: would its rows, N_KNOWN of which stand in the
 * tab, fit? ERR_FULL: no, or a batch of it did not fit a moment ago. Blocks for a query that counts
 * no more rows than a spreadsheet can hold. */
int room_for_table(const struct session *s, const struct follow *f, size_t n_known,
                   struct err *err);
/* Would the batch fit? ERR_FULL: no. */
int room_for_shipment(const struct session *s, const struct shipment *sh, struct err *err);
/* SH was refused for want of room (WHY): the mappings that it brings new rows of wait, from the
 * next session on. */
int room_wait(struct session *s, const struct shipment *sh, const struct err *why, struct err *err);
/* Tell how full SPREADSHEET is: the metric, and from 80 % on a warning, once in a process. */
void room_tell(const struct session *s, const char *spreadsheet);
#endif
