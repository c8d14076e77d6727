/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/check.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/mem.h"

enum { MAX_VIOLATIONS = 20 };

struct checker {
    struct buf path; /* as Google writes it: requests[0].add_sheet.properties */
    struct check_report *report;
    int n;
};

const struct discovery_method *check_method(const char *id)
{
    for (const struct discovery_method *m = discovery_methods; m->id != NULL; m++)
        if (strcmp(m->id, id) == 0)
            return m;
    return NULL;
}

int check_schema(const char *name)
{
    for (size_t i = 0; i < discovery_n_schemas; i++)
        if (strcmp(discovery_schemas[i].name, name) == 0)
            return (int)i;
    return -1;
}

void check_report_close(struct check_report *r)
{
    buf_close(&r->message);
    cJSON_Delete(r->violations);
    r->violations = NULL;
}

/* FIELD is where it is wrong, as the description quotes it. */
static void violate(struct checker *c, const char *field, const struct buf *what)
{
    cJSON *violation;

    if (c->n++ >= MAX_VIOLATIONS)
        return;
    if (c->report->violations == NULL)
        c->report->violations = cJSON_CreateArray();
    violation = cJSON_CreateObject();
    if (*field != '\0')
        cJSON_AddStringToObject(violation, "field", field);
    cJSON_AddStringToObject(violation, "description", buf_text(what));
    cJSON_AddItemToArray(c->report->violations, violation);
    if (c->report->message.len > 0)
        buf_putc(&c->report->message, '\n');
    buf_puts(&c->report->message, buf_text(what));
}

static void put_snake(struct buf *out, const char *name)
{
    for (; *name != '\0'; name++) {
        if (isupper((unsigned char)*name))
            buf_putc(out, '_');
        buf_putc(out, (char)tolower((unsigned char)*name));
    }
}

/* "bold_text" and "boldText" are the same field. */
static bool is_same_name(const char *field, const char *name)
{
    while (*field != '\0' && *name != '\0') {
        if (*name == '_' && isupper((unsigned char)*field) &&
            toupper((unsigned char)name[1]) == *field)
            name++;
        else if (*field != *name)
            return false;
        field++;
        name++;
    }
    return *field == *name;
}

static const struct discovery_field *find_field(const struct discovery_field *fields,
                                                const char *name)
{
    for (; fields->name != NULL; fields++)
        if (is_same_name(fields->name, name))
            return fields;
    return NULL;
}

static bool enum_has(const char *values, const char *value)
{
    for (; *values != '\0'; values += strlen(values) + 1)
        if (strcmp(values, value) == 0)
            return true;
    return false;
}

static void unknown_name(struct checker *c, const char *name)
{
    CLEANUP_BUF struct buf what = BUF_INIT;

    buf_printf(&what, "Invalid JSON payload received. Unknown name \"%.100s\"", name);
    if (c->path.len > 0)
        buf_printf(&what, " at '%s'", buf_text(&c->path));
    buf_puts(&what, ": Cannot find field.");
    violate(c, buf_text(&c->path), &what);
}

/* TYPE_INT32, ... or the enum's name, which is the field's in CamelCase for those we have. */
static void put_type(struct buf *out, const struct discovery_field *f)
{
    static const char *const names[] = {
        [DISCOVERY_STRING] = "TYPE_STRING", [DISCOVERY_INT32] = "TYPE_INT32",
        [DISCOVERY_INT64] = "TYPE_INT64",   [DISCOVERY_FLOAT] = "TYPE_FLOAT",
        [DISCOVERY_DOUBLE] = "TYPE_DOUBLE", [DISCOVERY_BOOL] = "TYPE_BOOL",
    };

    if (f->type == DISCOVERY_ENUM)
        buf_printf(out, "type.googleapis.com/google.apps.sheets.v4.%c%s",
                   toupper((unsigned char)f->name[0]), f->name + 1);
    else if (f->type == DISCOVERY_LIST)
        buf_puts(out, "type.googleapis.com/google.protobuf.ListValue");
    else if (f->type == DISCOVERY_MESSAGE)
        buf_printf(out, "type.googleapis.com/google.apps.sheets.v4.%s",
                   discovery_schemas[f->reference].name);
    else
        buf_puts(out, names[f->type]);
}

static void wrong_value(struct checker *c, const struct discovery_field *f, const cJSON *value)
{
    CLEANUP_BUF struct buf what = BUF_INIT;
    CLEANUP_FREE char *text = cJSON_PrintUnformatted(value);

    buf_printf(&what, "Invalid value at '%s' (", buf_text(&c->path));
    put_type(&what, f);
    buf_printf(&what, "), %.200s", text == NULL ? "" : text);
    violate(c, buf_text(&c->path), &what);
}

/* A number that came as text. */
static bool text_to_number(const cJSON *value, double *out)
{
    char *end = NULL;

    if (!cJSON_IsString(value) || *value->valuestring == '\0' ||
        isspace((unsigned char)*value->valuestring))
        return false;
    *out = strtod(value->valuestring, &end);
    return *end == '\0' && isfinite(*out);
}

static bool is_in_range(const struct discovery_field *f, double n)
{
    if (f->type == DISCOVERY_FLOAT || f->type == DISCOVERY_DOUBLE)
        return true;
    if (n != trunc(n))
        return false;
    return f->type == DISCOVERY_INT32 ? n >= -2147483648.0 && n <= 2147483647.0 : fabs(n) < 9.3e18;
}

static void check_number(struct checker *c, const struct discovery_field *f, cJSON *value)
{
    double n = value->valuedouble;

    if (!cJSON_IsNumber(value) && !text_to_number(value, &n)) {
        wrong_value(c, f, value);
        return;
    }
    if (!is_in_range(f, n)) {
        wrong_value(c, f, value);
        return;
    }
    if (cJSON_IsString(value)) {
        free(value->valuestring);
        value->valuestring = NULL;
        value->type = cJSON_Number;
    }
    cJSON_SetNumberValue(value, n);
}

static void check_message(struct checker *c, int schema, cJSON *value);

static void check_value(struct checker *c, const struct discovery_field *f, cJSON *value)
{
    switch (f->type) {
    case DISCOVERY_MESSAGE:
        if (cJSON_IsObject(value))
            check_message(c, f->reference, value);
        else
            wrong_value(c, f, value);
        return;
    case DISCOVERY_STRING:
        if (!cJSON_IsString(value))
            wrong_value(c, f, value);
        return;
    case DISCOVERY_ENUM:
        if (!cJSON_IsString(value) || !enum_has(discovery_enums[f->reference], value->valuestring))
            wrong_value(c, f, value);
        return;
    case DISCOVERY_BOOL:
        if (!cJSON_IsBool(value))
            wrong_value(c, f, value);
        return;
    case DISCOVERY_LIST:
        if (!cJSON_IsArray(value))
            wrong_value(c, f, value);
        return;
    case DISCOVERY_ANY:
        return;
    default:
        check_number(c, f, value);
    }
}

/* One element stands for a list of one. */
static cJSON *as_list(cJSON *parent, cJSON *value)
{
    cJSON *list = cJSON_CreateArray();
    char *name = mem_text(value->string);

    cJSON_ReplaceItemViaPointer(parent, value, list);
    list->string = name;
    return list;
}

static void check_field(struct checker *c, const struct discovery_field *f, cJSON *parent,
                        cJSON *value)
{
    size_t len = c->path.len, inner;
    cJSON *item;
    int i = 0;

    if (len > 0)
        buf_putc(&c->path, '.');
    put_snake(&c->path, f->name);
    if (!f->is_repeated) {
        check_value(c, f, value);
    } else if (!cJSON_IsArray(value)) {
        check_value(c, f, value);
        if (f->type == DISCOVERY_MESSAGE && cJSON_IsObject(value)) {
            item = cJSON_Duplicate(value, true);
            cJSON_AddItemToArray(as_list(parent, value), item);
        } else if (f->type != DISCOVERY_LIST) {
            item = cJSON_Duplicate(value, true);
            cJSON_AddItemToArray(as_list(parent, value), item);
        }
    } else {
        inner = c->path.len;
        cJSON_ArrayForEach(item, value)
        {
            buf_printf(&c->path, "[%d]", i++);
            check_value(c, f, item);
            c->path.len = inner;
        }
    }
    c->path.len = len;
    if (c->path.ptr != NULL)
        c->path.ptr[len] = '\0';
}

static void check_message(struct checker *c, int schema, cJSON *value)
{
    const struct discovery_field *f;
    cJSON *item, *next;

    for (item = value->child; item != NULL; item = next) {
        next = item->next;
        f = find_field(discovery_schemas[schema].fields, item->string);
        if (f == NULL) {
            unknown_name(c, item->string);
            continue;
        }
        if (cJSON_IsNull(item) && f->type != DISCOVERY_ANY) {
            cJSON_Delete(cJSON_DetachItemViaPointer(value, item));
            continue;
        }
        if (strcmp(item->string, f->name) != 0) {
            free(item->string);
            item->string = mem_text(f->name);
        }
        check_field(c, f, value, item);
    }
}

int check_body(int schema, cJSON *body, struct check_report *report)
{
    struct checker c = {.report = report};

    if (cJSON_IsObject(body)) {
        check_message(&c, schema, body);
    } else {
        CLEANUP_BUF struct buf what = BUF_INIT;

        buf_puts(&what, "Invalid JSON payload received. Expected an object at the root.");
        violate(&c, "", &what);
    }
    buf_close(&c.path);
    return c.n;
}

/* Parameters of every Google API (the discovery document's "parameters"). */
static bool is_standard(const char *name)
{
    static const char *const standard[] = {
        "$.xgafv",      "access_token", "alt",       "callback",   "fields",          "key",
        "oauth_token",  "prettyPrint",  "quotaUser", "uploadType", "upload_protocol", "$alt",
        "$prettyPrint", "$fields",      "$key",
    };

    for (size_t i = 0; i < sizeof(standard) / sizeof(standard[0]); i++)
        if (strcmp(standard[i], name) == 0)
            return true;
    return false;
}

int check_parameter(const struct discovery_method *method, const char *name, const char *value,
                    struct check_report *report)
{
    CLEANUP_BUF struct buf what = BUF_INIT;
    struct checker c = {.report = report};
    const struct discovery_field *f = find_field(method->parameters, name);

    if (is_standard(name))
        return 0;
    if (f == NULL) {
        buf_printf(&what,
                   "Invalid JSON payload received. Unknown name \"%.100s\": Cannot bind query "
                   "parameter. Field '%.100s' could not be found in request message.",
                   name, name);
    } else if ((f->type == DISCOVERY_ENUM && !enum_has(discovery_enums[f->reference], value)) ||
               (f->type == DISCOVERY_BOOL && strcasecmp(value, "true") != 0 &&
                strcasecmp(value, "false") != 0)) {
        put_snake(&c.path, f->name);
        buf_printf(&what, "Invalid value at '%s' (", buf_text(&c.path));
        put_type(&what, f);
        buf_printf(&what, "), \"%.100s\"", value);
    } else {
        return 0;
    }
    violate(&c, c.path.len > 0 ? buf_text(&c.path) : "", &what);
    buf_close(&c.path);
    return c.n;
}

struct mask_check {
    int schema;
    char path[256];
    struct err *err;
};

static int check_mask_name(void *ctx, const char *name, const struct fields *below)
{
    struct mask_check *up = ctx, down = {.err = up->err};
    const struct discovery_field *f = find_field(discovery_schemas[up->schema].fields, name);

    if (f == NULL) {
        return err_set(up->err, ERR_VALUE,
                       "Error expanding 'fields' parameter. Cannot find matching fields for path "
                       "'%.200s%.60s'.",
                       up->path, name);
    }
    if (f->type != DISCOVERY_MESSAGE || fields_is_all(below))
        return 0;
    down.schema = f->reference;
    snprintf(down.path, sizeof(down.path), "%.180s%.60s.", up->path, name);
    return fields_each(below, check_mask_name, &down);
}

int check_mask(int schema, const struct fields *mask, struct err *err)
{
    struct mask_check c = {.schema = schema, .err = err};

    return fields_each(mask, check_mask_name, &c);
}
