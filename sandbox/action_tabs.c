/* SPDX-License-Identifier: Apache-2.0 */
/* action_tabs: tabs come, go, get names, are copied and moved. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/action.h"
#include "sandbox/mem.h"
#include "sandbox/refuse.h"
#include "sandbox/tab_request.h"

/* Change one property of the tab, as updateSheetProperties does. PROPERTIES is taken over. */
static int update(struct action *a, const char *name, cJSON *properties, struct err *err)
{
    CLEANUP_JSON cJSON *held = properties;
    CLEANUP(fields_cleanup) struct fields *mask = NULL;

    cJSON_AddNumberToObject(held, "sheetId", (double)a->tab->id);
    a->effect.change = "OTHER";
    return fields_parse(name, &mask, err) < 0 ? -1 : tab_request_update(a->draft, held, mask, err);
}

int action_rename_tab(struct action *a, struct err *err)
{
    cJSON *properties = cJSON_CreateObject();

    cJSON_AddStringToObject(properties, "title", json_text(a->json, "title", ""));
    return update(a, "title", properties, err);
}

int action_move_tab(struct action *a, struct err *err)
{
    cJSON *properties = cJSON_CreateObject();

    cJSON_AddNumberToObject(properties, "index", (double)json_int(a->json, "index", -1));
    return update(a, "index", properties, err);
}

/* "Copy of Sheet1", then "Copy of Sheet1 2". */
static char *title_of_copy(const struct book *b, const char *title)
{
    char *copy = mem_printf("Copy of %s", title);

    for (int n = 2; book_tab_by_title(b, copy) != NULL; n++) {
        free(copy);
        copy = mem_printf("Copy of %s %d", title, n);
    }
    return copy;
}

/* The copy stands right of its original; developer metadata stay with the original. */
int action_copy_tab(struct action *a, struct err *err)
{
    CLEANUP_JSON cJSON *properties = cJSON_CreateObject();
    CLEANUP_FREE char *title = title_of_copy(a->draft, a->tab->title);
    struct tab *checked, *copy;

    cJSON_AddStringToObject(properties, "title", title);
    if (tab_request_check_cells(a->draft, a->tab->rows * a->tab->columns, err) < 0 ||
        tab_request_new(a->draft, properties, &checked, err) < 0)
        return -1;
    copy = tab_clone(a->tab);
    copy->id = checked->id;
    free(copy->title);
    copy->title = mem_text(title);
    tab_unref(checked);
    book_add_tab(a->draft, copy, book_tab_index(a->draft, a->tab->id) + 1);
    a->effect.change = "INSERT_GRID";
    return 0;
}

int action_add_tab(struct action *a, struct err *err)
{
    CLEANUP_JSON cJSON *properties = cJSON_CreateObject();
    const char *title = json_text(a->json, "title", NULL);
    struct tab *t;

    if (title != NULL)
        cJSON_AddStringToObject(properties, "title", title);
    if (tab_request_new(a->draft, properties, &t, err) < 0)
        return -1;
    book_add_tab(a->draft, t, -1);
    a->effect.change = "INSERT_GRID";
    return 0;
}

int action_delete_tab(struct action *a, struct err *err)
{
    if (a->draft->n_tabs == 1)
        return refuse(err, 400, "You can't remove all the sheets in a document.");
    book_remove_tab(a->draft, a->tab->id);
    a->effect.change = "REMOVE_GRID";
    return 0;
}
