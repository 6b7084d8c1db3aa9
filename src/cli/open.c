/* What every command that reads a model or a dataset begins with. */
#define _POSIX_C_SOURCE 200809L
#include "cli/open.h"

#include <string.h>
#include <sys/stat.h>

mg_context *cli_context(const mg_settings *settings) {
    mg_context_options options = mg_context_defaults();
    options.threads = (int)settings->threads;
    mg_context *context = mg_context_create(&options);
    if (!context) cli_fail(CLI_FAILED, "out of memory");
    return context;
}

bool cli_holds(mg_context *context, const char *path, const char *kind) {
    const char *found;
    return mg_file_kind(context, path, &found) == MG_OK && strcmp(found, kind) == 0;
}

/* A model text that is wrong on the command line is a wrong setting; inside a file it is a damaged file. */
mg_model *cli_load_model(mg_context *context, const char *path) {
    mg_model *model = mg_model_load(context, path);
    if (!model) cli_fail(CLI_FAILED, "%s", mg_context_message(context));
    return model;
}

mg_dataset_options cli_data(const mg_settings *settings, const mg_model *model) {
    mg_dataset_options options = mg_settings_data(settings);
    if (model) mg_encoder_pictures(mg_model_encoder(model), &options);
    return options;
}

mg_dataset *cli_read_dataset(mg_context *context, const mg_dataset_options *options, const char *path) {
    mg_dataset *dataset = mg_dataset_read(context, path, options);
    if (!dataset) cli_fail_context(context);
    return dataset;
}

mg_reader *cli_open_reader(mg_context *context, const mg_dataset_options *options, const char *path) {
    mg_reader *reader = mg_reader_open(context, path, options);
    if (!reader) cli_fail_context(context);
    return reader;
}

int cli_status_code(const mg_context *context) { return mg_context_status(context) == MG_SETTING ? CLI_USAGE : CLI_FAILED; }

bool cli_same_file(const char *a, const char *b) {
    struct stat x, y;
    return a && b && stat(a, &x) == 0 && stat(b, &y) == 0 && S_ISREG(x.st_mode) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}
