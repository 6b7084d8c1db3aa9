/* A profile for people. */
#ifndef MICROGRAD_CLI_INSPECT_TABLE_H
#define MICROGRAD_CLI_INSPECT_TABLE_H

#include "cli/cli.h"

#include <micrograd/profile.h>

/* Warnings first, then what the file is, a row a column, and the target. */
void cli_print_profile(const mg_profile *profile);

/* Seconds since 1970 as a day, "2026-11-24", with the time where `time`: "2026-11-24T13:05:09Z". */
const char *cli_date_text(double seconds, bool time, char out[40]);

#endif
