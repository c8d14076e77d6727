/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disk: spreadsheets in a folder, one file each, so that what was acknowledged survives kill -9.
 *
 * DIR/ID.jsonl: a line a version. The first says all; each later one what differs from the version
 * before, row by row. A line is written (not synced: the kernel outlives the process) before the
 * version is published. A torn last line is a version nobody was told of, and is dropped. A file
 * that has grown far beyond its first line is written anew and renamed into place.
 * One thread at a time (the library's lock).
 */
#ifndef SANDBOX_DISK_H
#define SANDBOX_DISK_H

#include "sandbox/book.h"

struct disk;

/* Open DIR (made if missing) and read all spreadsheets; *BOOKS is malloc()ed, the references are
 * the caller's. ERR_IO; ERR_FORMAT names the file and line. */
int disk_open(const char *dir, struct disk **out, struct book ***books, size_t *n, struct err *err);
void disk_close(struct disk *s); /* NULL is fine */
/* Write B down; OLD is the version before, NULL for a new spreadsheet. ERR_IO. */
int disk_write(struct disk *s, const struct book *old, const struct book *b, struct err *err);
int disk_remove(struct disk *s, const char *id, struct err *err);
#endif
