/* SPDX-License-Identifier: Apache-2.0 */
#include <strings.h>

#include "common/cell/convert.h"

enum { LABELS_NAMED = 12 }; /* in a message */

static bool is_case_sensitive(const struct column *c)
{
    size_t len = c->collation == NULL ? 0 : strlen(c->collation);

    if (len == 0)
        return false;
    return (len >= 4 && strcmp(c->collation + len - 4, "_bin") == 0) ||
           (len >= 3 && strcmp(c->collation + len - 3, "_cs") == 0) ||
           strcmp(c->collation, "binary") == 0;
}

static bool same_label(const char *label, struct value v)
{
    return strlen(label) == v.len && memcmp(label, v.ptr, v.len) == 0;
}

/* The label as it is, else in another case; -1 if there is none or more than one. */
static int find_label(const struct column *c, struct value v)
{
    int found = -1;

    for (size_t i = 0; i < c->n_labels; i++)
        if (same_label(c->labels[i], v))
            return (int)i;
    for (size_t i = 0; i < c->n_labels && !is_case_sensitive(c); i++) {
        if (strlen(c->labels[i]) != v.len || strncasecmp(c->labels[i], v.ptr, v.len) != 0)
            continue;
        if (found >= 0)
            return -1;
        found = (int)i;
    }
    return found;
}

static struct value trimmed(struct value v)
{
    while (v.len > 0 && (v.ptr[v.len - 1] == ' ' || v.ptr[v.len - 1] == '\n'))
        v.len--;
    while (v.len > 0 && (v.ptr[0] == ' ' || v.ptr[0] == '\n')) {
        v.ptr++;
        v.len--;
    }
    return v;
}

static int refuse_label(const struct column *c, struct value v, struct err *err)
{
    CLEANUP_BUF struct buf labels = BUF_INIT;

    for (size_t i = 0; i < c->n_labels && i < LABELS_NAMED; i++)
        buf_printf(&labels, "%s%s", i == 0 ? "" : ", ", c->labels[i]);
    if (c->n_labels > LABELS_NAMED)
        buf_puts(&labels, ", ...");
    if (c->type == COLUMN_ENUM)
        return err_set(err, ERR_VALUE, "is not one of: %s", buf_text(&labels));
    return err_set(err, ERR_VALUE, "holds \"%.*s\", which is not one of: %s",
                   v.len > 40 ? 40 : (int)v.len, v.ptr, buf_text(&labels));
}

int cell_to_enum(const struct column *c, const struct cell *in, struct buf *scratch,
                 struct value *out, struct err *err)
{
    char room[NUMBER_TEXT_SIZE];
    struct value v = convert_shown(in, room);
    int i = find_label(c, v);

    (void)scratch;
    if (v.len == 0) { /* also MySQL's mark of a wrong value, which is no label */
        *out = value_text("", 0);
        return 0;
    }
    if (i < 0)
        i = find_label(c, trimmed(v));
    if (i < 0)
        return refuse_label(c, v, err);
    *out = value_text(c->labels[i], strlen(c->labels[i]));
    return 0;
}

/* The members that V names, separated by commas, as bits. */
static int read_members(const struct column *c, struct value v, uint64_t *members, struct err *err)
{
    const char *end = v.ptr + v.len;

    *members = 0;
    for (const char *at = v.ptr; at <= end;) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        struct value member = value_text(at, (size_t)((comma != NULL ? comma : end) - at));
        int i = find_label(c, member);

        if (i < 0)
            i = find_label(c, trimmed(member));
        if (i < 0 || i > 63)
            return refuse_label(c, trimmed(member), err);
        *members |= 1ULL << i;
        at = comma != NULL ? comma + 1 : end + 1;
    }
    return 0;
}

int cell_to_set(const struct column *c, const struct cell *in, struct buf *scratch,
                struct value *out, struct err *err)
{
    char room[NUMBER_TEXT_SIZE];
    struct value v = convert_shown(in, room);
    size_t start = scratch->len;
    uint64_t members = 0;

    if (v.len > 0 && read_members(c, v, &members, err) != 0)
        return -1;
    /* In the order of the definition, as MySQL prints it. */
    for (size_t i = 0; i < c->n_labels && i < 64; i++)
        if (members & 1ULL << i)
            buf_printf(scratch, "%s%s", scratch->len > start ? "," : "", c->labels[i]);
    return convert_appended(scratch, start, out, err);
}
