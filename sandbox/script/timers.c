/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/script/timers.h"

#include <stdlib.h>
#include <string.h>

struct timers {
    cJSON *next_ms; /* owned: uid -> when it is due */
};

struct timers *timers_new(void)
{
    struct timers *t = calloc(1, sizeof(*t));

    if (t != NULL && (t->next_ms = cJSON_CreateObject()) == NULL) {
        free(t);
        return NULL;
    }
    return t;
}

void timers_free(struct timers *t)
{
    if (t == NULL)
        return;
    cJSON_Delete(t->next_ms);
    free(t);
}

cJSON *timers_due(struct timers *t, cJSON *triggers, int64_t now_ms, int64_t minute_ms)
{
    CLEANUP_JSON cJSON *next_ms = cJSON_CreateObject();
    cJSON *due = cJSON_CreateArray();

    for (int i = cJSON_GetArraySize(triggers) - 1; i >= 0 && next_ms != NULL && due != NULL; i--) {
        const cJSON *trigger = cJSON_GetArrayItem(triggers, i);
        const char *uid = json_text(trigger, "uid", "");
        double interval_ms = json_number(trigger, "minutes", 1) * (double)minute_ms;
        double at_ms = json_number(t->next_ms, uid, (double)now_ms + interval_ms);

        if (at_ms <= (double)now_ms)
            at_ms = (double)now_ms + interval_ms;
        else
            trigger = NULL;
        cJSON_AddNumberToObject(next_ms, uid, at_ms);
        if (trigger != NULL)
            cJSON_AddItemToArray(due, cJSON_DetachItemFromArray(triggers, i));
    }
    if (next_ms == NULL || due == NULL) {
        cJSON_Delete(due);
        return NULL;
    }
    cJSON_Delete(t->next_ms);
    t->next_ms = take_ptr(next_ms);
    return due;
}
