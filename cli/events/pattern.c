/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/events/pattern.h"

#include <string.h>

#include "common/utf8.h"

static size_t character(const char *text)
{
    size_t n = utf8_length(text, strlen(text));

    return n == 0 ? 1 : n;
}

/* Where the last * stands is enough to remember: an earlier one never has to take more. */
bool pattern_fits(const char *pattern, size_t len, const char *name)
{
    const char *p = pattern, *end = pattern + len, *star = NULL, *star_name = NULL;

    while (*name != '\0') {
        if (p < end && *p == '*') {
            star = ++p;
            star_name = name;
        } else if (p < end && *p == '?') {
            p++;
            name += character(name);
        } else if (p < end && *p == *name) {
            p++;
            name++;
        } else if (star != NULL) {
            p = star;
            name = ++star_name;
        } else {
            return false;
        }
    }
    while (p < end && *p == '*')
        p++;
    return p == end;
}

bool pattern_fits_table(const char *pattern, const char *schema, const char *table)
{
    const char *dot = strchr(pattern, '.');

    return (schema[0] == '\0' || pattern_fits(pattern, (size_t)(dot - pattern), schema)) &&
           (table[0] == '\0' || pattern_fits(dot + 1, strlen(dot + 1), table));
}
