/* SPDX-License-Identifier: Apache-2.0 */
/* The script's project: properties, cache, locks, triggers, its log. */
#include <stdio.h>
#include <string.h>

#include "sandbox/script/ops.h"

/* "script", "document" or "user:E-MAIL", in the caller's NAME. */
static const char *bag_name(const struct run *r, const cJSON *args, char *name, size_t size)
{
    const char *kind = json_text(args, "kind", "script");

    if (strcmp(kind, "user") != 0)
        return kind;
    snprintf(name, size, "user:%s", r->user);
    return name;
}

/* Locks and cached texts of one spreadsheet's script are nobody else's. */
static char *scoped(const struct run *r, const cJSON *args, const char *key, struct err *err)
{
    char user[256];
    const char *kind = bag_name(r, args, user, sizeof(user));
    char *name;

    if (asprintf(&name, "%s/%s/%s", r->spreadsheet, kind, key) >= 0)
        return name;
    err_nomem(err, "script");
    return NULL;
}

static int op_properties(struct run *r, const cJSON *args, struct buf *out, struct err *err)
{
    char user[256];
    struct store_bag bag = {r->spreadsheet, bag_name(r, args, user, sizeof(user))};

    return ops_put_json(out, store_properties(r->world->store, &bag), err);
}

static int op_property(struct run *r, const cJSON *args, struct buf *out, struct err *err)
{
    char user[256];
    struct store_bag bag = {r->spreadsheet, bag_name(r, args, user, sizeof(user))};
    CLEANUP_JSON cJSON *all = store_properties(r->world->store, &bag);
    const char *value = json_text(all, json_text(args, "name", ""), NULL);

    if (all == NULL)
        return err_nomem(err, "script");
    if (value != NULL)
        ops_put_text(out, value);
    return 0;
}

static int op_set_properties(struct run *r, const cJSON *args, struct buf *out, struct err *err)
{
    char user[256];
    struct store_bag bag = {r->spreadsheet, bag_name(r, args, user, sizeof(user))};

    (void)out;
    return store_set_properties(r->world->store, &bag, json_get(args, "set"),
                                cJSON_IsTrue(json_get(args, "delete_others")), err);
}

static int op_cache_get(struct run *r, const cJSON *args, struct buf *out, struct err *err)
{
    CLEANUP_FREE char *key = scoped(r, args, json_text(args, "key", ""), err);
    CLEANUP_FREE char *value = key == NULL ? NULL : cache_get(r->world->cache, key);

    if (value != NULL)
        ops_put_text(out, value);
    return key == NULL ? -1 : 0;
}

static int op_cache_put(struct run *r, const cJSON *args, struct buf *out, struct err *err)
{
    CLEANUP_FREE char *key = scoped(r, args, json_text(args, "key", ""), err);

    (void)out;
    if (key == NULL)
        return -1;
    return cache_put(r->world->cache, key, json_text(args, "value", NULL),
                     json_int(args, "seconds", 600), err);
}

static void put_bool(struct buf *out, bool value)
{
    buf_puts(out, value ? "true" : "false");
}

static int op_lock(struct run *r, const cJSON *args, struct buf *out, struct err *err)
{
    CLEANUP_FREE char *name = scoped(r, args, "lock", err);

    if (name == NULL)
        return -1;
    put_bool(out, locks_take(r->world->locks, name, r->id,
                             limits_cap_ms(&r->limits, json_int(args, "ms", 0))));
    return 0;
}

static int op_has_lock(struct run *r, const cJSON *args, struct buf *out, struct err *err)
{
    CLEANUP_FREE char *name = scoped(r, args, "lock", err);

    if (name == NULL)
        return -1;
    put_bool(out, locks_holds(r->world->locks, name, r->id));
    return 0;
}

static int op_unlock(struct run *r, const cJSON *args, struct buf *out, struct err *err)
{
    CLEANUP_FREE char *name = scoped(r, args, "lock", err);

    (void)out;
    if (name == NULL)
        return -1;
    locks_release(r->world->locks, name, r->id);
    return 0;
}

static int op_triggers(struct run *r, const cJSON *args, struct buf *out, struct err *err)
{
    (void)args;
    return ops_put_json(out, store_triggers(r->world->store, r->spreadsheet, NULL), err);
}

static int op_add_trigger(struct run *r, const cJSON *args, struct buf *out, struct err *err)
{
    cJSON *trigger;

    if (store_add_trigger(r->world->store, r->spreadsheet, json_text(args, "handler", ""),
                          json_text(args, "type", ""), (int)json_int(args, "minutes", 0), &trigger,
                          err) != 0)
        return -1;
    return ops_put_json(out, trigger, err);
}

static int op_delete_trigger(struct run *r, const cJSON *args, struct buf *out, struct err *err)
{
    (void)out;
    return store_delete_trigger(r->world->store, r->spreadsheet, json_text(args, "uid", ""), err);
}

static int op_log(struct run *r, const cJSON *args, struct buf *out, struct err *err)
{
    const char *level = json_text(args, "level", "info");

    (void)out;
    (void)err;
    level = strcmp(level, "error") == 0 ? "error" : strcmp(level, "warn") == 0 ? "warn" : "info";
    journal_add(r->world->journal, level, r->spreadsheet, json_text(args, "text", ""));
    return 0;
}

const struct ops_row ops_project[] = {{"properties", op_properties},
                                      {"property", op_property},
                                      {"set_properties", op_set_properties},
                                      {"cache_get", op_cache_get},
                                      {"cache_put", op_cache_put},
                                      {"lock", op_lock},
                                      {"has_lock", op_has_lock},
                                      {"unlock", op_unlock},
                                      {"triggers", op_triggers},
                                      {"add_trigger", op_add_trigger},
                                      {"delete_trigger", op_delete_trigger},
                                      {"log", op_log},
                                      {NULL, NULL}};
