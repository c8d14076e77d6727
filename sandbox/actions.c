/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/actions.h"

#include <stdlib.h>
#include <string.h>

#include "sandbox/action.h"
#include "sandbox/history.h"
#include "sandbox/mem.h"
#include "sandbox/refuse.h"

static const struct {
    const char *name;
    action_function *run;
} actions[] = {
    {"edit", action_edit},
    {"paste", action_paste},
    {"clear", action_clear},
    {"set_note", action_set_note},
    {"sort", action_sort},
    {"cut_paste", action_cut_paste},
    {"copy_paste", action_copy_paste},
    {"merge_cells", action_merge_cells},
    {"unmerge_cells", action_unmerge_cells},
    {"insert_rows", action_insert_rows},
    {"delete_rows", action_delete_rows},
    {"insert_columns", action_insert_columns},
    {"delete_columns", action_delete_columns},
    {"move_rows", action_move_rows},
    {"move_columns", action_move_columns},
    {"hide_rows", action_hide_rows},
    {"show_rows", action_show_rows},
    {"filter", action_filter},
    {"rename_tab", action_rename_tab},
    {"add_tab", action_add_tab},
    {"delete_tab", action_delete_tab},
    {"copy_tab", action_copy_tab},
    {"move_tab", action_move_tab},
};

int action_number(const struct action *a, const char *name, int64_t low, int64_t high, int64_t *out,
                  struct err *err)
{
    *out = json_int(a->json, name, low - 1);
    if (*out < low || *out > high)
        return refuse(err, 400, "%s: expected a whole number of %lld to %lld", name, (long long)low,
                      (long long)high);
    return 0;
}

static int find_tab(struct action *a, struct err *err)
{
    const char *title = json_text(a->json, "tab", NULL);

    if (title != NULL)
        a->tab = book_tab_by_title(a->draft, title);
    else if (json_get(a->json, "sheetId") != NULL)
        a->tab = book_tab(a->draft, json_int(a->json, "sheetId", -1));
    else
        a->tab = a->draft->tabs[0];
    if (a->tab == NULL)
        return refuse(err, 400, "There is no such tab.");
    return 0;
}

/* Put the cells of one touch back as they were. */
static void restore_cells(struct action *a, const struct book *before, const struct touch *touch)
{
    const struct tab *old = book_tab(before, touch->sheet_id);
    struct tab *t = book_write_tab(a->draft, book_tab(a->draft, touch->sheet_id));
    const struct cell *was;
    struct area area = tab_clip(t, touch->area);

    for (int64_t row = area.row; row < area.end_row; row++)
        for (int64_t column = area.column; column < area.end_column; column++) {
            was = tab_cell(old, row, column);
            if (was != NULL)
                cell_copy(tab_write(t, row, column), was);
            else if (tab_cell(t, row, column) != NULL)
                cell_close(tab_write(t, row, column));
        }
    a->tab = t;
    a->effect = (struct effect){.is_edit = true, .area = area, .sheet_id = t->id, .change = "EDIT"};
    book_touch(a->draft, t, TOUCH_CELLS, area);
}

/* Put all tabs back: nothing has changed since. */
static void restore_all(struct action *a, const struct book *before)
{
    while (a->draft->n_tabs > 0)
        tab_unref(a->draft->tabs[--a->draft->n_tabs]);
    for (size_t i = 0; i < before->n_tabs; i++)
        book_add_tab(a->draft, tab_ref(before->tabs[i]), -1);
    while (a->draft->n_metadata > 0)
        book_remove_metadata(a->draft, a->draft->n_metadata - 1);
    for (size_t i = 0; i < before->n_metadata; i++)
        book_add_metadata(a->draft, &before->metadata[i]);
    a->effect.change = "OTHER";
}

static int undo(struct action *a, const struct step *step, struct err *err)
{
    if (step->after->shape == step->before->shape && a->draft->shape == step->after->shape) {
        for (size_t i = 0; i < step->after->n_touches; i++)
            restore_cells(a, step->before, &step->after->touches[i]);
        return 0;
    }
    if (a->draft->revision != step->after->revision)
        return refuse(err, 400,
                      "The spreadsheet has changed since; this action cannot be undone any more.");
    restore_all(a, step->before);
    return 0;
}

static int run(struct action *a, const char *name, const struct step *step, struct err *err)
{
    if (step != NULL)
        return undo(a, step, err);
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
        if (strcmp(actions[i].name, name) == 0)
            return find_tab(a, err) < 0 ? -1 : actions[i].run(a, err);
    return refuse(err, 400, "unknown action \"%.60s\"", name);
}

static int commit(struct sandbox *s, struct action *a, struct book *before, const char *user,
                  bool is_undo, int64_t *revision, struct err *err)
{
    CLEANUP(book_cleanup) struct book *after = NULL;
    struct author author = {"user", user};

    if (a->effect.sheet_id == 0 && a->tab != NULL)
        a->effect.sheet_id = a->tab->id;
    if (library_commit(s->library, a->draft, author, &after, err) < 0)
        return -1;
    *revision = after->revision;
    if (!is_undo)
        history_add(s->history, before, after, user);
    engine_fire(s, after->id, user, &a->effect);
    return 0;
}

static int act(struct sandbox *s, const char *spreadsheet, struct action *a,
               const struct step *step, int64_t *revision, struct err *err)
{
    const char *user = json_text(a->json, "user", "");
    struct book *before = NULL;
    int rc;

    if (library_begin(s->library, spreadsheet, &a->draft, err) < 0)
        return -1;
    before = book_draft(a->draft);
    if (run(a, json_text(a->json, "action", ""), step, err) < 0) {
        library_abort(s->library, a->draft);
        rc = -1;
    } else {
        rc = commit(s, a, before, user, step != NULL, revision, err);
    }
    book_unref(before);
    return rc;
}

int actions_do(struct sandbox *s, const char *spreadsheet, const cJSON *json, int64_t *revision,
               struct err *err)
{
    bool is_undo = strcmp(json_text(json, "action", ""), "undo") == 0;
    struct action a = {.json = json};
    struct step step = {0};
    int rc;

    if (is_undo && !history_take(s->history, spreadsheet, json_text(json, "user", ""), &step))
        return refuse(err, 400, "There is nothing to undo.");
    rc = act(s, spreadsheet, &a, is_undo ? &step : NULL, revision, err);
    step_close(&step);
    effect_close(&a.effect);
    return rc;
}
