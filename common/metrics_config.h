/* SPDX-License-Identifier: Apache-2.0 */
/* metrics_config: the configuration's names get their series. */
#ifndef COMMON_METRICS_CONFIG_H
#define COMMON_METRICS_CONFIG_H

#include "common/config/config.h"
#include "common/err.h"

/* A mapping's place (metrics.h) is from now on its place in CFG, a spreadsheet's is found by
 * metrics_place. Called again, names that both configurations have keep their numbers. */
int metrics_config(const struct config *cfg, struct err *err);
#endif
