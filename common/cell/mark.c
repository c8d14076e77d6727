/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mark: the texts that say NULL and the empty text.
 *
 * A text that is such a mark itself, with any number of quotation marks around it, gets one more
 * pair, and loses it on the way back. So each value looks different from all others.
 */
#include "common/cell/convert.h"

static bool has_empty_label(const struct column *c)
{
    for (size_t i = 0; i < c->n_labels; i++)
        if (c->labels[i][0] == '\0')
            return true;
    return false;
}

/* Can a blank cell be its empty text? It may say NULL otherwise. */
bool convert_is_blank_empty(const struct column *c)
{
    bool is_free = !c->is_nullable || (c->look.empty_as != NULL && c->look.empty_as[0] == '\0');

    return is_free && (c->type == COLUMN_TEXT || c->type == COLUMN_SET ||
                       (c->type == COLUMN_ENUM && has_empty_label(c)));
}

const char *mark_of_null(const struct column *c)
{
    return c->is_nullable && c->look.null_as != NULL ? c->look.null_as : "";
}

const char *mark_of_empty(const struct column *c)
{
    const char *mark = c->look.empty_as;
    bool may_be_empty = c->type == COLUMN_TEXT || c->type == COLUMN_SET || c->type == COLUMN_ENUM;

    if (!may_be_empty || convert_is_blank_empty(c))
        return "";
    return mark != NULL && mark[0] != '\0' ? mark : "\"\"";
}

/* V without the quotation marks at its ends. */
static struct value core_of(struct value v)
{
    while (v.len > 0 && v.ptr[v.len - 1] == '"')
        v.len--;
    while (v.len > 0 && v.ptr[0] == '"') {
        v.ptr++;
        v.len--;
    }
    return v;
}

static bool is_like(struct value v, const char *mark)
{
    struct value m = value_text(mark, strlen(mark));

    return m.len > 0 && v.len >= m.len && value_equal(core_of(v), core_of(m));
}

static bool is_like_any(const struct column *c, struct value v)
{
    return is_like(v, mark_of_null(c)) || is_like(v, mark_of_empty(c));
}

bool mark_quote(const struct column *c, struct value v, struct buf *out)
{
    if (!is_like_any(c, v))
        return false;
    buf_putc(out, '"');
    buf_append(out, v.ptr, v.len);
    buf_putc(out, '"');
    return true;
}

struct value mark_unquote(const struct column *c, struct value v)
{
    size_t null_len = strlen(mark_of_null(c)), empty_len = strlen(mark_of_empty(c));
    bool is_quoted = v.len >= 2 && v.ptr[0] == '"' && v.ptr[v.len - 1] == '"';

    if (is_quoted && ((is_like(v, mark_of_null(c)) && v.len > null_len) ||
                      (is_like(v, mark_of_empty(c)) && v.len > empty_len)))
        return value_text(v.ptr + 1, v.len - 2);
    return v;
}
