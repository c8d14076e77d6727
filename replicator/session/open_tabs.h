/* SPDX-License-Identifier: Apache-2.0 */
/* open_tabs: a value of a mapping with tabs_by that is met for the first time gets a tab. */
#ifndef REPLICATOR_SESSION_OPEN_TABS_H
#define REPLICATOR_SESSION_OPEN_TABS_H

#include "replicator/session/session.h"

/* Make the tabs of those of the N FOLLOWS, all of SPREADSHEET, that are members, never had one, and
 * whose title TABS does not have; TABS is read again then. A tab that Google refuses is warned of:
 * its mapping finds none. Blocks for two requests, where some are refused for one each. */
int open_tabs_make(struct session *s, const char *spreadsheet, struct follow *const *follows,
                   size_t n, struct sheet_tabs *tabs, struct err *err);
#endif
