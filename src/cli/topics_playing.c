#include "cli/topics_playing.h"

#include "cli/topics_text.h"

#include <micrograd/agent.h>

#include <inttypes.h>
#include <math.h>

static int say_numbers(char *out, size_t size, const mg_environment *row) {
    if (row->states > 0) return snprintf(out, size, "%s %" PRId64 " states, ", row->doc, row->states);
    return snprintf(out, size, "%s %" PRId64 " number%s seen, ", row->doc, row->observations, row->observations == 1 ? "" : "s");
}

void cli_topic_environments(FILE *stream) {
    const mg_environment *row;
    fputs("Environments of `micrograd play`; files of your own (./mine.so, ./room.txt) are others.\n\n", stream);
    for (int i = 0; (row = mg_environment_at(i)) != NULL; i++) {
        char text[512], name[64] = "";
        int used = say_numbers(text, sizeof text, row);
        if (row->actions > 0)
            used += snprintf(text + used, sizeof text - (size_t)used, "%" PRId64 " actions", row->actions);
        else
            used += snprintf(text + used, sizeof text - (size_t)used, "%" PRId64 " number%s to choose", row->action_numbers,
                             row->action_numbers == 1 ? "" : "s");
        if (row->step_limit > 0)
            used += snprintf(text + used, sizeof text - (size_t)used, ", at most %" PRId64 " steps", row->step_limit);
        if (isfinite(row->solved)) snprintf(text + used, sizeof text - (size_t)used, "; solved from %g on", row->solved);
        if (row->id) snprintf(name, sizeof name, " (%s)", row->id);
        cli_topic_entry(stream, row->name, name, text);
    }
}

void cli_topic_algorithms(FILE *stream) {
    const char *name;
    fputs("Words of --algorithm of `micrograd play`.\n\n", stream);
    for (int i = 0; (name = mg_algorithm_name(i)) != NULL; i++) cli_topic_entry(stream, name, "", mg_algorithm_doc(i));
}
