/* SPDX-License-Identifier: Apache-2.0 */
#include "common/metrics_config.h"

#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/metrics.h"

static bool has(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

int metrics_config(const struct config *cfg, struct err *err)
{
    CLEANUP_FREE const char **mappings = calloc(cfg->n_mappings + 1, sizeof(*mappings));
    CLEANUP_FREE const char **spreadsheets = calloc(cfg->n_mappings + 1, sizeof(*spreadsheets));
    size_t n = 0;

    if (mappings == NULL || spreadsheets == NULL)
        return err_nomem(err, "metrics");
    for (size_t i = 0; i < cfg->n_mappings; i++) {
        mappings[i] = cfg->mappings[i].name;
        if (!has(spreadsheets, n, cfg->mappings[i].spreadsheet))
            spreadsheets[n++] = cfg->mappings[i].spreadsheet;
    }
    if (metrics_names(METRICS_LABEL_MAPPING, mappings, cfg->n_mappings, err) != 0)
        return -1;
    return metrics_names(METRICS_LABEL_SPREADSHEET, spreadsheets, n, err);
}
