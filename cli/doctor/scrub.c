/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/doctor/scrub.h"

#include <ctype.h>
#include <string.h>

enum { TOKEN_LEAST = 20, SECRET_LEAST = 6 };

static const char quotes[] = "'\"`";

/* Bytes of other alphabets are letters, too. */
static bool is_word(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80 || strchr("_-+/=%", c) != NULL;
}

static size_t word_length(const char *text, size_t len)
{
    size_t n = 0;

    while (n < len && text[n] != '\0' && (is_word(text[n]) || text[n] == '.' || text[n] == '@'))
        n++;
    return n;
}

/* The longest run without a dot, slash or underscore: names of files and metrics have these, tokens
 * rarely for long. */
static bool has_token(const char *word, size_t len)
{
    size_t run = 0;

    for (size_t i = 0; i < len; i++) {
        run = strchr("._/", word[i]) != NULL ? 0 : run + 1;
        if (run >= TOKEN_LEAST)
            return true;
    }
    return false;
}

void scrub_words(struct buf *out, const char *text, size_t len)
{
    for (size_t at = 0; at < len;) {
        size_t n = word_length(text + at, len - at);

        if (n == 0) {
            buf_putc(out, iscntrl((unsigned char)text[at]) ? ' ' : text[at]);
            at++;
            continue;
        }
        if (len - at > n + 3 && memcmp(text + at + n, "://", 3) == 0) {
            while (at + n < len && !isspace((unsigned char)text[at + n]))
                n++;
            buf_puts(out, "<address>");
        } else if (memchr(text + at, '@', n) != NULL)
            buf_puts(out, "<e-mail>");
        else if (has_token(text + at, n))
            buf_puts(out, "<id>");
        else
            buf_append(out, text + at, n);
        at += n;
    }
}

static void scrub_digits(struct buf *out, const char *text, size_t len)
{
    CLEANUP_BUF struct buf words = BUF_INIT;

    scrub_words(&words, text, len);
    for (size_t i = 0; i < words.len; i++)
        buf_putc(out, isdigit((unsigned char)words.ptr[i]) ? '#' : words.ptr[i]);
}

void scrub_message(struct buf *out, const char *text, size_t len)
{
    size_t first = len, last = 0;

    for (size_t i = 0; i < len; i++)
        if (text[i] != '\0' && strchr(quotes, text[i]) != NULL) {
            first = first == len ? i : first;
            last = i;
        }
    scrub_digits(out, text, first);
    if (first == len)
        return;
    buf_puts(out, "<...>");
    /* Only one mark: who knows where the value ends. */
    if (last > first)
        scrub_digits(out, text + last + 1, len - last - 1);
}

void scrub_secret(struct buf *text, const char *secret)
{
    size_t len = secret == NULL ? 0 : strlen(secret);
    char *at = text->ptr;

    if (len < SECRET_LEAST || text->ptr == NULL)
        return;
    while ((at = strstr(at, secret)) != NULL)
        for (size_t i = 0; i < len; i++)
            *at++ = '*';
}
