/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/editors.h"

#include <string.h>
#include <strings.h>

/* PATTERN: an address, or "*@" and a domain. */
static bool matches(const char *pattern, const char *editor)
{
    const char *at = strrchr(editor, '@');

    if (strncmp(pattern, "*@", 2) == 0)
        return at != NULL && strcasecmp(pattern + 1, at) == 0;
    return strcasecmp(pattern, editor) == 0;
}

bool editors_allow(const struct config_mapping *m, const char *editor)
{
    const char *wanted = editor[0] == '\0' ? CONFIG_EDITOR_UNKNOWN : editor;

    for (size_t i = 0; i < m->n_editors; i++)
        if (matches(m->editors[i], wanted))
            return true;
    return m->n_editors == 0;
}
