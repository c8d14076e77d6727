/* SPDX-License-Identifier: Apache-2.0 */
/*
 * family: a mapping with tabs_by stands for many: each value of that column that has a tab is a
 * member, a mapping like any other, with a filter, a tab and a name of its own.
 *
 * Which members there are is a table of the state database (schemas/state-7.sql, members.h). A
 * configuration is read without them, and then expanded; what runs knows members only. Pure.
 */
#ifndef COMMON_CONFIG_FAMILY_H
#define COMMON_CONFIG_FAMILY_H

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/config/config.h"
#include "common/err.h"
#include "common/mysql/value.h"

/* Not owned. */
struct member {
    const char *family;
    const char *column; /* that tabs_by named then */
    struct value value; /* NULL, or canonical text */
    const char *name;   /* of the mapping */
    const char *tab;    /* its title */
};

/* *OUT is WHOLE, which must outlive it, with those of the N members whose family it has and whose
 * column is that family's tabs_by: they are copied. Free it with config_free. ERR_NOMEM. */
int family_expand(const struct config *whole, const struct member *members, size_t n,
                  uint64_t version, struct config *out, struct err *err);
/* For config_free. */
void family_free_members(struct config *c);

/* Append the title of VALUE's tab, as FAMILY's says; the name of its mapping. COPY from 2 on is
 * another one, where somebody has that already. At most CONFIG_TAB_MAX characters as Google counts
 * them, CONFIG_NAME_MAX as MySQL does; characters that are none of a line are blanks. */
void family_title(const struct config_mapping *family, struct value value, unsigned copy,
                  struct buf *out);
void family_name(const struct config_mapping *family, struct value value, unsigned copy,
                 struct buf *out);
#endif
