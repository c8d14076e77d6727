/* SPDX-License-Identifier: Apache-2.0 */
/* scrape: a number out of Prometheus' text format. Pure. */
#ifndef CLI_PAGE_SCRAPE_H
#define CLI_PAGE_SCRAPE_H

#include <stdbool.h>

/* The sum of all samples of the metric NAME in TEXT that have LABEL (outcome="applied"; NULL:
 * whatever their labels); LARGEST: the largest of them. False if there is none. */
bool scrape_value(const char *text, const char *name, const char *label, bool largest, double *out);
#endif
