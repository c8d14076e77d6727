/* SPDX-License-Identifier: Apache-2.0 */
/* grid_data: cells as the API's GridData. Pure; any thread. */
#ifndef SANDBOX_GRID_DATA_H
#define SANDBOX_GRID_DATA_H

#include "sandbox/grid.h"

/* The cells of AREA; trailing blank ones are left out. */
cJSON *grid_data(const struct tab *t, struct area area, struct calc *calc,
                 const struct fields *mask);
#endif
