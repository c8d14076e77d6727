/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPLICATOR_SESSION_OPEN_SPREADSHEET_H
#define REPLICATOR_SESSION_OPEN_SPREADSHEET_H

#include "replicator/session/session.h"

/* Meet all mappings of SPREADSHEET: tables, tabs, headers, row indexes. What cannot be found makes
 * its mapping wait, not the others. Worker thread. */
int open_spreadsheet(struct session *s, const char *spreadsheet, struct err *err);
#endif
