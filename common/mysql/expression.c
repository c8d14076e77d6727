/* SPDX-License-Identifier: Apache-2.0 */
#include "common/mysql/expression.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

int expression_fail(const struct expression *e, const char *at, const char *what)
{
    return err_set(e->err, ERR_CONFIG, "character %zu: %s", (size_t)(at - e->text) + 1, what);
}

/* The same; what the expression is stands between BEFORE and AFTER. */
static int refuse(const struct expression *e, const char *at, const char *before, const char *after)
{
    char what[160];

    snprintf(what, sizeof(what), "%s%s%s", before, e->what, after);
    return expression_fail(e, at, what);
}

static bool is_word_byte(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

void expression_skip_blanks(struct expression *e)
{
    while (isspace((unsigned char)*e->at))
        e->at++;
}

/* A text in quotes: they are doubled or escaped inside. */
static int skip_quoted(struct expression *e)
{
    const char *start = e->at;
    char quote = *e->at++;

    for (; *e->at != '\0'; e->at++) {
        if (*e->at == '\\' && e->at[1] != '\0')
            e->at++;
        else if (*e->at == quote && *++e->at != quote)
            return 0;
    }
    return expression_fail(e, start, "this text has no end");
}

/* A word, or a name in backquotes. */
int expression_read_name(struct expression *e, char name[EXPRESSION_NAME_SIZE])
{
    const char *start = e->at;
    bool is_quoted = *e->at == '`';
    size_t n = 0;

    e->at += is_quoted;
    for (; *e->at != '\0' && (is_quoted || is_word_byte(*e->at)); e->at++) {
        if (is_quoted && *e->at == '`' && *++e->at != '`') {
            is_quoted = false;
            break;
        }
        if (n == EXPRESSION_NAME_SIZE - 1)
            return expression_fail(e, start, "this name is too long");
        name[n++] = *e->at;
    }
    name[n] = '\0';
    if (is_quoted || n == 0)
        return expression_fail(e, start, "expected a name");
    return 0;
}

static bool is_forbidden(const char *word)
{
    static const char *const words[] = {"SELECT",  "TABLE",        "WITH",      "INTO",
                                        "SLEEP",   "BENCHMARK",    "LOAD_FILE", "GET_LOCK",
                                        "NEXTVAL", "RELEASE_LOCK", "SETVAL",    "MASTER_POS_WAIT",
                                        "LASTVAL"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcasecmp(word, words[i]) == 0)
            return true;
    return false;
}

int expression_check_word(const struct expression *e, const char *word, const char *start)
{
    return is_forbidden(word) ? refuse(e, start, "this word is not allowed in ", "") : 0;
}

static int read_word(struct expression *e)
{
    const char *start = e->at;
    char name[EXPRESSION_NAME_SIZE];

    if (expression_read_name(e, name) != 0)
        return -1;
    expression_skip_blanks(e);
    return e->on_name(e, name, start, e->user);
}

static void skip_number(struct expression *e)
{
    while (isalnum((unsigned char)*e->at) || *e->at == '.')
        e->at++;
}

static int read_token(struct expression *e, int *depth)
{
    const char *at = e->at;

    if (*at == '\'' || *at == '"')
        return skip_quoted(e);
    if (isdigit((unsigned char)*at)) {
        skip_number(e);
        return 0;
    }
    if (*at == '`' || is_word_byte(*at))
        return read_word(e);
    if (strchr(";?@#{}\\", *at) != NULL)
        return refuse(e, at, "this character is not allowed in ", "");
    if (strncmp(at, "--", 2) == 0 || strncmp(at, "/*", 2) == 0)
        return refuse(e, at, "", " has no comments");
    *depth += *at == '(';
    *depth -= *at == ')';
    if (*depth < 0)
        return expression_fail(e, at, "there is no parenthesis to close");
    if (*at == ',' && *depth == 0)
        return refuse(e, at, "", " is one expression");
    e->at++;
    return 0;
}

int expression_read(struct expression *e)
{
    int depth = 0;

    e->at = e->text;
    expression_skip_blanks(e);
    if (*e->at == '\0')
        return expression_fail(e, e->at, "expected an expression");
    while (*e->at != '\0') {
        if (read_token(e, &depth) != 0)
            return -1;
        expression_skip_blanks(e);
    }
    return depth == 0 ? 0 : expression_fail(e, e->at, "a parenthesis is not closed");
}
