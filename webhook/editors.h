/* SPDX-License-Identifier: Apache-2.0 */
/*
 * editors: whose edits of a tab are taken.
 *
 * The address is what the spreadsheet's script says; who can change the script can say another
 * (docs/SECURITY.md). Pure; any thread.
 */
#ifndef WEBHOOK_EDITORS_H
#define WEBHOOK_EDITORS_H

#include <stdbool.h>

#include "common/config/config.h"

/* Does the mapping's list have EDITOR, or is there none? "": Google did not tell, or a comparison
 * found it; those are on the list as "unknown". Case does not count. */
bool editors_allow(const struct config_mapping *m, const char *editor);
#endif
