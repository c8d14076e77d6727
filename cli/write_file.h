/* SPDX-License-Identifier: Apache-2.0 */
/* write_file: a whole file at once: whoever looks sees all of it or nothing. */
#ifndef CLI_WRITE_FILE_H
#define CLI_WRITE_FILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/buf.h"
#include "common/err.h"

/* Write TEXT to PATH with MODE, whatever the umask says. Without MAY_REPLACE a file that is there
 * stays, and so does it after any failure. Blocks for the disk. ERR_IO; detail EEXIST: it is there.
 */
int write_file(const char *path, mode_t mode, const struct buf *text, bool may_replace,
               struct err *err);
#endif
