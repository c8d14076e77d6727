/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/who.h"

#include <pwd.h>
#include <unistd.h>

void who_append(struct buf *out)
{
    const struct passwd *user = getpwuid(geteuid());
    char host[256] = "";

    gethostname(host, sizeof(host) - 1);
    buf_printf(out, "%.100s@%.150s", user == NULL ? "?" : user->pw_name, host);
}
