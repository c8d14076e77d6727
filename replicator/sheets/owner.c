/* SPDX-License-Identifier: Apache-2.0 */
/*
 * owner: which tabrelay writes a tab, in developer metadata of the tab.
 *
 * Its value is the owner's number (common/holder.h), which no other state database has, and a name
 * for people. Its id follows from the tab's, so of two that want a tab at once Google refuses one.
 * Every answer about a tab shows it, that to a batch, too.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/hash.h"
#include "replicator/sheets/private.h"

#define OWNER_KEY "tabrelay.owner"

int sheets_owner(struct sheets *s, uint64_t owner, const char *name, struct err *err)
{
    char *copy = strdup(name);

    if (copy == NULL)
        return err_nomem(err, "sheets");
    free(s->owner_name);
    s->owner_name = copy;
    s->owner = owner;
    return 0;
}

/* "1c9ad0e0b3f04d57 tabrelay db1:4711" */
int owner_learn(struct known_tab *tab, const cJSON *metadata, struct err *err)
{
    const cJSON *item;

    free(tab->owner_name);
    tab->owner_name = NULL;
    tab->owner = 0;
    cJSON_ArrayForEach(item, metadata)
    {
        const char *value = json_text(item, "metadataValue", "");
        char *name = NULL;

        if (strcmp(json_text(item, "metadataKey", ""), OWNER_KEY) != 0)
            continue;
        tab->owner = strtoull(value, &name, 16);
        tab->owner_id = json_int(item, "metadataId", 0);
        tab->owner_name = strdup(*name == ' ' ? name + 1 : name);
        return tab->owner_name == NULL ? err_nomem(err, "sheets") : 0;
    }
    return 0;
}

enum sheets_ownership sheets_ownership(const struct sheets *s, const char *spreadsheet,
                                       int64_t sheet_id)
{
    const struct known_tab *tab = known_find(s, spreadsheet, sheet_id);

    if (number_has_copy(s, spreadsheet))
        return SHEETS_COPYS;
    if (s->owner == 0 || tab == NULL || tab->owner == s->owner)
        return SHEETS_OURS;
    return tab->owner == 0 ? SHEETS_NOBODYS : SHEETS_ANOTHERS;
}

const char *sheets_owner_name(const struct sheets *s, const char *spreadsheet, int64_t sheet_id)
{
    const struct known_tab *tab = known_find(s, spreadsheet, sheet_id);

    return tab == NULL || tab->owner_name == NULL ? "" : tab->owner_name;
}

static int64_t metadata_id(int64_t sheet_id)
{
    return 1 +
           (int64_t)((hash64(OWNER_KEY, strlen(OWNER_KEY)) + (uint64_t)sheet_id) % (INT32_MAX - 1));
}

void sheets_claim(const struct sheets *s, struct batch *b, const char *spreadsheet,
                  int64_t sheet_id)
{
    const struct known_tab *tab = known_find(s, spreadsheet, sheet_id);
    CLEANUP_BUF struct buf value = BUF_INIT;
    CLEANUP_BUF struct buf request = BUF_INIT;

    if (tab != NULL && tab->owner_name != NULL) {
        buf_printf(&request,
                   "{\"deleteDeveloperMetadata\":{\"dataFilter\":{\"developerMetadataLookup\":"
                   "{\"metadataId\":%" PRId64 "}}}}",
                   tab->owner_id);
        batch_add(b, &request);
        buf_clear(&request);
    }
    buf_printf(&value, "%016" PRIx64 " %s", s->owner, s->owner_name);
    buf_printf(&request,
               "{\"createDeveloperMetadata\":{\"developerMetadata\":{\"metadataId\":%" PRId64
               ",\"metadataKey\":\"" OWNER_KEY "\",\"metadataValue\":",
               metadata_id(sheet_id));
    buf_json(&request, buf_text(&value), value.len);
    buf_printf(&request, ",\"location\":{\"sheetId\":%" PRId64 "},\"visibility\":\"DOCUMENT\"}}}",
               sheet_id);
    batch_add(b, &request);
}
