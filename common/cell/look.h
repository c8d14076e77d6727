/* SPDX-License-Identifier: Apache-2.0 */
/* look: what a mapping says of how its columns' cells look, for cell.h. */
#ifndef COMMON_CELL_LOOK_H
#define COMMON_CELL_LOOK_H

#include "common/config/config.h"
#include "common/mysql/table.h"

/* Set the look of all columns of T, before it is shared. CFG outlives T. */
void look_apply(struct table *t, const struct config_mapping *cfg);
#endif
