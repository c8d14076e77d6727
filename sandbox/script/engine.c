/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/script/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "sandbox/script/run.h"
#include "sandbox/script/triggers.h"

#define MAX_SOURCE_BYTES (1 << 20)
#define MAX_RUN_MS 360000 /* https://developers.google.com/apps-script/guides/services/quotas */
#define MAX_HEAP_BYTES (64 << 20)
#define MINUTE_MS 60000

struct script {
    struct run_world world;
    char *source; /* owned */
    struct triggers *triggers;
};

static int read_source(const char *path, char **out, struct err *err)
{
    CLEANUP_FILE FILE *file = fopen(path, "rbe");
    char *text = malloc(MAX_SOURCE_BYTES + 1);
    size_t len;

    *out = text;
    if (text == NULL)
        return err_nomem(err, "script");
    if (file == NULL)
        return err_errno(err, "script: open %s", path);
    len = fread(text, 1, MAX_SOURCE_BYTES + 1, file);
    if (ferror(file))
        return err_errno(err, "script: read %s", path);
    if (len > MAX_SOURCE_BYTES || memchr(text, '\0', len) != NULL)
        return err_set(err, ERR_FORMAT, "script: %s is no script", path);
    text[len] = '\0';
    return 0;
}

static int start(struct script *s, const struct script_options *options, struct err *err)
{
    struct run_world *w = &s->world;

    if (read_source(options->source, &s->source, err) != 0 ||
        store_new(options->data_dir, &w->store, err) != 0)
        return -1;
    w->host = options->host;
    w->source = s->source;
    w->webhook = options->webhook;
    w->max_ms = options->max_run_ms > 0 ? options->max_run_ms : MAX_RUN_MS;
    w->max_heap_bytes = options->max_heap_bytes > 0 ? options->max_heap_bytes : MAX_HEAP_BYTES;
    w->locks = locks_new();
    w->cache = cache_new();
    w->journal = journal_new();
    w->stop = stop_new();
    if (w->locks == NULL || w->cache == NULL || w->journal == NULL || w->stop == NULL)
        return err_nomem(err, "script");
    return triggers_new(w, options->minute_ms > 0 ? options->minute_ms : MINUTE_MS, &s->triggers,
                        err);
}

int script_new(const struct script_options *options, struct script **out, struct err *err)
{
    struct script *s = calloc(1, sizeof(*s));

    *out = NULL;
    if (s == NULL)
        return err_nomem(err, "script");
    if (start(s, options, err) != 0) {
        script_free(s);
        return -1;
    }
    *out = s;
    return 0;
}

void script_ask_stop(struct script *s)
{
    stop_ask(s->world.stop);
    locks_shut(s->world.locks);
}

void script_free(struct script *s)
{
    if (s == NULL)
        return;
    if (s->triggers != NULL) {
        script_ask_stop(s);
        triggers_free(s->triggers);
    }
    stop_free(s->world.stop);
    journal_free(s->world.journal);
    cache_free(s->world.cache);
    locks_free(s->world.locks);
    store_free(s->world.store);
    free(s->source);
    free(s);
}

static cJSON *edit_json(const struct script_edit *edit)
{
    cJSON *json = cJSON_CreateObject();

    cJSON_AddStringToObject(json, "kind", "edit");
    cJSON_AddStringToObject(json, "user", edit->user);
    cJSON_AddNumberToObject(json, "sheet", (double)edit->sheet_id);
    cJSON_AddNumberToObject(json, "row", (double)edit->row);
    cJSON_AddNumberToObject(json, "column", (double)edit->column);
    cJSON_AddNumberToObject(json, "rows", (double)edit->n_rows);
    cJSON_AddNumberToObject(json, "columns", (double)edit->n_columns);
    if (edit->value != NULL)
        cJSON_AddStringToObject(json, "value", edit->value);
    if (edit->old_value != NULL)
        cJSON_AddStringToObject(json, "old_value", edit->old_value);
    return json;
}

void script_fire_edit(struct script *s, const char *spreadsheet, const struct script_edit *edit)
{
    triggers_fire(s->triggers, &(struct trigger_event){.spreadsheet = spreadsheet,
                                                       .user = edit->user,
                                                       .type = "ON_EDIT",
                                                       .event = edit_json(edit)});
}

/* The change event that accompanies an edit is not counted by the faults: "the next 3 events are
 * lost" means three things that a person did. */
void script_fire_change(struct script *s, const char *spreadsheet, const char *type,
                        const char *user)
{
    cJSON *json = cJSON_CreateObject();

    cJSON_AddStringToObject(json, "kind", "change");
    cJSON_AddStringToObject(json, "user", user);
    cJSON_AddStringToObject(json, "change", type);
    triggers_fire(s->triggers,
                  &(struct trigger_event){.spreadsheet = spreadsheet,
                                          .user = user,
                                          .type = "ON_CHANGE",
                                          .event = json,
                                          .is_fault_proof = strcmp(type, "EDIT") == 0});
}

static char *arguments_json(const char *arguments, struct err *err)
{
    CLEANUP_JSON cJSON *given = cJSON_CreateObject();
    const char *text = arguments == NULL || arguments[0] == '\0' ? "[]" : arguments;
    char *out;
    cJSON *list;

    if (json_parse(text, strlen(text), &list, err) != 0) {
        err_wrap(err, "arguments");
        return NULL;
    }
    if (!cJSON_IsArray(list) || !cJSON_AddItemToObject(given, "arguments", list)) {
        cJSON_Delete(list);
        err_set(err, ERR_FORMAT, "arguments: expected a JSON array");
        return NULL;
    }
    out = cJSON_PrintUnformatted(given);
    if (out == NULL)
        err_nomem(err, "script");
    return out;
}

int script_run(struct script *s, const char *spreadsheet, const char *function,
               const char *arguments, const char *user, struct buf *result, struct err *err)
{
    CLEANUP_FREE char *given = arguments_json(arguments, err);
    struct run_request request = {.spreadsheet = spreadsheet,
                                  .user = user == NULL ? "" : user,
                                  .function = function,
                                  .given = given,
                                  .has_ui = true};
    int rc;

    if (given == NULL)
        return -1;
    triggers_enter(s->triggers);
    rc = run_execute(&s->world, &request, result, err);
    triggers_leave(s->triggers);
    return rc;
}

int script_set_property(struct script *s, const char *spreadsheet, const char *name,
                        const char *value, struct err *err)
{
    struct store_bag bag = {spreadsheet, "script"};
    CLEANUP_JSON cJSON *set = cJSON_CreateArray();
    cJSON *pair = cJSON_CreateArray();

    cJSON_AddItemToArray(set, pair);
    cJSON_AddItemToArray(pair, cJSON_CreateString(name));
    cJSON_AddItemToArray(pair, value == NULL ? cJSON_CreateNull() : cJSON_CreateString(value));
    if (cJSON_GetArraySize(pair) != 2)
        return err_nomem(err, "script");
    return store_set_properties(s->world.store, &bag, set, false, err);
}

static int get_fault(const cJSON *json, const char *name, int64_t max, int64_t *out,
                     struct err *err)
{
    *out = json_get(json, name) == NULL ? 0 : json_int(json, name, -1);
    if (*out < 0 || *out > max)
        return err_set(err, ERR_VALUE, "faults: %s: expected 0 to %lld", name, (long long)max);
    return 0;
}

int script_set_faults(struct script *s, const char *json, struct err *err)
{
    static const char *const known[] = {"drop", "twice", "delay_ms", "queue"};
    struct trigger_faults f;
    int64_t *const to[] = {&f.drop, &f.twice, &f.delay_ms, &f.queue};
    CLEANUP_JSON cJSON *faults = NULL;
    int n_known = 0;

    if (json_parse(json, strlen(json), &faults, err) != 0)
        return err_wrap(err, "faults");
    if (!cJSON_IsObject(faults))
        return err_set(err, ERR_VALUE, "faults: expected an object");
    for (size_t i = 0; i < 4; i++) {
        if (get_fault(faults, known[i], 3600000, to[i], err) != 0)
            return -1;
        n_known += json_get(faults, known[i]) != NULL ? 1 : 0;
    }
    if (n_known != cJSON_GetArraySize(faults))
        return err_set(err, ERR_VALUE, "faults: expected drop, twice, delay_ms, queue");
    triggers_set_faults(s->triggers, &f);
    return 0;
}

void script_status(struct script *s, struct buf *out)
{
    CLEANUP_JSON cJSON *triggers = store_triggers(s->world.store, NULL, NULL);
    CLEANUP_FREE char *text = triggers == NULL ? NULL : cJSON_PrintUnformatted(triggers);

    buf_printf(out, "{\"triggers\":%s,", text == NULL ? "[]" : text);
    triggers_render(s->triggers, out);
    buf_putc(out, ',');
    journal_render(s->world.journal, out);
    buf_putc(out, '}');
}

bool script_wait_idle(struct script *s, int64_t timeout_ms)
{
    return triggers_wait_idle(s->triggers, timeout_ms);
}
