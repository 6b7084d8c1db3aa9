/* mg_train: checks the settings, splits and encodes the rows, lays out the weights, runs the trainer and scores the result. */
#include "train/prepare.h"

#include "data/extent.h"
#include "data/kind.h"
#include "data/split.h"
#include "data/task.h"
#include "optim/optimizer.h"
#include "train/attempt.h"
#include "train/caution.h"
#include "train/finish.h"
#include "train/plan.h"
#include "train/rate_test.h"
#include "train/rows.h"
#include "train/scoring.h"

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
    if (options->val_fraction == MG_AUTO || options->val_fraction + test < 1) return MG_OK;
    return mg__fail(context, MG_SETTING,
                    "val-fraction: %g and test-fraction: %g leave no row to train on; their sum must be below 1",
                    options->val_fraction, test);
}

static mg_status check_batch(mg_context *context, const mg_train_options *options, int64_t rows, bool streamed) {
    const mg_optimizer_row *optimizer = mg__optimizer_find(options->optimizer);
    if (!optimizer || !optimizer->all_rows) return MG_OK;
    if (streamed)
        return mg__fail(context, MG_SETTING, "optimizer: %s needs all rows at once, which a stream does not have; take another",
                        optimizer->name);
    if (options->batch >= rows) return MG_OK;
    return mg__fail(context, MG_SETTING,
                    "batch: %s needs all %lld training rows in one batch, %lld are too few; leave the batch out", optimizer->name,
                    (long long)rows, (long long)options->batch);
}

static mg_status check_smoothing(mg_context *context, const mg_train_options *options) {
    if (!(options->label_smoothing > 0) || !strcmp(options->loss, "cross_entropy")) return MG_OK;
    return mg__fail(context, MG_SETTING, "label-smoothing: only cross_entropy has it, the loss is %s; leave it out",
                    options->loss);
}

static mg_status check_threshold(const mg__trainer *t) {
    const mg_model *model = t->model;
    int64_t held = 0;
    if (!strcmp(model->options.threshold, "none")) return MG_OK;
    if (mg_encoder_classes(model->encoder) != 2)
        return mg__fail(t->context, MG_SETTING, "threshold: '%s' has not two classes; leave the threshold out", model->target);
    for (int64_t i = 0; i < t->members; i++) held += t->held_counts[i];
    if (held > 0) return MG_OK;
    return mg__fail(t->context, MG_SETTING,
                    "threshold: there are no validation rows to choose it on; give a val-fraction above 0");
}

static mg_status check_calibration(const mg__trainer *t) {
    const mg_model *model = t->model;
    int64_t held = 0;
    if (!strcmp(model->options.calibrate, "none")) return MG_OK;
    if (model->task != MG_TASK_CLASSIFICATION)
        return mg__fail(t->context, MG_SETTING, "calibrate: '%s' is a number, which has no probabilities; leave it out",
                        model->target);
    for (int64_t i = 0; i < t->members; i++) held += t->held_counts[i];
    if (held > 0) return MG_OK;
    return mg__fail(t->context, MG_SETTING, "calibrate: there are no validation rows to do it on; give a val-fraction above 0");
}

static mg_status check_weight(const mg_model *model, const mg_dataset *dataset) {
    const char *name = model->options.weight;
    if (!name) return MG_OK;
    if (!strcmp(name, model->target))
        return mg__fail(model->context, MG_SETTING, "weight: '%s' is what is to be learned; name another column", name);
    if (mg_dataset_find(dataset, name) >= 0) return MG_OK;
    return mg__no_such_column(model->context, dataset, "weight", name);
}

/* --- the encoder ------------------------------------------------------------------------------------- */

static mg_scale scale_named(const char *name) {
    return !strcmp(name, "robust")     ? MG_SCALE_ROBUST
           : !strcmp(name, "standard") ? MG_SCALE_STANDARD
           : !strcmp(name, "none")     ? MG_SCALE_NONE
                                       : MG_SCALE_AUTO;
}

static const char *scale_name(mg_scale scale) {
    return scale == MG_SCALE_ROBUST     ? "robust"
           : scale == MG_SCALE_STANDARD ? "standard"
           : scale == MG_SCALE_NONE     ? "none"
                                        : "auto";
}

/* Columns that are no features: those named, the weights, and what the split is made by. */
static mg_status dropped_columns(const mg_model *model, const mg_dataset *dataset, bool *drop) {
    const mg_train_options *options = &model->options;
    mg_status status = MG_OK;
    if (options->drop) status = mg__columns_named(model->context, dataset, "drop", options->drop, drop);
    if (status == MG_OK && drop[mg_dataset_find(dataset, model->target)])
        return mg__fail(model->context, MG_SETTING, "drop: '%s' is the target; name another column to predict with --target",
                        model->target);
    if (status == MG_OK && options->weight) drop[mg_dataset_find(dataset, options->weight)] = true;
    return status == MG_OK ? mg__rows_split_column(model, dataset, drop) : status;
}

static mg_status fit_encoder(const mg__trainer *t, const mg_dataset *dataset, const int64_t *rows, int64_t count) {
    mg_model *model = t->model;
    if (t->before.members > 0) return MG_OK; /* it goes on with its own */
    mg_encoder_destroy(model->encoder);
    model->encoder = NULL;
    mg_encoder_options options = mg_encoder_defaults();
    bool *drop = mg__alloc_zero(model->context, (size_t)mg_dataset_columns(dataset));
    mg_status status = drop ? dropped_columns(model, dataset, drop) : MG_OUT_OF_MEMORY;
    if (status == MG_OK) {
        options.target = mg_dataset_find(dataset, model->target);
        options.task = model->task;
        options.scale = scale_named(model->options.scale);
        options.bins = (int)model->options.bins;
        options.drop = drop;
        status = mg__extent_parse(model->context, "image", model->options.image, true, options.image);
    }
    if (status == MG_OK) {
        model->encoder = mg_encoder_fit(model->context, dataset, rows, count, &options);
        if (!model->encoder) status = mg_context_status(model->context);
    }
    mg__free(model->context, drop);
    for (int64_t i = 0; status == MG_OK && i < mg_encoder_warnings(model->encoder); i++)
        mg__model_warn(model, "%s", mg_encoder_warning(model->encoder, i));
    return status;
}

/* --- weights ----------------------------------------------------------------------------------------- */

/* A wrong text is a setting's fault, whatever the graph calls it. */
static mg_status as_setting(mg_context *context, mg_status status) {
    if (status != MG_INVALID) return status;
    char message[MG__MESSAGE_BYTES];
    snprintf(message, sizeof message, "%s", mg_context_message(context));
    return mg__fail(context, MG_SETTING, "%s", message);
}

mg_status mg__build_parameters(const mg_model *model, uint64_t seed, mg_parameters **out) {
    mg_parameters *parameters = mg_parameters_create(model->context, MG_F32);
    if (!parameters) return MG_OUT_OF_MEMORY;
    mg__build build = { .batch = 1, .training = true, .init = MG_INIT_auto };
    mg_init_find(model->options.init, &build.init);
    mg_status status = as_setting(model->context, mg__build_network(model, parameters, &build));
    mg_graph_destroy(build.graph);
    if (status == MG_OK) status = mg_parameters_freeze(parameters, seed);
    if (status == MG_OK)
        *out = parameters;
    else
        mg_parameters_destroy(parameters);
    return status;
}

/* --- all of it --------------------------------------------------------------------------------------- */

/* Words become those of the table, which outlive the caller's. */
static void take_words(mg_train_options *own) {
    for (const mg_option *row = mg_settings_table(); row->name; row++) {
        char word[MG_OPTION_MESSAGE_BYTES], message[MG_OPTION_MESSAGE_BYTES];
        if (!mg_setting_of_training(row) || row->type != MG_OPTION_CHOICE) continue;
        mg_option_get(row, own, word, sizeof word);
        mg_option_set(row, own, word, message);
    }
}

#define AS_IT_WAS "the model that it goes on from has it"

/* A training that goes on has the network, encoder and loss of the one before. */
static void keep_what_was(const mg__trainer *t) {
    mg_model *model = t->model;
    mg_train_options *own = &model->options;
    const mg_train_options *was = &t->before.options;
    mg__model_choose(model, "model", AS_IT_WAS, "%s", *own->model ? own->model : "no hidden layer");
    if (!strcmp(own->loss, "auto")) {
        own->loss = model->loss->name;
        mg__model_choose(model, "loss", AS_IT_WAS, "%s", own->loss);
    }
    if (!own->image) own->image = was->image;
    if (own->members == MG_AUTO) {
        own->members = t->before.members;
        mg__model_choose(model, "members", AS_IT_WAS, "%lld", (long long)own->members);
    }
    if (own->bins == MG_AUTO) {
        own->bins = was->bins != MG_AUTO ? was->bins : 0;
        mg__model_choose(model, "bins", AS_IT_WAS, "%lld", (long long)own->bins);
    }
    if (own->learning_rate == MG_AUTO) {
        own->learning_rate = mg__choose_learning_rate(model, own->optimizer) / 10;
        mg__model_choose(model, "lr", "a tenth of a first training's, lest what was learned is forgotten", "%g",
                         own->learning_rate);
    }
}

/* As it is understood, presets written out; nothing for the empty text. */
static mg_status take_augment(mg_model *model) {
    mg__augment augment;
    char text[MG__AUGMENT_BYTES];
    mg_status status = mg__augment_parse(model->context, model->options.augment, &augment);
    mg__augment_print(&augment, text);
    model->options.augment = augment.count > 0 ? text : NULL;
    if (status == MG_OK) status = mg__model_keep_text(model, &model->options.augment);
    if (status != MG_OK) model->options.augment = NULL;
    return status;
}

/* Callbacks and data do not outlive the run; text belongs to the model. What is auto stays as it was before. */
static mg_status take_options(const mg__trainer *t, const mg_train_options *options) {
    mg_model *model = t->model;
    mg_train_options *own = &model->options;
    *own = *options;
    take_words(own);
    own->on_step = own->on_epoch = NULL;
    own->user = NULL;
    own->brief = false;
    own->trace = NULL;
    own->checkpoints = NULL;
    own->checkpoint_every = mg_train_defaults().checkpoint_every;
    own->resume = false;
    own->time = 0;
    own->target = model->target;
    own->task = mg_task_name(model->task);
    own->model = mg_network_text(model->network);
    own->dropout = MG_AUTO; /* written out in the text */
    if (!options->model && t->before.members == 0)
        mg__model_choose(model, "model", "wider where rows abound, more dropout where they are few", "%s",
                         *own->model ? own->model : "no hidden layer");
    if (t->before.members > 0) keep_what_was(t);
    const char **texts[] = { &own->drop, &own->weight, &own->class_weight, &own->split, &own->image, &own->schedule };
    mg_status status = MG_OK;
    for (int i = 0; i < 6 && status == MG_OK; i++) status = mg__model_keep_text(model, texts[i]);
    return status == MG_OK ? take_augment(model) : status;
}

static mg_status choose_loss(const mg__trainer *t) {
    mg_model *model = t->model;
    mg_train_options *options = &model->options;
    const mg_loss *loss = mg__head_loss(model, options->loss);
    if (!loss) return MG_SETTING;
    bool other_head = model->loss && model->loss->classification != loss->classification;
    if (other_head && t->before.members > 0) {
        return mg__fail(model->context, MG_SETTING,
                        "loss: '%s' needs another output layer than '%s', with which the model was trained", loss->name,
                        model->loss->name);
    }
    if (!strcmp(options->loss, "auto"))
        mg__model_choose(model, "loss", loss->classification ? "answers are probabilities" : "answers are means", "%s",
                         loss->name);
    model->loss = loss;
    options->loss = loss->name;
    return MG_OK;
}

/* The metric that chooses the best epoch. */
static mg_status choose_metric(mg__trainer *t) {
    mg_train_options *options = &t->model->options;
    mg_task task = t->model->task;
    t->course.metric = !strcmp(options->metric, "auto") ? mg__metric_main(task) : mg_metric_find(options->metric);
    if (t->course.metric->task != task)
        return mg__fail(t->context, MG_SETTING, "metric: '%s' is none of a %s", options->metric, mg_task_name(task));
    if (!strcmp(options->metric, "auto"))
        mg__model_choose(t->model, "metric",
                         task == MG_TASK_CLASSIFICATION ? "how often the class is right" : "the share of what can be explained",
                         "%s", t->course.metric->name);
    options->metric = t->course.metric->name;
    return MG_OK;
}

static void tell_split_and_scale(const mg__trainer *t) {
    mg_model *model = t->model;
    mg_train_options *options = &model->options;
    const char *scale = scale_name(mg_encoder_scale(model->encoder));
    bool classes = model->task == MG_TASK_CLASSIFICATION, robust = mg_encoder_scale(model->encoder) == MG_SCALE_ROBUST;
    if (!strcmp(options->split, "auto"))
        mg__model_choose(model, "split", classes ? "each part has its share of every class" : "rows are taken to have no order",
                         "%s", classes ? "stratified" : "random");
    if (!strcmp(options->scale, "auto")) {
        const char *why = robust ? "outliers and long tails do no harm" : "pixels have no outliers";
        mg__model_choose(model, "scale", t->before.members > 0 ? AS_IT_WAS : why, "%s", scale);
    }
    options->scale = scale;
}

/* The multiply-adds that a row takes, or the learned numbers where they are more: embeddings cost memory instead. By building the
 * network, once to count its layers and once to ask them; its weights get no values. */
static mg_status count_work(const mg_model *model, int64_t *work) {
    mg_parameters *parameters = mg_parameters_create(model->context, MG_F32);
    mg_layer_info *layers = NULL;
    mg__build build = { .batch = 1, .init = MG_INIT_auto };
    mg_status status = parameters ? as_setting(model->context, mg__build_network(model, parameters, &build)) : MG_OUT_OF_MEMORY;
    mg_graph_destroy(build.graph);
    if (status == MG_OK) {
        layers = mg__alloc_array(model->context, (size_t)build.layer_count + 1, sizeof *layers);
        build = (mg__build){ .batch = 1, .init = MG_INIT_auto, .layers = layers, .layer_capacity = build.layer_count };
        status = layers ? mg__build_network(model, parameters, &build) : MG_OUT_OF_MEMORY;
        mg_graph_destroy(build.graph);
    }
    int64_t products = 0, learned = parameters ? mg_parameters_learned(parameters) : 0;
    for (int i = 0; i < build.layer_capacity && status == MG_OK; i++) products += layers[i].multiply_adds;
    if (status == MG_OK) *work = products > learned ? products : learned;
    mg__free(model->context, layers);
    mg_parameters_destroy(parameters);
    return status;
}

/* Of the member that has most. */
static int64_t training_rows(const mg__trainer *t) {
    int64_t most = 0;
    for (int64_t i = 0; i < t->members; i++) most = t->row_counts[i] > most ? t->row_counts[i] : most;
    return most;
}

/* Until the rate is found, it is what it would be otherwise. */
static mg_status begin_to_find(mg__trainer *t) {
    mg_train_options *options = &t->model->options;
    t->finds_rate = true;
    options->learning_rate = mg__choose_learning_rate(t->model, options->optimizer);
    if (!strcmp(options->optimizer, "rprop"))
        return mg__fail(t->context, MG_SETTING, "lr: rprop finds its own steps as it goes; leave --lr out, or give a number");
    if (!t->source) return MG_OK;
    return mg__fail(t->context, MG_SETTING,
                    "lr: find needs the rows in memory, and a stream is read piece by piece; give a number");
}

static mg_status choose_settings(mg__trainer *t) {
    mg_model *model = t->model;
    mg_optimizer unused;
    int64_t work = 0, rows = t->source ? t->source->rows : training_rows(t);
    mg_status status = count_work(model, &work);
    if (status != MG_OK) return status;
    if (model->options.learning_rate == MG_FIND) status = begin_to_find(t);
    if (status != MG_OK) return status;
    mg__choose_settings(model, rows, work);
    status = mg__build_optimizer(t->context, &model->options, &unused);
    if (status == MG_OK) status = check_smoothing(t->context, &model->options);
    if (status == MG_OK) status = check_threshold(t);
    if (status == MG_OK) status = check_calibration(t);
    return status == MG_OK ? check_batch(t->context, &model->options, rows, t->source != NULL) : status;
}

/* Measured on rows that are trained on. */
static mg_status open_augmenter(mg__trainer *t) {
    mg__augment augment;
    mg__company company = { .x = t->pool.x, .count = t->pool.rows };
    mg_status status = mg__augment_parse(t->context, t->model->options.augment, &augment);
    if (status != MG_OK || augment.count == 0) return status;
    if (t->shared) company.rows = t->rows[0], company.count = t->row_counts[0];
    t->course.augmenter = &t->augmenter;
    return mg__augmenter_open(t->context, &augment, t->model->encoder, &company, &t->augmenter);
}

/* What can be said of the schedule before the data are looked at: is it one? */
static mg_status check_schedule(const mg__trainer *t) {
    mg_schedule schedule;
    const char *text = t->model->options.schedule;
    return !text || strcmp(text, "auto") ? mg_schedule_parse(t->context, text, &schedule) : MG_OK;
}

static mg_status prepare(mg__trainer *t, const mg_dataset *dataset, mg__split *split) {
    mg_model *model = t->model;
    int32_t classes = 0;
    mg_status status = check_schedule(t);
    if (status == MG_OK) status = choose_metric(t);
    if (status == MG_OK) status = check_weight(model, dataset);
    if (status == MG_OK) status = mg__rows_split(t, dataset, split, &classes);
    if (status == MG_OK) status = fit_encoder(t, dataset, split->train, split->train_count);
    if (status == MG_OK) status = choose_loss(t);
    if (status != MG_OK) return status;
    if (!t->brief) status = mg__caution_leaks(model, dataset);
    if (status != MG_OK) return status;
    if (!t->source) mg__caution_columns(model, split->train_count + split->validation_count + split->test_count);
    tell_split_and_scale(t);
    if (t->source) mg__split_thin(split, (int64_t)(t->source->most_bytes / sizeof(float)) / mg_encoder_features(model->encoder));
    status = mg__rows_pool(t, dataset, split, classes);
    if (status == MG_OK) status = open_augmenter(t);
    if (status == MG_OK) status = choose_settings(t);
    if (status == MG_OK && t->source) status = t->source->open(t->source);
    if (status == MG_OK) status = mg__rows_test(t, dataset, split);
    if (status == MG_OK) status = mg__trainer_open(t);
    if (status == MG_OK && t->finds_rate) status = mg__rate_find(t);
    if (status == MG_OK) status = mg__plan_describe(t);
    return status;
}

mg_status mg__train_begin(mg__trainer *t, const mg_dataset *dataset, const mg_train_options *options) {
    mg__split split = { 0 };
    mg__attempt_begin(t);
    t->time = options->time;
    t->keeper = (mg__keeper){ .folder = options->checkpoints, .resume = options->resume, .interval = options->checkpoint_every };
    mg_status status = check_settings(t->context, options);
    if (status == MG_OK) status = take_options(t, options);
    if (status == MG_OK) status = prepare(t, dataset, &split);
    mg__split_free(t->context, &split);
    return status;
}

mg_result mg__train_end(mg__trainer *t, mg_status status) {
    mg_model *model = t->model;
    bool kept = status == MG_OK || t->completed > 0;
    if (kept) mg__finish_counts(t, &model->result);
    model->result.status = status;
    model->options.test = NULL;
    mg__model_publish(model);
    mg_result result = model->result;
    mg__trainer_close(t);
    if (kept)
        mg__attempt_keep(t);
    else
        mg__attempt_drop(t);
    return result;
}

mg_result mg_train(mg_model *model, const mg_dataset *dataset, const mg_train_options *options) {
    if (!model || !dataset) return (mg_result){ .status = MG_INVALID };
    mg_train_options defaults = mg_train_defaults();
    if (!options) options = &defaults;
    mg__trainer t = { .context = model->context,
                      .model = model,
                      .on_step = options->on_step,
                      .on_epoch = options->on_epoch,
                      .user = options->user,
                      .brief = options->brief };
    t.course.trace = options->trace;
    mg_status status = mg__train_begin(&t, dataset, options);
    if (status == MG_OK) status = mg__trainer_run(&t, &model->result.stopped);
    if (status == MG_OK) status = mg__finish(&t, &model->result);
    return mg__train_end(&t, status);
}

mg_status mg_train_plan(mg_model *model, const mg_dataset *dataset, const mg_train_options *options, mg_plan *plan) {
    if (!model || !dataset) return MG_INVALID;
    mg_train_options defaults = mg_train_defaults();
    mg__trainer t = { .context = model->context, .model = model };
    mg_status status = mg__train_begin(&t, dataset, options ? options : &defaults);
    if (status == MG_OK) status = mg__plan_time(&t);
    mg__model_publish(model);
    mg__trainer_close(&t);
    mg__attempt_drop(&t);
    if (status == MG_OK) *plan = model->plan;
    return status;
}
