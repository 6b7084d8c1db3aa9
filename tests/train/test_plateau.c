/* The schedule that waits for a better validation metric: against PyTorch's ReduceLROnPlateau, and in a training. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "train/plateau.h"
#include "train_support.h"

#include <micrograd/history.h>

#include "../golden/schedules.h"

static mg_schedule read_schedule(const char *text) {
    mg_context *context = train_context(1);
    mg_schedule schedule;
    assert_int_equal(mg_schedule_parse(context, text, &schedule), MG_OK);
    mg_context_destroy(context);
    return schedule;
}

static void the_rate_is_cut_when_pytorch_cuts_it(void **state) {
    (void)state;
    for (size_t c = 0; c < sizeof golden_plateaus / sizeof *golden_plateaus; c++) {
        mg_schedule schedule = read_schedule(golden_plateaus[c].text);
        mg__plateau plateau = mg__plateau_begin();
        int best = 0;
        for (int i = 0; i < GOLDEN_SCORES; i++) {
            if (best == 0 || golden_scores[i] > golden_scores[best - 1]) best = i + 1;
            mg__plateau_epoch(&plateau, &schedule, GOLDEN_SCORES, i + 1, best);
            if (!(fabs(plateau.factor - golden_plateaus[c].factor[i]) < 1e-12))
                fail_msg("%s, epoch %d: %g, PyTorch %g", golden_plateaus[c].text, i + 1, plateau.factor,
                         golden_plateaus[c].factor[i]);
        }
    }
}

static void other_schedules_do_not_watch(void **state) {
    (void)state;
    mg_schedule schedule = read_schedule("cosine");
    mg__plateau plateau = mg__plateau_begin();
    for (int epoch = 1; epoch < 100; epoch++) mg__plateau_epoch(&plateau, &schedule, 100, epoch, 1);
    assert_true(plateau.factor == 1 && plateau.cut == 0);
}

static void warm_up_is_no_waiting(void **state) {
    (void)state;
    mg_schedule schedule = read_schedule("warmup(4) plateau(2)");
    mg__plateau plateau = mg__plateau_begin();
    for (int epoch = 1; epoch <= 6; epoch++) mg__plateau_epoch(&plateau, &schedule, 20, epoch, 1);
    assert_true(plateau.factor == 1);
    mg__plateau_epoch(&plateau, &schedule, 20, 7, 1);
    assert_true(plateau.factor == 0.5 && plateau.cut == 7);
}

/* The history's best epochs say when it had to be cut. */
static void a_training_is_cut_where_its_scores_stall(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_made(context, true);
    mg_train_options options = one_network();
    options.schedule = "plateau(2, 0.25)";
    options.learning_rate = 0.3;
    options.epochs = 40;
    mg_model *model = mg_model_create(context, dataset, "dense(16) relu");
    assert_int_equal(mg_train(model, dataset, &options).status, MG_OK);
    const mg_history *history = mg_model_history(model);
    double rate = 0.3;
    int64_t since = 0;
    assert_int_equal(history->epochs, 40);
    for (int64_t i = 0; i < history->epochs; i++) {
        const mg_epoch *epoch = &history->epoch[i];
        assert_true(fabs(epoch->learning_rate - rate) < 1e-15);
        if (epoch->best_epoch > since) since = epoch->best_epoch;
        if (epoch->epoch - since > 2) rate *= 0.25, since = epoch->epoch;
    }
    assert_true(rate < 0.1);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

static void refuse(const char *schedule, int64_t epochs, double val_fraction, const char *says) {
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_made(context, true);
    mg_train_options options = one_network();
    options.schedule = schedule;
    options.epochs = epochs;
    options.val_fraction = val_fraction;
    mg_model *model = mg_model_create(context, dataset, "");
    assert_int_equal(mg_train(model, dataset, &options).status, MG_SETTING);
    if (!strstr(mg_context_message(context), says)) fail_msg("%s", mg_context_message(context));
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

static void what_does_not_fit_the_run_is_refused(void **state) {
    (void)state;
    refuse("plateau", 10, 0, "plateau waits for a better validation metric and there are no validation rows");
    refuse("warmup(10) cosine", 10, 0.2, "warmup takes 10 epochs and the run has 10");
    refuse("step(10)", 5, 0.2, "step(every=10)");
    refuse("wibble", 5, 0.2, "'wibble' is not known");
    refuse(NULL, 5, 0.2, "there is no text");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rate_is_cut_when_pytorch_cuts_it),
        cmocka_unit_test(other_schedules_do_not_watch),
        cmocka_unit_test(warm_up_is_no_waiting),
        cmocka_unit_test(a_training_is_cut_where_its_scores_stall),
        cmocka_unit_test(what_does_not_fit_the_run_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
