/* SPDX-License-Identifier: Apache-2.0 */
#include "common/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"

void buf_close(struct buf *b)
{
    free(b->ptr);
    *b = BUF_INIT;
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    b->is_failed = false;
    if (b->ptr != NULL)
        b->ptr[0] = '\0';
}

char *buf_reserve(struct buf *b, size_t len)
{
    size_t size;
    char *ptr;

    if (b->is_failed)
        return NULL;
    if (b->size - b->len > len)
        return b->ptr + b->len;
    if (len > SIZE_MAX / 4 || b->len > SIZE_MAX / 4) {
        b->is_failed = true;
        return NULL;
    }
    size = b->size < 64 ? 64 : b->size;
    while (size - b->len <= len)
        size *= 2;
    ptr = realloc(b->ptr, size);
    if (ptr == NULL) {
        b->is_failed = true;
        return NULL;
    }
    b->ptr = ptr;
    b->size = size;
    ptr[b->len] = '\0'; /* also where nothing comes after all */
    return ptr + b->len;
}

void buf_append(struct buf *b, const void *bytes, size_t len)
{
    char *to = buf_reserve(b, len);

    if (to == NULL)
        return;
    if (len > 0)
        memcpy(to, bytes, len);
    b->len += len;
    b->ptr[b->len] = '\0';
}

void buf_puts(struct buf *b, const char *text)
{
    buf_append(b, text, strlen(text));
}

void buf_putc(struct buf *b, char c)
{
    buf_append(b, &c, 1);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    int need;
    char *to;

    va_start(ap, fmt);
    need = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (need < 0) {
        b->is_failed = true;
        return;
    }
    to = buf_reserve(b, (size_t)need);
    if (to == NULL)
        return;
    va_start(ap, fmt);
    vsnprintf(to, (size_t)need + 1, fmt, ap);
    va_end(ap);
    b->len += (size_t)need;
}

void buf_json(struct buf *b, const char *text, size_t len)
{
    buf_putc(b, '"');
    for (size_t i = 0; i < len;) {
        unsigned char c = (unsigned char)text[i];
        size_t n;

        if (c == '"' || c == '\\') {
            buf_putc(b, '\\');
            buf_putc(b, (char)c);
            i++;
        } else if (c < 0x20 || c == 0x7f) {
            buf_printf(b, "\\u%04x", c);
            i++;
        } else if (c < 0x80) {
            size_t run = i + 1;

            while (run < len && (unsigned char)text[run] >= 0x20 &&
                   (unsigned char)text[run] < 0x7f && text[run] != '"' && text[run] != '\\')
                run++;
            buf_append(b, text + i, run - i);
            i = run;
        } else if ((n = utf8_length(text + i, len - i)) > 0) {
            buf_append(b, text + i, n);
            i += n;
        } else {
            buf_puts(b, "\xEF\xBF\xBD");
            i++;
        }
    }
    buf_putc(b, '"');
}

void buf_hex(struct buf *b, const void *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *p = bytes;
    char *to = buf_reserve(b, len * 2);

    if (to == NULL)
        return;
    for (size_t i = 0; i < len; i++) {
        to[2 * i] = digits[p[i] >> 4];
        to[2 * i + 1] = digits[p[i] & 15];
    }
    b->len += len * 2;
    b->ptr[b->len] = '\0';
}

const char *buf_text(const struct buf *b)
{
    return b->ptr == NULL ? "" : b->ptr;
}

char *buf_take(struct buf *b)
{
    char *text;

    if (b->ptr == NULL)
        buf_append(b, "", 0);
    text = b->is_failed ? NULL : b->ptr;
    if (text == NULL)
        free(b->ptr);
    *b = BUF_INIT;
    return text;
}
