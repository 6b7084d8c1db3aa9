/* What a profile says of one column. */
#include "base/number.h"
#include "data/date.h"
#include "data/profile.h"
#include "interop/order.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define EXAMPLE_BYTES 60

/* --- the numbers of the sample ----------------------------------------------------------------------- */

/* A spelling's number, of a date its seconds; NaN: none, or infinite. */
static double number_of(const char *text, double value, mg_kind kind, bool day_first) {
    double seconds;
    if (kind == MG_KIND_DATE) return mg__parse_date(text, strlen(text), day_first, &seconds) ? seconds : (double)NAN;
    return isfinite(value) ? value : (double)NAN;
}

/* Into out [rows] in order; returns how many there are, -1 without memory. */
static int64_t sorted_numbers(mg_context *context, const mg_dataset *sample, int64_t index, mg_kind kind, bool day_first,
                              double *out) {
    const mg__column *column = &sample->column[index];
    size_t words = column->codes != NULL ? column->dictionary.count : 0;
    double *of_code = mg__alloc_array(context, words, sizeof *of_code),
           *found = mg__alloc_array(context, (size_t)sample->rows, sizeof *found);
    int64_t *order = mg__alloc_array(context, (size_t)sample->rows, sizeof *order), count = 0;
    bool ok = of_code != NULL && found != NULL && order != NULL;
    for (size_t k = 0; ok && k < words; k++)
        of_code[k] = number_of(mg__dictionary_text(&column->dictionary, (uint32_t)k), column->dictionary.entries[k].value, kind,
                               day_first);
    for (int64_t r = 0; ok && r < sample->rows; r++) {
        char text[32];
        if (column->codes != NULL)
            found[count] = column->codes[r] == MG__MISSING ? (double)NAN : of_code[column->codes[r]];
        else if (kind == MG_KIND_DATE && mg__column_text(column, r, text) == NULL)
            found[count] = (double)NAN;
        else
            found[count] = number_of(text, column->values[r], kind, day_first);
        count += !isnan(found[count]);
    }
    ok = ok && mg__order_numbers(context, found, 1, count, order) == MG_OK;
    for (int64_t i = 0; ok && i < count; i++) out[i] = found[order[i]];
    mg__free(context, of_code);
    mg__free(context, found);
    mg__free(context, order);
    return ok ? count : -1;
}

/* Between the two nearest, in proportion. */
static double quantile(const double *sorted, int64_t count, double share) {
    double at = share * (double)(count - 1), below = floor(at);
    int64_t low = (int64_t)below, high = low + 1 < count ? low + 1 : low;
    return sorted[low] == sorted[high] ? sorted[low] : sorted[low] * (1 - (at - below)) + sorted[high] * (at - below);
}

static void make_histogram(mg_column_profile *column, const double *sorted, int64_t count, bool whole) {
    double low = quantile(sorted, count, 0.005), high = quantile(sorted, count, 0.995);
    if (whole) low = floor(low), high = ceil(high);
    if (!(high > low)) low = sorted[0], high = sorted[count - 1];
    if (!(high > low) || !isfinite(high - low)) return;
    bool each = whole && high - low < MG_PROFILE_BINS; /* a bin a number */
    column->bins = each ? (int)(high - low) + 1 : MG_PROFILE_BINS;
    column->bin_low = low - (each ? 0.5 : 0);
    column->bin_high = high + (each ? 0.5 : 0);
    double width = (column->bin_high - column->bin_low) / column->bins;
    for (int64_t i = 0; i < count; i++) {
        double bin = floor((sorted[i] - column->bin_low) / width), last = column->bins - 1;
        column->histogram[(int)(bin < 0 ? 0 : bin > last ? last : bin)]++;
    }
}

static mg_status spread(mg_profile *p, const mg_dataset *sample, int64_t index, bool day_first, bool whole) {
    mg_column_profile *column = &p->column[index];
    double *sorted = mg__alloc_array(p->context, (size_t)sample->rows, sizeof *sorted);
    int64_t count = sorted == NULL ? -1 : sorted_numbers(p->context, sample, index, column->kind, day_first, sorted);
    for (int i = 0; count > 0 && i < 3; i++) column->quartile[i] = quantile(sorted, count, 0.25 * (i + 1));
    bool bars = column->kind == MG_KIND_NUMBER || column->kind == MG_KIND_DATE || column->target;
    if (count > 1 && bars) make_histogram(column, sorted, count, whole);
    mg__free(p->context, sorted);
    return count < 0 ? MG_OUT_OF_MEMORY : MG_OK;
}

/* --- values ------------------------------------------------------------------------------------------ */

/* Cut between characters. */
static const char *shortened(mg_profile *p, const char *text, size_t bytes) {
    size_t length = strlen(text);
    if (length <= bytes) return mg__profile_text(p, "%s", text);
    while (bytes > 0 && ((unsigned char)text[bytes] & 0xC0) == 0x80) bytes--;
    return mg__profile_text(p, "%.*s...", (int)bytes, text);
}

/* The codes that occur most; of equally frequent ones the one that occurred first. */
static mg_status find_top(mg_profile *p, const mg_dataset *sample, int64_t index) {
    mg_column_profile *out = &p->column[index];
    const mg__column *column = &sample->column[index];
    if (column->codes == NULL) return MG_OK;
    size_t words = column->dictionary.count;
    int64_t *times = mg__alloc_array(p->context, words, sizeof *times);
    if (times == NULL) return MG_OUT_OF_MEMORY;
    for (int64_t r = 0; r < sample->rows; r++)
        if (column->codes[r] != MG__MISSING) times[column->codes[r]]++;
    mg_status status = MG_OK;
    while (status == MG_OK && out->top_count < MG_PROFILE_TOP) {
        size_t most = 0;
        for (size_t k = 1; k < words; k++)
            if (times[k] > times[most]) most = k;
        if (words == 0 || times[most] == 0) break;
        const char *text = shortened(p, mg__dictionary_text(&column->dictionary, (uint32_t)most), EXAMPLE_BYTES);
        if (text == NULL) status = MG_OUT_OF_MEMORY;
        out->top[out->top_count++] = (mg_top_value){ text, times[most] };
        times[most] = 0;
    }
    mg__free(p->context, times);
    return status;
}

static const char *find_example(mg_profile *p, const mg_dataset *sample, int64_t index) {
    const char *text = NULL;
    char scratch[32];
    for (int64_t r = 0; text == NULL && r < sample->rows; r++) text = mg__column_text(&sample->column[index], r, scratch);
    return shortened(p, text != NULL ? text : "", EXAMPLE_BYTES);
}

/* --- together ---------------------------------------------------------------------------------------- */

static void set_summary(mg_column_profile *column, const mg__summary *s) {
    double none = (double)NAN;
    bool some = s->count > 0;
    column->low = some ? s->low : none;
    column->high = some ? s->high : none;
    column->mean = some ? s->mean : none;
    column->deviation = mg__summary_deviation(s);
    column->skewness = mg__summary_skewness(s);
    for (int i = 0; i < 3; i++) column->quartile[i] = none;
}

static bool is_feature(mg_kind kind) {
    return kind == MG_KIND_NUMBER || kind == MG_KIND_BOOLEAN || kind == MG_KIND_CATEGORY || kind == MG_KIND_DATE;
}

mg_status mg__profile_column(mg_profile *p, const mg__gathered *g, int64_t index) {
    const mg_dataset *sample = g->sample.rows;
    mg_column_profile *column = &p->column[index];
    mg__kind_facts facts = mg__kind_facts_of(&g->tally[index]);
    column->name = mg__profile_text(p, "%s", sample->column[index].name);
    if (column->name == NULL) return MG_OUT_OF_MEMORY;
    mg__kind_choice choice = mg__kind_choose(column->name, sample->column[index].asked, &facts);
    bool date = choice.kind == MG_KIND_DATE, feature = is_feature(choice.kind);
    column->kind = choice.kind;
    column->target = index == g->target;
    column->use = feature && !column->target && !g->drop[index];
    column->missing = facts.missing;
    column->distinct = facts.distinct;
    column->distinct_exact = facts.exact;
    column->numbers = facts.numbers;
    column->infinite = facts.infinite;
    if (choice.strays)
        column->strays = date ? facts.rows - facts.missing - facts.dates - facts.compact_days : facts.dates + facts.others;
    set_summary(column, date ? &g->tally[index].date[facts.month_first ? 0 : 1] : &g->tally[index].number);
    column->reason = mg__profile_text(p, "%s", g->drop[index] && !column->target ? "dropped as asked" : choice.reason);
    column->encoding = "";
    column->example = find_example(p, sample, index);
    if (column->reason == NULL || column->example == NULL) return MG_OUT_OF_MEMORY;
    mg_status status = MG_OK;
    if (date || facts.numbers > 0) status = spread(p, sample, index, !facts.month_first, facts.whole && !date);
    if (status == MG_OK && (choice.kind == MG_KIND_BOOLEAN || choice.kind == MG_KIND_CATEGORY))
        status = find_top(p, sample, index);
    return status;
}
