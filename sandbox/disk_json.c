/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/disk_json.h"

#include <stdlib.h>
#include <string.h>

#include "sandbox/display.h"
#include "sandbox/mem.h"
#include "sandbox/tab_row.h"

static void put_text(struct buf *out, const char *name, const char *text)
{
    if (text == NULL)
        return;
    buf_printf(out, ",\"%s\":", name);
    buf_json(out, text, strlen(text));
}

static void put_json(struct buf *out, const char *name, const struct format *shared)
{
    CLEANUP_FREE char *json = shared == NULL ? NULL : cJSON_PrintUnformatted(format_json(shared));

    if (json != NULL)
        buf_printf(out, ",\"%s\":%s", name, json);
}

static void put_cell(struct buf *out, uint32_t column, const struct cell *c)
{
    buf_printf(out, "{\"c\":%u", column);
    if (c->kind == KIND_NUMBER) {
        buf_puts(out, ",\"n\":");
        display_put_exact(out, c->number);
    } else if (c->kind == KIND_BOOL) {
        buf_puts(out, c->boolean ? ",\"b\":true" : ",\"b\":false");
    }
    put_text(out, c->kind == KIND_ERROR ? "e" : "s", c->text);
    put_text(out, "f", c->formula);
    put_text(out, "note", c->note);
    put_json(out, "format", c->format);
    put_json(out, "validation", c->validation);
    buf_putc(out, '}');
}

static void put_row(struct buf *out, const struct row *r)
{
    bool has = false;

    buf_putc(out, '[');
    if (r != NULL && r->hidden != 0) {
        buf_printf(out, "{\"hidden\":%u}", r->hidden);
        has = true;
    }
    for (uint32_t i = 0; r != NULL && i < r->n; i++) {
        const struct cell *c = &r->cells[i];

        if (!cell_has_value(c) && c->note == NULL && c->format == NULL && c->validation == NULL)
            continue;
        if (has)
            buf_putc(out, ',');
        put_cell(out, i, c);
        has = true;
    }
    buf_putc(out, ']');
}

static const struct row *row_at(const struct tab *t, size_t i)
{
    return t != NULL && i < t->n_row ? t->row[i] : NULL;
}

/* Rows [from, from + removed) of OLD became [from, from + added) of T. */
struct splice {
    size_t from, removed, added;
};

static void put_splice(struct buf *out, const struct tab *t, struct splice s, bool *has)
{
    if (s.removed == 0 && s.added == 0)
        return;
    buf_printf(out, "%s{\"at\":%zu,\"remove\":%zu,\"rows\":[", *has ? "," : "", s.from, s.removed);
    *has = true;
    for (size_t i = 0; i < s.added; i++) {
        if (i > 0)
            buf_putc(out, ',');
        put_row(out, row_at(t, s.from + i));
    }
    buf_puts(out, "]}");
}

enum { LOOK_AHEAD = 64 };

/* Where OLD from I on and T from J on are alike again: the part before it as a splice. All that is
 * left, but for the rows at the end that are alike, when that is not near. */
static struct splice next_splice(const struct tab *old, size_t i, const struct tab *t, size_t j)
{
    size_t n_old = old == NULL ? 0 : old->n_row, n = t->n_row, tail = 0;

    for (size_t k = 1; k <= LOOK_AHEAD; k++) {
        if (i + k < n_old && j + k < n && old->row[i + k] == t->row[j + k])
            return (struct splice){j, k, k};
        if (i < n_old && j + k < n && old->row[i] == t->row[j + k])
            return (struct splice){j, 0, k};
        if (i + k < n_old && j < n && old->row[i + k] == t->row[j])
            return (struct splice){j, k, 0};
    }
    while (tail < n - j && tail < n_old - i && old->row[n_old - 1 - tail] == t->row[n - 1 - tail])
        tail++;
    return (struct splice){j, n_old - i - tail, n - j - tail};
}

/* Rows are shared between versions, so a row that is the same pointer has not changed. */
static void put_rows(struct buf *out, const struct tab *old, const struct tab *t)
{
    size_t n_old = old == NULL ? 0 : old->n_row, i = 0, j = 0;
    bool has = false;

    buf_puts(out, ",\"splices\":[");
    while (i < n_old || j < t->n_row) {
        struct splice s;

        if (i < n_old && j < t->n_row && old->row[i] == t->row[j]) {
            i++;
            j++;
            continue;
        }
        s = next_splice(old, i, t, j);
        put_splice(out, t, s, &has);
        i += s.removed;
        j += s.added;
    }
    buf_putc(out, ']');
}

static void put_merges(struct buf *out, const struct tab *t)
{
    buf_puts(out, ",\"merges\":[");
    for (size_t i = 0; i < t->n_merges; i++) {
        struct area a = t->merges[i];

        buf_printf(out, "%s[%lld,%lld,%lld,%lld]", i > 0 ? "," : "", (long long)a.row,
                   (long long)a.end_row, (long long)a.column, (long long)a.end_column);
    }
    buf_putc(out, ']');
}

static void put_tab(struct buf *out, const struct tab *old, const struct tab *t)
{
    buf_printf(out, "{\"id\":%lld", (long long)t->id);
    if (old != t) {
        put_text(out, "title", t->title);
        buf_printf(out,
                   ",\"rows\":%lld,\"columns\":%lld,\"frozenRows\":%lld,\"frozenColumns\":%lld,"
                   "\"hidden\":%s",
                   (long long)t->rows, (long long)t->columns, (long long)t->frozen_rows,
                   (long long)t->frozen_columns, t->is_hidden ? "true" : "false");
        if (t->protected_ranges != NULL) {
            CLEANUP_FREE char *json = cJSON_PrintUnformatted(t->protected_ranges);

            buf_puts(out, ",\"protected\":");
            buf_puts(out, json);
        }
        put_merges(out, t);
        put_rows(out, old, t);
    }
    buf_putc(out, '}');
}

static void put_metadata(struct buf *out, const struct book *b)
{
    buf_puts(out, ",\"metadata\":[");
    for (size_t i = 0; i < b->n_metadata; i++) {
        const struct metadata *m = &b->metadata[i];

        buf_printf(out, "%s{\"id\":%lld,\"project\":%s,\"place\":%d,\"sheet\":%lld,\"index\":%lld",
                   i > 0 ? "," : "", (long long)m->id, m->is_project ? "true" : "false", m->place,
                   (long long)m->sheet_id, (long long)m->index);
        put_text(out, "key", m->key);
        put_text(out, "value", m->value);
        buf_putc(out, '}');
    }
    buf_putc(out, ']');
}

void disk_json_put(struct buf *out, const struct book *old, const struct book *b)
{
    buf_printf(out, "{\"revision\":%lld,\"created\":%lld,\"modified\":%lld", (long long)b->revision,
               (long long)b->created_ms, (long long)b->modified_ms);
    put_text(out, "id", b->id);
    put_text(out, "title", b->title);
    put_text(out, "locale", b->locale);
    put_text(out, "timeZone", b->time_zone);
    put_metadata(out, b);
    buf_puts(out, ",\"tabs\":[");
    for (size_t i = 0; i < b->n_tabs; i++) {
        if (i > 0)
            buf_putc(out, ',');
        put_tab(out, old == NULL ? NULL : book_tab(old, b->tabs[i]->id), b->tabs[i]);
    }
    buf_puts(out, "]}\n");
}

static void read_cell(struct cell *c, const cJSON *json)
{
    const char *text = json_text(json, "s", NULL), *error = json_text(json, "e", NULL);

    if (json_get(json, "n") != NULL)
        cell_set(c, (struct scalar){.kind = KIND_NUMBER, .number = json_number(json, "n", 0)});
    else if (json_get(json, "b") != NULL)
        cell_set(c,
                 (struct scalar){.kind = KIND_BOOL, .boolean = cJSON_IsTrue(json_get(json, "b"))});
    else if (text != NULL)
        cell_set(c, (struct scalar){.kind = KIND_TEXT, .text = text});
    else if (error != NULL)
        cell_set(c, (struct scalar){.kind = KIND_ERROR, .text = error});
    else if (json_text(json, "f", NULL) != NULL)
        cell_set_formula(c, json_text(json, "f", ""));
    cell_set_note(c, json_text(json, "note", NULL));
    if (json_get(json, "format") != NULL)
        cell_set_format(c, format_new(cJSON_Duplicate(json_get(json, "format"), true)));
    if (json_get(json, "validation") != NULL)
        cell_set_validation(c, format_new(cJSON_Duplicate(json_get(json, "validation"), true)));
}

static struct row *read_row(const cJSON *json, int64_t columns)
{
    const cJSON *item;
    struct row *r;
    long long n = 0, hidden = 0;

    cJSON_ArrayForEach(item, json)
    {
        long long c = json_int(item, "c", -1);

        hidden |= json_int(item, "hidden", 0);

        if (c >= n && c < columns)
            n = c + 1;
    }
    if (n == 0 && hidden == 0)
        return NULL;
    r = row_new((uint32_t)n);
    r->hidden = (unsigned)hidden & (HIDDEN_BY_USER | HIDDEN_BY_FILTER);
    cJSON_ArrayForEach(item, json)
    {
        long long c = json_int(item, "c", -1);

        if (c >= 0 && c < n)
            read_cell(&r->cells[c], item);
    }
    return r;
}

/* Replace rows; the numbers are checked, for the file may have been touched by hand. */
static int read_splice(struct tab *t, const cJSON *json, struct err *err)
{
    const cJSON *rows = json_get(json, "rows"), *item;
    long long at = json_int(json, "at", -1), remove = json_int(json, "remove", -1);
    size_t n = (size_t)cJSON_GetArraySize(rows), from, end, old = t->n_row;

    if (at < 0 || remove < 0 || (size_t)(at + remove) > t->n_row)
        return err_set(err, ERR_FORMAT, "rows %lld and %lld are outside tab \"%.60s\"", at,
                       at + remove, t->title);
    from = (size_t)at;
    end = from + (size_t)remove;
    for (size_t i = from; i < end; i++)
        row_unref(t->row[i]);
    if (n > end - from)
        tab_reach(t, old + n - (end - from));
    if (old > end)
        memmove(t->row + from + n, t->row + end, (old - end) * sizeof(*t->row));
    t->n_row = old - (end - from) + n;
    cJSON_ArrayForEach(item, rows) t->row[from++] = read_row(item, t->columns);
    for (size_t i = t->n_row; i < t->row_size; i++)
        t->row[i] = NULL;
    return 0;
}

static int64_t number_at(const cJSON *list, int i)
{
    const cJSON *item = cJSON_GetArrayItem(list, i);

    return cJSON_IsNumber(item) ? (int64_t)item->valuedouble : -1;
}

static void read_merges(struct tab *t, const cJSON *list)
{
    const cJSON *item;

    tab_unmerge(t, tab_all(t));
    cJSON_ArrayForEach(item, list)
    {
        struct area a = {number_at(item, 0), number_at(item, 1), number_at(item, 2),
                         number_at(item, 3)};

        if (a.row >= 0 && a.row < a.end_row && a.column >= 0 && a.column < a.end_column &&
            area_contains(tab_all(t), a))
            tab_merge(t, a);
    }
}

static int read_tab(const struct book *old, const cJSON *json, struct tab **out, struct err *err)
{
    int64_t id = json_int(json, "id", -1);
    const struct tab *before = old == NULL ? NULL : book_tab(old, id);
    const cJSON *item;
    struct tab *t;

    if (json_get(json, "title") == NULL) {
        if (before == NULL)
            return err_set(err, ERR_FORMAT, "tab %lld has no title", (long long)id);
        *out = tab_ref(old->tabs[book_tab_index(old, id)]);
        return 0;
    }
    t = before == NULL ? tab_new(id, "", 0, 0) : tab_clone(before);
    free(t->title);
    t->title = mem_text(json_text(json, "title", ""));
    t->rows = json_int(json, "rows", 1000);
    t->columns = json_int(json, "columns", 26);
    t->frozen_rows = json_int(json, "frozenRows", 0);
    t->frozen_columns = json_int(json, "frozenColumns", 0);
    t->is_hidden = cJSON_IsTrue(json_get(json, "hidden"));
    cJSON_Delete(t->protected_ranges);
    item = json_get(json, "protected");
    t->protected_ranges = item == NULL ? NULL : cJSON_Duplicate(item, true);
    read_merges(t, json_get(json, "merges"));
    cJSON_ArrayForEach(item, json_get(json, "splices")) if (read_splice(t, item, err) < 0)
    {
        tab_unref(t);
        return -1;
    }
    /* Not before: rows that move come before they go. */
    if ((int64_t)t->n_row > t->rows) {
        err_set(err, ERR_FORMAT, "tab \"%.60s\" has %zu rows, and its grid %lld", t->title,
                t->n_row, (long long)t->rows);
        tab_unref(t);
        return -1;
    }
    *out = t;
    return 0;
}

static void read_metadata(struct book *b, const cJSON *json)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, json)
    {
        long long place = json_int(item, "place", 0);
        CLEANUP_FREE char *key = mem_text(json_text(item, "key", ""));
        CLEANUP_FREE char *value = mem_text(json_text(item, "value", NULL));
        struct metadata m = {
            .id = json_int(item, "id", 0),
            .key = key,
            .value = value,
            .is_project = cJSON_IsTrue(json_get(item, "project")),
            .place = place >= META_SPREADSHEET && place <= META_COLUMN ? (enum metadata_place)place
                                                                       : META_SPREADSHEET,
            .sheet_id = json_int(item, "sheet", 0),
            .index = json_int(item, "index", 0),
        };

        book_add_metadata(b, &m);
    }
}

static void set_text(char **slot, const cJSON *json, const char *name)
{
    free(*slot);
    *slot = mem_text(json_text(json, name, ""));
}

int disk_json_read(const struct book *old, const cJSON *line, struct book **out, struct err *err)
{
    struct book *b = book_new(json_text(line, "id", ""), "");
    const cJSON *item;
    struct tab *t = NULL;

    book_remove_tab(b, 0);
    set_text(&b->title, line, "title");
    set_text(&b->locale, line, "locale");
    set_text(&b->time_zone, line, "timeZone");
    b->revision = json_int(line, "revision", 1);
    b->created_ms = json_int(line, "created", 0);
    b->modified_ms = json_int(line, "modified", 0);
    read_metadata(b, json_get(line, "metadata"));
    cJSON_ArrayForEach(item, json_get(line, "tabs"))
    {
        if (read_tab(old, item, &t, err) < 0) {
            book_unref(b);
            return -1;
        }
        book_add_tab(b, t, -1);
    }
    b->n_touches = 0;
    *out = b;
    return 0;
}
