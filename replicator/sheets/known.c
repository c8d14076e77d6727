/* SPDX-License-Identifier: Apache-2.0 */
/* known: what Google last said of each tab: its title and the size of its grid. */
#include <stdlib.h>
#include <string.h>

#include "replicator/sheets/private.h"

void known_forget(struct sheets *s, const char *spreadsheet)
{
    size_t n = 0;

    for (size_t i = 0; i < s->n_known; i++) {
        struct known_tab *tab = &s->known[i];

        if (spreadsheet != NULL && strcmp(tab->spreadsheet, spreadsheet) != 0) {
            s->known[n++] = *tab;
            continue;
        }
        free(tab->spreadsheet);
        free(tab->title);
        free(tab->owner_name);
    }
    s->n_known = n;
}

struct known_tab *known_find(const struct sheets *s, const char *spreadsheet, int64_t sheet_id)
{
    for (size_t i = 0; i < s->n_known; i++)
        if (s->known[i].sheet_id == sheet_id && strcmp(s->known[i].spreadsheet, spreadsheet) == 0)
            return &s->known[i];
    return NULL;
}

static struct known_tab *add(struct sheets *s, const char *spreadsheet, int64_t sheet_id)
{
    struct known_tab *tabs = realloc(s->known, (s->n_known + 1) * sizeof(*tabs));

    if (tabs == NULL)
        return NULL;
    s->known = tabs;
    tabs[s->n_known] = (struct known_tab){.spreadsheet = strdup(spreadsheet), .sheet_id = sheet_id};
    return tabs[s->n_known].spreadsheet == NULL ? NULL : &tabs[s->n_known++];
}

static int learn(struct sheets *s, const char *spreadsheet, const cJSON *sheet, struct err *err)
{
    const cJSON *properties = json_get(sheet, "properties");
    const char *title = json_text(properties, "title", NULL);
    const cJSON *grid = json_get(properties, "gridProperties");
    int64_t sheet_id = json_int(properties, "sheetId", 0);
    struct known_tab *tab = known_find(s, spreadsheet, sheet_id);
    char *copy = title == NULL ? NULL : strdup(title);

    if (title == NULL)
        return 0;
    if (tab == NULL)
        tab = add(s, spreadsheet, sheet_id);
    if (copy == NULL || tab == NULL) {
        free(copy);
        return err_nomem(err, "sheets");
    }
    free(tab->title);
    tab->title = copy;
    if (grid != NULL) {
        tab->rows = json_int(grid, "rowCount", 0);
        tab->columns = json_int(grid, "columnCount", 0);
    }
    return owner_learn(tab, json_get(sheet, "developerMetadata"), err);
}

int known_learn(struct sheets *s, const char *spreadsheet, const cJSON *sheets, struct err *err)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, sheets)
    {
        if (learn(s, spreadsheet, item, err) != 0)
            return -1;
    }
    return 0;
}

const char *known_title(const struct sheets *s, const char *spreadsheet, int64_t sheet_id)
{
    const struct known_tab *tab = known_find(s, spreadsheet, sheet_id);

    return tab == NULL ? NULL : tab->title;
}

int64_t sheets_cells(const struct sheets *s, const char *spreadsheet, int64_t without)
{
    int64_t cells = 0;

    for (size_t i = 0; i < s->n_known; i++)
        if (s->known[i].sheet_id != without && strcmp(s->known[i].spreadsheet, spreadsheet) == 0)
            cells += s->known[i].rows * s->known[i].columns;
    return cells;
}

int64_t sheets_rows(const struct sheets *s, const char *spreadsheet, int64_t sheet_id)
{
    const struct known_tab *tab = known_find(s, spreadsheet, sheet_id);

    return tab == NULL ? 0 : tab->rows;
}
