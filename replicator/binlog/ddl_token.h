/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ddl_token: SQL text as words, names, quoted strings and signs; comments are skipped, but what
 * stands in a version comment counts. Pure; any thread.
 */
#ifndef REPLICATOR_BINLOG_DDL_TOKEN_H
#define REPLICATOR_BINLOG_DDL_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

struct ddl_lexer {
    const char *at;
    const char *end;
};

enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_QUOTED_NAME, TOKEN_STRING, TOKEN_SIGN };

struct token {
    enum token_kind kind;
    const char *ptr; /* with the quotes */
    size_t len;
};

struct token ddl_next(struct ddl_lexer *lexer);
/* The next token, without taking it. */
struct token ddl_peek(const struct ddl_lexer *lexer);
/* Is T this word (upper case)? */
bool token_is(struct token t, const char *word);
/* Take the next token if it is this word. */
bool ddl_accept(struct ddl_lexer *lexer, const char *word);
bool ddl_accept_sign(struct ddl_lexer *lexer, char sign);
#endif
