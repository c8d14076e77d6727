/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer's door to the target TARGET, which the Makefile defines. */
#include "tests/fuzz/targets.h"

#define JOIN(a, b) a##b
#define FUNCTION(name) JOIN(fuzz_, name)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FUNCTION(TARGET)(data, size);
    return 0;
}
