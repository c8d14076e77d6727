/* SPDX-License-Identifier: Apache-2.0 */
/* host: the spreadsheets as the Apps Script engine sees them (sandbox/script/host.h). */
#ifndef SANDBOX_HOST_H
#define SANDBOX_HOST_H

#include "sandbox/sandbox.h"
#include "sandbox/script/host.h"

/* The table of calls on this sandbox; it must outlive the engine. */
struct script_host host_for(struct sandbox *s);
#endif
