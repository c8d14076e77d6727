/* SPDX-License-Identifier: Apache-2.0 */
/* rules_private: what the rules of all sections share. */
#ifndef COMMON_CONFIG_RULES_PRIVATE_H
#define COMMON_CONFIG_RULES_PRIVATE_H

#include <stdbool.h>

#include "common/config/walk.h"

/* Caller frees; NULL: out of memory, which is a problem at AT. */
char *rules_copy(struct walk *w, const struct spot *at, const char *text);
/* False where one of them is missing, which is another problem. */
bool rules_are_same(const char *a, const char *b);
#endif
