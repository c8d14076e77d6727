/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys: every key of tabrelay.yaml in one table: name, type, range, default, place in the struct.
 *
 * schemas/tabrelay.schema.json and schemas/example.yaml say the same; tests/ compare them.
 */
#ifndef COMMON_CONFIG_KEYS_H
#define COMMON_CONFIG_KEYS_H

#include "common/config/walk.h"

extern const struct section keys_root; /* struct config */
#endif
