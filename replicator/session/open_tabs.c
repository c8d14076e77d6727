/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/session/open_tabs.h"

#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "replicator/session/open_mapping.h"

static bool has_title(const struct sheet_tabs *tabs, const char *title)
{
    for (size_t i = 0; i < tabs->n_tabs; i++)
        if (strcmp(tabs->tabs[i].title, title) == 0)
            return true;
    return false;
}

/* One that it had and that is gone was deleted by somebody: that is for them to mend. */
static int is_missing(struct session *s, const struct follow *f, const struct sheet_tabs *tabs,
                      bool *out, struct err *err)
{
    struct mapping_memory memory;
    int rc;

    *out = false;
    if (f->m.cfg->family == NULL || has_title(tabs, f->m.cfg->tab))
        return 0;
    rc = state_load_mapping(&s->state, &f->m, &memory, err);
    *out = rc == 0 && memory.sheet_id < 0;
    mapping_memory_close(&memory);
    return rc;
}

/* All of them, or none. */
static int send(struct session *s, const char *spreadsheet, const char *const *titles, size_t n,
                struct err *err)
{
    struct batch *batch = batch_new();
    struct grid *none = NULL;
    int rc;

    if (batch == NULL)
        return err_nomem(err, "tab");
    for (size_t i = 0; i < n; i++)
        batch_add_tab(batch, titles[i]);
    rc = sheets_send(s->sheets, spreadsheet, batch, NULL, 0, &none, err);
    grids_free(none, 0);
    batch_free(batch);
    return rc;
}

static int make(struct session *s, const char *spreadsheet, const char *const *titles, size_t n,
                struct err *err)
{
    struct err problem = ERR_INIT;

    if (send(s, spreadsheet, titles, n, &problem) == 0) {
        log_info("tab: made tabs=%zu first=\"%s\" spreadsheet=%s", n, titles[0], spreadsheet);
        return 0;
    }
    if (!open_mapping_is_own(&problem)) {
        *err = problem;
        return -1;
    }
    if (n == 1) {
        err_wrap(&problem, "tab \"%.64s\" cannot be made", titles[0]);
        log_err(LOG_WARN, "tab", &problem);
        return 0;
    }
    for (size_t i = 0; i < n; i++)
        if (make(s, spreadsheet, &titles[i], 1, err) != 0)
            return -1;
    return 0;
}

int open_tabs_make(struct session *s, const char *spreadsheet, struct follow *const *follows,
                   size_t n, struct sheet_tabs *tabs, struct err *err)
{
    CLEANUP_FREE const char **titles = calloc(n, sizeof(*titles));
    size_t n_missing = 0;
    bool is_needed;

    if (titles == NULL)
        return err_nomem(err, "tab");
    for (size_t i = 0; i < n; i++) {
        if (is_missing(s, follows[i], tabs, &is_needed, err) != 0)
            return -1;
        if (is_needed)
            titles[n_missing++] = follows[i]->m.cfg->tab;
    }
    if (n_missing == 0)
        return 0;
    if (make(s, spreadsheet, titles, n_missing, err) != 0)
        return -1;
    sheet_tabs_close(tabs);
    return sheets_tabs(s->sheets, spreadsheet, tabs, err);
}
