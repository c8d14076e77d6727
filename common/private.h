/* SPDX-License-Identifier: Apache-2.0 */
/*
 * private: what is in this process' memory is nobody else's.
 *
 * It holds passwords, keys and tokens, so it leaves no core file, whoever collects them, and other
 * processes of the same user can neither trace it nor read its /proc/PID/environ or mem. Root can.
 */
#ifndef COMMON_PRIVATE_H
#define COMMON_PRIVATE_H

/* First thing in main(). In builds with a sanitizer nothing happens: LeakSanitizer traces its own
 * process. */
void private_memory(void);
#endif
