/* Schedules as text: {"warmup(" epochs ")"} [name ["(" [key "="] number {"," ...} ")"]]. */
#include "base/base.h"
#include "base/number.h"

#include <micrograd/schedule.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Warm-up goes before a schedule; to the parser it is one more row. */
static const mg_schedule_row warmup = {
    .name = "warmup",
    .arguments = { { "epochs", NAN, 1e-3, 1e6, true, "epochs in which the rate rises" } },
};

typedef struct parser {
    mg_context *context;
    const char *text, *at;
} parser;

MG__PRINTF(3, 4)
static mg_status fail_at(const parser *p, const char *where, const char *format, ...) {
    char reason[MG__MESSAGE_BYTES - 64];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    return mg__fail(p->context, MG_SETTING, "schedule, column %d: %s", (int)(where - p->text) + 1, reason);
}

static void skip_blanks(parser *p) {
    while (*p->at == ' ' || *p->at == '\t') p->at++;
}

static size_t word_length(const char *at) { return strcspn(at, " \t(),="); }

/* Names are written with _ or - between their words. */
static bool is_name(const char *name, const char *word, size_t length) {
    if (strlen(name) != length) return false;
    for (size_t i = 0; i < length; i++)
        if (name[i] != (word[i] == '-' ? '_' : word[i])) return false;
    return true;
}

static mg_status fail_unknown(const parser *p, const char *word, size_t length) {
    char list[512];
    size_t used = 0;
    for (int i = 0; mg_schedule_name(i); i++) mg__append(list, sizeof list, &used, "%s, ", mg_schedule_name(i));
    return fail_at(p, word, "'%.*s' is not known; schedules are %sand warmup before any of them",
                   (int)(length > 24 ? 24 : length), word, list);
}

static const mg_schedule_row *find_row(const char *word, size_t length) {
    if (is_name(warmup.name, word, length)) return &warmup;
    for (int i = 0; mg_schedule_name(i); i++)
        if (is_name(mg_schedule_name(i), word, length)) return mg_schedule_row_at(i);
    return NULL;
}

/* --- arguments --------------------------------------------------------------------------------------- */

static mg_status fail_argument(const parser *p, const mg_schedule_row *row, const char *where, size_t length) {
    char list[128] = "no arguments";
    size_t used = 0;
    for (int i = 0; row->arguments[i].name; i++)
        mg__append(list, sizeof list, &used, "%s%s", i ? ", " : "", row->arguments[i].name);
    return fail_at(p, where, "%s has no argument '%.*s'; it takes %s", row->name, (int)(length > 24 ? 24 : length), where, list);
}

static mg_status parse_value(parser *p, const mg_schedule_row *row, int index, double *values) {
    const mg_schedule_argument *argument = &row->arguments[index];
    const char *word = p->at;
    size_t length = word_length(word);
    char low[MG__NUMBER_BYTES], high[MG__NUMBER_BYTES];
    double value = NAN;
    p->at += length;
    if (!isnan(values[index])) return fail_at(p, word, "%s: %s is given twice", row->name, argument->name);
    if (mg__parse_double(word, length, &value) && value >= argument->low && value <= argument->high)
        return values[index] = value, MG_OK;
    mg__format_double(argument->low, low);
    mg__format_double(argument->high, high);
    return fail_at(p, word, "%s: %s is '%.*s'; wanted a number from %s to %s", row->name, argument->name,
                   (int)(length > 24 ? 24 : length), word, low, high);
}

/* [key "="] number; numbers without a key fill the arguments in their order. */
static mg_status parse_argument(parser *p, const mg_schedule_row *row, int *position, double *values) {
    skip_blanks(p);
    const char *start = p->at, *behind = start + word_length(start);
    size_t length = (size_t)(behind - start);
    behind += strspn(behind, " \t");
    int index = *position;
    if (*behind == '=') {
        for (index = 0; row->arguments[index].name && !is_name(row->arguments[index].name, start, length);) index++;
        p->at = behind + 1;
        skip_blanks(p);
    } else {
        ++*position;
    }
    if (index >= MG_SCHEDULE_ARGUMENTS || !row->arguments[index].name) return fail_argument(p, row, start, length);
    return parse_value(p, row, index, values);
}

static mg_status parse_arguments(parser *p, const mg_schedule_row *row, double *values) {
    int position = 0;
    mg_status status = MG_OK;
    if (*p->at != '(') return MG_OK;
    do {
        p->at++;
        status = parse_argument(p, row, &position, values);
        skip_blanks(p);
    } while (status == MG_OK && *p->at == ',');
    if (status == MG_OK && *p->at != ')')
        return fail_at(p, p->at, "%s: found '%.1s'; wanted ',' or ')'", row->name, *p->at ? p->at : " ");
    p->at += status == MG_OK;
    return status;
}

/* --- the text ---------------------------------------------------------------------------------------- */

static mg_status take(const parser *p, const char *start, const mg_schedule_row *row, const double *values, mg_schedule *out) {
    if (row == &warmup) {
        if (out->row) return fail_at(p, start, "warmup goes before the schedule; write \"warmup(5) %s\"", out->row->name);
        if (out->warmup > 0) return fail_at(p, start, "warmup is given twice");
        if (isnan(values[0])) return fail_at(p, start, "warmup: how many epochs? write for example warmup(5)");
        out->warmup = values[0];
        return MG_OK;
    }
    if (out->row) return fail_at(p, start, "a run has one schedule, and this is the second; leave one out");
    out->row = row;
    memcpy(out->arguments, values, sizeof out->arguments);
    return MG_OK;
}

static mg_status parse_item(parser *p, mg_schedule *out) {
    const char *start = p->at;
    size_t length = word_length(start);
    double values[MG_SCHEDULE_ARGUMENTS] = { NAN, NAN };
    const mg_schedule_row *row = find_row(start, length);
    if (!row) return fail_unknown(p, start, length ? length : 1);
    p->at += length;
    mg_status status = parse_arguments(p, row, values);
    if (status == MG_OK && *p->at && *p->at != ' ' && *p->at != '\t')
        return fail_at(p, p->at, "found '%.1s'; wanted a blank or the end", p->at);
    return status == MG_OK ? take(p, start, row, values, out) : status;
}

mg_status mg_schedule_parse(mg_context *context, const char *text, mg_schedule *schedule) {
    mg_schedule made = { .arguments = { NAN, NAN } };
    parser p = { context, text, text };
    mg_status status = MG_OK;
    if (!text) return mg__fail(context, MG_SETTING, "schedule: there is no text; give for example cosine");
    skip_blanks(&p);
    if (!*p.at) return fail_at(&p, p.at, "there is nothing; write for example cosine, or step(10, 0.5)");
    for (; *p.at && status == MG_OK; skip_blanks(&p)) status = parse_item(&p, &made);
    if (status != MG_OK) return status;
    if (!made.row) made.row = mg_schedule_row_at(0);
    *schedule = made;
    return MG_OK;
}

/* --- does it fit? ------------------------------------------------------------------------------------ */

mg_status mg_schedule_check(mg_context *context, const mg_schedule *schedule, double epochs) {
    double left = epochs - schedule->warmup;
    if (schedule->warmup > 0 && left <= 0)
        return mg__fail(context, MG_SETTING,
                        "schedule: warmup takes %g epochs and the run has %g; give it fewer, or the run more (--epochs)",
                        schedule->warmup, epochs);
    for (int i = 0; i < MG_SCHEDULE_ARGUMENTS && schedule->row->arguments[i].name; i++) {
        const mg_schedule_argument *argument = &schedule->row->arguments[i];
        double value = mg_schedule_value(schedule, i, epochs);
        if (!argument->epochs || value < left) continue;
        return mg__fail(context, MG_SETTING,
                        "schedule: %s(%s=%g): the run has %g epochs for it, so the rate would not change as it says; give fewer, "
                        "or the run more (--epochs)",
                        schedule->row->name, argument->name, value, left);
    }
    return MG_OK;
}
