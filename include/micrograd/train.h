/* micrograd/train.h: training a model on a dataset.
 *
 *     mg_train_options options = mg_train_defaults();
 *     options.epochs = 50;
 *     mg_result result = mg_train(model, digits, &options);
 *     printf("test accuracy %.4f, stopped: %s\n", result.test.accuracy, mg_stop_name(result.stopped));
 *
 * The rows are split into training, validation and test parts (classes kept in proportion); the encoder is fitted on the training
 * part. The weights of the epoch with the best validation metric (accuracy, R2; a tie: the lower log loss or error) are the
 * result, whatever ended the run. The same seed and data give the same bits, whatever the number of threads.
 */
#ifndef MICROGRAD_TRAIN_H
#define MICROGRAD_TRAIN_H

#include <micrograd/agent_options.h>
#include <micrograd/metrics.h>
#include <micrograd/options.h>
#include <micrograd/trace.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mg_model mg_model; /* micrograd/model.h */

/* Where a run is, handed to callbacks. */
typedef struct mg_progress {
    int64_t epoch, epochs;   /* from 1; at most */
    int64_t step, steps;     /* within the epoch, from 1; of it: of all members that are still learning */
    int64_t rows;            /* trained on so far, in the whole run, by all members */
    double seconds;          /* since the run began */
    double loss;             /* mean of the training loss over the epoch so far, penalties included; NaN when not finite */
    const mg_scores *scores; /* of the validation part, after an epoch (NULL after a step, and where there is no such part) */
    mg_task task;
    int64_t best_epoch; /* so far; 0: none yet */
    int64_t members;    /* networks that go through their epochs side by side */
} mg_progress;

/* Returns false to end the run (mg_stop interrupted); the best weights so far are kept. Called in the thread that called
 * mg_train; of several members the steps of some only are told (`step` counts
 * all of them), and after an epoch, which all go through together, scores are
 * their mean. */
typedef bool mg_train_callback(void *user, const mg_progress *progress);

/* Settings: ranges and defaults are the rows of mg_settings_table (and `micrograd train --help`). MG_AUTO, or the word "auto",
 * follows from the data. */
typedef struct mg_train_options {
    /* What is learned: read by mg_model_create_with; mg_train itself does not look at these four. */
    const char *target; /* column; NULL: the last one */
    const char *task;   /* "auto" "classification" "regression" */
    const char *model;  /* text of the hidden layers; NULL: chosen by the size of the data */
    double dropout;     /* of the network chosen by the data: 0 <= rate < 1, or MG_AUTO */
    /* How the network begins, what it reads and what it minimises; read by the first training of a model. */
    const char *loss;  /* a name of mg_loss_row, or "auto": cross_entropy, mean_squared_error */
    const char *init;  /* a name of mg_init_name; of weights whose layer says nothing */
    const char *scale; /* "auto" "robust" "standard" "none" */
    int64_t bins;      /* pieces that a number is cut into besides its scaled value; 0: none; MG_AUTO */
    const char *drop;  /* "id,name": columns that are no features; NULL: none */
    const char *image; /* "8x8" "32x32x3": the features are the pixels of an image (mg_encoder_options); NULL: they are not */
    /* How it is trained. */
    int64_t members;              /* networks whose answers are averaged, each validated on another part of the rows; MG_AUTO */
    const char *optimizer;        /* a name of mg_optimizer_name, or "auto" */
    double learning_rate;         /* MG_AUTO: the optimiser's own; MG_FIND: by trying (micrograd/learning_rate.h) */
    const char *schedule;         /* of the learning rate: a text of mg_schedule_parse, or "auto" */
    double momentum;              /* MG_AUTO: the optimiser's own; refused for one that has none */
    int64_t batch;                /* rows a step; MG_AUTO */
    int64_t epochs;               /* at most; MG_AUTO */
    int64_t patience;             /* epochs without a better validation metric before a member stops; 0: never; MG_AUTO */
    const char *metric;           /* of the validation part, which chooses the best epoch: a name of mg_metric_row, or "auto" */
    double l1, l2;                /* adds l1 sum |w| + l2/2 sum w^2 over the weights to the mean loss; l2 may be MG_AUTO */
    double weight_decay;          /* adamw: w -= learning_rate weight_decay w at each step, over the weights; MG_AUTO */
    const char *augment;          /* how training rows are varied in each epoch (micrograd/augment.h); NULL: not at all */
    double label_smoothing;       /* cross-entropy: this share of each label goes to all classes alike; MG_AUTO */
    double ema;                   /* 0: off; else the weights' moving average is what is validated and kept:
                                     a += (1 - ema)/(1 - ema^k) (w - a) after step k (Polyak & Juditsky 1992) */
    double clip_norm, clip_value; /* 0: off */
    bool check_finite;            /* stop at the first number that is not finite and name its layer, op, step and rows */
    bool health;                  /* measure the health of the gradients as it goes: mg_model_history (micrograd/history.h) */
    bool fast, best; /* time against quality, where settings are MG_AUTO: about a quarter, and about four times, the default */
    /* What counts how much. */
    const char *class_weight; /* "balanced": n / (classes n_k); or "a=2,b=1"; NULL: all alike */
    const char *weight;       /* column of the rows' weights, above 0, which is no feature; NULL: all alike */
    const char *threshold;    /* two classes: the metric for which the probability is chosen, on validation rows, from which the
                                 second    class is predicted: "none" (0.5), or the name of a metric */
    const char *calibrate;    /* classes: "temperature" makes probabilities bolder or more careful, so that the log loss on
                                 validation rows is least (Guo et al. 2017); "none" */
    /* How the rows are split. */
    const char *split;                  /* "auto" "random" "stratified" "time:COLUMN" "group:COLUMN" "column:COLUMN" */
    double val_fraction, test_fraction; /* of all rows; 0: no such part; val_fraction may be MG_AUTO */
    int64_t seed;                       /* of split, initialisers, order of rows and dropout */
    /* How long it runs, and what is kept of it meanwhile. */
    double time;               /* seconds, those of resumed parts included; 0: as it needs */
    const char *on_divergence; /* "stop"; "retry": a member whose loss is no longer finite goes back to its best epoch with half
                                  the learning rate, at most ten times */
    const char *checkpoint_every; /* epochs ("5") or a time ("30s", "2m", "1h"), within an epoch too; "auto": after an epoch once
                                     10 s have gone by, within one after a minute, and never for more than 5 % of the time */
    /* Not settings of the command line. */
    const char *checkpoints; /* folder that exists, for checkpoints: all that the run is at one step. One is written at the end as
                                well. The last two are kept, and that of the best epoch. NULL (default): none are written */
    bool resume; /* go on from the last good checkpoint of the folder: to the same bits as if the run had not been interrupted,
                    with the same data and settings (`epochs`, `time` and `checkpoint_every` may be others: MG_SETTING or
                    MG_FORMAT says which else is). A damaged one is named in a warning and the one before is used; where there
                    is none, the run begins */
    const struct mg_dataset *test; /* a test part of its own; test_fraction is 0 then. NULL (default): none */
    mg_train_callback *on_step, *on_epoch;
    void *user; /* of both */
    bool brief; /* one training of many: the model is the same, but only its validation part is scored, nothing stands beside
                   the scores (no intervals, baseline or linear model), and columns are not looked through for leaks. Default
                   false */
    /* Measures every step: sessions "training" and "validation", and "data", the time that steps waited for their batch. Several
     * members run at once, each on a thread. NULL (default): nothing is measured. */
    mg_trace *trace;
} mg_train_options;

mg_train_options mg_train_defaults(void);

/* Why a run ended: identifier, name, meaning. */
#define MG_STOP_TABLE(X)                                                                         \
    X(CONVERGED, "converged", "nothing is left to gain")                                         \
    X(TARGET, "target", "the wanted score was reached")                                          \
    X(PATIENCE, "patience", "no better validation metric for as many epochs as patience allows") \
    X(EPOCHS, "epochs", "the last epoch was done")                                               \
    X(TIME, "time", "the time was up")                                                           \
    X(INTERRUPTED, "interrupted", "a callback or the user ended it")                             \
    X(DIVERGED, "diverged", "the loss was no longer finite")

typedef enum mg_stop {
    MG_STOP_NONE, /* nothing was trained */
#define MG_STOP_ENUM(id, name, doc) MG_STOP_##id,
    MG_STOP_TABLE(MG_STOP_ENUM)
#undef MG_STOP_ENUM
} mg_stop;

const char *mg_stop_name(mg_stop stop); /* "none" for MG_STOP_NONE */

/* A setting that followed from the data. */
typedef struct mg_choice {
    const char *setting; /* "batch" */
    const char *value;   /* "64" */
    const char *reason;  /* one, in a few words */
} mg_choice;

typedef struct mg_result {
    mg_status status; /* MG_OK; else nothing but `warnings` is meaningful and the message is on the context */
    /* Of the rows trained on; of rows that the network, or the members, that answered did not train on (out of fold); of the test
     * part, which nothing else has seen. */
    mg_scores train, validation, test;
    mg_intervals intervals; /* 95 % bootstrap, of the test part's scores */
    /* What the same rows (test, or validation where there is no test part) say about answers that need no network. */
    mg_scores baseline; /* always the most frequent class at its share, or always the mean */
    mg_scores linear;   /* a linear model on the same encoded columns */
    double threshold;   /* two classes: the second is predicted from this probability on */
    double temperature; /* probabilities are p^(1/temperature), normalised; 1: not calibrated */
    int64_t members;
    int64_t epochs, best_epoch; /* done; whose weights were kept (from 1; 0: the initial weights); of members the median */
    mg_stop stopped;
    double seconds;
    int64_t parameters;       /* learned numbers */
    int64_t batch;            /* as used, where the option said auto */
    const mg_choice *choices; /* what was MG_AUTO, as it was chosen; belong to the model likewise */
    int choice_count;
    const char *const *warnings; /* sentences; belong to the model until it is trained again or destroyed */
    int warning_count;
} mg_result;

/* What a training is going to do, known before its first step. */
typedef struct mg_plan {
    int64_t rows[3]; /* of the training, validation and test part; of several members the first one's, whose validation rows
                        train the others */
    int64_t classes; /* 0 for a regression */
    const int64_t
        *class_rows; /* [3 * classes]: of each class in each part; belongs to the model until the next plan or training */
    int64_t members, parameters;  /* networks, and learned numbers of each */
    bool own_folds;               /* each of several members is validated on other rows; false: all on the same */
    int64_t epochs, batch, steps; /* steps: of one member in one epoch */
    mg_memory memory;             /* of all sessions of the run together */
    size_t row_bytes;             /* of the encoded rows, which are in memory besides */
    const mg_choice *choices;     /* what was MG_AUTO; belong to the model as class_rows */
    int choice_count;
    const char *const *warnings; /* likewise: those of data and settings, and after the run all */
    int warning_count;
    double seconds; /* estimated from a few steps; 0: not asked for */
} mg_plan;

/* Does everything but train: reads the options, splits, encodes, chooses, compiles, and times a few steps on weights that are
 * thrown away. Fails as mg_train does. */
mg_status mg_train_plan(mg_model *model, const struct mg_dataset *dataset, const mg_train_options *options, mg_plan *plan);
/* The plan of the training under way or the last one; for callbacks. NULL: there is none. */
const mg_plan *mg_model_plan(const mg_model *model);

/* Trains the model. A model that was trained before (or loaded) goes on from its weights with its own encoder and loss. NULL
 * options: all defaults. status: MG_SETTING for an option out of range or one that does not fit (hinge for a regression, a layer
 * on the wrong shape), before any training; MG_FORMAT for data that does not fit the model; MG_NOT_FINITE with check_finite;
 * MG_OUT_OF_MEMORY. A run that diverges without check_finite is no error: it says so in `stopped` and in a warning. The model
 * keeps its best weights in every case where an epoch was completed. */
mg_result mg_train(mg_model *model, const struct mg_dataset *dataset, const mg_train_options *options);

/* The same on a file that need not fit in memory: it is read anew in each epoch, its pieces in another order each time (a gzip
 * file's in the order of the file), within about 200 MB whatever its length. Encoder, settings, validation and test part are made
 * from a sample of the rows (at most 100,000, drawn by their numbers), in which a class may be too rare to be known: its rows are
 * left out with a warning. A row's part follows from its number and the seed; `split` is random, and members share their
 * validation rows. Standard input cannot be read twice: MG_UNSUPPORTED. A model for such a file is made by mg_model_create_for
 * (micrograd/model.h). */
mg_result mg_train_file(mg_model *model, const char *path, const mg_dataset_options *data, const mg_train_options *options);

/* --- the one table of settings ----------------------------------------------------------------------- */

/* Every setting of every command. */
typedef struct mg_settings {
    mg_train_options train; /* first, so that the trainer's rows fit mg_train_options as well */
    /* How data are read: as in mg_dataset_options, by words. */
    const char *separator, *decimal, *header; /* "auto" "," ";" "tab" "|"; "." ","; "auto" "none" "first" */
    const char *types;
    int64_t skip_bad;
    const char *image_size, *image_fit, *image_color; /* "28x28" or NULL; "resize" "crop"; "auto" "grey" "color" */
    int64_t threads;                                  /* of the context; MG_AUTO: one a core */
    const char *test;                                 /* file of the test part */
    const char *out;                                  /* file to write */
    const char *report;                               /* HTML file of charts */
    bool once;                                        /* watching ends at once */
    const char *from;                                 /* model to go on from */
    const char *run_dir, *resume;                     /* folder of a new run, and of one that goes on: micrograd/run_folder.h */
    const char *config;                               /* file of settings */
    const char *keep;                                 /* columns that predictions are written beside */
    double interval; /* share of rows whose truth lies between lower and upper; 0: they are not written */
    bool stream;     /* the data are read a piece at a time */
    bool dry_run, explain;
    bool find_lr;      /* the doctor looks for a learning rate */
    bool profile;      /* where the time of training went */
    const char *trace; /* file of the same, a step at a time */
    const char *stage; /* what is drawn: "network" "plan" "training" */
    /* How settings are searched: as in mg_tune_options, by words (micrograd/tune.h). */
    mg_texts search; /* "NAME=RANGE" (micrograd/search_space.h) */
    const char *command, *sampler, *pruner, *study, *direction;
    const char *target_score; /* a number; NULL: none */
    int64_t trials, patience_trials, trial_batch, workers, outer_folds;
    /* How models are judged and compared (micrograd/cross_validation.h). */
    int64_t folds, repeats;  /* MG_ALL: leave one out; MG_AUTO: 5, in a search none */
    const char *predictions; /* file of what was answered for the rows of each fold */
    mg_texts compare;        /* model texts */
    const char *of;          /* what a curve is of: "rows", a setting, "NAME=RANGE" */
    /* How groups are found: as in mg_cluster_options, by words (micrograd/cluster.h). */
    const char *method, *k, *truth; /* k: "3" or "2..10" */
    int64_t starts, iterations, min_points;
    const char *covariance, *linkage;
    double radius;
    /* How rows become places in a picture: as in mg_embed_options, by words (micrograd/embed.h); k: groups that colour it. */
    const char *solver, *picture;
    int64_t dimensions, rounds;
    double perplexity, theta;
    mg_agent_options agent; /* how an agent learns; seed, time, lr, batch and model are those of `train` */
    const char *policy;     /* file of a policy that is only judged */
    const char *record;     /* SVG file of an animated episode */
    int64_t seeds;          /* runs of an agent, seed after seed */
    bool watch, check;      /* an episode is shown; an environment is examined */
    bool json, quiet, help;
} mg_settings;

/* Ends with a row whose name is NULL. */
const mg_option *mg_settings_table(void);
mg_settings mg_settings_defaults(void);
/* What the settings say about reading. */
mg_dataset_options mg_settings_data(const mg_settings *settings);
/* Is the row one of `train` whose field lies in mg_train_options? Those are what a model records. (A field may have other rows,
 * of commands that mean something else by it.) */
bool mg_setting_of_training(const mg_option *option);

#ifdef __cplusplus
}
#endif
#endif
