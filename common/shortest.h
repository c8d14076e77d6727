/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shortest: the fewest decimal digits that read back as the same floating-point number.
 *
 * The one C++ file of the project stands behind this: the algorithm (Dragonbox, by its author) is a
 * header-only library. No C++ runtime is linked. Pure; any thread.
 */
#ifndef COMMON_SHORTEST_H
#define COMMON_SHORTEST_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* digits * 10^exponent; no zeros at the end of the digits. Of several shortest ones the closest. */
struct shortest {
    uint64_t digits;
    int exponent;
};

/* X is finite and above 0. */
struct shortest shortest_double(double x);
struct shortest shortest_float(float x);

#ifdef __cplusplus
}
#endif
#endif
