/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buf: text or bytes that grow.
 *
 * A NUL always follows the last byte, so buf.ptr is a C string (ptr is never NULL after the first
 * append; use buf_text otherwise). When memory runs out the buffer keeps what it has, appends
 * nothing more and is_failed is set: append freely, look once at the end. One thread at a time.
 */
#ifndef COMMON_BUF_H
#define COMMON_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *ptr; /* owned */
    size_t len;
    size_t size;
    bool is_failed;
};

#define BUF_INIT ((struct buf){0})
#define CLEANUP_BUF __attribute__((cleanup(buf_close)))

void buf_close(struct buf *b);
void buf_clear(struct buf *b); /* length 0; keeps the memory */
void buf_append(struct buf *b, const void *bytes, size_t len);
void buf_puts(struct buf *b, const char *text);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Append TEXT as a JSON string with its quotes; invalid UTF-8 becomes U+FFFD. */
void buf_json(struct buf *b, const char *text, size_t len);
/* Append bytes as lower-case hex. */
void buf_hex(struct buf *b, const void *bytes, size_t len);
/* Make room for LEN more bytes and return where they go (then add to b->len); NULL when out of
 * memory. */
char *buf_reserve(struct buf *b, size_t len);
const char *buf_text(const struct buf *b); /* never NULL */
/* The content as a malloc()ed string that the caller owns; the buffer is empty after. NULL when out
 * of memory. */
char *buf_take(struct buf *b);
#endif
