/* mg_train: checks the settings, splits and encodes the rows, lays out the weights, runs the trainer and scores the result. */
#include "data/classes.h"
#include "data/split.h"
#include "data/table.h"
#include "train/trainer.h"

#include <stdio.h>
#include <string.h>

/* --- settings ---------------------------------------------------------------------------------------- */

static mg_status check_settings(mg_context *context, const mg_train_options *options) {
    char message[MG_OPTION_MESSAGE_BYTES];
    for (const mg_option *row = mg_settings_table(); row->name; row++) {
        if (mg_setting_of_training(row) && mg_option_check(row, options, message) != MG_OK) {
            return mg__fail(context, MG_SETTING, "%s", message);
        }
    }
    double test = options->test ? 0 : options->test_fraction;
    if (options->val_fraction + test < 1) return MG_OK;
    return mg__fail(context, MG_SETTING,
                    "val-fraction: %g and test-fraction: %g leave no row to train on; their sum must be below 1",
                    options->val_fraction, test);
}

static mg_status check_batch(mg_context *context, const mg_train_options *options, int64_t rows) {
    if (strcmp(options->optimizer, "rprop") != 0 || options->batch >= rows) return MG_OK;
    return mg__fail(context, MG_SETTING,
                    "batch: rprop needs all %lld training rows in one batch, %lld are too few; leave the batch out",
                    (long long)rows, (long long)options->batch);
}

/* --- rows -------------------------------------------------------------------------------------------- */

/* Few rows may leave a part empty that was asked for. */
static void warn_of_empty_parts(mg_model *model, const mg__split *split) {
    const mg_train_options *options = &model->options;
    if (options->val_fraction > 0 && split->validation_count == 0) {
        mg__model_warn(model, "the rows are too few for a validation part, so the last epoch is kept");
    }
    if (!options->test && options->test_fraction > 0 && split->test_count == 0) {
        mg__model_warn(model, "the rows are too few for a test part, so there is no honest score");
    }
}

static mg_status split_rows(mg_model *model, const mg_dataset *dataset, mg__split *split) {
    const mg_train_options *options = &model->options;
    int64_t *rows = NULL, count = 0;
    int32_t *labels = NULL, classes = 0;
    mg_target target;
    mg_status status = mg__part_target(model, dataset, &target);
    if (status == MG_OK) status = mg__target_rows(model->context, dataset, &target, &rows, &count, &labels, &classes);
    if (status == MG_OK && count == 0)
        status = mg__fail(model->context, MG_FORMAT, "%s: no row has a value of '%s'", mg_dataset_source(dataset), model->target);
    int64_t missing = mg_dataset_rows(dataset) - count;
    if (status == MG_OK && missing > 0)
        mg__model_warn(model, "%lld rows have no '%s' and were left out", (long long)missing, model->target);
    if (status == MG_OK) {
        double test = options->test ? 0 : options->test_fraction;
        status = mg__split_make(model->context, rows, count, labels, classes, options->val_fraction, test,
                                (uint64_t)options->seed, split);
    }
    if (status == MG_OK) warn_of_empty_parts(model, split);
    mg__free(model->context, labels);
    mg__free(model->context, rows);
    return status;
}

static mg_scale scale_named(const char *name) {
    return !strcmp(name, "standard") ? MG_SCALE_STANDARD : !strcmp(name, "none") ? MG_SCALE_NONE : MG_SCALE_AUTO;
}

static mg_status fit_encoder(mg_model *model, const mg_dataset *dataset, const mg__split *split) {
    if (model->encoder) return MG_OK;
    mg_encoder_options options = mg_encoder_defaults();
    options.target = mg_dataset_find(dataset, model->target);
    options.task = model->task;
    options.scale = scale_named(model->options.scale);
    model->encoder = mg_encoder_fit(model->context, dataset, split->train, split->train_count, &options);
    if (!model->encoder) return mg_context_status(model->context);
    for (int64_t i = 0; i < mg_encoder_warnings(model->encoder); i++)
        mg__model_warn(model, "%s", mg_encoder_warning(model->encoder, i));
    return MG_OK;
}

static mg_status encode_test(mg__trainer *t, const mg_dataset *test) {
    int64_t *rows = NULL, count = 0;
    mg_status status = mg__part_rows(t->model, test, &rows, &count);
    if (status == MG_OK) status = mg__part_encode(t->model, test, rows, count, &t->test);
    mg__free(t->context, rows);
    return status;
}

static mg_status encode_parts(mg__trainer *t, const mg_dataset *dataset, const mg__split *split) {
    const mg_model *model = t->model;
    mg_status status = mg__part_encode(model, dataset, split->train, split->train_count, &t->training);
    if (status == MG_OK) status = mg__part_encode(model, dataset, split->validation, split->validation_count, &t->validation);
    if (status != MG_OK) return status;
    const mg_dataset *test = model->options.test;
    return test ? encode_test(t, test) : mg__part_encode(model, dataset, split->test, split->test_count, &t->test);
}

/* --- weights ----------------------------------------------------------------------------------------- */

/* A wrong text is a setting's fault, whatever the graph calls it. */
static mg_status as_setting(mg_context *context, mg_status status) {
    if (status != MG_INVALID) return status;
    char message[MG__MESSAGE_BYTES];
    snprintf(message, sizeof message, "%s", mg_context_message(context));
    return mg__fail(context, MG_SETTING, "%s", message);
}

/* A fresh store: new initial weights, or the model's own with the optimiser's memory empty. */
static mg_status lay_out(mg_model *model) {
    mg_parameters *parameters = mg_parameters_create(model->context, MG_F32);
    if (!parameters) return MG_OUT_OF_MEMORY;
    mg__build build = { .batch = 1, .training = true, .init = MG_INIT_auto };
    mg_init_find(model->options.init, &build.init);
    mg_status status = as_setting(model->context, mg__build_network(model, parameters, &build));
    mg_graph_destroy(build.graph);
    if (status == MG_OK) status = mg_parameters_freeze(parameters, (uint64_t)model->options.seed);
    if (status == MG_OK && model->parameters) status = mg_parameters_copy(parameters, model->parameters);
    if (status != MG_OK) {
        mg_parameters_destroy(parameters);
        return status;
    }
    mg__runner_close(&model->inference);
    mg_parameters_destroy(model->parameters);
    model->parameters = parameters;
    return MG_OK;
}

static mg_status open_batches(mg__trainer *t) {
    int64_t rows = t->training.rows, batch = t->model->options.batch;
    size_t features = (size_t)mg_encoder_features(t->model->encoder);
    mg_status status = mg__loader_create(t->context, rows, batch, (uint64_t)t->model->options.seed, &t->loader);
    if (status != MG_OK) return status;
    t->x = mg__alloc_array(t->context, (size_t)batch, features * sizeof *t->x);
    t->target = mg__alloc_array(t->context, (size_t)batch, 4);
    t->progress =
        (mg_progress){ .epochs = t->model->options.epochs, .steps = mg__loader_batches(&t->loader), .task = t->model->task };
    return t->x && t->target ? MG_OK : MG_OUT_OF_MEMORY;
}

/* --- all of it --------------------------------------------------------------------------------------- */

/* Callbacks and data do not outlive the run; text belongs to the model. */
static void take_options(mg_model *model, const mg_train_options *options) {
    mg_train_options *own = &model->options;
    const mg_option *loss = mg_option_find(mg_settings_table(), NULL, "loss");
    const char *before = model->loss ? model->loss->name : NULL;
    char message[MG_OPTION_MESSAGE_BYTES];
    *own = *options;
    own->on_step = own->on_epoch = NULL;
    own->user = NULL;
    own->target = model->target;
    own->task = mg_task_name(model->task);
    own->model = mg_network_text(model->network);
    own->dropout = MG_AUTO; /* written out in the text */
    if (before && !strcmp(own->loss, "auto")) mg_option_set(loss, own, before, message);
}

static mg_status prepare(mg__trainer *t, const mg_dataset *dataset, mg__split *split) {
    mg_model *model = t->model;
    mg_train_options *options = &model->options;
    mg_optimizer unused;
    mg_status status = mg__build_optimizer(t->context, options, &unused);
    if (status == MG_OK) status = split_rows(model, dataset, split);
    if (status == MG_OK) status = fit_encoder(model, dataset, split);
    if (status != MG_OK) return status;
    const mg_loss *loss = mg__head_loss(model, options->loss);
    if (!loss) return MG_SETTING;
    bool other_head = model->loss && model->loss->classification != loss->classification;
    if (other_head && model->parameters) {
        return mg__fail(t->context, MG_SETTING,
                        "loss: '%s' needs another output layer than '%s', with which the model was trained", loss->name,
                        model->loss->name);
    }
    model->loss = loss;
    options->loss = loss->name;
    options->scale = mg_encoder_scale(model->encoder) == MG_SCALE_NONE ? "none" : "standard";
    mg__choose_settings(options, model->task, split->train_count, mg_encoder_features(model->encoder));
    status = check_batch(t->context, options, split->train_count);
    if (status == MG_OK) status = lay_out(model);
    if (status == MG_OK) status = encode_parts(t, dataset, split);
    if (status == MG_OK) status = open_batches(t);
    return status;
}

static mg_status score(mg__trainer *t, mg_result *result) {
    mg_status status = mg__part_score(t->model, &t->training, &result->train, NULL);
    if (status == MG_OK) status = mg__part_score(t->model, &t->validation, &result->validation, NULL);
    if (status == MG_OK) status = mg__part_score(t->model, &t->test, &result->test, NULL);
    return status;
}

static mg_status finish(mg__trainer *t, mg_result *result) {
    mg_model *model = t->model;
    result->epochs = t->progress.epoch;
    result->best_epoch = t->progress.best_epoch;
    result->seconds = t->progress.seconds;
    result->parameters = mg_parameters_learned(model->parameters);
    result->batch = model->options.batch;
    snprintf(model->version, sizeof model->version, "%s", mg_version());
    if (result->stopped == MG_STOP_DIVERGED) {
        mg__model_warn(
            model,
            "the loss was no longer finite in epoch %lld; the weights are those of epoch %lld. A smaller lr than %g, or clip-norm 1, helps",
            (long long)result->epochs, (long long)result->best_epoch, model->options.learning_rate);
    }
    return score(t, result);
}

static mg_status train(mg_model *model, const mg_dataset *dataset, const mg_train_options *options) {
    mg_result *result = &model->result;
    mg__trainer trainer = { .context = model->context,
                            .model = model,
                            .on_step = options->on_step,
                            .on_epoch = options->on_epoch,
                            .user = options->user };
    mg__split split = { 0 };
    mg_status status = check_settings(model->context, options);
    if (status == MG_OK) {
        take_options(model, options);
        status = prepare(&trainer, dataset, &split);
    }
    mg__split_free(model->context, &split);
    if (status == MG_OK) status = mg__trainer_run(&trainer, &result->stopped);
    if (status == MG_OK) status = finish(&trainer, result);
    mg__trainer_close(&trainer);
    return status;
}

static void forget_warnings(mg_model *model) {
    while (model->warnings.count > 0) mg__free(model->context, model->warnings.text[--model->warnings.count]);
}

mg_result mg_train(mg_model *model, const mg_dataset *dataset, const mg_train_options *options) {
    mg_result result = {
        .status = MG_INVALID, .train = mg_scores_none(), .validation = mg_scores_none(), .test = mg_scores_none()
    };
    if (!model || !dataset) return result;
    mg_train_options defaults = mg_train_defaults();
    forget_warnings(model);
    model->result = result;
    model->result.status = train(model, dataset, options ? options : &defaults);
    model->options.test = NULL;
    mg__model_publish_warnings(model);
    return model->result;
}
