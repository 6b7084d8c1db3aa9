/* micrograd doctor: what is it that a training needs? */
#include "cli/commands.h"
#include "cli/find_lr.h"
#include "cli/open.h"

int cli_doctor(const cli_arguments *arguments) {
    const mg_settings *settings = &arguments->settings;
    if (!settings->find_lr) return cli_fail(CLI_USAGE, "say what is to be found out: --find-lr");
    mg_context *context = cli_context(settings);
    if (!context) return CLI_FAILED;
    mg_dataset_options data = cli_data(settings, NULL);
    mg_dataset *dataset = cli_read_dataset(context, &data, arguments->operands[0]);
    int code = dataset ? cli_find_lr(arguments, context, dataset) : cli_status_code(context);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
    return code;
}
