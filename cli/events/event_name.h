/* SPDX-License-Identifier: Apache-2.0 */
/* event_name: what the servers' own tools call a type of event. Pure. */
#ifndef CLI_EVENTS_EVENT_NAME_H
#define CLI_EVENTS_EVENT_NAME_H

#include <stdint.h>

/* "WRITE_ROWS"; NULL for a type we do not know. */
const char *event_name(uint8_t type);
#endif
