/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as tabrelay.yaml: accepted whole, or refused with at least one line. */
#include <stdint.h>
#include <stdlib.h>

#include "common/config/config.h"
#include "tests/fuzz/targets.h"

void fuzz_config(const uint8_t *data, size_t size)
{
    CLEANUP_BUF struct buf problems = BUF_INIT;
    struct err err = ERR_INIT;
    struct config c;
    int result = config_parse("fuzz.yaml", (const char *)data, size, &c, &problems, &err);

    if ((result == 0) != (problems.len == 0))
        abort();
    config_free(&c);
}
