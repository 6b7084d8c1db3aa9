/* The best trials with their settings. */
#include "report/study.h"

#define ROWS        20
#define WORD_LENGTH 40 /* letters */

void mg__study_table(mg__study_view *v) {
    mg__page *page = &v->page;
    char text[MG__NAME_BYTES], cut[MG__NAME_BYTES];
    int64_t rows = v->complete < ROWS ? v->complete : ROWS;
    if (rows == 0) return;
    mg__say(page, "<h2>Best trials</h2>\n<div class=\"scroll\"><table>\n<tr><th class=\"r\">trial</th><th class=\"r\">%e</th>",
            v->value_name);
    for (int s = 0; s < v->settings; s++) mg__say(page, "<th>%e</th>", mg_space_dimension(v->source->space, v->setting[s])->name);
    mg__say(page, "<th class=\"r\">seconds</th></tr>\n");
    for (int64_t r = 0; r < rows; r++) {
        const mg_trial *t = v->trial[v->order[r]];
        mg__say(page, "<tr%s><td class=\"r\">%l</td><td class=\"r\">%n</td>", v->order[r] == v->winner ? " class=\"best\"" : "",
                t->number, t->value);
        for (int s = 0; s < v->settings; s++) {
            const mg_dimension *d = mg_space_dimension(v->source->space, v->setting[s]);
            mg_space_text(v->source->space, t->point, v->setting[s], text, sizeof text);
            if (d->kind == MG_DIMENSION_CHOICE || !*text)
                mg__say(page, "<td>%e</td>", mg__short_name(*text ? text : "-", WORD_LENGTH, cut));
            else
                mg__say(page, "<td>%n</td>", t->point[v->setting[s]]);
        }
        mg__say(page, "<td class=\"r\">%n</td></tr>\n", t->seconds);
    }
    mg__say(page, "</table></div>\n");
}
