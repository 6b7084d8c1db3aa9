/* Every schedule of the learning rate over a run of 30 epochs, and warm-up before one of them: writes the picture schedules.svg,
 * or the file that is named. */
#include <micrograd.h>

#include <stdio.h>

enum { EPOCHS = 30, STEPS = 20, ACROSS = 3 };
static const char *const warm = "warmup(5) cosine";

/* One frame of 220 x 120, the factor from 0 to 1. */
static bool draw(FILE *f, mg_context *ctx, const char *text, int index) {
    mg_schedule schedule;
    if (mg_schedule_parse(ctx, text, &schedule) != MG_OK) return false;
    double best = 4, cut = 0, rate = 1; /* plateau: as if the validation metric was best in the fourth epoch */
    fprintf(f, "<g transform='translate(%d %d)'><text y='-8' font-weight='bold'>%s</text>", 30 + index % ACROSS * 250,
            30 + index / ACROSS * 165, text);
    fputs("<path d='M0 0v120h220' stroke='#94a3b8'/><text x='-6' y='8' text-anchor='end'>1</text>"
          "<text x='-6' y='120' text-anchor='end'>0</text><polyline stroke='#3b82f6' stroke-width='2' points='",
          f);
    for (int step = 0; step < EPOCHS * STEPS; step++) {
        double epoch = step / STEPS, since = best > cut ? best : cut;
        if (schedule.row->watches && epoch >= best && epoch - since > mg_schedule_value(&schedule, 0, EPOCHS))
            rate *= mg_schedule_value(&schedule, 1, EPOCHS), cut = epoch;
        double factor = rate * mg_schedule_factor(&schedule, step, STEPS, EPOCHS);
        fprintf(f, "%.1f,%.1f ", 220.0 * step / (EPOCHS * STEPS), 120 - 120 * factor);
        if (step == EPOCHS * STEPS / 2) printf("%-18s half way %.4f\n", text, factor);
    }
    fputs("'/></g>\n", f);
    return true;
}

int main(int argc, char **argv) {
    mg_context *ctx = mg_context_create(NULL);
    FILE *f = fopen(argc > 1 ? argv[1] : "schedules.svg", "w");
    if (!f) return fputs("schedules: the file cannot be written\n", stderr), 1;
    fputs("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 770 670' font-family='sans-serif' font-size='13' "
          "fill='none'><style>text{fill:#7c8798}</style>\n",
          f);
    bool good = true;
    int count = 0;
    for (; mg_schedule_name(count); count++) good = draw(f, ctx, mg_schedule_name(count), count) && good;
    good = draw(f, ctx, warm, count) && good;
    fputs("</svg>\n", f);
    good = fclose(f) == 0 && good;
    mg_context_destroy(ctx);
    return !good;
}
