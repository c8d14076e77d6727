/* SPDX-License-Identifier: Apache-2.0 */
#include "common/config/family.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/utf8.h"

enum { COPY_SIZE = 16 };

/* --- members --- */

static int copy_value(struct value from, struct value *to)
{
    char *bytes;

    *to = from;
    if (from.state != VALUE_TEXT)
        return 0;
    bytes = malloc(from.len + 1);
    if (bytes == NULL)
        return -1;
    memcpy(bytes, from.ptr, from.len);
    bytes[from.len] = '\0';
    to->ptr = bytes;
    return 0;
}

static void free_value(struct value v)
{
    union {
        const char *shown;
        char *owned;
    } ptr = {.shown = v.state == VALUE_TEXT ? v.ptr : NULL};

    free(ptr.owned);
}

/* What it owns is its own; the rest is the family's. */
static int add_member(struct config *c, const struct config_mapping *family,
                      const struct member *member)
{
    struct config_mapping *m = &c->mappings[c->n_mappings];

    *m = *family;
    m->family = family->name;
    m->filter.column = family->tabs_by;
    m->filter.value = VALUE_INIT_NULL;
    m->name = strdup(member->name);
    m->tab = strdup(member->tab);
    c->n_mappings++;
    return m->name == NULL || m->tab == NULL ? -1 : copy_value(member->value, &m->filter.value);
}

int family_expand(const struct config *whole, const struct member *members, size_t n,
                  uint64_t version, struct config *out, struct err *err)
{
    *out = *whole;
    out->whole = whole;
    out->owned_whole = NULL;
    out->members_version = version;
    out->mappings = calloc(whole->n_mappings + n + 1, sizeof(*out->mappings));
    if (out->mappings == NULL) {
        *out = (struct config){0};
        return err_nomem(err, "config");
    }
    for (size_t i = 0; i < whole->n_mappings; i++)
        out->mappings[i] = whole->mappings[i];
    for (size_t i = 0; i < n; i++) {
        const struct config_mapping *family = config_find_family(whole, members[i].family);

        if (family == NULL || strcasecmp(family->tabs_by, members[i].column) != 0)
            continue;
        if (add_member(out, family, &members[i]) != 0) {
            config_free(out);
            return err_nomem(err, "config");
        }
    }
    return 0;
}

void family_free_members(struct config *c)
{
    for (size_t i = 0; i < c->n_mappings; i++) {
        if (c->mappings[i].family == NULL)
            continue;
        free(c->mappings[i].name);
        free(c->mappings[i].tab);
        free_value(c->mappings[i].filter.value);
    }
    free(c->mappings);
}

/* --- names --- */

/* A value in words. */
static struct value shown(struct value v)
{
    if (v.state != VALUE_TEXT)
        return value_text("NULL", 4);
    return v.len == 0 ? value_text("\"\"", 2) : v;
}

/* UTF-16 units or characters. */
static size_t width_of(size_t bytes, bool is_utf16)
{
    return is_utf16 && bytes == 4 ? 2 : 1;
}

static size_t width(const char *text, bool is_utf16)
{
    size_t n = 0, bytes;

    for (; *text != '\0'; text += bytes) {
        bytes = utf8_length(text, strlen(text));
        bytes += bytes == 0;
        n += width_of(bytes, is_utf16);
    }
    return n;
}

/* Of V so much as MOST leaves. */
static void put_line(struct buf *out, struct value v, size_t most, bool is_utf16)
{
    size_t bytes;

    for (size_t at = 0; at < v.len; at += bytes) {
        bytes = utf8_length(v.ptr + at, v.len - at);
        bytes += bytes == 0;
        if (width_of(bytes, is_utf16) > most)
            return;
        most -= width_of(bytes, is_utf16);
        if (bytes == 1 && ((unsigned char)v.ptr[at] < ' ' || (unsigned char)v.ptr[at] >= 0x7f))
            buf_putc(out, ' ');
        else
            buf_append(out, v.ptr + at, bytes);
    }
}

static size_t rest(size_t most, size_t used)
{
    return used < most ? most - used : 0;
}

static void print_copy(char text[COPY_SIZE], unsigned copy)
{
    text[0] = '\0';
    if (copy > 1)
        snprintf(text, COPY_SIZE, " (%u)", copy);
}

void family_title(const struct config_mapping *family, struct value value, unsigned copy,
                  struct buf *out)
{
    const char *at = strstr(family->tab, CONFIG_TAB_VALUE);
    const char *after = at == NULL ? "" : at + strlen(CONFIG_TAB_VALUE);
    size_t before = at == NULL ? strlen(family->tab) : (size_t)(at - family->tab);
    size_t used = width(family->tab, true) - (at == NULL ? 0 : strlen(CONFIG_TAB_VALUE));
    char suffix[COPY_SIZE];

    print_copy(suffix, copy);
    buf_append(out, family->tab, before);
    put_line(out, shown(value), rest(CONFIG_TAB_MAX, used + strlen(suffix)), true);
    buf_puts(out, suffix);
    buf_puts(out, after);
}

void family_name(const struct config_mapping *family, struct value value, unsigned copy,
                 struct buf *out)
{
    char suffix[COPY_SIZE];

    print_copy(suffix, copy);
    buf_printf(out, "%s/", family->name);
    put_line(out, shown(value),
             rest(CONFIG_NAME_MAX, width(family->name, false) + 1 + strlen(suffix)), false);
    buf_puts(out, suffix);
}
