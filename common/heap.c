/* SPDX-License-Identifier: Apache-2.0 */
#include "common/heap.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* mallopt(3): these are the defaults, but one that is set does not rise any more when larger pieces
 * are freed. So text of a megabyte goes back to the system, and so does the end of the heap. */
enum { LARGE_BYTES = 128 * 1024, KEPT_BYTES = 128 * 1024 };

void heap_share(void)
{
#ifdef __GLIBC__
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
    mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
#endif
}

void heap_give_back(void)
{
#ifdef __GLIBC__
    malloc_trim(KEPT_BYTES);
#endif
}

size_t heap_resident(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    char text[128] = "", *second = NULL; /* in pages: all of its address space, what is resident */

    if (file == NULL)
        return 0;
    if (fgets(text, sizeof(text), file) != NULL)
        second = strchr(text, ' ');
    fclose(file);
    return second == NULL ? 0 : strtoul(second, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE);
}
