/* Encoded cells, back to what a person reads. */
#include "base/number.h"
#include "data/augment.h"
#include "data/date.h"

#include <math.h>
#include <string.h>

#define LEAST_SHARE 0.005 /* that is shown */

/* Five digits. */
static void put_number(double x, char *out, size_t size) {
    char text[MG__NUMBER_BYTES];
    size_t used = 0;
    double unit = x == 0 ? 1 : pow(10, floor(log10(fabs(x))) - 4);
    mg__format_double(unit < 1 ? round(x / unit) / round(1 / unit) : round(x / unit) * unit, text);
    mg__append(out, size, &used, "%s", text);
}

static void put_day(double days, char *out, size_t size) {
    size_t used = 0;
    mg__moment day = mg__moment_of(86400 * days);
    mg__append(out, size, &used, "%04d-%02d-%02d", (int)day.year, day.month, day.day);
}

/* Of a category that has all of the row, its name alone. */
static void put_share(double share, const char *name, char *out, size_t size, size_t *used) {
    if (share >= 1 - LEAST_SHARE)
        mg__append(out, size, used, "%s", name);
    else if (share >= LEAST_SHARE)
        mg__append(out, size, used, "%s%d %% %s", *used > 0 ? ", " : "", (int)(100 * share + 0.5), name);
}

/* -1: the first, 1: the second. */
static void put_boolean(const mg__feature *f, double value, char *out, size_t size) {
    size_t used = 0;
    for (int k = 1; k >= 0 && f->categories.count == 2; k--)
        put_share((1 + (k ? value : -value)) / 2, f->categories.item[k].name, out, size, &used);
}

static void put_one_hot(const mg__feature *f, const float *dense, char *out, size_t size) {
    size_t used = 0, count = f->categories.count;
    for (size_t k = 0; k < (size_t)f->dense; k++)
        put_share((double)dense[k], k < count ? f->categories.item[k].name : "(missing)", out, size, &used);
}

void mg__cells_decode(const mg__feature *f, const float *row, char *out, size_t size) {
    size_t used = 0;
    mg__append(out, size, &used, "%s", "");
    if (f->numbers > 0) {
        double x = mg__cells_unscale(f, (double)row[f->number_at]);
        if (mg__cells_missing(f, row)) return;
        if (f->kind == MG_KIND_DATE)
            put_day(x, out, size);
        else
            put_number(x, out, size);
    } else if (f->codes > 0) {
        int64_t code = (int64_t)row[f->code_at];
        if (code != 1) mg__append(out, size, &used, "%s", code == 0 ? "(unseen)" : f->categories.item[code - 2].name);
    } else if (f->kind == MG_KIND_BOOLEAN) {
        if (!f->indicator || row[f->dense_at + 1] == 0) put_boolean(f, (double)row[f->dense_at], out, size);
    } else {
        put_one_hot(f, row + f->dense_at, out, size);
    }
}
