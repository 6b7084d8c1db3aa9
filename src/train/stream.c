/* Training on a file of any size. Two things are held: a sample of the rows, from which the encoder, the settings, the validation
 * and the test part are made, and a buffer of encoded rows, filled again and again from the file: its pieces come in an order of
 * their own in each epoch, and the rows of the buffer are shuffled, so that a file sorted by its labels is no trap. */
#include "base/random.h"
#include "data/classes.h"
#include "data/encoder.h"
#include "data/reader.h"
#include "data/sample.h"
#include "data/task.h"
#include "train/finish.h"
#include "train/prepare.h"
#include "train/rows.h"

#include <string.h>

#define PIECE_ROWS   4096
#define SAMPLE_BYTES ((size_t)24 << 20) /* of the sample as it is read; encoded it takes about as much again */
#define BUFFER_BYTES ((size_t)32 << 20)
#define POOL_BYTES   ((size_t)48 << 20) /* of the sample's rows, encoded */

typedef struct stream {
    mg__source source; /* the first: a source is cast to its stream */
    mg__trainer *trainer;
    mg_reader *reader;
    mg__mark *marks; /* where each piece begins */
    size_t pieces, mark_capacity;
    int64_t rows;          /* of the whole file */
    const int64_t *number; /* of the sample's rows in the file */
    double validation_fraction, test_fraction;
    int64_t epoch, next; /* under way; the next piece of it, by its place in `order` */
    int64_t *order;
    int64_t filled, used; /* rows in the buffer; of those, learned from already */
    int64_t unknown;      /* rows of classes that the sample does not have, in the epoch */
} stream;

/* --- the first pass ---------------------------------------------------------------------------------- */

static int64_t clamp(int64_t value, int64_t low, int64_t high) { return value < low ? low : value > high ? high : value; }

/* Marks every piece and draws the sample. */
static mg_status look_through(stream *s, mg_context *context, mg__sample *sample) {
    for (;;) {
        mg__mark mark = mg__reader_mark(s->reader);
        mg_dataset *piece = mg_reader_next(s->reader, PIECE_ROWS);
        if (!piece) return mg_reader_status(s->reader);
        bool kept = mg__grow(context, &s->marks, &s->mark_capacity, s->pieces + 1, sizeof *s->marks);
        if (kept) s->marks[s->pieces++] = mark;
        s->rows += mg_dataset_rows(piece);
        kept = kept && mg__sample_add(context, sample, piece);
        mg_dataset_destroy(piece);
        if (!kept) return MG_OUT_OF_MEMORY;
    }
}

static mg__sample begin_sample(const mg_reader *reader) {
    int64_t columns = mg_dataset_columns(mg__reader_head(reader));
    int64_t rows = (int64_t)(SAMPLE_BYTES / sizeof(float)) / (columns > 0 ? columns : 1) / 2;
    return mg__sample_begin(clamp(rows, 1000, MG__SAMPLE_ROWS), SAMPLE_BYTES);
}

/* --- splitting --------------------------------------------------------------------------------------- */

/* Each row's part follows from its number alone. */
static int part_of(const stream *s, int64_t number) {
    mg__stream random = { .seed = (uint64_t)s->trainer->model->options.seed, .stream = mg__hash_text(0, "stream split") };
    double u = mg__random_uniform(&random, (uint64_t)number, 0);
    return u < s->test_fraction                            ? MG__PART_TEST
           : u < s->test_fraction + s->validation_fraction ? MG__PART_VALIDATION
                                                           : MG__PART_TRAIN;
}

static mg_status split_sample(mg__source *source, const mg__split_request *request, mg__split *split) {
    stream *s = (stream *)(void *)source;
    int64_t counts[MG__PARTS] = { 0 }, at[MG__PARTS] = { 0 };
    s->validation_fraction = request->validation_fraction;
    s->test_fraction = request->test_fraction;
    source->rows = (int64_t)((double)s->rows * (1 - s->validation_fraction - s->test_fraction));
    int64_t *block = mg__alloc_array(s->trainer->context, (size_t)request->count, sizeof *block);
    if (!block) return MG_OUT_OF_MEMORY;
    for (int64_t i = 0; i < request->count; i++) counts[part_of(s, s->number[request->rows[i]])]++;
    for (int part = 1; part < MG__PARTS; part++) at[part] = at[part - 1] + counts[part - 1];
    *split = (mg__split){ .train = block,
                          .validation = block + at[MG__PART_VALIDATION],
                          .test = block + at[MG__PART_TEST],
                          .train_count = counts[MG__PART_TRAIN],
                          .validation_count = counts[MG__PART_VALIDATION],
                          .test_count = counts[MG__PART_TEST] };
    for (int64_t i = 0; i < request->count; i++) block[at[part_of(s, s->number[request->rows[i]])]++] = request->rows[i];
    if (split->train_count > 0) return MG_OK;
    return mg__fail(s->trainer->context, MG_FORMAT, "%s: too few rows to stream; train without --stream",
                    mg_dataset_source(mg__reader_head(s->reader)));
}

/* --- the buffer -------------------------------------------------------------------------------------- */

static mg_status open_buffer(mg__source *source) {
    stream *s = (stream *)(void *)source;
    mg__trainer *t = s->trainer;
    mg_context *context = t->context;
    const mg_model *model = t->model;
    size_t features = (size_t)mg_encoder_features(model->encoder), batch = (size_t)model->options.batch;
    size_t batches = BUFFER_BYTES / sizeof(float) / features / batch;
    size_t rows = (batches > 0 ? batches : 1) * batch, room = rows + PIECE_ROWS;
    mg__part *b = &s->source.buffer;
    bool labels = model->task == MG_TASK_CLASSIFICATION, weighted = t->pool.weights != NULL;
    s->source.capacity = (int64_t)rows;
    s->order = mg__alloc_array(context, s->pieces, sizeof *s->order);
    b->rows = (int64_t)rows;
    b->x = mg__alloc_array(context, room, features * sizeof *b->x);
    b->targets = mg__alloc_array(context, room, sizeof *b->targets);
    b->labels = labels ? mg__alloc_array(context, room, sizeof *b->labels) : NULL;
    b->weights = weighted ? mg__alloc_array(context, room, sizeof *b->weights) : NULL;
    if (!s->order || !b->x || !b->targets || (labels && !b->labels) || (weighted && !b->weights)) return MG_OUT_OF_MEMORY;
    double share = 1 - s->validation_fraction - s->test_fraction;
    int64_t steps = (int64_t)((double)s->rows * share / (double)batch);
    t->course.epoch_steps = steps > 0 ? steps : 1;
    return MG_OK;
}

/* Rows of a piece to learn from; rows of classes that the sample did not have are counted. */
static int64_t choose_rows(stream *s, const mg_dataset *piece, const mg_target *target, int64_t first, int64_t *rows) {
    const mg_model *model = s->trainer->model;
    int64_t count = 0;
    for (int64_t r = 0; r < mg_dataset_rows(piece); r++) {
        if (part_of(s, first + r) != MG__PART_TRAIN || mg__target_missing(piece, target, r)) continue;
        if (model->task == MG_TASK_CLASSIFICATION && !mg__encoder_knows(model->encoder, piece, target->column, r)) {
            s->unknown++;
            continue;
        }
        rows[count++] = r;
    }
    return count;
}

static void append(stream *s, const mg__part *part) {
    mg__part *b = &s->source.buffer;
    size_t at = (size_t)s->filled, count = (size_t)part->rows, features = (size_t)mg_encoder_features(s->trainer->model->encoder);
    memcpy(b->x + at * features, part->x, count * features * sizeof *b->x);
    if (part->targets) memcpy(b->targets + at, part->targets, count * sizeof *b->targets);
    if (part->labels) memcpy(b->labels + at, part->labels, count * sizeof *b->labels);
    if (b->weights) memcpy(b->weights + at, part->weights, count * sizeof *b->weights);
    s->filled += part->rows;
}

static mg_status read_piece(stream *s, int64_t index) {
    mg__trainer *t = s->trainer;
    int64_t rows[PIECE_ROWS];
    mg__part part = { 0 };
    mg_target target;
    mg_status status = mg__reader_seeks(s->reader) ? mg__reader_seek(s->reader, s->marks[index]) : MG_OK;
    mg_dataset *piece = status == MG_OK ? mg_reader_next(s->reader, PIECE_ROWS) : NULL;
    if (!piece) {
        if (status == MG_OK) status = mg_reader_status(s->reader);
        if (status != MG_OK) return status;
        return mg__fail(t->context, MG_FILE, "%s: it has become shorter while it was learned from; train again",
                        mg_dataset_source(mg__reader_head(s->reader)));
    }
    status = mg__part_target(t->model, piece, &target);
    if (status == MG_OK) {
        int64_t count = choose_rows(s, piece, &target, index * PIECE_ROWS, rows);
        if (count > 0) status = mg__part_encode(t->model, piece, rows, count, &part);
        if (count > 0 && status == MG_OK) status = mg__rows_weigh(t, &part);
        if (count > 0 && status == MG_OK) append(s, &part);
    }
    mg__part_free(t->context, &part);
    mg_dataset_destroy(piece);
    return status;
}

static mg_status begin_epoch(stream *s, int64_t epoch) {
    mg__stream random = { .seed = (uint64_t)s->trainer->model->options.seed,
                          .stream = mg__hash_text(0, "pieces"),
                          .step = (uint64_t)epoch };
    s->epoch = epoch;
    s->next = s->filled = s->used = s->unknown = 0;
    for (size_t i = 0; i < s->pieces; i++) s->order[i] = (int64_t)i;
    if (mg__reader_seeks(s->reader)) {
        mg__random_permutation(&random, s->pieces, s->order);
        return MG_OK;
    }
    return mg_reader_rewind(s->reader);
}

/* Rows that filled no batch the last time come first. */
static void keep_rest(stream *s) {
    mg__part *b = &s->source.buffer;
    size_t from = (size_t)s->used, count = (size_t)(s->filled - s->used);
    size_t features = (size_t)mg_encoder_features(s->trainer->model->encoder);
    memmove(b->x, b->x + from * features, count * features * sizeof *b->x);
    memmove(b->targets, b->targets + from, count * sizeof *b->targets);
    if (b->labels) memmove(b->labels, b->labels + from, count * sizeof *b->labels);
    if (b->weights) memmove(b->weights, b->weights + from, count * sizeof *b->weights);
    s->filled = (int64_t)count;
    s->used = 0;
}

static mg_status load(mg__source *source, int64_t epoch, int64_t *rows, bool *last) {
    stream *s = (stream *)(void *)source;
    int64_t batch = s->trainer->model->options.batch;
    mg_status status = epoch != s->epoch ? begin_epoch(s, epoch) : MG_OK;
    keep_rest(s);
    while (status == MG_OK && s->filled < source->capacity && s->next < (int64_t)s->pieces)
        status = read_piece(s, s->order[s->next++]);
    int64_t full = s->filled < source->capacity ? s->filled : source->capacity;
    *rows = s->used = full - full % batch;
    *last = s->next == (int64_t)s->pieces && s->filled - s->used < batch;
    return status;
}

/* --- all of it --------------------------------------------------------------------------------------- */

static void close_stream(stream *s, mg_context *context) {
    mg_reader_close(s->reader);
    mg__part_free(context, &s->source.buffer);
    mg__free(context, s->marks);
    mg__free(context, s->order);
}

/* One pass over the file; *sample is the caller's to end, on failure too. */
static mg_status open_stream(stream *s, mg_context *context, const char *path, const mg_dataset_options *data,
                             mg__sample *sample) {
    s->reader = mg_reader_open(context, path, data);
    if (!s->reader) return mg_context_status(context);
    if (mg_dataset_image_shape(mg__reader_head(s->reader), (int64_t[3]){ 0 }))
        return mg__fail(context, MG_SETTING, "stream: %s holds images, which are read whole; train without --stream", path);
    *sample = begin_sample(s->reader);
    mg_status status = look_through(s, context, sample);
    s->number = sample->number;
    if (status == MG_OK && !sample->rows)
        status =
            mg__fail(context, MG_FORMAT, "%s: a header without any row below it", mg_dataset_source(mg__reader_head(s->reader)));
    return status;
}

mg_model *mg_model_create_for(mg_context *context, const char *path, const mg_dataset_options *data,
                              const mg_train_options *options) {
    stream s = { .epoch = 0 };
    mg__sample sample = { 0 };
    mg_model *model = NULL;
    if (open_stream(&s, context, path, data, &sample) == MG_OK) { model = mg_model_create_with(context, sample.rows, options); }
    mg__sample_end(context, &sample);
    close_stream(&s, context);
    return model;
}

mg_result mg_train_file(mg_model *model, const char *path, const mg_dataset_options *data, const mg_train_options *options) {
    if (!model || !path) return (mg_result){ .status = MG_INVALID };
    mg_train_options defaults = mg_train_defaults();
    if (!options) options = &defaults;
    mg_context *context = model->context;
    stream s = { .source = { .split = split_sample, .open = open_buffer, .load = load, .most_bytes = POOL_BYTES } };
    mg__sample sample = { 0 };
    mg__trainer t = { .context = context,
                      .model = model,
                      .source = &s.source,
                      .on_step = options->on_step,
                      .on_epoch = options->on_epoch,
                      .user = options->user };
    s.trainer = &t;
    mg_status status = open_stream(&s, context, path, data, &sample);
    bool begun = status == MG_OK;
    if (begun) status = mg__train_begin(&t, sample.rows, options);
    for (int64_t i = 0; status == MG_OK && i < mg_reader_warnings(s.reader); i++)
        mg__model_warn(model, "%s", mg_reader_warning(s.reader, i));
    mg__sample_end(context, &sample); /* what is needed of it is encoded */
    s.number = NULL;
    if (status == MG_OK) status = mg__trainer_run(&t, &model->result.stopped);
    if (status == MG_OK && s.unknown > 0)
        mg__model_warn(model, "%lld rows of classes too rare for the sample were left out", (long long)s.unknown);
    if (status == MG_OK) status = mg__finish(&t, &model->result);
    mg_result result = begun ? mg__train_end(&t, status) : (mg_result){ .status = status };
    close_stream(&s, context);
    return result;
}
