/* Weights of classes, from the text of a setting. */
#include "base/number.h"
#include "train/scoring.h"

#include <math.h>
#include <string.h>

/* n / (K n_k) with K classes that have rows: a mean of 1 over the rows (King and Zeng 2001). */
static void balance(const int32_t *labels, int64_t count, int32_t classes, double *out) {
    int32_t present = 0;
    for (int32_t k = 0; k < classes; k++) out[k] = 0;
    for (int64_t i = 0; i < count; i++) out[labels[i]]++;
    for (int32_t k = 0; k < classes; k++) present += out[k] > 0;
    for (int32_t k = 0; k < classes; k++) out[k] = out[k] > 0 ? (double)count / ((double)present * out[k]) : 1;
}

static mg_status no_such_class(mg_context *context, const char *name, const char *const *names, int32_t classes) {
    char list[700];
    size_t used = 0;
    list[0] = '\0';
    for (int32_t k = 0; k < classes && used < 600; k++)
        mg__append(list, sizeof list, &used, "%s%.60s", k > 0 ? ", " : "", names[k]);
    if (used >= 600) mg__append(list, sizeof list, &used, ", ...");
    return mg__fail(context, MG_SETTING, "class-weight: there is no class '%.100s'; there are: %s", name, list);
}

static mg_status malformed(mg_context *context, const char *text) {
    return mg__fail(context, MG_SETTING, "class-weight: '%.200s'; wanted balanced, or weights above 0 by class as a=2,b=0.5",
                    text);
}

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

/* Copies text[0 .. length) without blanks at its ends. */
static void copy_trimmed(const char *text, size_t length, char *out) {
    while (length > 0 && is_blank(*text)) text++, length--;
    while (length > 0 && is_blank(text[length - 1])) length--;
    memcpy(out, text, length);
    out[length] = '\0';
}

/* Reads NAME=WEIGHT up to a comma or the end: *text moves behind it. `name` and `number` have room for the whole text. */
static bool take_item(const char **text, char *name, char *number) {
    const char *at = *text;
    size_t length = 0;
    while (is_blank(*at)) at++;
    if (*at == '"') {
        for (at++; *at && (*at != '"' || at[1] == '"'); at++) {
            at += *at == '"'; /* doubled */
            name[length++] = *at;
        }
        if (*at != '"') return false;
        name[length] = '\0';
        for (at++; is_blank(*at);) at++;
        if (*at != '=') return false;
        at++;
    } else {
        const char *end = at + strcspn(at, ","), *equals = end;
        while (equals > at && *equals != '=') equals--;
        if (equals == at) return false;
        copy_trimmed(at, (size_t)(equals - at), name);
        at = equals + 1;
    }
    length = strcspn(at, ",");
    copy_trimmed(at, length, number);
    *text = at + length + (at[length] == ',');
    return at[length] != ',' || **text != '\0';
}

static int32_t find(const char *name, const char *const *names, int32_t classes) {
    for (int32_t k = 0; k < classes; k++)
        if (!strcmp(names[k], name)) return k;
    return -1;
}

static mg_status read_list(mg_context *context, const char *text, const char *const *names, int32_t classes, char *scratch,
                           double *out) {
    char *name = scratch, *number = scratch + strlen(text) + 1;
    for (int32_t k = 0; k < classes; k++) out[k] = NAN;
    for (const char *rest = text; rest == text || *rest;) {
        double weight;
        if (!take_item(&rest, name, number) || !mg__parse_double(number, strlen(number), &weight) ||
            !(weight > 0 && isfinite(weight)))
            return malformed(context, text);
        int32_t k = find(name, names, classes);
        if (k < 0) return no_such_class(context, name, names, classes);
        if (!isnan(out[k])) return mg__fail(context, MG_SETTING, "class-weight: '%.100s' has two weights", name);
        out[k] = weight;
    }
    for (int32_t k = 0; k < classes; k++) out[k] = isnan(out[k]) ? 1 : out[k];
    return MG_OK;
}

mg_status mg__class_weights(mg_context *context, const char *text, const char *const *names, int32_t classes,
                            const int32_t *labels, int64_t count, double *out) {
    for (int32_t k = 0; k < classes; k++) out[k] = 1;
    if (!text) return MG_OK;
    if (!strcmp(text, "balanced")) {
        balance(labels, count, classes, out);
        return MG_OK;
    }
    char *scratch = mg__alloc_array(context, 2, strlen(text) + 1);
    if (!scratch) return MG_OUT_OF_MEMORY;
    mg_status status = read_list(context, text, names, classes, scratch, out);
    mg__free(context, scratch);
    return status;
}
