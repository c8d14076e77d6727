/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap: what is freed goes back, to whoever needs it next or to the system.
 *
 * A daemon's life is long and uneven: a comparison, a batch or a reconnect takes megabytes for a
 * moment. As malloc has it by default, each thread's heap keeps the most that it ever needed.
 */
#ifndef COMMON_HEAP_H
#define COMMON_HEAP_H

#include <stddef.h>

/* Only glibc can be told; elsewhere nothing happens. */

/* In main(), before there are threads. */
void heap_share(void);
/* Give back to the system what is free between things in use, too. Any thread; others wait for
 * memory meanwhile: some milliseconds for a hundred MiB. */
void heap_give_back(void);
/* Bytes of memory that the process has now, libraries' pages too (proc(5), statm); 0: not known. */
size_t heap_resident(void);
#endif
