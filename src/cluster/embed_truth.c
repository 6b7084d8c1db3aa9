#include "cluster/embed_truth.h"

#include "base/number.h"
#include "cluster/truth.h"
#include "interop/sort.h"

#include <stdlib.h>
#include <string.h>

typedef struct value {
    char *text;
    double number;
    int32_t code; /* before they are in order */
} value;

static int compare(const void *a, const void *b, const void *numbers) {
    const value *x = a, *y = b;
    if (!*(const bool *)numbers) return strcmp(x->text, y->text);
    return (x->number > y->number) - (x->number < y->number);
}

/* The text of each code, from the first row that has it. */
static mg_status read_values(mg_context *context, const mg_dataset *dataset, int64_t column, mg__named *named, value *values,
                             bool *numbers) {
    char text[1024];
    *numbers = true;
    for (int64_t row = 0; row < mg_dataset_rows(dataset); row++) {
        int32_t code = named->code[row];
        if (code < 0 || values[code].text) continue;
        mg_dataset_text(dataset, row, column, text, sizeof text);
        values[code].text = mg__strdup(context, text);
        values[code].code = code;
        if (!values[code].text) return MG_OUT_OF_MEMORY;
        values[code].number = mg_dataset_number(dataset, row, column);
        *numbers = *numbers && values[code].number == values[code].number;
    }
    return MG_OK;
}

static mg_status order(mg_context *context, const mg_dataset *dataset, int64_t column, mg__named *named) {
    size_t count = (size_t)named->names;
    value *values = mg__alloc_array(context, count + 1, sizeof *values);
    int32_t *place = mg__alloc_array(context, count + 1, sizeof *place);
    bool numbers;
    named->name = mg__alloc_array(context, count + 1, sizeof *named->name);
    mg_status status =
        values && place && named->name ? read_values(context, dataset, column, named, values, &numbers) : MG_OUT_OF_MEMORY;
    if (status == MG_OK) mg__sort(values, count, sizeof *values, compare, &numbers);
    for (size_t i = 0; values && named->name && i < count; i++) named->name[i] = values[i].text;
    for (size_t i = 0; status == MG_OK && i < count; i++) place[values[i].code] = (int32_t)i;
    for (int64_t row = 0; status == MG_OK && row < mg_dataset_rows(dataset); row++)
        if (named->code[row] >= 0) named->code[row] = place[named->code[row]];
    mg__free(context, values);
    mg__free(context, place);
    return status;
}

mg_status mg__name_values(mg_context *context, const mg_dataset *dataset, int64_t column, mg__named *named) {
    int64_t rows = mg_dataset_rows(dataset);
    *named = (mg__named){ .code = mg__alloc_array(context, (size_t)rows + 1, sizeof *named->code) };
    mg_status status = named->code ? mg__truth_of(context, dataset, column, named->code) : MG_OUT_OF_MEMORY;
    for (int64_t row = 0; row < rows && status == MG_OK; row++)
        if (named->code[row] >= named->names) named->names = (int64_t)named->code[row] + 1;
    return status == MG_OK ? order(context, dataset, column, named) : status;
}

void mg__named_free(mg_context *context, mg__named *named) {
    for (int64_t i = 0; named->name && i < named->names; i++) mg__free(context, named->name[i]);
    mg__free(context, named->name);
    mg__free(context, named->code);
    *named = (mg__named){ 0 };
}
