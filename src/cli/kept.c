/* CSV that is written beside columns of what is read: --keep. */
#include "cli/kept.h"

#include "cli/csv.h"

#include <stdlib.h>
#include <string.h>

/* The next name of a list: between commas, blanks at its ends aside; in double quotes it may hold commas, and "" for a quote. */
static char *next_name(char **list) {
    char *at = *list + strspn(*list, " "), *name = at, *out = at;
    if (!*at) return NULL;
    if (*at == '"') {
        for (at++; *at && (*at != '"' || at[1] == '"'); at++) {
            if (*at == '"') at++;
            *out++ = *at;
        }
        at += strcspn(at, ",");
    } else {
        at += strcspn(at, ",");
        for (out = at; out > name && out[-1] == ' ';) out--;
    }
    *list = at + (*at == ',');
    *out = 0;
    return name;
}

typedef struct names {
    const mg_dataset *dataset;
} names;

static const char *column_at(const void *user, int index) {
    const names *n = user;
    return index < mg_dataset_columns(n->dataset) ? mg_dataset_column_name(n->dataset, index) : NULL;
}

int cli_kept_open(cli_kept *kept, const char *list, const mg_dataset *piece) {
    if (!list && mg_dataset_image_shape(piece, (int64_t[3]){ 0 }) && mg_dataset_find(piece, "file") >= 0) list = "file";
    if (!list) return CLI_OK;
    kept->names = malloc(strlen(list) + 1);
    kept->column = malloc((strlen(list) + 1) * sizeof *kept->column);
    kept->cell_bytes = 256;
    kept->cell = malloc(kept->cell_bytes);
    if (!kept->names || !kept->column || !kept->cell) return cli_fail(CLI_FAILED, "out of memory");
    strcpy(kept->names, list);
    char *rest = kept->names, *name;
    const names columns = { piece };
    while ((name = next_name(&rest)) != NULL) {
        int64_t column = mg_dataset_find(piece, name);
        if (column < 0) {
            const char *nearest = cli_nearest(name, column_at, &columns);
            return nearest ? cli_fail(CLI_USAGE, "--keep: %s has no column '%s'; did you mean '%s'?", mg_dataset_source(piece),
                                      name, nearest)
                           : cli_fail(CLI_USAGE, "--keep: %s has no column '%s'", mg_dataset_source(piece), name);
        }
        kept->column[kept->count++] = column;
    }
    return kept->count > 0 ? CLI_OK : cli_fail(CLI_USAGE, "--keep: '%s' names no column", list);
}

void cli_kept_close(cli_kept *kept) {
    free(kept->names);
    free(kept->column);
    free(kept->cell);
    *kept = (cli_kept){ 0 };
}

void cli_kept_header(const cli_kept *kept, const mg_dataset *piece, FILE *stream) {
    for (int64_t k = 0; k < kept->count; k++) {
        cli_csv_cell(stream, "", mg_dataset_column_name(piece, kept->column[k]));
        fputc(',', stream);
    }
}

int cli_kept_row(cli_kept *kept, const mg_dataset *piece, int64_t row, FILE *stream) {
    for (int64_t k = 0; k < kept->count; k++) {
        size_t length = mg_dataset_text(piece, row, kept->column[k], kept->cell, kept->cell_bytes);
        if (length >= kept->cell_bytes) {
            char *larger = realloc(kept->cell, length + 1);
            if (!larger) return cli_fail(CLI_FAILED, "out of memory for a cell of %zu bytes", length);
            kept->cell = larger;
            kept->cell_bytes = length + 1;
            mg_dataset_text(piece, row, kept->column[k], kept->cell, kept->cell_bytes);
        }
        cli_csv_cell(stream, "", kept->cell);
        fputc(',', stream);
    }
    return CLI_OK;
}
