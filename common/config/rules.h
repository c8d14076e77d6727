/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules: what one key alone cannot tell: defaults that depend on other keys, and contradictions.
 *
 * Each runs after the keys of its section; members whose keys were wrong are still empty.
 */
#ifndef COMMON_CONFIG_RULES_H
#define COMMON_CONFIG_RULES_H

#include "common/config/walk.h"

void rules_mysql(struct walk *w, const struct spot *at, void *owner);   /* struct config_mysql */
void rules_google(struct walk *w, const struct spot *at, void *owner);  /* struct config_google */
void rules_webhook(struct walk *w, const struct spot *at, void *owner); /* struct config_webhook */
void rules_page(struct walk *w, const struct spot *at, void *owner);    /* struct config_page */
void rules_mapping(struct walk *w, const struct spot *at, void *owner); /* struct config_mapping */
void rules_root(struct walk *w, const struct spot *at, void *owner);    /* struct config */
#endif
