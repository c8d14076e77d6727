/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/book.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/clock.h"
#include "common/crypto.h"
#include "sandbox/mem.h"

enum { MAX_TOUCHES = 200 };

/* 44 characters of the URL alphabet, as Google's ids have. */
static char *fresh_id(void)
{
    struct buf text = BUF_INIT;
    unsigned char bytes[32];

    crypto_random(bytes, sizeof(bytes));
    buf_putc(&text, '1');
    crypto_base64url(&text, bytes, sizeof(bytes));
    return buf_take(&text);
}

struct book *book_new(const char *id, const char *title)
{
    struct book *b = mem_new(1, sizeof(*b));

    atomic_init(&b->refs, 1);
    b->id = id == NULL ? fresh_id() : mem_text(id);
    b->title = mem_text(title);
    b->locale = mem_text("en_US");
    b->time_zone = mem_text("Etc/GMT");
    b->created_ms = b->modified_ms = clock_wall_ms();
    book_add_tab(b, tab_new(0, "Sheet1", 1000, 26), -1);
    return b;
}

struct book *book_ref(struct book *b)
{
    atomic_fetch_add(&b->refs, 1);
    return b;
}

void book_unref(struct book *b)
{
    if (b == NULL || atomic_fetch_sub(&b->refs, 1) != 1)
        return;
    for (size_t i = 0; i < b->n_tabs; i++)
        tab_unref(b->tabs[i]);
    while (b->n_metadata > 0)
        book_remove_metadata(b, b->n_metadata - 1);
    free(b->tabs);
    free(b->metadata);
    free(b->touches);
    free(b->id);
    free(b->title);
    free(b->locale);
    free(b->time_zone);
    free(b);
}

struct book *book_draft(const struct book *b)
{
    struct book *d = mem_new(1, sizeof(*d));

    atomic_init(&d->refs, 1);
    d->id = mem_text(b->id);
    d->title = mem_text(b->title);
    d->locale = mem_text(b->locale);
    d->time_zone = mem_text(b->time_zone);
    d->revision = b->revision;
    d->shape = b->shape;
    d->created_ms = b->created_ms;
    d->modified_ms = b->modified_ms;
    d->tabs = mem_new(b->n_tabs, sizeof(*d->tabs));
    for (size_t i = 0; i < b->n_tabs; i++)
        d->tabs[d->n_tabs++] = tab_ref(b->tabs[i]);
    for (size_t i = 0; i < b->n_metadata; i++)
        book_add_metadata(d, &b->metadata[i]);
    return d;
}

int64_t book_tab_index(const struct book *b, int64_t sheet_id)
{
    for (size_t i = 0; i < b->n_tabs; i++)
        if (b->tabs[i]->id == sheet_id)
            return (int64_t)i;
    return -1;
}

const struct tab *book_tab(const struct book *b, int64_t sheet_id)
{
    int64_t i = book_tab_index(b, sheet_id);

    return i < 0 ? NULL : b->tabs[i];
}

/* Titles are compared without regard to case, as the API does. */
const struct tab *book_tab_by_title(const struct book *b, const char *title)
{
    for (size_t i = 0; i < b->n_tabs; i++)
        if (strcasecmp(b->tabs[i]->title, title) == 0)
            return b->tabs[i];
    return NULL;
}

struct tab *book_write_tab(struct book *draft, const struct tab *t)
{
    struct tab **slot = &draft->tabs[book_tab_index(draft, t->id)], *own;

    if (atomic_load(&(*slot)->refs) > 1) {
        own = tab_clone(*slot);
        tab_unref(*slot);
        *slot = own;
    }
    return *slot;
}

void book_add_tab(struct book *draft, struct tab *t, int64_t index)
{
    size_t at = index < 0 || (size_t)index > draft->n_tabs ? draft->n_tabs : (size_t)index;

    draft->tabs = mem_resize(draft->tabs, draft->n_tabs + 1, sizeof(*draft->tabs));
    memmove(draft->tabs + at + 1, draft->tabs + at, (draft->n_tabs - at) * sizeof(*draft->tabs));
    draft->tabs[at] = t;
    draft->n_tabs++;
    book_touch(draft, t, TOUCH_TABS, tab_all(t));
}

void book_remove_tab(struct book *draft, int64_t sheet_id)
{
    size_t at = (size_t)book_tab_index(draft, sheet_id);

    book_touch(draft, draft->tabs[at], TOUCH_TABS, tab_all(draft->tabs[at]));
    tab_unref(draft->tabs[at]);
    draft->n_tabs--;
    memmove(draft->tabs + at, draft->tabs + at + 1, (draft->n_tabs - at) * sizeof(*draft->tabs));
    for (size_t i = draft->n_metadata; i-- > 0;)
        if (draft->metadata[i].place != META_SPREADSHEET && draft->metadata[i].sheet_id == sheet_id)
            book_remove_metadata(draft, i);
}

/* INDEX counts as before the move: a tab that moves right lands left of its new neighbour. */
void book_move_tab(struct book *draft, int64_t sheet_id, int64_t index)
{
    size_t at = (size_t)book_tab_index(draft, sheet_id);
    size_t to = (size_t)index > draft->n_tabs ? draft->n_tabs : (size_t)index;
    struct tab *t = draft->tabs[at];

    if (to > at)
        to--;
    memmove(draft->tabs + at, draft->tabs + at + 1,
            (draft->n_tabs - 1 - at) * sizeof(*draft->tabs));
    memmove(draft->tabs + to + 1, draft->tabs + to,
            (draft->n_tabs - 1 - to) * sizeof(*draft->tabs));
    draft->tabs[to] = t;
    book_touch(draft, t, TOUCH_TABS, tab_all(t));
}

static int64_t random_id(void)
{
    uint32_t n;

    crypto_random(&n, sizeof(n));
    return (int64_t)(n & 0x7fffffff);
}

int64_t book_fresh_sheet_id(const struct book *b)
{
    int64_t id;

    do
        id = random_id();
    while (id == 0 || book_tab(b, id) != NULL);
    return id;
}

int64_t book_cells(const struct book *b)
{
    int64_t n = 0;

    for (size_t i = 0; i < b->n_tabs; i++)
        n += b->tabs[i]->rows * b->tabs[i]->columns;
    return n;
}

static void widen(struct area *to, struct area from)
{
    to->row = from.row < to->row ? from.row : to->row;
    to->column = from.column < to->column ? from.column : to->column;
    to->end_row = from.end_row > to->end_row ? from.end_row : to->end_row;
    to->end_column = from.end_column > to->end_column ? from.end_column : to->end_column;
}

void book_touch(struct book *draft, const struct tab *t, enum touch_kind kind, struct area area)
{
    draft->shape += kind != TOUCH_CELLS;
    for (size_t i = 0; i < draft->n_touches; i++)
        if (draft->touches[i].sheet_id == t->id && draft->touches[i].kind == kind) {
            widen(&draft->touches[i].area, area);
            return;
        }
    if (draft->n_touches >= MAX_TOUCHES)
        return;
    draft->touches = mem_resize(draft->touches, draft->n_touches + 1, sizeof(*draft->touches));
    draft->touches[draft->n_touches++] = (struct touch){t->id, kind, area};
}
