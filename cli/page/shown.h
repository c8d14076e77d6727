/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shown: values and keys of the state tables as the page gets them: bounded, with what they are
 * told apart from how they look. Pure.
 */
#ifndef CLI_PAGE_SHOWN_H
#define CLI_PAGE_SHOWN_H

#include <cjson/cJSON.h>

#include "common/buf.h"

enum { SHOWN_MAX = 1000 }; /* characters of a value */

/* Append "NAME": {"text": "..."}, with "cut": true where the text was longer; {"is_null": true};
 * {"is_unknown": true}. */
void shown_put_item(struct buf *out, const char *name, const cJSON *item);
/* The same of a stored value; NULL: not known. */
void shown_put_value(struct buf *out, const char *name, const char *json);
/* Append "key": "7, x". */
void shown_put_key(struct buf *out, const char *row_key);
#endif
