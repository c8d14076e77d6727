/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mem: memory that is there. The sandbox is a test double on one machine: when memory runs out it
 * says so and ends, so that no function of it needs an answer for that. Any thread.
 */
#ifndef SANDBOX_MEM_H
#define SANDBOX_MEM_H

#include <stddef.h>

/* Zeroed; never NULL. */
void *mem_new(size_t n, size_t size);
/* As realloc(); never NULL; what is new is not zeroed. */
void *mem_resize(void *old, size_t n, size_t size);
/* A copy that the caller frees; NULL for NULL. */
char *mem_text(const char *text);
char *mem_text_n(const char *text, size_t len);
/* A copy of formatted text. */
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Let cJSON allocate here, too: its constructors then never fail. Call first in main(). */
void mem_hook_json(void);
#endif
