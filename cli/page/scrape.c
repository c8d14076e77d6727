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

/* The value on LINE if it is a sample of NAME with LABEL. */
static bool read_line(const char *line, const char *name, const char *label, double *out)
{
    size_t len = strlen(name);
    const char *labels = line + len;
    char *end;

    if (strncmp(line, name, len) != 0 || strchr(" \t{", *labels) == NULL)
        return false;
    line = *labels == '{' ? skip_labels(labels) : labels;
    if (line == NULL || (*line != ' ' && *line != '\t'))
        return false;
    if (label != NULL && memmem(labels, (size_t)(line - labels), label, strlen(label)) == NULL)
        return false;
    line += strspn(line, " \t");
    *out = strtod(line, &end);
    return end != line && isfinite(*out);
}

bool scrape_value(const char *text, const char *name, const char *label, bool largest, double *out)
{
    bool is_found = false;
    double value;

    *out = 0;
    while (text != NULL && *text != '\0') {
        if (read_line(text, name, label, &value)) {
            *out = !is_found ? value : largest ? fmax(*out, value) : *out + value;
            is_found = true;
        }
        text = strchr(text, '\n');
        text += text != NULL;
    }
    return is_found;
}
