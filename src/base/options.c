/* Settings as rows of a table: parsing, bounds, printing. */
#include <micrograd/options.h>

#include "base/base.h"
#include "base/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- fields ------------------------------------------------------------------------------------------ */

static bool is_number(const mg_option *option) {
    return option->type == MG_OPTION_INT || option->type == MG_OPTION_REAL || option->type == MG_OPTION_TIME;
}
static const void *field_of(const mg_option *option, const void *fields) { return (const char *)fields + option->offset; }

static double number_of(const mg_option *option, const void *fields) {
    const void *field = field_of(option, fields);
    return option->type == MG_OPTION_INT ? (double)*(const int64_t *)field : *(const double *)field;
}

static const char *text_of(const mg_option *option, const void *fields) { return *(const char *const *)field_of(option, fields); }

static void store_number(const mg_option *option, void *fields, double value) {
    char *field = (char *)fields + option->offset;
    if (option->type == MG_OPTION_INT) {
        *(int64_t *)(void *)field = (int64_t)value;
    } else {
        *(double *)(void *)field = value;
    }
}

static void store_text(const mg_option *option, void *fields, const char *text) {
    *(const char **)(void *)((char *)fields + option->offset) = text;
}

/* --- finding ----------------------------------------------------------------------------------------- */

bool mg_option_known_to(const mg_option *option, const char *command) {
    size_t length = strlen(command);
    for (const char *at = option->commands; at && (at = strstr(at, command)) != NULL; at += length) {
        bool begins = at == option->commands || at[-1] == ' ';
        if (begins && (at[length] == ' ' || at[length] == 0)) { return true; }
    }
    return false;
}

const mg_option *mg_option_find(const mg_option *table, const char *command, const char *name) {
    for (const mg_option *row = table; row->name; row++) {
        if (!strcmp(row->name, name) && (!command || mg_option_known_to(row, command))) { return row; }
    }
    return NULL;
}

/* Levenshtein's distance between words of up to 31 bytes; 99 for longer ones. */
static int distance(const char *a, const char *b) {
    size_t n = strlen(a), m = strlen(b);
    if (n > 31 || m > 31) { return 99; }
    int row[32];
    for (size_t j = 0; j <= m; j++) { row[j] = (int)j; }
    for (size_t i = 1; i <= n; i++) {
        int diagonal = row[0];
        row[0] = (int)i;
        for (size_t j = 1; j <= m; j++) {
            int change = diagonal + (a[i - 1] != b[j - 1]);
            int insert = row[j - 1] + 1, remove = row[j] + 1;
            diagonal = row[j];
            row[j] = change < insert ? change : insert;
            row[j] = row[j] < remove ? row[j] : remove;
        }
    }
    return row[m];
}

/* Near enough to be a slip of the pen: at most a third of the word. */
static bool is_nearer(const char *given, const char *candidate, int *best) {
    int d = distance(given, candidate);
    if (d < *best && d * 3 <= (int)strlen(candidate) + 1) {
        *best = d;
        return true;
    }
    return false;
}

const mg_option *mg_option_nearest(const mg_option *table, const char *command, const char *name) {
    const mg_option *nearest = NULL;
    int best = 99;
    for (const mg_option *row = table; row->name; row++) {
        if ((!command || mg_option_known_to(row, command)) && is_nearer(name, row->name, &best)) { nearest = row; }
    }
    return nearest;
}

static const char *nearest_word(const mg_option *option, const char *text) {
    const char *nearest = NULL;
    int best = 99;
    for (int i = 0; option->choice(i); i++) {
        if (is_nearer(text, option->choice(i), &best)) { nearest = option->choice(i); }
    }
    return nearest;
}

/* --- what is wanted ---------------------------------------------------------------------------------- */

static void append_number(char *out, size_t size, size_t *used, double value) {
    char text[MG__NUMBER_BYTES];
    if (fabs(value) < 9.1e15 && value == floor(value)) {
        mg__append(out, size, used, "%lld", (long long)value);
    } else {
        mg__format_double(value, text);
        mg__append(out, size, used, "%s", text);
    }
}

/* "[1, 100]", "(0, 1000]", "at least 0". */
static void append_bounds(const mg_option *option, char *out, size_t size, size_t *used) {
    bool open_low = option->flags & MG_OPTION_ABOVE_LOW, open_high = option->flags & MG_OPTION_BELOW_HIGH;
    if (isinf(option->high)) {
        mg__append(out, size, used, open_low ? "above " : "of at least ");
        append_number(out, size, used, option->low);
        return;
    }
    mg__append(out, size, used, "in %c", open_low ? '(' : '[');
    append_number(out, size, used, option->low);
    mg__append(out, size, used, ", ");
    append_number(out, size, used, option->high);
    mg__append(out, size, used, "%c", open_high ? ')' : ']');
}

/* Words that stand for numbers. */
static const struct {
    unsigned flag;
    double value;
    const char *word;
} number_words[] = { { MG_OPTION_MAY_BE_FOUND, MG_FIND, "find" },
                     { MG_OPTION_MAY_BE_ALL, MG_ALL, "all" },
                     { MG_OPTION_MAY_BE_AUTO, MG_AUTO, "auto" } };

enum { NUMBER_WORDS = sizeof number_words / sizeof *number_words };

static void append_words(const mg_option *option, char *out, size_t size, size_t *used) {
    for (int i = 0; i < NUMBER_WORDS; i++)
        if (option->flags & number_words[i].flag)
            mg__append(out, size, used, number_words[i].value == MG_AUTO ? ", or %s" : ", %s", number_words[i].word);
}

static void append_wanted(const mg_option *option, char *out, size_t size, size_t *used) {
    switch (option->type) {
    case MG_OPTION_INT:
    case MG_OPTION_REAL:
        mg__append(out, size, used, option->type == MG_OPTION_INT ? "a whole number " : "a number ");
        append_bounds(option, out, size, used);
        append_words(option, out, size, used);
        break;
    case MG_OPTION_TIME: mg__append(out, size, used, "a time as 90, 30s, 10m or 1.5h"); break;
    case MG_OPTION_CHOICE:
        mg__append(out, size, used, "one of ");
        for (int i = 0; option->choice(i); i++) {
            const char *word = option->choice(i), *quote = strpbrk(word, ",;|.") ? "'" : "";
            mg__append(out, size, used, "%s%s%s%s", i ? ", " : "", quote, word, quote);
        }
        break;
    case MG_OPTION_TEXT: mg__append(out, size, used, "a text"); break;
    case MG_OPTION_TEXTS: mg__append(out, size, used, "a text, at most %d times", MG_TEXTS_MOST); break;
    case MG_OPTION_FLAG: mg__append(out, size, used, "true or false"); break;
    }
}

size_t mg_option_wanted(const mg_option *option, char *out, size_t size) {
    char text[MG_OPTION_MESSAGE_BYTES];
    size_t used = 0;
    append_wanted(option, text, sizeof text, &used);
    int length = snprintf(out, size, "%s", text);
    return length < 0 ? 0 : (size_t)length;
}

/* --- checking ---------------------------------------------------------------------------------------- */

static bool in_bounds(const mg_option *option, double value) {
    bool above = option->flags & MG_OPTION_ABOVE_LOW ? value > option->low : value >= option->low;
    bool below = option->flags & MG_OPTION_BELOW_HIGH ? value < option->high : value <= option->high;
    return above && below && isfinite(value); /* NaN is neither above nor below */
}

/* The word that is allowed and that the value stands for; -1: there is none. */
static int find_number_word(const mg_option *option, double value) {
    for (int i = 0; i < NUMBER_WORDS; i++)
        if ((option->flags & number_words[i].flag) && value == number_words[i].value) return i;
    return -1;
}

static bool is_word(const mg_option *option, double value) { return find_number_word(option, value) >= 0; }

/* "lr: -1 is outside (0, 1000]; give ...". `fault` is the middle part. */
static mg_status refuse(const mg_option *option, const char *text, const char *fault, const char *hint, char *message) {
    size_t used = 0;
    mg__append(message, MG_OPTION_MESSAGE_BYTES, &used, "%s: '%.60s' %s", option->name, text, fault);
    if (hint) { mg__append(message, MG_OPTION_MESSAGE_BYTES, &used, " (did you mean %s?)", hint); }
    mg__append(message, MG_OPTION_MESSAGE_BYTES, &used, "; give ");
    append_wanted(option, message, MG_OPTION_MESSAGE_BYTES, &used);
    return MG_SETTING;
}

static mg_status refuse_bounds(const mg_option *option, double value, char *message) {
    size_t used = 0;
    mg__append(message, MG_OPTION_MESSAGE_BYTES, &used, "%s: ", option->name);
    append_number(message, MG_OPTION_MESSAGE_BYTES, &used, value);
    mg__append(message, MG_OPTION_MESSAGE_BYTES, &used, " is out of range; give ");
    append_wanted(option, message, MG_OPTION_MESSAGE_BYTES, &used);
    return MG_SETTING;
}

static const char *find_word(const mg_option *option, const char *text) {
    for (int i = 0; option->choice(i); i++) {
        if (!strcmp(option->choice(i), text)) { return option->choice(i); }
    }
    return NULL;
}

static mg_status set_number(const mg_option *option, void *fields, const char *text, char *message) {
    for (int i = 0; i < NUMBER_WORDS; i++) {
        if (!(option->flags & number_words[i].flag) || strcmp(text, number_words[i].word) != 0) continue;
        store_number(option, fields, number_words[i].value);
        return MG_OK;
    }
    double value = 0;
    if (!mg__parse_double(text, strlen(text), &value) || isnan(value)) {
        return refuse(option, text, "is not a number", NULL, message);
    }
    if (!in_bounds(option, value)) { return refuse_bounds(option, value, message); }
    if (option->type == MG_OPTION_INT && value != floor(value)) {
        return refuse(option, text, "is not a whole number", NULL, message);
    }
    store_number(option, fields, value);
    return MG_OK;
}

static mg_status set_time(const mg_option *option, void *fields, const char *text, char *message) {
    double seconds = 0;
    if (!mg__parse_seconds(text, &seconds)) return refuse(option, text, "is no time", NULL, message);
    if (!in_bounds(option, seconds)) { return refuse_bounds(option, seconds, message); }
    store_number(option, fields, seconds);
    return MG_OK;
}

static mg_status set_choice(const mg_option *option, void *fields, const char *text, char *message) {
    const char *word = find_word(option, text);
    if (!word) { return refuse(option, text, "is not known", nearest_word(option, text), message); }
    store_text(option, fields, word);
    return MG_OK;
}

static mg_status set_flag(const mg_option *option, void *fields, const char *text, char *message) {
    bool on = !strcmp(text, "true");
    if (!on && strcmp(text, "false") != 0) { return refuse(option, text, "is neither true nor false", NULL, message); }
    *(bool *)(void *)((char *)fields + option->offset) = on;
    return MG_OK;
}

static mg_status add_text(const mg_option *option, void *fields, const char *text, char *message) {
    mg_texts *texts = (mg_texts *)(void *)((char *)fields + option->offset);
    if (texts->count >= MG_TEXTS_MOST) return refuse(option, text, "is one too many", NULL, message);
    texts->text[texts->count++] = text;
    return MG_OK;
}

mg_status mg_option_set(const mg_option *option, void *fields, const char *text, char message[MG_OPTION_MESSAGE_BYTES]) {
    message[0] = 0;
    switch (option->type) {
    case MG_OPTION_INT:
    case MG_OPTION_REAL: return set_number(option, fields, text, message);
    case MG_OPTION_CHOICE: return set_choice(option, fields, text, message);
    case MG_OPTION_FLAG: return set_flag(option, fields, text, message);
    case MG_OPTION_TIME: return set_time(option, fields, text, message);
    case MG_OPTION_TEXTS: return add_text(option, fields, text, message);
    case MG_OPTION_TEXT: break;
    }
    store_text(option, fields, text);
    return MG_OK;
}

mg_status mg_option_check(const mg_option *option, const void *fields, char message[MG_OPTION_MESSAGE_BYTES]) {
    message[0] = 0;
    if (is_number(option)) {
        double value = number_of(option, fields);
        return is_word(option, value) || in_bounds(option, value) ? MG_OK : refuse_bounds(option, value, message);
    }
    if (option->type == MG_OPTION_CHOICE) {
        const char *word = text_of(option, fields);
        if (!word || !find_word(option, word)) {
            return refuse(option, word ? word : "", "is not known", word ? nearest_word(option, word) : NULL, message);
        }
    }
    return MG_OK;
}

/* --- printing ---------------------------------------------------------------------------------------- */

static const char *word_of(const mg_option *option, const void *fields, char number[MG__NUMBER_BYTES]) {
    switch (option->type) {
    case MG_OPTION_FLAG: return *(const bool *)field_of(option, fields) ? "true" : "false";
    case MG_OPTION_CHOICE:
    case MG_OPTION_TEXT: return text_of(option, fields) ? text_of(option, fields) : "";
    case MG_OPTION_INT:
    case MG_OPTION_REAL:
    case MG_OPTION_TIME:
    case MG_OPTION_TEXTS: break;
    }
    size_t used = 0;
    double value = number_of(option, fields);
    if (is_word(option, value)) { return number_words[find_number_word(option, value)].word; }
    append_number(number, MG__NUMBER_BYTES, &used, value);
    return number;
}

static size_t join_texts(const mg_texts *texts, char *out, size_t size) {
    size_t used = 0;
    if (size > 0) out[0] = 0;
    for (int64_t i = 0; i < texts->count; i++) {
        bool room = used < size;
        int length = snprintf(room ? out + used : NULL, room ? size - used : 0, "%s%s", i ? "\n" : "", texts->text[i]);
        used += length < 0 ? 0 : (size_t)length;
    }
    return used;
}

size_t mg_option_get(const mg_option *option, const void *fields, char *out, size_t size) {
    char number[MG__NUMBER_BYTES];
    if (option->type == MG_OPTION_TEXTS) return join_texts(field_of(option, fields), out, size);
    int length = snprintf(out, size, "%s", word_of(option, fields, number));
    return length < 0 ? 0 : (size_t)length;
}

void mg_options_reset(const mg_option *table, void *fields) {
    char message[MG_OPTION_MESSAGE_BYTES];
    for (const mg_option *row = table; row->name; row++) {
        if (row->initial) {
            mg_option_set(row, fields, row->initial, message);
        } else if (row->type == MG_OPTION_FLAG) {
            mg_option_set(row, fields, "false", message);
        } else if (row->type == MG_OPTION_TEXTS) {
            *(mg_texts *)(void *)((char *)fields + row->offset) = (mg_texts){ 0 };
        } else {
            store_text(row, fields, NULL);
        }
    }
}
