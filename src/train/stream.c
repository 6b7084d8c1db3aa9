/* Training on a file of any size. Two things are held: a sample of the rows, from which the encoder, the settings, the validation
 * and the test part are made, and a buffer of encoded rows, filled again and again from the file: its pieces come in an order of
 * their own in each epoch, and the rows of the buffer are shuffled, so that a file sorted by its labels is no trap.
 *
 * There are two such buffers: while steps learn from one, a thread fills the other. It has a context of its own, with which the
 * file is read from the start; model and trainer it sees as copies that point to that. */
#include "base/ahead.h"
#include "base/random.h"
#include "data/classes.h"
#include "data/encoder.h"
#include "data/reader.h"
#include "data/sample.h"
#include "data/task.h"
#include "train/finish.h"
#include "train/prepare.h"
#include "train/rows.h"

#include <stdatomic.h>
#include <string.h>

#define PIECE_ROWS   4096
#define SAMPLE_BYTES ((size_t)24 << 20) /* of the sample as it is read; encoded it takes about as much again */
#define BUFFER_BYTES ((size_t)32 << 20)
#define POOL_BYTES   ((size_t)48 << 20) /* of the sample's rows, encoded */

typedef struct stream {
    mg__source source; /* the first: a source is cast to its stream */
    mg__trainer *trainer;
    mg_context *context; /* of the reader, and of the thread that reads ahead */
    mg_reader *reader;
    mg__mark *marks; /* where each piece begins */
    size_t pieces, mark_capacity;
    int64_t rows;          /* of the whole file */
    const int64_t *number; /* of the sample's rows in the file */
    double validation_fraction, test_fraction;
    int64_t filled, used;             /* rows in the buffer; of those, learned from already */
    int64_t unknown;                  /* rows of classes that the sample does not have, in the epoch */
    mg__ahead *ahead;                 /* NULL: a buffer is filled when it is asked for */
    mg__recording *waiting, *reading; /* NULL: not measured */
    atomic_bool leaving;
    /* The filling of the other buffer: between mg__ahead_start and mg__ahead_wait the thread's alone. */
    mg_model model; /* of the trainer, with the stream's context */
    mg__trainer view;
    mg__part back;
    int64_t epoch, next; /* under way; the next piece of it, by its place in `order` */
    int64_t *order;
    int64_t back_filled, back_unknown;
    int64_t wanted; /* epoch */
    mg_status status;
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

static mg_status allocate(mg_context *context, mg__part *b, size_t rows, size_t features, bool labels, bool weighted) {
    b->x = mg__alloc_array(context, rows, features * sizeof *b->x);
    b->targets = mg__alloc_array(context, rows, sizeof *b->targets);
    b->labels = labels ? mg__alloc_array(context, rows, sizeof *b->labels) : NULL;
    b->weights = weighted ? mg__alloc_array(context, rows, sizeof *b->weights) : NULL;
    return b->x && b->targets && (b->labels || !labels) && (b->weights || !weighted) ? MG_OK : MG_OUT_OF_MEMORY;
}

static void fill_back(void *user);

static mg_status open_trace(stream *s, mg_trace *trace) {
    s->waiting = trace ? mg__recording_one(trace, "data", "wait for the file", false) : NULL;
    s->reading = trace && s->ahead ? mg__recording_one(trace, "data beside", "read and encode", true) : NULL;
    return trace && (!s->waiting || (s->ahead && !s->reading)) ? MG_OUT_OF_MEMORY : MG_OK;
}

static mg_status open_buffer(mg__source *source) {
    stream *s = (stream *)(void *)source;
    mg__trainer *t = s->trainer;
    mg_context *context = t->context;
    const mg_model *model = t->model;
    size_t features = (size_t)mg_encoder_features(model->encoder), batch = (size_t)model->options.batch;
    size_t batches = BUFFER_BYTES / sizeof(float) / features / batch;
    size_t rows = (batches > 0 ? batches : 1) * batch, room = rows + PIECE_ROWS;
    bool labels = model->task == MG_TASK_CLASSIFICATION, weighted = t->pool.weights != NULL;
    s->source.capacity = (int64_t)rows;
    s->order = mg__alloc_array(context, s->pieces, sizeof *s->order);
    s->source.buffer.rows = s->back.rows = (int64_t)rows;
    if (!s->order || allocate(context, &s->source.buffer, room, features, labels, weighted) != MG_OK ||
        allocate(context, &s->back, room, features, labels, weighted) != MG_OK)
        return MG_OUT_OF_MEMORY;
    s->model = *t->model;
    s->model.context = s->context;
    s->view = *t;
    s->view.context = s->context;
    s->view.model = &s->model;
    s->ahead = mg__ahead_create(context, fill_back, s);
    if (open_trace(s, t->course.trace) != MG_OK) return MG_OUT_OF_MEMORY;
    double share = 1 - s->validation_fraction - s->test_fraction;
    int64_t steps = (int64_t)((double)s->rows * share / (double)batch);
    t->course.epoch_steps = steps > 0 ? steps : 1;
    return MG_OK;
}

/* Rows of a piece to learn from; rows of classes that the sample did not have are counted. */
static int64_t choose_rows(stream *s, const mg_dataset *piece, const mg_target *target, int64_t first, int64_t *rows) {
    const mg_model *model = &s->model;
    int64_t count = 0;
    for (int64_t r = 0; r < mg_dataset_rows(piece); r++) {
        if (part_of(s, first + r) != MG__PART_TRAIN || mg__target_missing(piece, target, r)) continue;
        if (model->task == MG_TASK_CLASSIFICATION && !mg__encoder_knows(model->encoder, piece, target->column, r)) {
            s->back_unknown++;
            continue;
        }
        rows[count++] = r;
    }
    return count;
}

static void append(stream *s, const mg__part *part) {
    mg__part *b = &s->back;
    size_t at = (size_t)s->back_filled, count = (size_t)part->rows, features = (size_t)mg_encoder_features(s->model.encoder);
    memcpy(b->x + at * features, part->x, count * features * sizeof *b->x);
    if (part->targets) memcpy(b->targets + at, part->targets, count * sizeof *b->targets);
    if (part->labels) memcpy(b->labels + at, part->labels, count * sizeof *b->labels);
    if (b->weights) memcpy(b->weights + at, part->weights, count * sizeof *b->weights);
    s->back_filled += part->rows;
}

static mg_status read_piece(stream *s, int64_t index) {
    mg__trainer *t = &s->view;
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
    s->next = s->back_filled = s->back_unknown = 0;
    for (size_t i = 0; i < s->pieces; i++) s->order[i] = (int64_t)i;
    if (mg__reader_seeks(s->reader)) {
        mg__random_permutation(&random, s->pieces, s->order);
        return MG_OK;
    }
    return mg_reader_rewind(s->reader);
}

/* Rows of the other buffer that filled no batch come first. */
static void take_rest(stream *s) {
    const mg__part *from = &s->source.buffer;
    mg__part *b = &s->back;
    size_t at = (size_t)s->used, count = (size_t)(s->filled - s->used), features = (size_t)mg_encoder_features(s->model.encoder);
    memcpy(b->x, from->x + at * features, count * features * sizeof *b->x);
    memcpy(b->targets, from->targets + at, count * sizeof *b->targets);
    if (b->labels) memcpy(b->labels, from->labels + at, count * sizeof *b->labels);
    if (b->weights) memcpy(b->weights, from->weights + at, count * sizeof *b->weights);
    s->back_filled = (int64_t)count;
}

/* The next rows of the epoch that is wanted. */
static void fill_back(void *user) {
    stream *s = user;
    int64_t begin = mg__recording_begin(s->reading);
    s->status = MG_OK;
    if (s->wanted != s->epoch)
        s->status = begin_epoch(s, s->wanted);
    else
        take_rest(s);
    while (s->status == MG_OK && s->back_filled < s->source.capacity && s->next < (int64_t)s->pieces && !atomic_load(&s->leaving))
        s->status = read_piece(s, s->order[s->next++]);
    mg__recording_end(s->reading, 0, 0, 1, begin);
}

/* What went wrong in the stream's context, on another. */
static mg_status told(const stream *s, mg_context *context, mg_status status) {
    if (status != MG_OK && mg_context_status(s->context) == status)
        mg__fail(context, status, "%s", mg_context_message(s->context));
    return status;
}

static void fill_next(stream *s, int64_t epoch) {
    s->wanted = epoch;
    if (s->ahead) mg__ahead_start(s->ahead);
}

/* The buffer that was filled meanwhile becomes the one to learn from, and the filling of the other begins. */
static mg_status load(mg__source *source, int64_t epoch, int64_t *rows, bool *last) {
    stream *s = (stream *)(void *)source;
    const mg_train_options *options = &s->trainer->model->options;
    int64_t begin = mg__recording_begin(s->waiting);
    if (s->wanted == 0) fill_next(s, epoch);
    if (s->ahead)
        mg__ahead_wait(s->ahead);
    else
        fill_back(s);
    if (s->status != MG_OK) return told(s, s->trainer->context, s->status);
    mg__part front = source->buffer;
    source->buffer = s->back;
    s->back = front;
    s->filled = s->back_filled;
    s->unknown = s->back_unknown;
    int64_t full = s->filled < source->capacity ? s->filled : source->capacity;
    *rows = s->used = full - full % options->batch;
    *last = s->next == (int64_t)s->pieces && s->filled - s->used < options->batch;
    if (!*last || epoch < options->epochs) fill_next(s, *last ? epoch + 1 : epoch);
    mg__recording_end(s->waiting, 0, 0, 1, begin);
    return MG_OK;
}

/* --- all of it --------------------------------------------------------------------------------------- */

static void close_stream(stream *s, mg_context *context) {
    mg_reader_close(s->reader);
    mg_context_destroy(s->context);
    mg__part_free(context, &s->source.buffer);
    mg__part_free(context, &s->back);
    mg__free(context, s->marks);
    mg__free(context, s->order);
}

/* Nobody waits for what is being read any more. */
static void stop_reading(stream *s) {
    atomic_store(&s->leaving, true);
    mg__ahead_destroy(s->ahead);
    s->ahead = NULL;
}

/* One pass over the file; *sample is the caller's to end, on failure too. */
static mg_status open_stream(stream *s, mg_context *context, const char *path, const mg_dataset_options *data,
                             mg__sample *sample) {
    mg_context_options options = { .allocator = context->allocator, .threads = 1, .seed = context->seed };
    s->context = mg_context_create(&options);
    if (!s->context) return mg__fail_memory(context, sizeof *context);
    s->reader = mg_reader_open(s->context, path, data);
    if (!s->reader) return told(s, context, mg_context_status(s->context));
    if (mg_dataset_image_shape(mg__reader_head(s->reader), (int64_t[3]){ 0 }))
        return mg__fail(context, MG_SETTING, "stream: %s holds images, which are read whole; train without --stream", path);
    *sample = begin_sample(s->reader);
    mg_status status = told(s, context, look_through(s, context, sample));
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
    t.course.trace = options->trace;
    mg_status status = open_stream(&s, context, path, data, &sample);
    bool begun = status == MG_OK;
    if (begun) status = mg__train_begin(&t, sample.rows, options);
    for (int64_t i = 0; status == MG_OK && i < mg_reader_warnings(s.reader); i++)
        mg__model_warn(model, "%s", mg_reader_warning(s.reader, i));
    mg__sample_end(context, &sample); /* what is needed of it is encoded */
    s.number = NULL;
    if (status == MG_OK) status = mg__trainer_run(&t, &model->result.stopped);
    stop_reading(&s);
    if (status == MG_OK && s.unknown > 0)
        mg__model_warn(model, "%lld rows of classes too rare for the sample were left out", (long long)s.unknown);
    if (status == MG_OK) status = mg__finish(&t, &model->result);
    mg_result result = begun ? mg__train_end(&t, status) : (mg_result){ .status = status };
    close_stream(&s, context);
    return result;
}
