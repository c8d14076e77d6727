/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/script/store.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/buf.h"
#include "common/crypto.h"

#define PREFIX "script-"
#define SUFFIX ".json"
#define MAX_FILE_BYTES (16 << 20)
/* https://developers.google.com/apps-script/guides/services/quotas, "Properties", "Triggers" */
#define MAX_VALUE_BYTES (9 << 10)
#define MAX_BAG_BYTES (500 << 10)
#define MAX_TRIGGERS 20

/* {"properties": {"script": {...}}, "triggers": [...]} */
struct project {
    struct project *next;
    char *spreadsheet; /* owned */
    cJSON *json;       /* owned */
};

struct store {
    pthread_mutex_t mutex;
    char *folder; /* owned; NULL: in memory only */
    struct project *projects;
};

static bool id_is_safe(const char *spreadsheet)
{
    size_t len = strlen(spreadsheet);

    return len > 0 && len <= 128 &&
           strspn(spreadsheet,
                  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == len;
}

static struct project *project_add(struct store *s, const char *spreadsheet, cJSON *json)
{
    struct project *p = calloc(1, sizeof(*p));

    if (p == NULL || json == NULL || (p->spreadsheet = strdup(spreadsheet)) == NULL) {
        free(p);
        cJSON_Delete(json);
        return NULL;
    }
    p->json = json;
    p->next = s->projects;
    s->projects = p;
    return p;
}

static struct project *project_find(struct store *s, const char *spreadsheet)
{
    for (struct project *p = s->projects; p != NULL; p = p->next)
        if (strcmp(p->spreadsheet, spreadsheet) == 0)
            return p;
    return NULL;
}

static struct project *project_get(struct store *s, const char *spreadsheet, struct err *err)
{
    struct project *p = project_find(s, spreadsheet);

    if (!id_is_safe(spreadsheet)) {
        err_set(err, ERR_VALUE, "\"%.64s\" is no spreadsheet's id", spreadsheet);
        return NULL;
    }
    if (p == NULL && (p = project_add(s, spreadsheet, cJSON_CreateObject())) == NULL)
        err_nomem(err, "script store");
    return p;
}

static int write_file(const char *path, const char *text, struct err *err)
{
    CLEANUP_FREE char *tmp = NULL;
    CLEANUP_FILE FILE *file = NULL;

    if (asprintf(&tmp, "%s.tmp", path) < 0) {
        tmp = NULL;
        return err_nomem(err, "script store");
    }
    file = fopen(tmp, "wbe");
    if (file == NULL)
        return err_errno(err, "script store: create %s", tmp);
    if (fputs(text, file) == EOF || fflush(file) != 0)
        return err_errno(err, "script store: write %s", tmp);
    if (rename(tmp, path) != 0)
        return err_errno(err, "script store: rename %s", tmp);
    return 0;
}

static int project_save(const struct store *s, const struct project *p, struct err *err)
{
    CLEANUP_FREE char *path = NULL, *text = NULL;

    if (s->folder == NULL)
        return 0;
    text = cJSON_PrintUnformatted(p->json);
    if (text == NULL || asprintf(&path, "%s/" PREFIX "%s" SUFFIX, s->folder, p->spreadsheet) < 0) {
        path = NULL;
        return err_nomem(err, "script store");
    }
    return write_file(path, text, err);
}

static int read_file(const char *path, struct buf *out, struct err *err)
{
    CLEANUP_FILE FILE *file = fopen(path, "rbe");
    char chunk[8192];
    size_t n;

    if (file == NULL)
        return err_errno(err, "script store: open %s", path);
    while (out->len < MAX_FILE_BYTES && (n = fread(chunk, 1, sizeof(chunk), file)) > 0)
        buf_append(out, chunk, n);
    if (ferror(file) || out->is_failed)
        return err_errno(err, "script store: read %s", path);
    return 0;
}

static int load_one(struct store *s, const char *name, struct err *err)
{
    CLEANUP_BUF struct buf text = BUF_INIT;
    CLEANUP_FREE char *path = NULL, *spreadsheet = NULL;
    size_t len = strlen(name), extra = strlen(PREFIX) + strlen(SUFFIX);
    cJSON *json;

    if (len <= extra || strncmp(name, PREFIX, strlen(PREFIX)) != 0 ||
        strcmp(name + len - strlen(SUFFIX), SUFFIX) != 0)
        return 0;
    spreadsheet = strndup(name + strlen(PREFIX), len - extra);
    if (spreadsheet == NULL || asprintf(&path, "%s/%s", s->folder, name) < 0) {
        path = NULL;
        return err_nomem(err, "script store");
    }
    if (read_file(path, &text, err) != 0)
        return -1;
    if (json_parse(buf_text(&text), text.len, &json, err) != 0)
        return err_wrap(err, "script store: %s", path);
    return project_add(s, spreadsheet, json) == NULL ? err_nomem(err, "script store") : 0;
}

static int load_all(struct store *s, struct err *err)
{
    DIR *dir;
    const struct dirent *entry;
    int rc = 0;

    if (mkdir(s->folder, 0700) != 0 && errno != EEXIST)
        return err_errno(err, "script store: make %s", s->folder);
    dir = opendir(s->folder);
    if (dir == NULL)
        return err_errno(err, "script store: open %s", s->folder);
    while (rc == 0 && (entry = readdir(dir)) != NULL)
        rc = load_one(s, entry->d_name, err);
    closedir(dir);
    return rc;
}

int store_new(const char *folder, struct store **out, struct err *err)
{
    struct store *s = calloc(1, sizeof(*s));

    *out = NULL;
    if (s == NULL)
        return err_nomem(err, "script store");
    pthread_mutex_init(&s->mutex, NULL);
    if (folder != NULL && (s->folder = strdup(folder)) == NULL) {
        store_free(s);
        return err_nomem(err, "script store");
    }
    if (folder != NULL && load_all(s, err) != 0) {
        store_free(s);
        return -1;
    }
    *out = s;
    return 0;
}

void store_free(struct store *s)
{
    if (s == NULL)
        return;
    while (s->projects != NULL) {
        struct project *p = s->projects;

        s->projects = p->next;
        cJSON_Delete(p->json);
        free(p->spreadsheet);
        free(p);
    }
    pthread_mutex_destroy(&s->mutex);
    free(s->folder);
    free(s);
}

/* The member NAME of OBJECT, made if it is missing. */
static cJSON *member(cJSON *object, const char *name, cJSON *(*make)(void))
{
    cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

    if (item == NULL && (item = make()) != NULL && !cJSON_AddItemToObject(object, name, item)) {
        cJSON_Delete(item);
        item = NULL;
    }
    return item;
}

cJSON *store_properties(struct store *s, const struct store_bag *bag)
{
    LOCK_SCOPE(&s->mutex);
    const struct project *p = project_find(s, bag->spreadsheet);
    const cJSON *found = p == NULL ? NULL : json_get(json_get(p->json, "properties"), bag->name);

    return found == NULL ? cJSON_CreateObject() : cJSON_Duplicate(found, true);
}

static int apply(cJSON *bag, const cJSON *pair, struct err *err)
{
    const cJSON *name = cJSON_GetArrayItem(pair, 0), *value = cJSON_GetArrayItem(pair, 1);
    cJSON *copy;

    if (!cJSON_IsString(name))
        return err_set(err, ERR_VALUE, "properties: expected a name");
    cJSON_DeleteItemFromObjectCaseSensitive(bag, name->valuestring);
    if (!cJSON_IsString(value))
        return 0;
    if (strlen(value->valuestring) > MAX_VALUE_BYTES)
        return err_set(err, ERR_VALUE, "Argument too large: value");
    copy = cJSON_CreateString(value->valuestring);
    if (copy == NULL || !cJSON_AddItemToObject(bag, name->valuestring, copy)) {
        cJSON_Delete(copy);
        return err_nomem(err, "properties");
    }
    return 0;
}

static int check_size(const cJSON *bag, struct err *err)
{
    const cJSON *item;
    size_t bytes = 0;

    cJSON_ArrayForEach(item, bag)
    {
        bytes += strlen(item->string) + strlen(item->valuestring);
    }
    if (bytes > MAX_BAG_BYTES)
        return err_set(err, ERR_VALUE,
                       "You have exceeded the property storage quota. Please remove some "
                       "properties and try again.");
    return 0;
}

int store_set_properties(struct store *s, const struct store_bag *bag, const cJSON *set,
                         bool delete_others, struct err *err)
{
    LOCK_SCOPE(&s->mutex);
    const struct project *p = project_get(s, bag->spreadsheet, err);
    CLEANUP_JSON cJSON *fresh = NULL;
    cJSON *bags, *old;
    const cJSON *pair;

    if (p == NULL)
        return -1;
    bags = member(p->json, "properties", cJSON_CreateObject);
    old = bags == NULL ? NULL : member(bags, bag->name, cJSON_CreateObject);
    fresh = old == NULL ? NULL : delete_others ? cJSON_CreateObject() : cJSON_Duplicate(old, true);
    if (fresh == NULL)
        return err_nomem(err, "properties");
    cJSON_ArrayForEach(pair, set)
    {
        if (apply(fresh, pair, err) != 0)
            return -1;
    }
    if (check_size(fresh, err) != 0)
        return -1;
    if (!cJSON_ReplaceItemInObjectCaseSensitive(bags, bag->name, fresh))
        return err_nomem(err, "properties");
    fresh = NULL; /* it is the store's now */
    return project_save(s, p, err);
}

static int copy_triggers(cJSON *to, const struct project *p, const char *type)
{
    const cJSON *trigger;

    cJSON_ArrayForEach(trigger, json_get(p->json, "triggers"))
    {
        cJSON *copy;

        if (type != NULL && strcmp(json_text(trigger, "type", ""), type) != 0)
            continue;
        copy = cJSON_Duplicate(trigger, true);
        if (copy == NULL || cJSON_AddStringToObject(copy, "spreadsheet", p->spreadsheet) == NULL ||
            !cJSON_AddItemToArray(to, copy)) {
            cJSON_Delete(copy);
            return -1;
        }
    }
    return 0;
}

cJSON *store_triggers(struct store *s, const char *spreadsheet, const char *type)
{
    LOCK_SCOPE(&s->mutex);
    cJSON *list = cJSON_CreateArray();

    for (const struct project *p = s->projects; p != NULL && list != NULL; p = p->next) {
        if (spreadsheet != NULL && strcmp(p->spreadsheet, spreadsheet) != 0)
            continue;
        if (copy_triggers(list, p, type) != 0) {
            cJSON_Delete(list);
            return NULL;
        }
    }
    return list;
}

static cJSON *new_trigger(const char *handler, const char *type, int minutes)
{
    cJSON *trigger = cJSON_CreateObject();
    uint64_t number;
    char uid[24];

    crypto_random(&number, sizeof(number));
    snprintf(uid, sizeof(uid), "%" PRIu64, number >> 1);
    if (cJSON_AddStringToObject(trigger, "uid", uid) == NULL ||
        cJSON_AddStringToObject(trigger, "handler", handler) == NULL ||
        cJSON_AddStringToObject(trigger, "type", type) == NULL ||
        cJSON_AddNumberToObject(trigger, "minutes", minutes) == NULL) {
        cJSON_Delete(trigger);
        return NULL;
    }
    return trigger;
}

int store_add_trigger(struct store *s, const char *spreadsheet, const char *handler,
                      const char *type, int minutes, cJSON **out, struct err *err)
{
    LOCK_SCOPE(&s->mutex);
    const struct project *p = project_get(s, spreadsheet, err);
    cJSON *list, *trigger;

    *out = NULL;
    if (p == NULL)
        return -1;
    list = member(p->json, "triggers", cJSON_CreateArray);
    if (cJSON_GetArraySize(list) >= MAX_TRIGGERS)
        return err_set(err, ERR_VALUE,
                       "This script has too many triggers. Triggers must be deleted from the "
                       "script before more can be added.");
    trigger = list == NULL ? NULL : new_trigger(handler, type, minutes);
    if (trigger == NULL || !cJSON_AddItemToArray(list, trigger)) {
        cJSON_Delete(trigger);
        return err_nomem(err, "triggers");
    }
    *out = cJSON_Duplicate(trigger, true);
    return *out == NULL ? err_nomem(err, "triggers") : project_save(s, p, err);
}

int store_delete_trigger(struct store *s, const char *spreadsheet, const char *uid, struct err *err)
{
    LOCK_SCOPE(&s->mutex);
    const struct project *p = project_find(s, spreadsheet);
    cJSON *list = p == NULL ? NULL : cJSON_GetObjectItemCaseSensitive(p->json, "triggers");

    for (int i = cJSON_GetArraySize(list) - 1; i >= 0; i--)
        if (strcmp(json_text(cJSON_GetArrayItem(list, i), "uid", ""), uid) == 0)
            cJSON_DeleteItemFromArray(list, i);
    return p == NULL ? 0 : project_save(s, p, err);
}
