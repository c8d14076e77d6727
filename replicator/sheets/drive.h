/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drive: what Drive tells of a spreadsheet's file: whether it has changed, and channels of
 * notifications.
 *
 * Everything here is a hint that makes a comparison of cells necessary or spares one. `version`
 * grows with every change of the file, ours too; how soon it grows after an edit of a cell is not
 * documented (modifiedTime was seen to lag by minutes), so that an unchanged version is never
 * trusted for ever. Not under the quota of Sheets. Asked by the first account alone, because only
 * who opened a channel may stop it. One call of these is one try of ten seconds at
 * most.
 * https://developers.google.com/workspace/drive/api/reference/rest/v3/files
 *
 * Errors: as in sheets.h; ERR_AUTH 403 when the Drive API is switched off or the token lacks the
 * scope.
 */
#ifndef REPLICATOR_SHEETS_DRIVE_H
#define REPLICATOR_SHEETS_DRIVE_H

#include "replicator/sheets/sheets.h"

enum { DRIVE_VERSION_SIZE = 24 };

struct drive_look {
    char version[DRIVE_VERSION_SIZE];
    bool is_own; /* the last change was made by an account of ours */
};
int drive_look(struct sheets *s, const char *spreadsheet, struct drive_look *out, struct err *err);

struct drive_channel {
    char id[37];           /* a UUID; "": none */
    char resource_id[128]; /* Google's name of what is watched */
    int64_t expires_ms;    /* wall; 0: Google did not say */
};
/* Ask that notifications be sent to ADDRESS with TOKEN until EXPIRES_MS (wall; Google may grant
 * less). OUT->id is set by the caller. */
int drive_watch(struct sheets *s, const char *spreadsheet, const char *address, const char *token,
                int64_t expires_ms, struct drive_channel *out, struct err *err);
/* End a channel. ERR_GONE: it has ended already. */
int drive_stop(struct sheets *s, const struct drive_channel *channel, struct err *err);
#endif
