/* Columns of dates: the median day, and what of the calendar the rows differ in. */
#include "data/date.h"
#include "data/encoder_fit.h"

#include <math.h>

/* What the dates seen so far have in common. */
typedef struct calendar {
    bool any, differ[MG__CIRCLES];
    mg__moment first;
} calendar;

static void look(calendar *c, double seconds) {
    mg__moment m = mg__moment_of(seconds);
    if (!c->any) c->first = m;
    c->any = true;
    c->differ[MG__YEAR] |= m.day_of_year != c->first.day_of_year;
    c->differ[MG__WEEK] |= m.weekday != c->first.weekday;
    c->differ[MG__DAY] |= m.second_of_day != c->first.second_of_day;
}

/* days[i] of cell i, NaN where it is none: a spelling of the dictionary, or a row. */
static void read_days(const mg__fitting *f, const mg__column *column, bool month_first, const int64_t *weights, size_t count,
                      double *days, calendar *c) {
    for (size_t i = 0; i < count; i++) {
        char scratch[32];
        double seconds;
        mg__cell cell = { NULL, NAN };
        if (weights == NULL)
            cell = mg__cell_of(column, mg__fitting_row(f, (int64_t)i), scratch);
        else if (weights[i] > 0)
            cell.text = mg__dictionary_text(&column->dictionary, (uint32_t)i);
        bool is_date = mg__cell_seconds(cell, month_first, &seconds);
        days[i] = is_date ? seconds / 86400 : NAN;
        if (is_date) look(c, seconds);
    }
}

static bool add_feature(mg__fitting *f, const mg__column *column, const mg__kind_choice *choice, bool month_first,
                        const mg__numbers *days, const calendar *c) {
    bool lacking = days->count < f->count;
    if (days->distinct == 0 || (days->distinct == 1 && !lacking))
        return mg__fit_leave_out(f, column, mg_kind_name(MG_KIND_CONSTANT));
    mg__feature *feature = mg__fit_feature(f, column, MG_KIND_DATE);
    if (feature == NULL) return false;
    feature->indicator = lacking;
    feature->strays = choice->strays;
    feature->month_first = month_first;
    for (int i = 0; i < MG__CIRCLES; i++) feature->circle[i] = c->differ[i];
    mg__fit_scale(f, days, feature);
    return true;
}

bool mg__fit_date(mg__fitting *f, const mg__column *column, const mg__kind_choice *choice, bool month_first) {
    bool coded = column->codes != NULL, done = false;
    size_t count = coded ? column->dictionary.count : (size_t)f->count;
    int64_t *weights = coded ? mg__count_codes(f->context, column, f->rows, f->count) : NULL;
    double *days = mg__alloc_array(f->context, count, sizeof *days);
    mg__numbers numbers = { 0 };
    calendar c = { 0 };
    if (days != NULL && (weights != NULL || !coded)) {
        read_days(f, column, month_first, weights, count, days, &c);
        done = mg__numbers_make(f->context, days, weights, count, &numbers) == MG_OK &&
               add_feature(f, column, choice, month_first, &numbers, &c);
    }
    mg__numbers_free(f->context, &numbers);
    mg__free(f->context, weights);
    mg__free(f->context, days);
    return done;
}
