/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/fields.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/mem.h"

enum { MAX_DEPTH = 32, MAX_LENGTH = 65536 };

struct fields {
    char *name; /* camelCase; "*" stands for any */
    struct fields **below;
    size_t n;
    bool is_leaf; /* all below is wanted, whatever else is named */
};

struct reader {
    const char *at;
    int depth;
};

const struct fields *fields_all(void)
{
    static const struct fields all = {.is_leaf = true};

    return &all;
}

void fields_free(struct fields *f)
{
    if (f == NULL)
        return;
    for (size_t i = 0; i < f->n; i++)
        fields_free(f->below[i]);
    free(f->below);
    free(f->name);
    free(f);
}

static struct fields *child(struct fields *f, const char *name)
{
    for (size_t i = 0; i < f->n; i++)
        if (strcmp(f->below[i]->name, name) == 0)
            return f->below[i];
    f->below = mem_resize(f->below, f->n + 1, sizeof(struct fields *));
    f->below[f->n] = mem_new(1, sizeof(struct fields));
    f->below[f->n]->name = mem_text(name);
    return f->below[f->n++];
}

static void skip_blanks(struct reader *r)
{
    while (*r->at == ' ')
        r->at++;
}

/* One name into OUT as camelCase; false if there is none. */
static bool read_name(struct reader *r, char out[64])
{
    size_t n = 0;
    bool up = false;

    skip_blanks(r);
    if (*r->at == '*') {
        r->at++;
        memcpy(out, "*", 2);
        return true;
    }
    for (; isalnum((unsigned char)*r->at) || *r->at == '_' || *r->at == '$'; r->at++) {
        if (n + 1 >= 64)
            return false;
        if (*r->at == '_' && n > 0) {
            up = true;
            continue;
        }
        out[n++] = up ? (char)toupper((unsigned char)*r->at) : *r->at;
        up = false;
    }
    out[n] = '\0';
    return n > 0;
}

static bool read_list(struct reader *r, struct fields *into);

/* name, name.name, name(list) */
static bool read_path(struct reader *r, struct fields *into)
{
    char name[64];
    struct fields *f;

    if (r->depth++ >= MAX_DEPTH || !read_name(r, name))
        return false;
    f = child(into, name);
    skip_blanks(r);
    if (*r->at == '.' || *r->at == '/') {
        r->at++;
        if (!read_path(r, f))
            return false;
    } else if (*r->at == '(') {
        r->at++;
        if (!read_list(r, f) || *r->at != ')')
            return false;
        r->at++;
    } else {
        f->is_leaf = true;
    }
    r->depth--;
    return true;
}

static bool read_list(struct reader *r, struct fields *into)
{
    for (;;) {
        if (!read_path(r, into))
            return false;
        skip_blanks(r);
        if (*r->at != ',')
            return true;
        r->at++;
    }
}

int fields_parse(const char *text, struct fields **out, struct err *err)
{
    struct reader r = {.at = text};
    struct fields *root = mem_new(1, sizeof(*root));

    if (strlen(text) > MAX_LENGTH || !read_list(&r, root) || *r.at != '\0') {
        fields_free(root);
        return err_set(err, ERR_VALUE, "Invalid field selection %.200s", text);
    }
    *out = root;
    return 0;
}

const struct fields *fields_get(const struct fields *f, const char *name)
{
    if (f == NULL)
        return NULL;
    if (f->is_leaf)
        return fields_all();
    for (size_t i = 0; i < f->n; i++)
        if (strcmp(f->below[i]->name, name) == 0 || strcmp(f->below[i]->name, "*") == 0)
            return f->below[i];
    return NULL;
}

bool fields_wants(const struct fields *f, const char *path)
{
    char name[64];
    size_t n;

    while (f != NULL && *path != '\0') {
        n = strcspn(path, ".");
        if (n >= sizeof(name))
            return false;
        memcpy(name, path, n);
        name[n] = '\0';
        f = fields_get(f, name);
        path += n + (path[n] == '.');
    }
    return f != NULL;
}

bool fields_is_all(const struct fields *f)
{
    return f != NULL && (f->is_leaf || (f->n == 1 && strcmp(f->below[0]->name, "*") == 0 &&
                                        f->below[0]->is_leaf));
}

int fields_each(const struct fields *f,
                int (*visit)(void *ctx, const char *name, const struct fields *below), void *ctx)
{
    for (size_t i = 0; f != NULL && i < f->n; i++)
        if (strcmp(f->below[i]->name, "*") != 0 && visit(ctx, f->below[i]->name, f->below[i]) < 0)
            return -1;
    return 0;
}

void fields_apply(const struct fields *f, cJSON *json)
{
    cJSON *item, *next;
    const struct fields *below;

    if (f == NULL || f->is_leaf)
        return;
    for (item = json->child; item != NULL; item = next) {
        next = item->next;
        if (cJSON_IsArray(json)) {
            fields_apply(f, item);
            continue;
        }
        below = fields_get(f, item->string);
        if (below == NULL)
            cJSON_Delete(cJSON_DetachItemViaPointer(json, item));
        else
            fields_apply(below, item);
    }
}

/* One field, by name. */
static void merge_one(const struct fields *below, const char *name, cJSON *to, const cJSON *from)
{
    const cJSON *source = json_get(from, name);
    cJSON *target = cJSON_GetObjectItemCaseSensitive(to, name);

    if (fields_is_all(below) || (source != NULL && !cJSON_IsObject(source))) {
        cJSON_DeleteItemFromObjectCaseSensitive(to, name);
        if (source != NULL)
            cJSON_AddItemToObject(to, name, cJSON_Duplicate(source, true));
        return;
    }
    if (target == NULL && source == NULL)
        return;
    if (target == NULL)
        target = cJSON_AddObjectToObject(to, name);
    fields_merge(below, target, source);
    if (target->child == NULL)
        cJSON_DeleteItemFromObjectCaseSensitive(to, name);
}

void fields_merge(const struct fields *f, cJSON *to, const cJSON *from)
{
    const cJSON *item;

    if (f == NULL)
        return;
    if (fields_is_all(f)) {
        while (to->child != NULL)
            cJSON_Delete(cJSON_DetachItemViaPointer(to, to->child));
        cJSON_ArrayForEach(item, from)
            cJSON_AddItemToObject(to, item->string, cJSON_Duplicate(item, true));
        return;
    }
    for (size_t i = 0; i < f->n; i++)
        merge_one(f->below[i], f->below[i]->name, to, from);
}
