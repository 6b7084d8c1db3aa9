/* Version 1 of an encoder's JSON: numbers by mean and deviation, texts one-hot, in the order of the columns. */
#include "data/encoder_read.h"

static bool read_number(const mg__encoder_reader *r, const mg__json *object, mg__feature *f) {
    f->kind = MG_KIND_NUMBER;
    return mg__encoder_scaling(r, object, "mean", "deviation", &f->centre, &f->spread) &&
           (mg__json_double(mg__json_member(object, "missing"), &f->missing) ||
            mg__encoder_bad(r, object, "no value for what is missing"));
}

bool mg__encoder_feature1(const mg__encoder_reader *r, const mg__json *object, bool channel, mg__feature *f) {
    const mg__json *categories = mg__json_member(object, "categories");
    if (channel) return mg__encoder_only(r, object, "mean deviation missing ") && read_number(r, object, f);
    if (!mg__encoder_only(r, object, categories != NULL ? "name categories " : "name mean deviation missing ") ||
        !mg__encoder_text(r, mg__json_member(object, "name"), "a column without a name", &f->name))
        return false;
    if (categories == NULL) return read_number(r, object, f);
    f->kind = MG_KIND_CATEGORY;
    f->spread = 1;
    return mg__encoder_categories(r, categories, MG__DICTIONARY_LIMIT, &f->categories) &&
           (mg__classes_order(&f->categories) || mg__encoder_bad(r, categories, "categories out of order"));
}

bool mg__encoder_target1(const mg__encoder_reader *r, const mg__json *target) {
    return mg__encoder_scaling(r, target, "mean", "deviation", &r->encoder->target_centre, &r->encoder->target_spread);
}
