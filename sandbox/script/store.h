/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store: what a script keeps between its runs: properties and installed triggers, one file a
 * spreadsheet.
 *
 * A file is replaced as a whole at each change, so a killed sandbox leaves the old state or the new
 * one (not after a power cut: nothing is synced to the disk). Any thread.
 */
#ifndef SANDBOX_SCRIPT_STORE_H
#define SANDBOX_SCRIPT_STORE_H

#include <stdbool.h>

#include "common/err.h"
#include "common/json.h"

struct store;

/* Load all of FOLDER (made if it is missing; NULL: in memory only). ERR_IO, ERR_FORMAT. */
int store_new(const char *folder, struct store **out, struct err *err);
void store_free(struct store *s);

/* A bag of properties: "script", "document" or "user:E-MAIL". */
struct store_bag {
    const char *spreadsheet;
    const char *name;
};

/* The bag as a JSON object, a copy for the caller; NULL when out of memory. */
cJSON *store_properties(struct store *s, const struct store_bag *bag);
/* SET is an array of [name, value or null (delete)]: all or nothing. ERR_VALUE past Google's limits
 * (9 KB a value, 500 KB a bag). */
int store_set_properties(struct store *s, const struct store_bag *bag, const cJSON *set,
                         bool delete_others, struct err *err);

/* Triggers as an array of {"spreadsheet", "uid", "handler", "type", "minutes"}, a copy for the
 * caller; NULL: out of memory. SPREADSHEET and TYPE ("ON_EDIT", ...) may be NULL for all. */
cJSON *store_triggers(struct store *s, const char *spreadsheet, const char *type);
/* *OUT: the new trigger, a copy. ERR_VALUE: more than 20. */
int store_add_trigger(struct store *s, const char *spreadsheet, const char *handler,
                      const char *type, int minutes, cJSON **out, struct err *err);
/* Deleting one that is gone is no error. */
int store_delete_trigger(struct store *s, const char *spreadsheet, const char *uid,
                         struct err *err);
#endif
