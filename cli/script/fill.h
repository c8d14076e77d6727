/* SPDX-License-Identifier: Apache-2.0 */
/* script/fill: Code.gs with its settings. Pure. */
#ifndef CLI_SCRIPT_FILL_H
#define CLI_SCRIPT_FILL_H

#include "common/buf.h"
#include "common/err.h"

/* Append Code.gs to OUT; URL and SECRET may be NULL: Install asks for them. */
int script_fill(struct buf *out, const char *url, const char *secret, struct err *err);
/* Append appsscript.json, the manifest. */
int script_manifest(struct buf *out, struct err *err);
#endif
