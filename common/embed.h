/* SPDX-License-Identifier: Apache-2.0 */
/*
 * embed: files of the repository that are part of the programs (SQL, JSON Schema, Code.gs, the grid
 * page).
 *
 * The table is made at build time by tools/embed.sh. Read-only; any thread.
 */
#ifndef COMMON_EMBED_H
#define COMMON_EMBED_H

#include <stddef.h>

struct embed_file {
    const char *path; /* as in the repository, "schemas/state.sql"; NULL ends the table */
    const char *data; /* not owned; a NUL follows the last byte */
    size_t len;
};

extern const struct embed_file embed_files[];

/* The file with this path, or NULL. */
const struct embed_file *embed_find(const char *path);
#endif
