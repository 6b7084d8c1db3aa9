/* Cross-validation: means are those of the folds, the same on any number of workers, pooled answers, comparisons, interruption.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "data/csv.h"
#include "train/train_support.h"

#include <micrograd/cross_validation.h>

static mg_context *ctx;

static int set_up(void **state) {
    (void)state;
    ctx = train_context(2);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    mg_context_destroy(ctx);
    return 0;
}

static mg_train_options quick(const char *model) {
    mg_train_options options = mg_train_defaults();
    options.members = 1;
    options.model = model;
    options.epochs = 4;
    return options;
}

static mg_cross_validation *validated(const mg_dataset *d, const mg_train_options *options, int64_t folds, int64_t repeats,
                                      int64_t workers) {
    mg_cross_validation_options how = mg_cross_validation_defaults();
    how.folds = folds;
    how.repeats = repeats;
    how.workers = workers;
    mg_cross_validation *cv = mg_cross_validate(ctx, d, options, &how);
    if (!cv) fail_msg("%s", mg_context_message(ctx));
    return cv;
}

static void means_and_deviations_are_those_of_the_folds(void **state) {
    (void)state;
    mg_dataset *iris = train_data(ctx, "iris");
    mg_train_options options = quick("dense(4) relu");
    mg_cross_validation *cv = validated(iris, &options, 5, 2, 2);
    const mg_cross_validated *c = &cv->candidate[0];
    assert_int_equal(c->folds, 10);
    assert_int_equal(c->done, 10);
    assert_string_equal(c->name, "dense(4) relu");
    double sum = 0, square = 0, train = 0;
    for (int i = 0; i < 10; i++) {
        assert_true(c->fold[i].done && c->fold[i].repeat == i / 5 && c->fold[i].fold == i % 5);
        assert_int_equal(c->fold[i].scores.rows, 30);
        assert_int_equal(c->fold[i].train_rows, 120);
        sum += c->fold[i].scores.log_loss;
        train += c->fold[i].train.log_loss;
    }
    for (int i = 0; i < 10; i++) square += pow(c->fold[i].scores.log_loss - sum / 10, 2);
    assert_true(fabs(c->mean.log_loss - sum / 10) < 1e-15);
    assert_true(fabs(c->train.log_loss - train / 10) < 1e-15);
    assert_true(fabs(c->deviation.log_loss - sqrt(square / 9)) < 1e-15);
    double half = 2.2621571627982 * sqrt(0.1 + 0.25) * c->deviation.log_loss; /* t(0.975, 9), test rows / training rows */
    assert_true(fabs(c->intervals.log_loss.high - (sum / 10 + half)) < 1e-12);
    assert_true(c->intervals.accuracy.high <= 1);
    assert_true(isnan(c->mean.r2));
    mg_cross_validation_destroy(cv);
    mg_dataset_destroy(iris);
}

static void pooled_scores_and_confusion_are_of_all_answers(void **state) {
    (void)state;
    mg_dataset *iris = train_data(ctx, "iris");
    mg_train_options options = quick("dense(4) relu");
    mg_cross_validation *cv = validated(iris, &options, 4, 1, 2);
    const mg_cross_validated *c = &cv->candidate[0];
    int64_t right = 0, counts[9] = { 0 };
    double loss = 0;
    for (int64_t i = 0; i < 150; i++) {
        const double *p = c->answer + 3 * i;
        int best = p[1] > p[0] ? 1 : 0;
        if (p[2] > p[best]) best = 2;
        assert_int_equal(best, c->prediction[i]);
        assert_int_equal(cv->label[i], i / 50);
        right += best == cv->label[i];
        counts[cv->label[i] * 3 + best]++;
        loss -= log(p[cv->label[i]]);
    }
    assert_true(c->pooled.accuracy == (double)right / 150);
    assert_true(fabs(c->pooled.log_loss - loss / 150) < 1e-12);
    assert_memory_equal(c->confusion, counts, sizeof counts);
    assert_int_equal(cv->classes, 3);
    assert_string_equal(cv->class_name[1], "versicolor");
    mg_cross_validation_destroy(cv);
    mg_dataset_destroy(iris);
}

static void workers_change_no_number(void **state) {
    (void)state;
    const char *names[] = { "wine", "diabetes" };
    for (int v = 0; v < 2; v++) {
        mg_dataset *d = train_data(ctx, names[v]);
        mg_train_options options = quick("dense(6) relu dropout(0.2)");
        options.members = 2;
        mg_cross_validation *one = validated(d, &options, 3, 2, 1), *three = validated(d, &options, 3, 2, 3);
        assert_int_equal(three->workers, 3);
        const mg_cross_validated *a = &one->candidate[0], *b = &three->candidate[0];
        assert_memory_equal(&a->mean, &b->mean, sizeof a->mean);
        assert_memory_equal(&a->pooled, &b->pooled, sizeof a->pooled);
        assert_memory_equal(a->answer, b->answer, (size_t)(2 * one->rows * one->outputs) * sizeof(double));
        for (int i = 0; i < 6; i++) assert_memory_equal(&a->fold[i].train, &b->fold[i].train, sizeof a->fold[i].train);
        mg_cross_validation_destroy(one);
        mg_cross_validation_destroy(three);
        mg_dataset_destroy(d);
    }
}

/* r2 of one row is nothing, and the pooled one is all there is. */
static void one_row_a_fold_has_pooled_scores(void **state) {
    (void)state;
    double cells[24];
    const char *names[] = { "x", "y" };
    for (int i = 0; i < 12; i++) cells[2 * i] = i, cells[2 * i + 1] = 3 * i + 0.25;
    mg_dataset *d = train_table(ctx, 12, 2, names, cells);
    mg_train_options options = quick("");
    options.epochs = 200;
    mg_cross_validation *cv = validated(d, &options, -1, 1, 2);
    assert_int_equal(cv->folds, 12);
    assert_true(isnan(cv->candidate[0].mean.r2));
    assert_true(cv->candidate[0].pooled.r2 > 0.5);
    assert_true(isfinite(cv->candidate[0].mean.mae));
    assert_null(cv->candidate[0].confusion);
    assert_null(cv->candidate[0].prediction);
    mg_cross_validation_destroy(cv);
    mg_dataset_destroy(d);
}

static void the_oldest_rows_only_train(void **state) {
    (void)state;
    double cells[90];
    const char *names[] = { "t", "x", "y" };
    for (int i = 0; i < 30; i++) cells[3 * i] = i, cells[3 * i + 1] = i % 7, cells[3 * i + 2] = i % 7 * 2 + 0.5;
    mg_dataset *d = train_table(ctx, 30, 3, names, cells);
    mg_train_options options = quick("");
    options.split = "time:t";
    mg_cross_validation *cv = validated(d, &options, 4, 1, 2);
    for (int64_t i = 0; i < 30; i++) {
        assert_int_equal(cv->fold[i], i < 6 ? -1 : (i - 6) / 6);
        assert_int_equal(isnan(cv->candidate[0].answer[i]), i < 6);
    }
    assert_int_equal(cv->candidate[0].pooled.rows, 24);
    for (int f = 0; f < 4; f++) assert_int_equal(cv->candidate[0].fold[f].train_rows, 6 + 6 * f);
    mg_cross_validation_destroy(cv);
    mg_dataset_destroy(d);
}

static void models_are_compared_on_the_same_folds(void **state) {
    (void)state;
    mg_dataset *d = train_made(ctx, true); /* the sign of a product: no linear model knows it */
    mg_candidate candidates[3] = { { .options = quick(""), .share = 1 },
                                   { .options = quick("dense(16) tanh"), .share = 1 },
                                   { .name = "again", .options = quick("dense(16) tanh"), .share = 1 } };
    mg_cross_validation_options how = mg_cross_validation_defaults();
    for (int i = 0; i < 3; i++) candidates[i].options.epochs = 150, candidates[i].options.learning_rate = 0.02;
    mg_cross_validation *cv = mg_cross_validate_all(ctx, d, candidates, 3, &how);
    assert_non_null(cv);
    const mg_metric *accuracy = mg_metric_find("accuracy");
    double p[3];
    assert_int_equal(mg_cross_validation_best(cv, accuracy, p), 1);
    assert_true(isnan(p[1]));
    mg_paired worse = mg_cross_validation_compare(cv, accuracy, 1, 0), same = mg_cross_validation_compare(cv, accuracy, 1, 2);
    assert_true(worse.difference > 0.2 && worse.p < 0.05 && worse.folds == 5);
    assert_true(same.difference == 0 && same.p == 1);
    assert_true(p[0] == fmin(1, 2 * worse.p) && p[2] == 1); /* Holm: of two, the smaller counts twice */
    assert_string_equal(cv->candidate[0].name, "");
    assert_string_equal(cv->candidate[2].name, "again");
    assert_true(isnan(mg_cross_validation_compare(cv, accuracy, 0, 3).p));
    mg_cross_validation_destroy(cv);
    mg_dataset_destroy(d);
}

typedef struct patience {
    int64_t after, seen;
} patience;

static bool stop_after(void *user, const mg_cross_validation_progress *now) {
    patience *p = user;
    p->seen = now->done;
    assert_int_equal(now->total, 6);
    return now->done < p->after;
}

static void what_is_done_is_told_where_it_is_interrupted(void **state) {
    (void)state;
    mg_dataset *iris = train_data(ctx, "iris");
    mg_train_options options = quick("dense(4) relu");
    patience p = { .after = 2 };
    mg_cross_validation_options how = mg_cross_validation_defaults();
    how.folds = 6;
    how.workers = 1;
    how.callback = stop_after;
    how.user = &p;
    options.epochs = 300;
    mg_cross_validation *cv = mg_cross_validate(ctx, iris, &options, &how);
    assert_true(cv && cv->interrupted);
    assert_int_equal(cv->candidate[0].done, 2);
    assert_int_equal(cv->candidate[0].pooled.rows, 50);
    assert_int_equal(cv->candidate[0].mean.rows, 50);
    assert_false(cv->candidate[0].fold[2].done);
    assert_true(isfinite(cv->candidate[0].deviation.accuracy));
    mg_cross_validation_destroy(cv);
    mg_dataset_destroy(iris);
}

static void strange_classes_are_told(void **state) {
    (void)state;
    char text[1024];
    int used = snprintf(text, sizeof text, "x,part,y\n");
    for (int i = 0; i < 30; i++)
        used += snprintf(text + used, sizeof text - (size_t)used, "%d,%d,%s\n", i, i % 3, i == 1 ? "rare" : i % 2 ? "a" : "b");
    mg_dataset *d = mg__csv_read(ctx, "made.csv", text, strlen(text), ',');
    mg_train_options options = quick("");
    options.split = "column:part";
    mg_cross_validation *cv = validated(d, &options, 3, 1, 2);
    bool told = false;
    for (int i = 0; i < cv->warnings; i++)
        told = told || strstr(cv->warning[i], "in fold 2 are rows of a class that no row outside has");
    assert_true(told);
    assert_int_equal(cv->candidate[0].fold[1].strangers, 1);
    mg_cross_validation_destroy(cv);
    mg_dataset_destroy(d);
}

static void what_cannot_be_is_refused(void **state) {
    (void)state;
    mg_dataset *iris = train_data(ctx, "iris");
    mg_train_options options = quick("dense(4) relu");
    mg_cross_validation_options how = mg_cross_validation_defaults();
    how.folds = 200;
    assert_null(mg_cross_validate(ctx, iris, &options, &how));
    assert_int_equal(mg_context_status(ctx), MG_SETTING);
    assert_non_null(strstr(mg_context_message(ctx), "folds: 200"));
    how = mg_cross_validation_defaults();
    how.workers = 0;
    assert_null(mg_cross_validate(ctx, iris, &options, &how));
    options.model = "dense(4) frelu";
    assert_null(mg_cross_validate(ctx, iris, &options, NULL));
    assert_int_equal(mg_context_status(ctx), MG_SETTING);
    assert_non_null(strstr(mg_context_message(ctx), "frelu"));
    mg_candidate none = { .options = quick(NULL), .share = 0 };
    assert_null(mg_cross_validate_all(ctx, iris, &none, 1, NULL));
    assert_int_equal(mg_context_status(ctx), MG_INVALID);
    assert_null(mg_cross_validate_all(ctx, iris, NULL, 0, NULL));
    mg_cross_validation_destroy(NULL);
    mg_dataset_destroy(iris);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(means_and_deviations_are_those_of_the_folds),
        cmocka_unit_test(pooled_scores_and_confusion_are_of_all_answers),
        cmocka_unit_test(workers_change_no_number),
        cmocka_unit_test(one_row_a_fold_has_pooled_scores),
        cmocka_unit_test(the_oldest_rows_only_train),
        cmocka_unit_test(models_are_compared_on_the_same_folds),
        cmocka_unit_test(what_is_done_is_told_where_it_is_interrupted),
        cmocka_unit_test(strange_classes_are_told),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
