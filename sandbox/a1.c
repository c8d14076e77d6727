/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/a1.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "sandbox/mem.h"

enum { MAX_LETTERS = 3, MAX_DIGITS = 8 };

/* One corner: letters, digits, both; each may follow a "$". -1 stands for "not written". */
static const char *read_corner(const char *at, int64_t *row, int64_t *column)
{
    int letters = 0, digits = 0;

    *row = *column = -1;
    if (*at == '$')
        at++;
    for (; isalpha((unsigned char)*at) && letters <= MAX_LETTERS; at++, letters++)
        *column = (*column + 1) * 26 + (toupper((unsigned char)*at) - 'A');
    if (letters > MAX_LETTERS)
        return NULL;
    if (letters > 0 && *at == '$')
        at++;
    for (; isdigit((unsigned char)*at) && digits <= MAX_DIGITS; at++, digits++)
        *row = (*row < 0 ? 0 : *row) * 10 + (*at - '0');
    if (digits > MAX_DIGITS || letters + digits == 0 || *row == 0)
        return NULL;
    if (*row > 0)
        (*row)--;
    return at;
}

/* Both ends of one dimension, in either order; an end that is not written is open. */
static void span(int64_t a, int64_t b, int64_t *from, int64_t *end)
{
    if (a < 0 || b < 0) {
        *from = a < 0 ? (b < 0 ? 0 : b) : a;
        *end = -1;
        return;
    }
    *from = a < b ? a : b;
    *end = (a < b ? b : a) + 1;
}

static bool parse_area(const char *text, struct area *out)
{
    int64_t row = -1, column = -1, row2 = -1, column2 = -1;
    const char *at = read_corner(text, &row, &column);

    if (at == NULL)
        return false;
    if (*at == '\0') {
        if (row < 0 || column < 0)
            return false;
        *out = (struct area){row, row + 1, column, column + 1};
        return true;
    }
    if (*at != ':')
        return false;
    at = read_corner(at + 1, &row2, &column2);
    if (at == NULL || *at != '\0')
        return false;
    span(row, row2, &out->row, &out->end_row);
    span(column, column2, &out->column, &out->end_column);
    return true;
}

/* 'It''s'... -> the title; *REST is what follows the closing quote. */
static char *read_quoted(const char *text, const char **rest)
{
    char *title = mem_new(strlen(text) + 1, 1);
    size_t n = 0;

    for (text++; *text != '\0'; text++) {
        if (*text == '\'') {
            if (text[1] != '\'')
                break;
            text++;
        }
        title[n++] = *text;
    }
    if (*text != '\'' || n == 0) {
        free(title);
        return NULL;
    }
    *rest = text + 1;
    return title;
}

bool a1_parse(const char *text, struct a1 *out)
{
    const char *rest = text, *mark;

    *out = (struct a1){.area = {0, -1, 0, -1}};
    if (*text == '\'') {
        out->title = read_quoted(text, &rest);
        if (out->title == NULL)
            return false;
        if (*rest == '\0') {
            out->is_whole_tab = true;
            return true;
        }
        rest++;
        if (rest[-1] == '!' && parse_area(rest, &out->area))
            return true;
        free(take_ptr(out->title));
        return false;
    }
    mark = strrchr(text, '!');
    if (mark != NULL && mark > text && parse_area(mark + 1, &out->area)) {
        out->title = mem_text_n(text, (size_t)(mark - text));
        return true;
    }
    if (parse_area(text, &out->area))
        return true;
    if (*text == '\0' || mark != NULL)
        return false;
    out->area = (struct area){0, -1, 0, -1};
    out->title = mem_text(text);
    out->is_whole_tab = true;
    return true;
}

void a1_put_column(struct buf *out, int64_t column)
{
    char letters[16];
    size_t n = sizeof(letters);

    for (column++; column > 0 && n > 0; column = (column - 1) / 26)
        letters[--n] = (char)('A' + (column - 1) % 26);
    buf_append(out, letters + n, sizeof(letters) - n);
}

void a1_put_area(struct buf *out, struct area a)
{
    a1_put_column(out, a.column);
    buf_printf(out, "%lld", (long long)a.row + 1);
    if (a.end_row == a.row + 1 && a.end_column == a.column + 1)
        return;
    buf_putc(out, ':');
    a1_put_column(out, a.end_column - 1);
    buf_printf(out, "%lld", (long long)a.end_row);
}

/* Plain words need no quotes, unless they look like a cell ("D3", "R1C1"). */
static bool needs_quotes(const char *title)
{
    int64_t row, column;
    const char *end = read_corner(title, &row, &column);

    if (isdigit((unsigned char)*title))
        return true;
    for (const char *p = title; *p != '\0'; p++)
        if (!isalnum((unsigned char)*p) && *p != '_')
            return true;
    if (end != NULL && *end == '\0' && row >= 0)
        return true;
    return toupper((unsigned char)title[0]) == 'R' && isdigit((unsigned char)title[1]) &&
           strpbrk(title, "Cc") != NULL;
}

void a1_put(struct buf *out, const char *title, struct area area)
{
    if (!needs_quotes(title)) {
        buf_puts(out, title);
    } else {
        buf_putc(out, '\'');
        for (const char *p = title; *p != '\0'; p++) {
            buf_putc(out, *p);
            if (*p == '\'')
                buf_putc(out, '\'');
        }
        buf_putc(out, '\'');
    }
    buf_putc(out, '!');
    a1_put_area(out, area);
}
