/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/script/text.h"

#include <stdbool.h>
#include <string.h>

/* The surrogate at P (3 bytes ED A0..BF xx), or 0. */
static unsigned surrogate_at(const char *p, size_t len)
{
    const unsigned char *b = (const unsigned char *)p;

    if (len < 3 || b[0] != 0xed || b[1] < 0xa0)
        return 0;
    return 0xd000u | (b[1] & 0x3fu) << 6 | (b[2] & 0x3fu);
}

static void put_pair(unsigned high, unsigned low, struct buf *out)
{
    unsigned c = 0x10000u + ((high & 0x3ffu) << 10 | (low & 0x3ffu));
    const unsigned char bytes[4] = {
        (unsigned char)(0xf0 | c >> 18), (unsigned char)(0x80 | (c >> 12 & 0x3f)),
        (unsigned char)(0x80 | (c >> 6 & 0x3f)), (unsigned char)(0x80 | (c & 0x3f))};

    buf_append(out, bytes, sizeof(bytes));
}

void text_to_utf8(const char *text, size_t len, struct buf *out)
{
    size_t i = 0, plain = 0;

    while (i < len) {
        unsigned high = surrogate_at(text + i, len - i);
        unsigned low = high == 0 ? 0 : surrogate_at(text + i + 3, len - i - 3);

        if (high == 0) {
            i++;
            continue;
        }
        buf_append(out, text + plain, i - plain);
        if (high < 0xdc00 && low >= 0xdc00) {
            put_pair(high, low, out);
            i += 6;
        } else {
            buf_puts(out, "\xef\xbf\xbd");
            i += 3;
        }
        plain = i;
    }
    buf_append(out, text + plain, len - plain);
}

static void put_surrogate(unsigned code, struct buf *out)
{
    const unsigned char bytes[3] = {(unsigned char)(0xe0 | code >> 12),
                                    (unsigned char)(0x80 | (code >> 6 & 0x3f)),
                                    (unsigned char)(0x80 | (code & 0x3f))};

    buf_append(out, bytes, sizeof(bytes));
}

void text_from_utf8(const char *text, size_t len, struct buf *out)
{
    const unsigned char *b = (const unsigned char *)text;
    size_t plain = 0;

    for (size_t i = 0; i < len; i++) {
        unsigned c;

        if (b[i] < 0xf0 || len - i < 4)
            continue;
        c = ((b[i] & 7u) << 18 | (b[i + 1] & 0x3fu) << 12 | (b[i + 2] & 0x3fu) << 6 |
             (b[i + 3] & 0x3fu)) -
            0x10000u;
        buf_append(out, text + plain, i - plain);
        put_surrogate(0xd800u | (c >> 10 & 0x3ffu), out);
        put_surrogate(0xdc00u | (c & 0x3ffu), out);
        i += 3;
        plain = i + 1;
    }
    buf_append(out, text + plain, len - plain);
}

/* The text is converted in a buffer of Duktape's: it goes with the heap when a push throws. */
void text_push(duk_context *ctx, const char *text)
{
    struct buf converted = BUF_INIT;
    size_t len = strlen(text);
    void *copy;

    if (memchr(text, 0xf0, len) == NULL && strpbrk(text, "\xf1\xf2\xf3\xf4") == NULL) {
        duk_push_lstring(ctx, text, len);
        return;
    }
    copy = duk_push_fixed_buffer(ctx, len * 3 / 2 + 1);
    text_from_utf8(text, len, &converted);
    memcpy(copy, buf_text(&converted), converted.len);
    len = converted.len;
    buf_close(&converted);
    duk_push_lstring(ctx, copy, len);
    duk_remove(ctx, -2);
}

void text_get(duk_context *ctx, duk_idx_t index, struct buf *out)
{
    duk_size_t len;
    const char *text = duk_get_lstring(ctx, index, &len);

    if (text != NULL)
        text_to_utf8(text, len, out);
}

void text_error(duk_context *ctx, duk_idx_t index, struct err *err)
{
    CLEANUP_BUF struct buf text = BUF_INIT;

    text_get(ctx, index, &text);
    err_set(err, ERR_VALUE, "%s", buf_text(&text));
}
