/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/page/scrape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* After the labels of LINE, which begins with '{'; NULL: they do not end. A quoted value may hold
 * anything. */
static const char *skip_labels(const char *line)
{
    bool is_quoted = false;

    for (const char *at = line; *at != '\0' && *at != '\n'; at++) {
        if (is_quoted && *at == '\\' && at[1] != '\0')
            at++;
        else if (*at == '"')
            is_quoted = !is_quoted;
        else if (*at == '}' && !is_quoted)
            return at + 1;
    }
    return NULL;
}

/* The value on LINE if it is a sample of NAME. */
static bool read_line(const char *line, const char *name, size_t name_len, double *out)
{
    char *end;

    if (strncmp(line, name, name_len) != 0 || strchr(" \t{", line[name_len]) == NULL)
        return false;
    line += name_len;
    if (*line == '{')
        line = skip_labels(line);
    if (line == NULL || (*line != ' ' && *line != '\t'))
        return false;
    line += strspn(line, " \t");
    *out = strtod(line, &end);
    return end != line && isfinite(*out);
}

bool scrape_value(const char *text, const char *name, bool largest, double *out)
{
    size_t name_len = strlen(name);
    bool is_found = false;
    double value;

    *out = 0;
    while (text != NULL && *text != '\0') {
        if (read_line(text, name, name_len, &value)) {
            *out = !is_found ? value : largest ? fmax(*out, value) : *out + value;
            is_found = true;
        }
        text = strchr(text, '\n');
        text += text != NULL;
    }
    return is_found;
}
