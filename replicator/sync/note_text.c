/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/sync/note_text.h"

#include <string.h>

static const char ours[] = "tabrelay: ";
enum { OURS_LEN = sizeof(ours) - 1 };

/* Where our part begins; LEN if there is none. */
static size_t find_ours(const char *note, size_t len)
{
    for (size_t at = 0; at + OURS_LEN <= len; at++)
        if (memcmp(note + at, ours, OURS_LEN) == 0)
            return at;
    return len;
}

void note_text_with(struct buf *out, const char *old, size_t old_len, const char *text)
{
    size_t theirs = find_ours(old, old_len);

    while (theirs > 0 && strchr(" \t\r\n\v\f", old[theirs - 1]) != NULL)
        theirs--;
    buf_append(out, old, theirs);
    if (text == NULL)
        return;
    if (theirs > 0)
        buf_puts(out, "\n\n");
    buf_puts(out, ours);
    buf_puts(out, text);
}

bool note_text_is(const char *note, size_t len, const char *text)
{
    size_t at = find_ours(note, len) + OURS_LEN, n = strlen(text);

    return at + n <= len && memcmp(note + at, text, n) == 0;
}
