/* Schedules of the learning rate, from the library's table. */
#include "cli/topics_schedules.h"

#include "cli/cli.h"
#include "cli/topics_text.h"

#include <micrograd/schedule.h>

/* "(every=run/3, factor=0.1)" */
static void write_arguments(const mg_schedule_row *row, char *out, size_t size) {
    int used = 0;
    for (int i = 0; row->arguments[i].name && used >= 0 && (size_t)used < size; i++) {
        const mg_schedule_argument *a = &row->arguments[i];
        char value[32];
        bool last = !row->arguments[i + 1].name;
        cli_double_text(a->epochs ? 1 / a->initial : a->initial, value);
        used += snprintf(out + used, size - (size_t)used, "%s%s=%s%s%s", i ? ", " : "(", a->name, a->epochs ? "run/" : "", value,
                         last ? ")" : "");
    }
}

static void write_text(const mg_schedule_row *row, char *out, size_t size) {
    int used = snprintf(out, size, "%s: %s", row->formula, row->doc);
    if (*row->source) used += snprintf(out + used, size - (size_t)used, " (%s)", row->source);
    for (int i = 0; row->arguments[i].name; i++) {
        const mg_schedule_argument *a = &row->arguments[i];
        char low[32], high[32];
        used += snprintf(out + used, size - (size_t)used, "%s %s: %s, %s to %s%s", i ? ";" : ".", a->name, a->help,
                         cli_double_text(a->low, low), cli_double_text(a->high, high), a->epochs ? " and below the run's" : "");
    }
}

void cli_topic_schedules(FILE *stream) {
    const mg_schedule_row *row;
    fputs(
        "Texts of --schedule: the factor of the learning rate. t is the share of all steps that is done, e the epochs that are\n"
        "done with the share of the one under way. Arguments may be left out; run/3 is a third of the run's epochs.\n\n"
        "  --schedule cosine                     a name alone\n"
        "  --schedule \"step(30, 0.1)\"            with its arguments\n"
        "  --schedule \"step(30, factor=0.1)\"     by name\n"
        "  --schedule \"warmup(5) cosine\"         before any of them: 5 epochs in which the rate rises evenly (Goyal et al. 2017)\n\n",
        stream);
    for (int i = 0; (row = mg_schedule_row_at(i)) != NULL; i++) {
        char arguments[128] = "", text[768];
        write_arguments(row, arguments, sizeof arguments);
        write_text(row, text, sizeof text);
        cli_topic_entry(stream, row->name, arguments, text);
    }
    fputs("\nPictures of all of them: docs/learning-rates.md.\n", stream);
}
