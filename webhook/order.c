/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/order.h"

#include <stdlib.h>
#include <string.h>

struct context {
    const struct edit_request *request;
    const struct schema_mapping *m;
};

/* Blank cells last, numbers before texts. */
static int rank(const cJSON *cell)
{
    if (cJSON_IsNumber(cell))
        return 0;
    return cJSON_IsString(cell) ? 1 : 2;
}

static int compare_cells(const cJSON *a, const cJSON *b)
{
    int ranks = rank(a) - rank(b);

    if (ranks != 0)
        return ranks;
    if (cJSON_IsNumber(a))
        return a->valuedouble < b->valuedouble ? -1 : a->valuedouble > b->valuedouble;
    return cJSON_IsString(a) ? strcmp(a->valuestring, b->valuestring) : 0;
}

static int compare_edits(const void *a, const void *b, void *arg)
{
    const struct context *c = arg;
    size_t i = *(const size_t *)a, j = *(const size_t *)b;

    for (size_t k = 0; k < c->m->n_key; k++) {
        const char *header = c->m->columns[c->m->key[k]].header;
        int order = compare_cells(json_get(c->request->edits[i].cells, header),
                                  json_get(c->request->edits[j].cells, header));

        if (order != 0)
            return order;
    }
    return i < j ? -1 : i > j;
}

size_t *order_by_key(const struct edit_request *request, const struct schema_mapping *m)
{
    struct context context = {.request = request, .m = m};
    size_t *order = calloc(request->n_edits + 1, sizeof(*order));

    if (order == NULL)
        return NULL;
    for (size_t i = 0; i < request->n_edits; i++)
        order[i] = i;
    qsort_r(order, request->n_edits, sizeof(*order), compare_edits, &context);
    return order;
}
