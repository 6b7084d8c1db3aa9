/* JSON for --json (RFC 8259). */
#include "cli/json.h"

#include "cli/cli.h"

#include <inttypes.h>
#include <math.h>

cli_json cli_json_begin(FILE *stream) { return (cli_json){ .stream = stream }; }

static void quote(FILE *stream, const char *text) {
    fputc('"', stream);
    for (const unsigned char *s = (const unsigned char *)text; *s;) {
        int length = cli_utf8_length((const char *)s);
        if (length == 0)
            fprintf(stream, "\\udc%02x", *s++);
        else if (length > 1) {
            fwrite(s, 1, (size_t)length, stream);
            s += length;
        } else {
            if (*s == '"' || *s == '\\')
                fprintf(stream, "\\%c", *s);
            else if (*s == '\n')
                fputs("\\n", stream);
            else if (*s == '\t')
                fputs("\\t", stream);
            else if (*s < 0x20 || *s == 0x7f)
                fprintf(stream, "\\u%04x", *s);
            else
                fputc(*s, stream);
            s++;
        }
    }
    fputc('"', stream);
}

static void begin_value(cli_json *json, const char *key) {
    if (json->comma) fputs(", ", json->stream);
    json->comma = true;
    if (!key) return;
    quote(json->stream, key);
    fputs(": ", json->stream);
}

static void open_level(cli_json *json, const char *key, char open, char close) {
    begin_value(json, key);
    fputc(open, json->stream);
    json->close[json->depth++] = close;
    json->comma = false;
}

void cli_json_object(cli_json *json, const char *key) { open_level(json, key, '{', '}'); }

void cli_json_array(cli_json *json, const char *key) { open_level(json, key, '[', ']'); }

void cli_json_end(cli_json *json) {
    fputc(json->close[--json->depth], json->stream);
    json->comma = true;
    if (json->depth == 0) fputc('\n', json->stream);
}

void cli_json_string(cli_json *json, const char *key, const char *text) {
    begin_value(json, key);
    if (text)
        quote(json->stream, text);
    else
        fputs("null", json->stream);
}

void cli_json_number(cli_json *json, const char *key, double value) {
    char text[32];
    begin_value(json, key);
    fputs(isfinite(value) ? cli_double_text(value, text) : "null", json->stream);
}

void cli_json_integer(cli_json *json, const char *key, int64_t value) {
    begin_value(json, key);
    fprintf(json->stream, "%" PRId64, value);
}

void cli_json_unsigned(cli_json *json, const char *key, uint64_t value) {
    begin_value(json, key);
    fprintf(json->stream, "%" PRIu64, value);
}

void cli_json_boolean(cli_json *json, const char *key, bool value) {
    begin_value(json, key);
    fputs(value ? "true" : "false", json->stream);
}

void cli_json_null(cli_json *json, const char *key) { cli_json_string(json, key, NULL); }
