/* SPDX-License-Identifier: Apache-2.0 */
#include "common/nearest.h"

#include <stdint.h>
#include <string.h>

/* Levenshtein's distance; of texts longer than the table SIZE_MAX. */
static size_t distance(const char *a, const char *b)
{
    enum { MAX = 40 };
    size_t row[MAX + 1];
    size_t la = strlen(a), lb = strlen(b);

    if (la > MAX || lb > MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= lb; j++)
        row[j] = j;
    for (size_t i = 1; i <= la; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);

            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[lb];
}

struct nearest nearest_to(const char *typed)
{
    return (struct nearest){.typed = typed, .distance = strlen(typed) / 3 + 2};
}

void nearest_try(struct nearest *n, const char *name)
{
    size_t d = distance(n->typed, name);

    if (d < n->distance) {
        n->distance = d;
        n->name = name;
    }
}
