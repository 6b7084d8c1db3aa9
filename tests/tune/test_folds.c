#define _DEFAULT_SOURCE
/* Frozen folds: who is in which, that a training sees nothing of the fold that judges it, strange classes, several threads. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "data/csv.h"
#include "data/table.h"
#include "train/train_support.h"
#include "tune/frozen_folds.h"

static mg_context *ctx;

static int set_up(void **state) {
    (void)state;
    ctx = mg_context_create(NULL);
    return ctx == NULL;
}

static int tear_down(void **state) {
    (void)state;
    mg_context_destroy(ctx);
    return 0;
}

static mg_dataset *csv(const char *text) {
    mg_dataset *d = mg__csv_read(ctx, "made.csv", text, strlen(text), ',');
    if (!d) fail_msg("%s", mg_context_message(ctx));
    return d;
}

static mg_train_options quick(void) {
    mg_train_options options = mg_train_defaults();
    options.members = 1;
    options.model = "dense(4) relu";
    options.epochs = 3;
    return options;
}

static mg__frozen_folds frozen(const mg_dataset *d, const mg_train_options *options, int64_t folds, int64_t repeats, bool keep) {
    mg__frozen_folds f;
    if (mg__frozen_folds_make(ctx, d, options, folds, repeats, keep, &f) != MG_OK) fail_msg("%s", mg_context_message(ctx));
    return f;
}

static void refused(const mg_dataset *d, const char *split, int64_t folds, int64_t repeats, mg_status status, const char *why) {
    mg__frozen_folds f;
    mg_train_options options = quick();
    options.split = split;
    assert_int_equal(mg__frozen_folds_make(ctx, d, &options, folds, repeats, false, &f), status);
    if (!strstr(mg_context_message(ctx), why)) fail_msg("%s", mg_context_message(ctx));
    assert_null(f.row);
}

/* --- taking rows -------------------------------------------------------------------------------------- */

static void rows_that_are_taken_are_what_a_file_of_them_would_be(void **state) {
    (void)state;
    mg_dataset *whole = csv("n,a,b,y\n1,1,red,x\n2,2,,y\n3,word,blue,x\n4,4,red,\n5,5,green,y\n");
    mg_dataset *file = csv("n,a,b,y\n5,5,green,y\n2,2,,y\n1,1,red,x\n");
    mg_dataset *taken = mg__dataset_take(ctx, whole, (int64_t[]){ 4, 1, 0 }, 3);
    assert_non_null(taken);
    assert_int_equal(mg_dataset_rows(taken), 3);
    for (int64_t c = 0; c < 4; c++) {
        assert_int_equal(mg_dataset_column_type(taken, c), mg_dataset_column_type(file, c));
        assert_int_equal(mg_dataset_column_missing(taken, c), mg_dataset_column_missing(file, c));
        assert_int_equal(mg_dataset_column_distinct(taken, c), mg_dataset_column_distinct(file, c));
        for (int64_t r = 0; r < 3; r++) {
            char a[32], b[32];
            mg_dataset_text(taken, r, c, a, sizeof a);
            mg_dataset_text(file, r, c, b, sizeof b);
            assert_string_equal(a, b);
        }
    }
    assert_int_equal(mg_dataset_column_type(whole, 1), MG_COLUMN_TEXT);
    assert_int_equal(mg_dataset_column_type(taken, 1), MG_COLUMN_NUMBER);
    assert_int_equal(mg_dataset_find(taken, "b"), 2);
    assert_int_equal(mg_dataset_line(taken, 0), 6);
    assert_int_equal(mg_dataset_line(taken, 1), 3);
    assert_true(mg__dataset_hash(taken) == mg__dataset_hash(file));
    mg_dataset *all = mg__dataset_take(ctx, whole, (int64_t[]){ 0, 1, 2, 3, 4 }, 5);
    assert_true(mg__dataset_hash(all) == mg__dataset_hash(whole));
    assert_true(mg__dataset_hash(taken) != mg__dataset_hash(whole));
    mg_dataset_destroy(all);
    mg_dataset_destroy(taken);
    mg_dataset_destroy(file);
    mg_dataset_destroy(whole);
}

static void images_are_taken_with_their_pixels(void **state) {
    (void)state;
    float pixels[3][2][2][1], labels[3] = { 7, 8, 9 };
    for (int i = 0; i < 12; i++) (&pixels[0][0][0][0])[i] = (float)i;
    mg_tensor x = mg_tensor_borrow(MG_F32, 4, (int64_t[]){ 3, 2, 2, 1 }, pixels),
              y = mg_tensor_borrow(MG_F32, 1, (int64_t[]){ 3 }, labels);
    mg_dataset *whole = mg_dataset_create(ctx, &x, &y, NULL);
    mg_dataset *taken = mg__dataset_take(ctx, whole, (int64_t[]){ 2, 0 }, 2);
    int64_t shape[3];
    assert_true(mg_dataset_image_shape(taken, shape));
    for (int i = 0; i < 4; i++) {
        assert_true(mg_dataset_pixel(taken, 0, i) == 8 + i);
        assert_true(mg_dataset_pixel(taken, 1, i) == i);
    }
    assert_true(mg_dataset_number(taken, 0, 0) == 9 && mg_dataset_number(taken, 1, 0) == 7);
    mg_dataset_destroy(taken);
    mg_dataset_destroy(whole);
}

/* --- dealing ------------------------------------------------------------------------------------------ */

static void every_row_is_judged_once_in_each_repeat_and_classes_keep_their_share(void **state) {
    (void)state;
    mg_dataset *iris = train_data(ctx, "iris");
    mg_train_options options = quick();
    mg__frozen_folds f = frozen(iris, &options, 5, 3, false);
    assert_int_equal(f.rows, 150);
    assert_int_equal(f.classes.count, 3);
    int differ = 0;
    for (int64_t index = 0; index < 15; index++) {
        int count[3] = { 0 };
        for (int64_t i = 0; i < f.rows; i++) {
            assert_true(mg__fold_trains(&f, index, i) != mg__fold_judges(&f, index, i));
            count[f.label[i]] += mg__fold_judges(&f, index, i);
        }
        for (int k = 0; k < 3; k++) assert_int_equal(count[k], 10);
    }
    for (int64_t i = 0; i < f.rows; i++) {
        int judged = 0;
        for (int64_t index = 0; index < 5; index++) judged += mg__fold_judges(&f, index, i);
        assert_int_equal(judged, 1);
        differ += f.fold[i] != f.fold[f.rows + i];
    }
    assert_in_range(differ, 90, 150); /* 4/5 by chance */
    mg__frozen_folds again = frozen(iris, &options, 5, 3, false);
    assert_memory_equal(f.fold, again.fold, 3 * 150 * sizeof *f.fold);
    options.seed = 1;
    mg__frozen_folds other = frozen(iris, &options, 5, 3, false);
    assert_memory_not_equal(f.fold, other.fold, 3 * 150 * sizeof *f.fold);
    mg__frozen_folds_free(&other);
    mg__frozen_folds_free(&again);
    mg__frozen_folds_free(&f);
    mg_dataset_destroy(iris);
}

static void blocks_of_time_are_those_of_scikit_learn(void **state) {
    (void)state;
    /* list(TimeSeriesSplit(3).split(range(10))): trained on 0..3, 0..5, 0..7; tested on 4,5; 6,7; 8,9 */
    mg_dataset *d = csv("day,x,y\n2026-01-10,1,9\n2026-01-01,2,0\n2026-01-03,3,2\n2026-01-02,4,1\n2026-01-05,5,4\n"
                        "2026-01-04,6,3\n2026-01-06,7,5\n2026-01-09,8,8\n2026-01-07,9,6\n2026-01-08,8,7\n");
    mg_train_options options = quick();
    options.split = "time:day";
    options.task = "regression";
    mg__frozen_folds f = frozen(d, &options, 3, 1, false);
    for (int64_t i = 0; i < 10; i++) {
        int place = (int)mg_dataset_number(d, i, 2);
        for (int index = 0; index < 3; index++) {
            assert_int_equal(mg__fold_trains(&f, index, i), place < 4 + 2 * index);
            assert_int_equal(mg__fold_judges(&f, index, i), place / 2 == 2 + index);
        }
    }
    mg__frozen_folds_free(&f);
    mg_dataset_destroy(d);
}

static void a_column_says_the_folds(void **state) {
    (void)state;
    mg_dataset *d = csv("x,part,y\n1,b,0\n2,c,1\n3,a,0\n4,b,1\n5,c,0\n6,a,1\n7,a,\n");
    mg_train_options options = quick();
    options.split = "column:part";
    mg__frozen_folds f = frozen(d, &options, 5, 1, false);
    assert_int_equal(f.folds, 3);
    assert_int_equal(f.rows, 6); /* one has no target */
    const int32_t want[] = { 1, 2, 0, 1, 2, 0 };
    assert_memory_equal(f.fold, want, sizeof want);
    mg__frozen_folds_free(&f);
    mg_dataset_destroy(d);
}

static void groups_stay_together_and_all_leaves_one_out(void **state) {
    (void)state;
    mg_dataset *d = csv("x,who,y\n1,b,0\n2,c,1\n3,a,0\n4,b,1\n5,c,0\n6,a,1\n7,d,1\n");
    mg_train_options options = quick();
    options.split = "group:who";
    mg__frozen_folds f = frozen(d, &options, 2, 1, false);
    assert_int_equal(f.fold[0], f.fold[3]);
    assert_int_equal(f.fold[1], f.fold[4]);
    assert_int_equal(f.fold[2], f.fold[5]);
    mg__frozen_folds_free(&f);
    f = frozen(d, &options, -1, 1, false);
    assert_int_equal(f.folds, 4);
    mg__frozen_folds_free(&f);
    options.split = "auto";
    f = frozen(d, &options, -1, 1, false);
    assert_int_equal(f.folds, 7);
    mg__frozen_folds_free(&f);
    mg_dataset_destroy(d);
}

static void the_test_part_that_stays_out_is_that_of_a_training(void **state) {
    (void)state;
    mg_dataset *iris = train_data(ctx, "iris");
    mg_train_options options = quick();
    mg_model *model = mg_model_create(ctx, iris, "dense(4) relu");
    mg_result result = mg_train(model, iris, &options);
    mg__frozen_folds f = frozen(iris, &options, 5, 1, true);
    assert_int_equal(f.rows, 150 - result.test.rows);
    int64_t test[150], count = 0;
    for (int64_t r = 0, i = 0; r < 150; r++) {
        if (i < f.rows && f.row[i] == r) {
            assert_int_equal(f.label[i], r / 50);
            i++;
        } else {
            test[count++] = r;
        }
    }
    mg_dataset *rest = mg__dataset_take(ctx, iris, test, count);
    mg_evaluation evaluation;
    assert_int_equal(mg_model_evaluate(model, rest, &evaluation, NULL), MG_OK);
    assert_true(evaluation.scores.log_loss == result.test.log_loss);
    mg_dataset_destroy(rest);
    mg_model_destroy(model);
    mg__frozen_folds_free(&f);
    mg_dataset_destroy(iris);
}

static void what_cannot_be_dealt_is_refused_with_its_reason(void **state) {
    (void)state;
    mg_dataset *d = csv("x,part,same,hole,y\n1,b,k,a,0.5\n2,c,k,,1.5\n3,a,k,b,2.5\n4,b,k,b,1\n");
    refused(d, "auto", 1, 1, MG_SETTING, "folds: 1; wanted at least 2, and at most the number of rows, 4");
    refused(d, "auto", 5, 1, MG_SETTING, "folds: 5");
    refused(d, "group:part", 4, 1, MG_SETTING, "the number of groups, 3");
    refused(d, "time:x", 4, 1, MG_SETTING, "at most the number of rows but one, 3");
    refused(d, "time:x", 3, 2, MG_SETTING, "repeats: 2; blocks of time are always the same");
    refused(d, "column:part", 3, 2, MG_SETTING, "repeats: 2; a column gives the same folds each time");
    refused(d, "auto", -1, 2, MG_SETTING, "each row is a fold already");
    refused(d, "auto", 2, 0, MG_SETTING, "repeats: 0; wanted 1 to 1000");
    refused(d, "column:same", 2, 1, MG_FORMAT, "one value only");
    refused(d, "column:hole", 2, 1, MG_FORMAT, "made.csv, line 3: the column 'hole'");
    refused(d, "column:y", 2, 1, MG_SETTING, "'y' is the target");
    refused(d, "group:nobody", 2, 1, MG_SETTING, "no column 'nobody'");
    refused(d, "stratified", 2, 1, MG_SETTING, "stratified keeps classes in proportion");
    refused(d, "sideways", 2, 1, MG_SETTING, "split: 'sideways'");
    mg_dataset_destroy(d);
}

/* --- training ----------------------------------------------------------------------------------------- */

/* 40 rows: fold 0 is every fourth of them; `odd` is what column a says in row 0, which fold 0 judges. */
static mg_dataset *with_odd_row(const char *odd, const char *category) {
    char text[4096];
    int used = snprintf(text, sizeof text, "a,c,fold,y\n");
    for (int i = 0; i < 40; i++) {
        const char *a[] = { "1.5", "2", "3", "4.25", "5" }, *c[] = { "red", "blue", "green" };
        used += snprintf(text + used, sizeof text - (size_t)used, "%s,%s,%d,%s\n", i ? a[i * 7 % 5] : odd,
                         i ? c[i % 3] : category, i % 4, i * 7 % 5 > 2 ? "yes" : "no");
    }
    return csv(text);
}

static mg__fold_outcome outcome_of(const mg_dataset *d, const mg__frozen_folds *f, int64_t index,
                                   const mg_train_options *options) {
    mg__fold_outcome o;
    if (mg__fold_train(ctx, d, f, index, options, true, &o) != MG_OK) fail_msg("%s", mg_context_message(ctx));
    return o;
}

/* Row 0 is the first of the fold's ten; what is said of the other nine has the same bits, so the network and its encoder are. */
static void what_the_fold_holds_changes_nothing_of_the_training(void **state) {
    (void)state;
    mg_train_options options = quick();
    options.split = "column:fold";
    options.bins = 4;
    const char *odd[][2] = { { "2", "red" }, { "1e9", "red" }, { "2", "violet" }, { "word", "red" }, { "", "" } };
    double first[10][2];
    for (int v = 0; v < 5; v++) {
        mg_dataset *d = with_odd_row(odd[v][0], odd[v][1]);
        mg__frozen_folds f = frozen(d, &options, 4, 1, false);
        mg__fold_outcome o = outcome_of(d, &f, 0, &options);
        assert_int_equal(o.prediction->shape[0], 10);
        const double *p = o.prediction->data;
        if (v == 0) memcpy(first, p, sizeof first);
        assert_memory_equal(p + 2, first[1], 9 * 2 * sizeof *p);
        if (v == 1 || v == 3) assert_memory_not_equal(p, first[0], 2 * sizeof *p);
        /* in fold 1 the row trains, and there it shows */
        mg__fold_outcome other = outcome_of(d, &f, 1, &options);
        assert_int_equal(other.train_rows, 30);
        mg__fold_outcome_free(ctx, &other);
        mg__fold_outcome_free(ctx, &o);
        mg__frozen_folds_free(&f);
        mg_dataset_destroy(d);
    }
}

static void the_column_of_folds_or_groups_is_no_feature(void **state) {
    (void)state;
    mg_train_options options = quick();
    options.drop = "a"; /* nothing is left but c, beside the column of folds */
    const char *splits[] = { "column:fold", "group:fold" };
    for (int v = 0; v < 2; v++) {
        mg_dataset *d = with_odd_row("2", "red");
        options.split = splits[v];
        mg__frozen_folds f = frozen(d, &options, 4, 1, false);
        mg__fold_outcome o = outcome_of(d, &f, 0, &options);
        /* rows of one colour have one answer, so the fold is not seen: 3 colours, one-hot: 3*4 + 4 + 4*2 + 2 or one logit */
        assert_in_range(o.parameters, 3 * 4 + 4 + 4 + 1, 3 * 4 + 4 + 8 + 2);
        mg__fold_outcome_free(ctx, &o);
        mg__frozen_folds_free(&f);
        mg_dataset_destroy(d);
    }
}

static void scores_are_those_of_a_model_trained_on_the_other_folds(void **state) {
    (void)state;
    mg_dataset *iris = train_data(ctx, "iris");
    mg_train_options options = quick();
    mg__frozen_folds f = frozen(iris, &options, 5, 1, false);
    mg__fold_outcome o = outcome_of(iris, &f, 2, &options);
    int64_t train[150], judged[150], trains = 0, judges = 0;
    for (int64_t i = 0; i < 150; i++) {
        if (f.fold[i] == 2)
            judged[judges++] = i;
        else
            train[trains++] = i;
    }
    mg_dataset *a = mg__dataset_take(ctx, iris, train, trains), *b = mg__dataset_take(ctx, iris, judged, judges);
    options.test_fraction = 0;
    mg_model *model = mg_model_create(ctx, a, "dense(4) relu");
    mg_result result = mg_train(model, a, &options);
    mg_evaluation evaluation;
    assert_int_equal(mg_model_evaluate(model, b, &evaluation, NULL), MG_OK);
    assert_true(o.scores.accuracy == evaluation.scores.accuracy);
    assert_true(o.scores.log_loss == evaluation.scores.log_loss);
    assert_true(o.scores.roc_auc == evaluation.scores.roc_auc);
    assert_true(o.train.log_loss == result.train.log_loss);
    assert_int_equal(o.train_rows, trains);
    assert_int_equal(o.epochs, 3);
    mg_model_destroy(model);
    mg_dataset_destroy(a);
    mg_dataset_destroy(b);
    mg__fold_outcome_free(ctx, &o);
    mg__frozen_folds_free(&f);
    mg_dataset_destroy(iris);
}

static void a_class_that_no_training_row_has_is_a_mistake_and_counted(void **state) {
    (void)state;
    char text[2048];
    int used = snprintf(text, sizeof text, "a,fold,y\n");
    for (int i = 0; i < 40; i++)
        used += snprintf(text + used, sizeof text - (size_t)used, "%d,%d,%s\n", i % 2, i % 4, i == 4 ? "b" : i % 2 ? "c" : "a");
    mg_dataset *d = csv(text);
    mg_train_options options = quick();
    options.split = "column:fold";
    options.epochs = 60;
    options.learning_rate = 0.05;
    mg__frozen_folds f = frozen(d, &options, 4, 1, false);
    mg__fold_outcome o = outcome_of(d, &f, 0, &options);
    assert_int_equal(o.strangers, 1);
    assert_int_equal(o.prediction->shape[1], 3);
    const double *p = o.prediction->data;
    for (int i = 0; i < 10; i++) {
        assert_true(p[3 * i + 1] == 0); /* classes are a, b, c */
        assert_true(fabs(p[3 * i] + p[3 * i + 2] - 1) < 1e-9);
        assert_int_equal(o.predicted[i], 0);
    }
    assert_true(o.scores.accuracy == 0.9);
    mg__fold_outcome_free(ctx, &o);
    o = outcome_of(d, &f, 1, &options); /* class b trains, and is not in the fold */
    assert_int_equal(o.strangers, 0);
    assert_true(o.scores.accuracy == 1);
    mg__fold_outcome_free(ctx, &o);
    mg__frozen_folds_free(&f);
    mg_dataset_destroy(d);
}

static void a_fold_that_cannot_be_trained_is_named(void **state) {
    (void)state;
    mg_dataset *d = csv("a,fold,y\n1,1,no\n2,1,no\n3,2,no\n4,2,yes\n5,2,yes\n6,2,no\n");
    mg_train_options options = quick();
    options.split = "column:fold";
    mg__frozen_folds f = frozen(d, &options, 2, 1, false);
    mg__fold_outcome o;
    assert_int_equal(mg__fold_train(ctx, d, &f, 1, &options, true, &o), MG_FORMAT);
    if (!strstr(mg_context_message(ctx), "fold 2 of 2: made.csv: the target 'y'")) fail_msg("%s", mg_context_message(ctx));
    assert_null(o.prediction);
    mg__frozen_folds_free(&f);
    mg_dataset_destroy(d);
}

static void smaller_shares_are_part_of_larger_ones_and_times_keep_the_newest(void **state) {
    (void)state;
    mg_dataset *iris = train_data(ctx, "iris");
    mg_train_options options = quick();
    mg__frozen_folds f = frozen(iris, &options, 5, 1, false);
    const double shares[] = { 0.1, 0.35, 0.8, 1 };
    const int64_t rows[] = { 12, 42, 96, 120 };
    for (int i = 0; i < 4; i++) {
        mg__fold_outcome o;
        assert_int_equal(mg__fold_train_share(ctx, iris, &f, 1, &options, shares[i], false, &o), MG_OK);
        assert_int_equal(o.train_rows, rows[i]);
        assert_int_equal(o.scores.rows, 30);
        assert_null(o.prediction);
    }
    mg__frozen_folds_free(&f);
    mg_dataset_destroy(iris);
}

/* --- threads ------------------------------------------------------------------------------------------ */

typedef struct shared_work {
    const mg_dataset *dataset;
    const mg__frozen_folds *folds;
    const mg_train_options *options;
    int64_t index;
    mg__fold_outcome outcome;
    double first;
} shared_work;

static void *train_in_a_thread(void *user) {
    shared_work *w = user;
    mg_context *own = train_context(1);
    assert_int_equal(mg__fold_train(own, w->dataset, w->folds, w->index, w->options, true, &w->outcome), MG_OK);
    w->first = mg_tensor_get(w->outcome.prediction, 0);
    mg__fold_outcome_free(own, &w->outcome);
    mg_context_destroy(own);
    return NULL;
}

static void folds_that_are_trained_side_by_side_have_the_same_bits(void **state) {
    (void)state;
    const char *names[] = { "wine", "iris" };
    for (int v = 0; v < 2; v++) {
        mg_dataset *d = train_data(ctx, names[v]);
        mg_train_options options = quick();
        mg__frozen_folds f = frozen(d, &options, 4, 1, false);
        pthread_t threads[4];
        shared_work work[4];
        for (int i = 0; i < 4; i++) {
            work[i] = (shared_work){ .dataset = d, .folds = &f, .options = &options, .index = i };
            pthread_create(&threads[i], NULL, train_in_a_thread, &work[i]);
        }
        for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
        for (int i = 0; i < 4; i++) {
            mg__fold_outcome o = outcome_of(d, &f, i, &options);
            assert_memory_equal(&o.scores, &work[i].outcome.scores, sizeof o.scores);
            assert_memory_equal(&o.train, &work[i].outcome.train, sizeof o.train);
            assert_true(mg_tensor_get(o.prediction, 0) == work[i].first);
            mg__fold_outcome_free(ctx, &o);
        }
        mg__frozen_folds_free(&f);
        mg_dataset_destroy(d);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_that_are_taken_are_what_a_file_of_them_would_be),
        cmocka_unit_test(images_are_taken_with_their_pixels),
        cmocka_unit_test(every_row_is_judged_once_in_each_repeat_and_classes_keep_their_share),
        cmocka_unit_test(blocks_of_time_are_those_of_scikit_learn),
        cmocka_unit_test(a_column_says_the_folds),
        cmocka_unit_test(groups_stay_together_and_all_leaves_one_out),
        cmocka_unit_test(the_test_part_that_stays_out_is_that_of_a_training),
        cmocka_unit_test(what_cannot_be_dealt_is_refused_with_its_reason),
        cmocka_unit_test(what_the_fold_holds_changes_nothing_of_the_training),
        cmocka_unit_test(the_column_of_folds_or_groups_is_no_feature),
        cmocka_unit_test(scores_are_those_of_a_model_trained_on_the_other_folds),
        cmocka_unit_test(a_class_that_no_training_row_has_is_a_mistake_and_counted),
        cmocka_unit_test(a_fold_that_cannot_be_trained_is_named),
        cmocka_unit_test(smaller_shares_are_part_of_larger_ones_and_times_keep_the_newest),
        cmocka_unit_test(folds_that_are_trained_side_by_side_have_the_same_bits),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
