/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/ddl_token.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool starts(const struct ddl_lexer *l, const char *text)
{
    size_t n = strlen(text);

    return (size_t)(l->end - l->at) >= n && memcmp(l->at, text, n) == 0;
}

static void skip_line(struct ddl_lexer *l)
{
    while (l->at < l->end && *l->at != '\n')
        l->at++;
}

static void skip_digits(struct ddl_lexer *l)
{
    while (l->at < l->end && isdigit((unsigned char)*l->at))
        l->at++;
}

static void skip_to_comment_end(struct ddl_lexer *l)
{
    while (l->at < l->end && !starts(l, "*/"))
        l->at++;
    l->at = starts(l, "*/") ? l->at + 2 : l->end;
}

/* One blank, comment, or border of a version comment (whose inside is SQL); false if there is none.
 */
static bool skip_one(struct ddl_lexer *l)
{
    if (l->at >= l->end)
        return false;
    if (isspace((unsigned char)*l->at)) {
        l->at++;
    } else if (*l->at == '#' ||
               (starts(l, "--") && (l->end - l->at == 2 || isspace((unsigned char)l->at[2])))) {
        skip_line(l);
    } else if (starts(l, "/*!") || starts(l, "/*M!")) {
        l->at += starts(l, "/*!") ? 3 : 4;
        skip_digits(l);
    } else if (starts(l, "/*")) {
        l->at += 2;
        skip_to_comment_end(l);
    } else if (starts(l, "*/")) {
        l->at += 2;
    } else {
        return false;
    }
    return true;
}

static bool is_word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

/* To the closing quote, which may be doubled or, in strings, escaped. */
static void skip_quoted(struct ddl_lexer *l, char quote)
{
    for (l->at++; l->at < l->end; l->at++) {
        if (*l->at == '\\' && quote != '`' && l->end - l->at > 1) {
            l->at++;
        } else if (*l->at == quote) {
            if (l->end - l->at > 1 && l->at[1] == quote)
                l->at++;
            else
                break;
        }
    }
    if (l->at < l->end)
        l->at++;
}

struct token ddl_next(struct ddl_lexer *l)
{
    struct token t = {.kind = TOKEN_SIGN};

    while (skip_one(l))
        ;
    t.ptr = l->at;
    if (l->at >= l->end) {
        t.kind = TOKEN_END;
    } else if (*l->at == '`' || *l->at == '"' || *l->at == '\'') {
        t.kind = *l->at == '\'' ? TOKEN_STRING : TOKEN_QUOTED_NAME;
        skip_quoted(l, *l->at);
    } else if (is_word_char(*l->at)) {
        t.kind = TOKEN_WORD;
        while (l->at < l->end && is_word_char(*l->at))
            l->at++;
    } else {
        l->at++;
    }
    t.len = (size_t)(l->at - t.ptr);
    return t;
}

struct token ddl_peek(const struct ddl_lexer *lexer)
{
    struct ddl_lexer copy = *lexer;

    return ddl_next(&copy);
}

bool token_is(struct token t, const char *word)
{
    return t.kind == TOKEN_WORD && t.len == strlen(word) && strncasecmp(t.ptr, word, t.len) == 0;
}

bool ddl_accept(struct ddl_lexer *lexer, const char *word)
{
    struct ddl_lexer copy = *lexer;

    if (!token_is(ddl_next(&copy), word))
        return false;
    *lexer = copy;
    return true;
}

bool ddl_accept_sign(struct ddl_lexer *lexer, char sign)
{
    struct ddl_lexer copy = *lexer;
    struct token t = ddl_next(&copy);

    if (t.kind != TOKEN_SIGN || *t.ptr != sign)
        return false;
    *lexer = copy;
    return true;
}
