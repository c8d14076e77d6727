/* SPDX-License-Identifier: Apache-2.0 */
#include "common/shortest.h"

#include <dragonbox/dragonbox.h>

struct shortest shortest_double(double x)
{
    auto d = jkj::dragonbox::to_decimal(x, jkj::dragonbox::policy::sign::ignore);

    return {d.significand, d.exponent};
}

struct shortest shortest_float(float x)
{
    auto d = jkj::dragonbox::to_decimal(x, jkj::dragonbox::policy::sign::ignore);

    return {d.significand, d.exponent};
}
