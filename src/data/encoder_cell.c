/* One cell becomes numbers. Nothing decides them but the feature and the cell. */
#include "base/number.h"
#include "data/date.h"
#include "data/encoder.h"

#include <math.h>
#include <string.h>

mg__cell mg__cell_of(const mg__column *column, int64_t row, char scratch[32]) {
    return (mg__cell){ mg__column_text(column, row, scratch), mg__column_number(column, row) };
}

bool mg__cell_is_missing(mg__cell cell) { return cell.text == NULL && isnan(cell.number); }

bool mg__cell_seconds(mg__cell cell, bool month_first, double *seconds) {
    return cell.text != NULL && mg__parse_date(cell.text, strlen(cell.text), !month_first, seconds);
}

/* nearly z around 0, far out as slow as a logarithm: an outlier stays the largest, but rules nothing (16: z is 2981) */
static double soften(double z) { return fmax(-16, fmin(16, 2 * asinh(z / 2))); }

static double scale(const mg__feature *f, double x) {
    double z = (x - f->centre) / f->spread;
    return f->robust ? soften(z) : z;
}

/* min(max((x - e_t) / (e_t+1 - e_t), 0), 1) for each piece; 0.5 where x is missing. */
static float *put_bins(const mg__feature *f, bool missing, double x, float *out) {
    for (size_t t = 0; t < f->bins; t++)
        *out++ = missing ? 0.5f : (float)fmin(fmax((x - f->edge[t]) / (f->edge[t + 1] - f->edge[t]), 0), 1);
    return out;
}

static bool encode_number(const mg__feature *f, mg__cell cell, float *out) {
    bool missing = !isfinite(cell.number);
    if (isnan(cell.number) && cell.text != NULL && !f->strays) return false;
    double x = missing ? f->missing : cell.number;
    *out = (float)scale(f, x);
    if (!isfinite(*out)) return false;
    out = put_bins(f, missing, x, out + 1);
    if (f->indicator) *out = missing;
    return true;
}

/* A moment's place in the year, the week and the day, from 0 to 1. */
static void find_phases(double seconds, double phase[MG__CIRCLES]) {
    mg__moment moment = mg__moment_of(seconds);
    phase[MG__YEAR] = moment.day_of_year / 365.25;
    phase[MG__WEEK] = moment.weekday / 7.0;
    phase[MG__DAY] = moment.second_of_day / 86400;
}

static bool encode_date(const mg__feature *f, mg__cell cell, float *out) {
    const double turn = 6.283185307179586;
    double seconds = 0, phase[MG__CIRCLES];
    bool missing = !mg__cell_seconds(cell, f->month_first, &seconds);
    if (missing && !mg__cell_is_missing(cell) && !f->strays) return false;
    if (!missing) find_phases(seconds, phase);
    *out = (float)scale(f, missing ? f->missing : seconds / 86400);
    if (!isfinite(*out++)) return false;
    for (int i = 0; i < MG__CIRCLES; i++) {
        if (!f->circle[i]) continue;
        *out++ = missing ? 0 : (float)sin(turn * phase[i]);
        *out++ = missing ? 0 : (float)cos(turn * phase[i]);
    }
    if (f->indicator) *out = missing;
    return true;
}

/* The category's index; -1: never seen, or missing. */
static int32_t find_category(const mg__feature *f, mg__cell cell) {
    char scratch[MG__NUMBER_BYTES];
    if (mg__cell_is_missing(cell)) return -1;
    if (cell.text == NULL && !f->categories.numeric) {
        scratch[mg__format_double(cell.number, scratch)] = '\0';
        cell.text = scratch;
    }
    return mg__classes_find(&f->categories, cell.text != NULL ? cell.text : "", cell.number);
}

static void encode_boolean(const mg__feature *f, mg__cell cell, float *out) {
    int32_t found = find_category(f, cell);
    out[0] = found < 0 ? 0 : found == 0 ? -1 : 1;
    if (f->indicator) out[1] = mg__cell_is_missing(cell);
}

/* 1 for the cell's category. One that is not known is what a training row has on average: each category's share of them. */
static void encode_one_hot(const mg__feature *f, mg__cell cell, float *out) {
    size_t count = f->categories.count;
    bool slot = f->missing_rows > 0;
    int32_t found = slot && mg__cell_is_missing(cell) ? (int32_t)count : find_category(f, cell);
    if (found >= 0) {
        memset(out, 0, (size_t)f->dense * sizeof *out);
        out[found] = 1;
        return;
    }
    double rows = (double)f->missing_rows;
    for (size_t k = 0; k < count; k++) rows += (double)f->categories.item[k].rows;
    for (size_t k = 0; k < count; k++) out[k] = rows > 0 ? (float)((double)f->categories.item[k].rows / rows) : 0;
    if (slot) out[count] = (float)((double)f->missing_rows / rows);
}

/* 0: not known; 1: missing; from 2: the categories. */
static void encode_code(const mg__feature *f, mg__cell cell, float *out) {
    int32_t found = find_category(f, cell);
    *out = found >= 0 ? (float)(found + 2) : f->missing_rows > 0 && mg__cell_is_missing(cell) ? 1 : 0;
}

bool mg__encode_cell(const mg__feature *f, mg__cell cell, float *out) {
    switch (f->kind) {
    case MG_KIND_NUMBER: return encode_number(f, cell, out);
    case MG_KIND_DATE: return encode_date(f, cell, out);
    case MG_KIND_BOOLEAN: encode_boolean(f, cell, out); return true;
    default: break;
    }
    if (f->codes > 0)
        encode_code(f, cell, out);
    else
        encode_one_hot(f, cell, out);
    return true;
}

bool mg__is_unseen(const mg__feature *f, mg__cell cell) {
    bool categories = f->kind == MG_KIND_CATEGORY || f->kind == MG_KIND_BOOLEAN;
    return categories && !mg__cell_is_missing(cell) && find_category(f, cell) < 0;
}
