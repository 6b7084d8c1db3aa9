/* Schedules of the learning rate: pure functions of the steps that are done. */
#include <micrograd/schedule.h>

#include <math.h>

static const double pi = 3.14159265358979323846;

/* --- their formulas ---------------------------------------------------------------------------------- */

/* From 1 at x = 0 to 0 at x = 1 along a cosine. */
static double fall(double x) { return (1 + cos(pi * x)) / 2; }

static double constant(const mg_schedule_time *time, const double *a) { return (void)time, (void)a, 1; }
static double linear(const mg_schedule_time *time, const double *a) { return (void)a, 1 - time->share; }
static double cosine(const mg_schedule_time *time, const double *a) { return (void)a, fall(time->share); }
static double flat_cosine(const mg_schedule_time *time, const double *a) {
    return (void)a, time->share < 0.5 ? 1 : fall(2 * time->share - 1);
}
static double coslog4(const mg_schedule_time *time, const double *a) {
    return (void)a, (1 - cos(2 * pi * log2(1 + 15 * time->share))) / 2;
}

static double step(const mg_schedule_time *time, const double *a) { return pow(a[1], floor(time->epoch / a[0])); }
static double exponential(const mg_schedule_time *time, const double *a) { return pow(a[0], time->epoch); }
static double polynomial(const mg_schedule_time *time, const double *a) { return pow(1 - time->share, a[0]); }

/* Each period begins at 1 again, and is `growth` times as long as the one before. */
static double cosine_restarts(const mg_schedule_time *time, const double *a) {
    double period = a[0], growth = a[1], since = time->epoch;
    if (growth == 1) since = fmod(since, period);
    for (; since >= period; period *= growth) since -= period;
    return fall(since / period);
}

/* Begins at 1/25 of the highest rate and ends at 1/250000 of it. */
static double onecycle(const mg_schedule_time *time, const double *a) {
    const double first = 1.0 / 25, last = first / 1e4, peak = a[0], t = time->share;
    if (t < peak) return 1 - (1 - first) * fall(t / peak);
    return last + (1 - last) * fall((t - peak) / (1 - peak));
}

/* --- the table --------------------------------------------------------------------------------------- */

static const mg_schedule_row rows[] = {
    { .name = "constant", .formula = "1", .doc = "the rate stays as it is", .source = "", .factor = constant },
    { .name = "step",
      .formula = "factor ^ floor(e / every)",
      .doc = "the rate is cut every so many epochs",
      .source = "",
      .arguments = { { "every", 1.0 / 3, 1, 1e6, true, "epochs between two cuts" },
                     { "factor", 0.1, 1e-6, 1, false, "what a cut leaves of the rate" } },
      .factor = step },
    { .name = "exponential",
      .formula = "factor ^ e",
      .doc = "the same share is lost in each epoch, a little at each step",
      .source = "",
      .arguments = { { "factor", 0.95, 1e-6, 1, false, "what an epoch leaves of the rate" } },
      .factor = exponential },
    { .name = "polynomial",
      .formula = "(1 - t) ^ power",
      .doc = "slower and slower to 0; power 1 is linear",
      .source = "",
      .arguments = { { "power", 2, 0.01, 100, false, "the exponent" } },
      .factor = polynomial },
    { .name = "linear", .formula = "1 - t", .doc = "evenly to 0", .source = "", .factor = linear },
    { .name = "cosine",
      .formula = "(1 + cos(pi t)) / 2",
      .doc = "slowly away from 1, fast in the middle, slowly to 0",
      .source = "Loshchilov & Hutter 2017, without restarts",
      .factor = cosine },
    { .name = "cosine_restarts",
      .formula = "(1 + cos(pi (e - start) / length)) / 2",
      .doc = "a cosine that begins anew after each period, whose start and length are meant; a run that ends within a period "
             "ends with a high rate",
      .source = "SGDR, Loshchilov & Hutter 2017",
      .arguments = { { "period", 1.0 / 4, 1, 1e6, true, "epochs of the first period" },
                     { "growth", 1, 1, 100, false, "each period is so many times as long as the one before" } },
      .factor = cosine_restarts },
    { .name = "flat_cosine",
      .formula = "1 up to t = 1/2, then (1 + cos(pi (2t - 1))) / 2",
      .doc = "as it is for half of the run, then a cosine",
      .source = "",
      .factor = flat_cosine },
    { .name = "coslog4",
      .formula = "(1 - cos(2 pi log2(1 + 15 t))) / 2",
      .doc = "four waves, each longer than the one before",
      .source = "Holzmueller et al. 2024",
      .factor = coslog4 },
    { .name = "onecycle",
      .formula = "from 1/25 to 1 at t = peak, then to 1/250000, both along a cosine",
      .doc = "once up and once down; the learning rate is the highest",
      .source = "Smith & Topin 2018",
      .arguments = { { "peak", 0.3, 0.01, 0.99, false, "share of the run that goes upwards" } },
      .factor = onecycle },
    { .name = "plateau",
      .formula = "factor ^ cuts",
      .doc = "the rate is cut when more than so many epochs went by without a better validation metric, since the best one or "
             "the last cut",
      .source = "",
      .arguments = { { "patience", 1.0 / 10, 0, 1e6, true, "epochs that it waits" },
                     { "factor", 0.5, 1e-6, 1, false, "what a cut leaves of the rate" } },
      .factor = constant,
      .watches = true },
};

const mg_schedule_row *mg_schedule_row_at(int index) {
    return index >= 0 && index < (int)(sizeof rows / sizeof *rows) ? &rows[index] : NULL;
}

const char *mg_schedule_name(int index) { return mg_schedule_row_at(index) ? rows[index].name : NULL; }

/* --- a schedule at work ------------------------------------------------------------------------------ */

double mg_schedule_value(const mg_schedule *schedule, int index, double epochs) {
    const mg_schedule_argument *argument = &schedule->row->arguments[index];
    if (!isnan(schedule->arguments[index])) return schedule->arguments[index];
    return argument->epochs ? argument->initial * (epochs - schedule->warmup) : argument->initial;
}

double mg_schedule_factor(const mg_schedule *schedule, double done, double epoch_steps, double epochs) {
    double warm = schedule->warmup * epoch_steps, arguments[MG_SCHEDULE_ARGUMENTS] = { 0 };
    if (done < warm) return (done + 1) / warm < 1 ? (done + 1) / warm : 1;
    done -= warm;
    const double left = epochs - schedule->warmup, steps = left * epoch_steps;
    for (int i = 0; i < MG_SCHEDULE_ARGUMENTS && schedule->row->arguments[i].name; i++)
        arguments[i] = mg_schedule_value(schedule, i, epochs);
    /* the steps of a stream are an estimate */
    mg_schedule_time time = { .share = done < steps ? done / steps : 1, .epoch = done / epoch_steps, .epochs = left };
    return schedule->row->factor(&time, arguments);
}
