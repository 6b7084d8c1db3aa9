/* What to search where nothing was said. Each range lies around what the data alone would choose, which is asked of a plan, so
 * that a search begins where no search ends. */
#include "tune/space.h"

#include "base/number.h"
#include "data/extent.h"

#include <micrograd/model.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- settings ---------------------------------------------------------------------------------------- */

/* To one digit: 0.00158 is no end that a person would write. */
static double rounded(double value) {
    double power = floor(log10(value)), digit = floor(value / pow(10, power) + 0.5);
    return power < 0 ? digit / pow(10, -power) : digit * pow(10, power); /* the double nearest to it, so it prints short */
}

/* One that was open, and what it would be. */
typedef mg_status adder(mg_space *space, const char *setting, double value);

static mg_status around(mg_space *space, const char *setting, double value) {
    char search[96], low[MG__NUMBER_BYTES], high[MG__NUMBER_BYTES];
    if (!(value > 0)) return MG_OK;
    mg__format_double(rounded(value / 10), low);
    mg__format_double(rounded(value * 10), high);
    snprintf(search, sizeof search, "%s=log:%s..%s", setting, low, high);
    return mg_space_add_setting(space, search);
}

static mg_status rows_around(mg_space *space, const char *setting, double value) {
    char search[96];
    int64_t low = (int64_t)value / 2, high = (int64_t)value * 8;
    snprintf(search, sizeof search, "%s=log:%lld..%lld", setting, (long long)(low < 1 ? 1 : low), (long long)high);
    return mg_space_add_setting(space, search);
}

static mg_status up_to(mg_space *space, const char *setting, double value) {
    char search[96], high[MG__NUMBER_BYTES];
    if (!(value > 0)) return MG_OK;
    mg__format_double(rounded(value * 5), high);
    snprintf(search, sizeof search, "%s=0..%s", setting, high);
    return mg_space_add_setting(space, search);
}

static mg_status none_or_some(mg_space *space, const char *setting, double value) {
    char search[96];
    if (!(value >= 8)) return MG_OK;
    int bins = (int)value;
    snprintf(search, sizeof search, "%s=0|%d|%d", setting, bins / 2, bins);
    return mg_space_add_setting(space, search);
}

static const struct {
    const char *setting;
    adder *add;
} usual[] = {
    { "lr", around },         { "batch", rows_around }, { "weight-decay", around }, { "label-smoothing", up_to },
    { "bins", none_or_some },
};

static mg_status add_settings(mg_space *space, const mg_plan *plan) {
    mg_status status = MG_OK;
    for (size_t i = 0; status == MG_OK && i < sizeof usual / sizeof *usual; i++)
        for (int k = 0; status == MG_OK && k < plan->choice_count; k++) {
            double value;
            const mg_choice *choice = &plan->choices[k];
            if (strcmp(choice->setting, usual[i].setting) != 0) continue;
            if (mg__parse_double(choice->value, strlen(choice->value), &value))
                status = usual[i].add(space, choice->setting, value);
        }
    return status;
}

/* --- networks ---------------------------------------------------------------------------------------- */

#define DENSE                                                                                                                   \
    "dense({width:%d..%d:log}) {activation:%s|relu|gelu} dropout({dropout:0..0.4}) {more:0..2}*[dense({=width}) {=activation} " \
    "dropout({=dropout})]"
/* Two halvings of the image at most. */
#define IMAGE                                                                                                              \
    "{network:dense({width:%d..%d:log}) relu dropout({dropout:0..0.5})|conv({channels:8..32:log}, 3, padding=same) relu "  \
    "maxpool(2) {more:0..1}*[conv({=channels}, 3, padding=same) relu maxpool(2)] flatten dense({units:32..256:log}) relu " \
    "dropout({drop:0..0.5})}"

/* `chosen`: dense(64) selu ... */
static mg_status add_network(mg_space *space, const char *chosen, const int64_t *shape) {
    char text[512], activation[16] = "selu";
    int units = 64;
    sscanf(chosen, "dense(%d) %15[a-z]", &units, activation);
    bool known = !strcmp(activation, "relu") || !strcmp(activation, "gelu");
    bool halves = shape[0] >= 8 && shape[1] >= 8;
    if (halves)
        snprintf(text, sizeof text, IMAGE, units / 4, units * 2);
    else
        snprintf(text, sizeof text, DENSE, units / 4, units * 4, known ? "selu" : activation);
    return mg_space_set_model(space, text);
}

/* --- the whole --------------------------------------------------------------------------------------- */

static mg_status add_all(mg_space *space, const mg_dataset *dataset, mg_model *model, const mg_train_options *fixed) {
    mg_plan plan;
    int64_t shape[3] = { 0 };
    mg_status status = mg_train_plan(model, dataset, fixed, &plan);
    if (status == MG_OK) status = add_settings(space, &plan);
    if (status == MG_OK && fixed->image) status = mg__extent_parse(space->context, "image", fixed->image, true, shape);
    if (status != MG_OK || fixed->model || fixed->dropout != MG_AUTO || space->model.text) return status;
    if (!fixed->image) mg_dataset_image_shape(dataset, shape);
    return add_network(space, mg_model_text(model), shape);
}

mg_status mg_space_add_usual(mg_space *space, const mg_dataset *dataset, const mg_train_options *fixed) {
    if (!space || !dataset) return MG_INVALID;
    mg_train_options options = fixed ? *fixed : mg_train_defaults();
    options.on_step = options.on_epoch = NULL;
    options.checkpoints = NULL;
    options.resume = false;
    options.trace = NULL;
    int before = space->dimensions;
    bool text = space->model.text != NULL;
    mg_model *model = mg_model_create_with(space->context, dataset, &options);
    mg_status status = model ? add_all(space, dataset, model, &options) : mg_context_status(space->context);
    mg_model_destroy(model);
    if (status != MG_OK) {
        mg__space_cut(space, before);
        if (!text) mg__template_free(space->context, &space->model);
    }
    return status;
}
