/* Schedules of the learning rate: pure functions of the share of steps that are done. */
#include <micrograd/optimizer.h>

#include <math.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

static double constant_factor(double t) { return (void)t, 1; }
static double linear_factor(double t) { return 1 - t; }
static double cosine_factor(double t) { return (1 + cos(pi * t)) / 2; }
static double flat_cosine_factor(double t) { return t < 0.5 ? 1 : cosine_factor(2 * t - 1); }
static double coslog4_factor(double t) { return (1 - cos(2 * pi * log2(1 + 15 * t))) / 2; }

static const struct {
    const char *name, *doc;
    double (*factor)(double t);
} schedules[] = {
#define SCHEDULE_ROW(id, text) { #id, text, id##_factor },
    MG_SCHEDULE_TABLE(SCHEDULE_ROW)
#undef SCHEDULE_ROW
};

static bool is_row(int index) { return index >= 0 && index < (int)(sizeof schedules / sizeof *schedules); }
const char *mg_schedule_name(int index) { return is_row(index) ? schedules[index].name : NULL; }
const char *mg_schedule_doc(int index) { return is_row(index) ? schedules[index].doc : NULL; }

double mg_schedule_factor(const char *name, double t) {
    for (int i = 0; is_row(i); i++)
        if (!strcmp(schedules[i].name, name)) return schedules[i].factor(t);
    return NAN;
}
