/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration's files: who else may read keys, or write what the programs obey. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/check.h"

/* Where containers have their secrets: nobody else is there, and the folder on the host is closed,
 * not the file (docker/setup). */
#define CONTAINER_SECRETS "/run/secrets/"

static bool is_closed(const char *path, const struct stat *st)
{
    return (st->st_mode & (S_IROTH | S_IWOTH)) == 0 ||
           strncmp(path, CONTAINER_SECRETS, strlen(CONTAINER_SECRETS)) == 0;
}

static void check_credentials(struct findings *f, const char *path)
{
    CLEANUP_BUF struct buf mend = BUF_INIT;
    struct stat st;

    if (stat(path, &st) != 0) {
        findings_add(f, FINDING_FAIL, "files.credentials", "files",
                     "Put the service account's JSON key there, or correct google.credentials.",
                     "the key file %s cannot be had: %s", path, strerror(errno));
        return;
    }
    if (is_closed(path, &st)) {
        findings_add(f, FINDING_OK, "files.credentials", "files", NULL,
                     "%s cannot be read by everybody", path);
        return;
    }
    buf_printf(&mend, "chmod o= %s", path);
    findings_add(f, FINDING_WARN, "files.credentials", "files", buf_text(&mend),
                 "everybody on this machine may read the private key in %s", path);
}

void check_files(struct findings *f, const struct config *config)
{
    CLEANUP_BUF struct buf mend = BUF_INIT;
    struct stat st;

    if (stat(config->path, &st) == 0 && (st.st_mode & S_IWOTH) != 0) {
        buf_printf(&mend, "chmod o-w %s", config->path);
        findings_add(f, FINDING_FAIL, "files.config", "files", buf_text(&mend),
                     "everybody on this machine may write %s", config->path);
    }
    for (size_t i = 0; i < config->google.n_credentials; i++)
        check_credentials(f, config->google.credentials[i]);
}
