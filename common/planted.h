/* SPDX-License-Identifier: Apache-2.0 */
/*
 * planted: bugs on purpose, so that the tests can be tested (tests/torture/README.md).
 *
 * make PLANTED_BUG=n BUILD=build-planted-n breaks promise n; in every other build planted() is
 * constantly false and leaves no trace. The promises:
 *
 *   1 what is acknowledged is not lost      2 the sides converge, whatever trigger was lost
 *   3 an echo writes only what differs      4 no cell write lands on another row unnoticed
 *   5 only mapped cells are touched         6 text is never evaluated
 *   7 no conflict is silent                 8 a mass delete waits for approval
 *   9 memory is bounded                    10 nobody writes without the secret
 *
 * And what nothing may do over hours (tests/soak/README.md):
 *
 *  11 memory grows      12 descriptors grow      13 rows of the state database grow
 */
#ifndef COMMON_PLANTED_H
#define COMMON_PLANTED_H

#include <stdbool.h>

#ifndef PLANTED_BUG
#define PLANTED_BUG 0
#endif

static inline bool planted(int n)
{
    return n == PLANTED_BUG;
}
#endif
