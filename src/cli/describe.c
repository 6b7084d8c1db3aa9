#include "cli/describe.h"

#include <inttypes.h>
#include <limits.h>

void cli_describe_data(FILE *stream, const mg_dataset *dataset, const char *reason) {
    char text[32], shown[sizeof((mg_target *)0)->reason];
    int64_t rows = mg_dataset_rows(dataset), shape[3];
    for (int64_t i = 0; i < mg_dataset_warnings(dataset); i++) cli_warn("%s", mg_dataset_warning(dataset, i));
    fprintf(stream, "%-9s %s: %s row%s, ", "data", mg_dataset_source(dataset), cli_count(rows, text), rows == 1 ? "" : "s");
    if (mg_dataset_image_shape(dataset, shape)) {
        fprintf(stream, "images of %" PRId64 " x %" PRId64 " pixels, %" PRId64 " channel%s\n", shape[0], shape[1], shape[2],
                shape[2] == 1 ? "" : "s");
    } else {
        fprintf(stream, "%s columns\n", cli_count(mg_dataset_columns(dataset), text));
    }
    snprintf(shown, sizeof shown, "%s", reason);
    cli_disarm(shown);
    fprintf(stream, "%-9s ", "task");
    cli_wrap(stream, shown, 10, 10, cli_is_terminal(stream) ? cli_columns() : INT_MAX);
}
