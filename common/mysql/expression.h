/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expression: an SQL expression that somebody wrote into the configuration, looked over before
 * MySQL gets it: it is one expression, and it sees no other rows. No subquery, variable, comment or
 * placeholder; nothing that would keep the server waiting. What its names may be is up to the
 * caller. Pure.
 */
#ifndef COMMON_MYSQL_EXPRESSION_H
#define COMMON_MYSQL_EXPRESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"

enum { EXPRESSION_NAME_SIZE = 260 }; /* 64 characters of at most 4 bytes */

struct expression {
    const char *text;
    const char *at;   /* the next character */
    const char *what; /* "a rule": for messages */
    /* NAME was read; it began at START, the text goes on at AT (blanks are skipped). ERR_CONFIG. */
    int (*on_name)(struct expression *e, const char *name, const char *start, void *user);
    void *user;
    struct err *err;
};

/* Look it over from the start. ERR_CONFIG: what is wrong, and at which character. */
int expression_read(struct expression *e);

/* For on_name: read the name at AT; skip blanks; fail with WHAT at AT (returns -1). */
int expression_read_name(struct expression *e, char name[EXPRESSION_NAME_SIZE]);
void expression_skip_blanks(struct expression *e);
int expression_fail(const struct expression *e, const char *at, const char *what);
/* Words that would look at other rows, or keep the server from its work: an error. */
int expression_check_word(const struct expression *e, const char *word, const char *start);
#endif
