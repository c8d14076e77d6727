/* SPDX-License-Identifier: Apache-2.0 */
/*
 * actions: what a person does to a spreadsheet in the browser: edit, paste, insert, sort, undo.
 *
 * Values are taken as typed; each action is one version and fires the script's triggers as Google
 * does (docs/ARCHITECTURE.md lists the actions). Any thread.
 */
#ifndef SANDBOX_ACTIONS_H
#define SANDBOX_ACTIONS_H

#include "common/json.h"
#include "sandbox/sandbox.h"

/* Do what JSON says ({"action": "edit", ...}); *REVISION is the version it made. An err of
 * refuse(): 404 no such spreadsheet, 400 anything else that cannot be done. */
int actions_do(struct sandbox *s, const char *spreadsheet, const cJSON *json, int64_t *revision,
               struct err *err);
#endif
