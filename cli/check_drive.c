/* SPDX-License-Identifier: Apache-2.0 */
/* Drive: does it say whether a spreadsheet has changed? Needed where edits are found through it;
 * elsewhere it spares reads. */
#include <string.h>

#include "cli/check.h"
#include "replicator/sheets/drive.h"

/* The first mapping of the spreadsheet whose edits are found through Drive; NULL: none. */
static const struct config_mapping *find_user(const struct config *config, const char *spreadsheet)
{
    for (size_t i = 0; i < config_n_written(config); i++) {
        const struct config_mapping *m = config_written(config, i);

        if (m->sheet_changes != CONFIG_APPS_SCRIPT && strcmp(m->spreadsheet, spreadsheet) == 0)
            return m;
    }
    return NULL;
}

void check_drive(struct findings *f, const struct config *config, struct sheets *sheets,
                 const char *spreadsheet)
{
    const struct config_mapping *user = find_user(config, spreadsheet);
    struct drive_look look;
    struct err err = ERR_INIT;

    if (!config->google.uses_drive)
        return;
    if (drive_look(sheets, spreadsheet, &look, &err) == 0)
        findings_add(f, FINDING_OK, "google.drive", "google", NULL,
                     "Drive tells of changes of spreadsheet %s", spreadsheet);
    else if (user != NULL)
        findings_add(f, FINDING_FAIL, "google.drive", "google", err.hint,
                     "the edits of mapping %s are found through Drive, and it refuses: %s",
                     user->name, err.msg);
    else
        findings_add(f, FINDING_WARN, "google.drive", "google", err.hint,
                     "Drive cannot spare comparisons of unchanged tabs: %s", err.msg);
}
