/* SPDX-License-Identifier: Apache-2.0 */
#include "common/cell/look.h"

void look_apply(struct table *t, const struct config_mapping *cfg)
{
    for (size_t i = 0; i < t->n_columns; i++)
        t->columns[i].look = (struct column_look){
            .is_checkbox = t->columns[i].is_bool && cfg->formats.checkboxes == CONFIG_YES,
            .null_as = cfg->null_as,
            .empty_as = cfg->empty_as,
        };
}
