/* SPDX-License-Identifier: Apache-2.0 */
/* Looking a rule over: the words of one expression, and what they may name. */
#include "common/mysql/rule.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define NAME_SIZE 260 /* 64 characters of at most 4 bytes */

struct reader {
    const char *text;
    const char *at;
    const struct rule_columns *columns;
    bool *uses;
    struct err *err;
};

static int fail(struct reader *r, const char *at, const char *what)
{
    return err_set(r->err, ERR_CONFIG, "character %zu: %s", (size_t)(at - r->text) + 1, what);
}

static bool is_word_byte(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static void skip_blanks(struct reader *r)
{
    while (isspace((unsigned char)*r->at))
        r->at++;
}

/* A text in quotes: they are doubled or escaped inside. */
static int skip_quoted(struct reader *r)
{
    const char *start = r->at;
    char quote = *r->at++;

    for (; *r->at != '\0'; r->at++) {
        if (*r->at == '\\' && r->at[1] != '\0')
            r->at++;
        else if (*r->at == quote && *++r->at != quote)
            return 0;
    }
    return fail(r, start, "this text has no end");
}

/* A word, or a name in backquotes. */
static int read_name(struct reader *r, char name[NAME_SIZE])
{
    const char *start = r->at;
    bool is_quoted = *r->at == '`';
    size_t n = 0;

    r->at += is_quoted;
    for (; *r->at != '\0' && (is_quoted || is_word_byte(*r->at)); r->at++) {
        if (is_quoted && *r->at == '`' && *++r->at != '`') {
            is_quoted = false;
            break;
        }
        if (n == NAME_SIZE - 1)
            return fail(r, start, "this name is too long");
        name[n++] = *r->at;
    }
    name[n] = '\0';
    if (is_quoted || n == 0)
        return fail(r, start, "expected a name");
    return 0;
}

static int find_side(const char *name)
{
    static const char *const names[] = {"mysql", "sheet", "base"};

    for (int side = 0; side < RULE_SIDES; side++)
        if (strcmp(name, names[side]) == 0)
            return side;
    return -1;
}

/* The column after "mysql." */
static int read_column(struct reader *r, const char *start, int side)
{
    char name[NAME_SIZE];

    r->at++;
    skip_blanks(r);
    if (read_name(r, name) != 0)
        return -1;
    for (size_t i = 0; i < r->columns->n; i++)
        if (strcasecmp(r->columns->list[i]->name, name) == 0) {
            r->uses[i * RULE_SIDES + (size_t)side] = true;
            skip_blanks(r);
            return *r->at == '.' ? fail(r, r->at, "expected no more of a name") : 0;
        }
    return err_set(r->err, ERR_CONFIG, "character %zu: the mapping has no column \"%s\"",
                   (size_t)(start - r->text) + 1, name);
}

/* Words that would look at other rows, or keep the server from its work. */
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

static int read_word(struct reader *r)
{
    const char *start = r->at;
    char name[NAME_SIZE];
    int side;

    if (read_name(r, name) != 0)
        return -1;
    skip_blanks(r);
    if (*r->at != '.') {
        if (*start == '`')
            return fail(r, start, "a column is named mysql.X, sheet.X or base.X");
        return is_forbidden(name) ? fail(r, start, "this word is not allowed in a rule") : 0;
    }
    side = find_side(name);
    return side < 0 ? fail(r, start, "a column is named mysql.X, sheet.X or base.X")
                    : read_column(r, start, side);
}

static void skip_number(struct reader *r)
{
    while (isalnum((unsigned char)*r->at) || *r->at == '.')
        r->at++;
}

static int read_token(struct reader *r, int *depth)
{
    const char *at = r->at;

    if (*at == '\'' || *at == '"')
        return skip_quoted(r);
    if (isdigit((unsigned char)*at)) {
        skip_number(r);
        return 0;
    }
    if (*at == '`' || is_word_byte(*at))
        return read_word(r);
    if (strchr(";?@#{}\\", *at) != NULL)
        return fail(r, at, "this character is not allowed in a rule");
    if (strncmp(at, "--", 2) == 0 || strncmp(at, "/*", 2) == 0)
        return fail(r, at, "a rule has no comments");
    *depth += *at == '(';
    *depth -= *at == ')';
    if (*depth < 0)
        return fail(r, at, "there is no parenthesis to close");
    if (*at == ',' && *depth == 0)
        return fail(r, at, "a rule is one expression");
    r->at++;
    return 0;
}

int rule_parse(const char *expression, const struct rule_columns *columns, bool *uses,
               struct err *err)
{
    struct reader r = {
        .text = expression, .at = expression, .columns = columns, .uses = uses, .err = err};
    int depth = 0;

    memset(uses, 0, columns->n * RULE_SIDES * sizeof(*uses));
    skip_blanks(&r);
    if (*r.at == '\0')
        return fail(&r, r.at, "expected an expression");
    while (*r.at != '\0') {
        if (read_token(&r, &depth) != 0)
            return -1;
        skip_blanks(&r);
    }
    return depth == 0 ? 0 : fail(&r, r.at, "a parenthesis is not closed");
}
