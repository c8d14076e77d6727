/* SPDX-License-Identifier: Apache-2.0 */
#include "common/private.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED 0
#endif

void private_memory(void)
{
    static const struct rlimit none = {0, 0};

    if (IS_SANITIZED)
        return;
    /* prctl(2): not dumpable means no core, also where core(5) pipes it to a program, which
     * RLIMIT_CORE alone does not prevent. */
    prctl(PR_SET_DUMPABLE, 0);
    setrlimit(RLIMIT_CORE, &none);
}
