/* SPDX-License-Identifier: Apache-2.0 */
/* batch_content: sortRange and findReplace. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/batch.h"
#include "sandbox/filter.h"
#include "sandbox/mem.h"
#include "sandbox/refuse.h"
#include "sandbox/replace.h"
#include "sandbox/sort.h"

int batch_sort_range(struct batch_run *run, const cJSON *request, struct err *err)
{
    const cJSON *specs = json_get(request, "sortSpecs"), *spec;
    size_t n = (size_t)cJSON_GetArraySize(specs), i = 0;
    CLEANUP_FREE struct sort_key *keys = mem_new(n, sizeof(*keys));
    struct place place;

    if (filter_grid_range(run->draft, json_get(request, "range"), false, &place, err) < 0)
        return -1;
    if (n == 0)
        return refuse(err, 400, "At least one sort spec must be set.");
    cJSON_ArrayForEach(spec, specs)
    {
        keys[i].column = json_int(spec, "dimensionIndex", 0);
        keys[i].is_descending = strcmp(json_text(spec, "sortOrder", ""), "DESCENDING") == 0;
        if (keys[i].column < place.area.column || keys[i].column >= place.area.end_column)
            return refuse(err, 400, "The sort column %lld is outside the range.",
                          (long long)keys[i].column);
        i++;
    }
    sort_area(run->draft, place.tab, place.area, keys, n);
    return 0;
}

static int find_places(const struct book *b, const cJSON *request, struct place **out, size_t *n,
                       struct err *err)
{
    const cJSON *range = json_get(request, "range");
    const struct tab *t;

    *n = 0;
    *out = mem_new(b->n_tabs, sizeof(**out));
    if (cJSON_IsTrue(json_get(request, "allSheets"))) {
        for (; *n < b->n_tabs; (*n)++)
            (*out)[*n] = (struct place){.tab = b->tabs[*n], .area = tab_all(b->tabs[*n])};
        return 0;
    }
    *n = 1;
    if (range != NULL)
        return filter_grid_range(b, range, false, *out, err);
    if (json_get(request, "sheetId") == NULL)
        return refuse(err, 400, "One of range, sheetId and allSheets must be set.");
    if (filter_tab(b, request, "sheetId", &t, err) < 0)
        return -1;
    **out = (struct place){.tab = t, .area = tab_all(t)};
    return 0;
}

static void put_count(cJSON *to, const char *name, long n)
{
    if (n > 0)
        cJSON_AddNumberToObject(to, name, (double)n);
}

int batch_find_replace(struct batch_run *run, const cJSON *request, struct err *err)
{
    CLEANUP_FREE struct place *places = NULL;
    struct replace_counts counts = {0};
    struct replace_rule rule = {
        .find = json_text(request, "find", ""),
        .replacement = json_text(request, "replacement", ""),
        .match_case = cJSON_IsTrue(json_get(request, "matchCase")),
        .match_cell = cJSON_IsTrue(json_get(request, "matchEntireCell")),
        .formulas = cJSON_IsTrue(json_get(request, "includeFormulas")),
    };
    cJSON *reply;
    size_t n;

    if (*rule.find == '\0')
        return refuse(err, 400, "The find string must not be empty.");
    if (cJSON_IsTrue(json_get(request, "searchByRegex")))
        return refuse(err, 400, "The sandbox does not search by regular expressions.");
    if (find_places(run->draft, request, &places, &n, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        replace_area(run->draft, places[i].tab->id, places[i].area, &rule, &counts);
    reply = cJSON_AddObjectToObject(run->reply, "findReplace");
    put_count(reply, "valuesChanged", counts.values);
    put_count(reply, "formulasChanged", counts.formulas);
    put_count(reply, "rowsChanged", counts.rows);
    put_count(reply, "sheetsChanged", counts.sheets);
    put_count(reply, "occurrencesChanged", counts.occurrences);
    run->cells += counts.values;
    return 0;
}
