/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/job.h"

#include <stdlib.h>
#include <string.h>

#include "common/hash.h"

struct job *job_new(void)
{
    return calloc(1, sizeof(struct job));
}

void job_free(struct job *job)
{
    buf_close(&job->results);
    edit_request_close(&job->request);
    free(job);
}

void job_set_target(struct job *job)
{
    const struct edit_request *r = &job->request;
    const char *name = r->mapping != NULL ? r->mapping : r->tab;

    job->target = hash64(r->spreadsheet, strlen(r->spreadsheet)) ^ hash64(name, strlen(name));
}

bool job_is_beside(const struct job *a, const struct job *b)
{
    const struct edit_request *x = &a->request, *y = &b->request;

    if (a->target != b->target || (x->mapping == NULL) != (y->mapping == NULL))
        return false;
    if (x->mapping != NULL)
        return strcmp(x->mapping, y->mapping) == 0;
    return x->sheet_id == y->sheet_id && strcmp(x->spreadsheet, y->spreadsheet) == 0 &&
           strcmp(x->tab, y->tab) == 0;
}
