#include "cli/csv.h"

#include <stdbool.h>
#include <string.h>

void cli_csv_cell(FILE *stream, const char *prefix, const char *text) {
    size_t length = strlen(text);
    bool blank_end = length > 0 && (text[0] == ' ' || text[length - 1] == ' ');
    if (!blank_end && !strpbrk(text, ",;\t\"\r\n")) {
        fputs(prefix, stream);
        fputs(text, stream);
        return;
    }
    fprintf(stream, "\"%s", prefix);
    for (; *text; text++) {
        if (*text == '"') fputc('"', stream);
        fputc(*text, stream);
    }
    fputc('"', stream);
}
