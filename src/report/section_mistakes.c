/* The mistakes that the model was surest of: wrong labels and strange rows are found among them. */
#include "report/report.h"

#include <string.h>

#define SHOWN   12
#define COLUMNS 6

typedef struct mistake {
    int64_t row; /* of the judged ones */
    int64_t answer;
    double probability;
} mistake;

/* The surest first; of equals the earlier row. */
static int find_mistakes(const mg__report *report, mistake found[SHOWN]) {
    int count = 0;
    for (int64_t r = 0; r < report->judged->part.rows; r++) {
        const double *answer = report->judged->answer + r * report->classes;
        mistake m = { r, mg_model_decide(report->model, answer), 0 };
        m.probability = answer[m.answer];
        if (m.answer == report->judged->part.labels[r]) continue;
        int at = count < SHOWN ? count : SHOWN;
        while (at > 0 && m.probability > found[at - 1].probability) at--;
        if (at == SHOWN) continue;
        if (count < SHOWN) count++;
        memmove(found + at + 1, found + at, (size_t)(count - 1 - at) * sizeof *found);
        found[at] = m;
    }
    return count;
}

static void put_pictures(mg__report *report, const mistake *found, int count, const int64_t shape[3]) {
    const mg__judged *judged = report->judged;
    mg__page *page = &report->page;
    int64_t pixels = shape[0] * shape[1] * shape[2];
    mg__say(
        page,
        "<figure class=\"pictures\"><figcaption><b>The surest mistakes</b><span>What it is → what it was taken for.</span></figcaption><div>\n");
    for (int i = 0; i < count; i++) {
        const float *pixel = judged->part.x + found[i].row * pixels;
        mg__range range = mg__range_none();
        for (int64_t p = 0; p < pixels; p++) mg__range_add(&range, (double)pixel[p]);
        mg__say(page, "<div>");
        mg__put_picture(page, pixel, shape[0], shape[1], shape[2], range.low, range.high);
        mg__say(page, "<b>%e → %e</b><br>%p</div>\n", report->class[judged->part.labels[found[i].row]],
                report -> class[found[i].answer], found[i].probability);
    }
    mg__say(page, "</div></figure>\n");
}

static void put_cell(mg__report *report, int64_t row, int64_t column) {
    char text[96];
    const mg_dataset *dataset = report->judged->dataset;
    if (column >= 0) {
        size_t length = mg_dataset_text(dataset, row, column, text, sizeof text);
        char shown[MG__NAME_BYTES];
        mg__say(&report->page, "<td>%e%s</td>", mg__short_name(text, 28, shown), length >= sizeof text ? "…" : "");
    } else {
        mg__say(&report->page, "<td></td>");
    }
}

static void put_rows(mg__report *report, const mistake *found, int count) {
    const mg__judged *judged = report->judged;
    mg__page *page = &report->page;
    int64_t columns = mg_encoder_columns(report->encoder), shown = columns < COLUMNS ? columns : COLUMNS;
    mg__say(
        page,
        "<figure class=\"chart\"><figcaption><b>The surest mistakes</b></figcaption>\n<div class=\"scroll\"><table>\n<tr><th>line</th><th>is</th><th>taken for</th><th class=\"r\">at</th>");
    for (int64_t c = 0; c < shown; c++) mg__say(page, "<th>%e</th>", mg_encoder_column(report->encoder, c));
    mg__say(page, "%s</tr>\n", shown < columns ? "<th>...</th>" : "");
    for (int i = 0; i < count; i++) {
        int64_t row = judged->row[found[i].row], line = mg_dataset_line(judged->dataset, row);
        mg__say(page, "<tr><td class=\"soft\">%l</td><td>%e</td><td>%e</td><td class=\"r\">%p</td>", line > 0 ? line : row,
                report->class[judged->part.labels[found[i].row]], report -> class[found[i].answer], found[i].probability);
        for (int64_t c = 0; c < shown; c++)
            put_cell(report, row, mg_dataset_find(judged->dataset, mg_encoder_column(report->encoder, c)));
        mg__say(page, "%s</tr>\n", shown < columns ? "<td></td>" : "");
    }
    mg__say(page, "</table></div></figure>\n");
}

mg_status mg__section_mistakes(mg__report *report) {
    mistake found[SHOWN];
    int64_t shape[3];
    if (report->classes == 0 || report->judged->part.rows == 0) return MG_OK;
    int count = find_mistakes(report, found);
    if (count == 0) {
        mg__say(&report->page, "<p>None of these rows was taken for another class.</p>\n");
        return MG_OK;
    }
    bool image = mg_encoder_shape(report->encoder, shape) == 3 && (shape[2] == 1 || shape[2] == 3);
    mg__say(&report->page, "<div style=\"margin-top:1rem\">\n");
    if (image)
        put_pictures(report, found, count, shape);
    else
        put_rows(report, found, count);
    mg__say(&report->page, "</div>\n");
    return MG_OK;
}
