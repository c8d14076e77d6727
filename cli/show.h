/* SPDX-License-Identifier: Apache-2.0 */
/*
 * show: keys and values of the state tables as a person reads them on a terminal.
 *
 * They are stored as JSON: "text", null, {"hex": "..."}. What people typed is hostile: control
 * characters are shown as blanks, and long texts are cut. Pure.
 */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include <cjson/cJSON.h>
#include <stddef.h>

#include "common/buf.h"
#include "common/mysql/value.h"

enum { SHOW_SHORT = 40, SHOW_LONG = 2000 };

/* Append TEXT, at most MAX characters. */
void show_text(struct buf *out, const char *text, size_t len, size_t max);
/* Append a stored value: its text, NULL, 0x...; NULL pointer: "(not known)". */
void show_value(struct buf *out, const char *json, size_t max);
/* The same of an item that is parsed already (a cell, too: numbers, true, {"date": ...}). */
void show_item(struct buf *out, const cJSON *item, size_t max);
/* Append a row key ["7", "x"] as 7, x; NULL or nonsense: "?". */
void show_key(struct buf *out, const char *row_key);
/* Append V as it is stored: JSON. */
void show_put_json(struct buf *out, struct value v);
#endif
