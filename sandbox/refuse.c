/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/refuse.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

int refuse(struct err *err, int status, const char *fmt, ...)
{
    va_list ap;

    err_set(err, status == 404 ? ERR_GONE : ERR_VALUE, "%s", "");
    err->detail = status;
    va_start(ap, fmt);
    vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
    va_end(ap);
    return -1;
}

/* https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
const char *refuse_status_name(int status)
{
    static const struct {
        int status;
        const char *name;
    } names[] = {
        {400, "INVALID_ARGUMENT"},   {401, "UNAUTHENTICATED"}, {403, "PERMISSION_DENIED"},
        {404, "NOT_FOUND"},          {408, "CANCELLED"},       {409, "ABORTED"},
        {429, "RESOURCE_EXHAUSTED"}, {500, "INTERNAL"},        {501, "UNIMPLEMENTED"},
        {502, "UNAVAILABLE"},        {503, "UNAVAILABLE"},     {504, "DEADLINE_EXCEEDED"},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].status == status)
            return names[i].name;
    return "UNKNOWN";
}
