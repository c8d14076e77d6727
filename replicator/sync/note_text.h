/* SPDX-License-Identifier: Apache-2.0 */
/*
 * note_text: the text of a cell's note, of which a part may be ours.
 *
 * Ours begins with "tabrelay: " and goes to the end; a person's own text stands above it and stays.
 * The same rule as withOurs_ in webhook/apps_script/Code.gs. Pure.
 */
#ifndef REPLICATOR_SYNC_NOTE_TEXT_H
#define REPLICATOR_SYNC_NOTE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"

/* Append to OUT the note OLD with TEXT as our part; NULL: without ours. */
void note_text_with(struct buf *out, const char *old, size_t old_len, const char *text);
/* Does our part of NOTE begin with TEXT? */
bool note_text_is(const char *note, size_t len, const char *text);
#endif
