/* Tables from text and encoders fitted on them, for tests of the data floor. Include cmocka.h (and what it needs) first.
 *
 *     mg_dataset *d = table("nc-", "a,t,y\n1,u,p\n2,v,q\n");      a letter a column, as below
 *     mg_encoder *e = fit(d, "y", MG_SCALE_AUTO);
 */
#ifndef ENCODERS_H
#define ENCODERS_H

#include "data/encoder.h"
#include "data/table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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

/* What the columns are said to be: n(umber), b(oolean), c(ategory), d(ate); what is not said is found by looking. */
static inline void say_kinds(mg_dataset *d, const char *kinds) {
    static const char letters[] = "nbcd";
    for (int64_t c = 0; c < d->columns && kinds[c] != '\0'; c++)
        if (strchr(letters, kinds[c]) != NULL) d->column[c].asked = (mg_kind)(strchr(letters, kinds[c]) - letters);
}

static inline mg_dataset *table(const char *kinds, const char *text) {
    mg_dataset *d = mg__csv_read(ctx, "t.csv", text, strlen(text), ',');
    if (d == NULL) fail_msg("%s", mg_context_message(ctx));
    say_kinds(d, kinds);
    return d;
}

static inline mg_encoder *fit_with(const mg_dataset *d, const mg_encoder_options *options) {
    mg_encoder *e = mg_encoder_fit(ctx, d, NULL, 0, options);
    if (e == NULL) fail_msg("%s", mg_context_message(ctx));
    return e;
}

static inline mg_encoder *fit(const mg_dataset *d, const char *target, mg_scale scale) {
    mg_encoder_options options = mg_encoder_defaults();
    options.target = target != NULL ? mg_dataset_find(d, target) : -1;
    options.scale = scale;
    return fit_with(d, &options);
}

static inline void says(mg_status status, const char *words) {
    assert_int_equal(mg_context_status(ctx), status);
    if (strstr(mg_context_message(ctx), words) == NULL) fail_msg("'%s' does not say '%s'", mg_context_message(ctx), words);
}

static inline void near(double got, double wanted) {
    if (fabs(got - wanted) > 1e-6 * (1 + fabs(wanted))) fail_msg("%.9g is not %.9g", got, wanted);
}

static inline void encodes_to(const mg_encoder *e, const mg_dataset *d, const double *wanted, int64_t count) {
    float x[256];
    int64_t rows = mg_dataset_rows(d);
    assert_int_equal(rows * mg_encoder_features(e), count);
    if (mg_encoder_inputs(ctx, e, d, NULL, rows, x) != MG_OK) fail_msg("%s", mg_context_message(ctx));
    for (int64_t i = 0; i < count; i++) near((double)x[i], wanted[i]);
}
#define ENCODES_TO(encoder, dataset, ...) \
    encodes_to(encoder, dataset, (const double[]){ __VA_ARGS__ }, sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double))

static inline char *json_of(mg_context *context, const mg_encoder *e) {
    mg__json_writer w = mg__json_writer_begin(context);
    mg__encoder_write(e, &w);
    return mg__json_writer_finish(&w, NULL);
}

static inline mg_encoder *from_json(mg_context *context, const char *json) {
    mg__json_document *document = mg__json_parse(context, "m", json, strlen(json));
    mg_encoder *e = document != NULL ? mg__encoder_read(context, "m", mg__json_root(document)) : NULL;
    mg__json_destroy(document);
    return e;
}

#endif
