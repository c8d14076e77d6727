/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hash_table: uthash, which ends the process when memory is short unless it is told not to. So each
 * HASH_ADD is followed by a look at hash_added(); what was not added is the caller's still.
 */
#ifndef COMMON_HASH_TABLE_H
#define COMMON_HASH_TABLE_H

#ifdef UTHASH_H
#error "include common/hash_table.h instead of uthash.h"
#endif
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* False: there was no memory for it, and the table is as before. */
#define hash_added(item) ((item)->hh.tbl != NULL)
#endif
