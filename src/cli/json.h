/* JSON for --json: written straight to a stream. */
#ifndef MICROGRAD_CLI_JSON_H
#define MICROGRAD_CLI_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define CLI_JSON_DEPTH 8

/* Keys are NULL inside arrays and for the outermost value. */
typedef struct cli_json {
    FILE *stream;
    int depth;
    char close[CLI_JSON_DEPTH];
    bool comma;
} cli_json;

cli_json cli_json_begin(FILE *stream);
void cli_json_object(cli_json *json, const char *key);
void cli_json_array(cli_json *json, const char *key);
void cli_json_end(cli_json *json); /* of the innermost object or array; the outermost ends the line */
void cli_json_string(cli_json *json, const char *key, const char *text); /* NULL: null. Bytes that are no UTF-8 as \udcXX */
void cli_json_number(cli_json *json, const char *key, double value);     /* shortest that reads back; NaN and infinities: null */
void cli_json_integer(cli_json *json, const char *key, int64_t value);
void cli_json_unsigned(cli_json *json, const char *key, uint64_t value);
void cli_json_boolean(cli_json *json, const char *key, bool value);
void cli_json_null(cli_json *json, const char *key);

#endif
