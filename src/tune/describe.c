/* A space in the syntax that reads back. */
#include "tune/space.h"

#include "base/number.h"

#include <stdio.h>
#include <string.h>

/* snprintf that appends and counts what did not fit too. */
MG__PRINTF(4, 5)
static void add(char *out, size_t size, size_t *used, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    bool room = *used < size;
    int length = vsnprintf(room ? out + *used : NULL, room ? size - *used : 0, format, arguments);
    va_end(arguments);
    if (length > 0) *used += (size_t)length;
}

size_t mg_space_range(const mg_space *space, int index, char *out, size_t size) {
    const mg_dimension *d = &space->dimension[index];
    char low[MG__NUMBER_BYTES], high[MG__NUMBER_BYTES];
    size_t used = 0;
    if (size > 0) out[0] = 0;
    for (int i = 0; d->kind == MG_DIMENSION_CHOICE && i < d->words; i++) add(out, size, &used, "%s%s", i ? "|" : "", d->word[i]);
    if (d->kind == MG_DIMENSION_CHOICE) return used;
    mg__format_double(d->low, low);
    mg__format_double(d->high, high);
    add(out, size, &used, "%s%s%s..%s", d->kind == MG_DIMENSION_INT ? "int:" : "", d->log ? "log:" : "", low, high);
    if (d->points > 0) add(out, size, &used, "/%lld", (long long)d->points);
    return used;
}

/* Words cut to `most` bytes: they may be whole networks. */
static size_t write_condition(const mg_space *space, int index, int most, char *out, size_t size) {
    const mg_dimension *d = &space->dimension[index];
    size_t used = 0;
    if (size > 0) out[0] = 0;
    if (d->parent < 0) return 0;
    const mg_dimension *parent = &space->dimension[d->parent];
    char low[MG__NUMBER_BYTES];
    mg__format_double(d->parent_low, low);
    if (!d->parent_words) add(out, size, &used, "%s is at least %s", parent->name, low);
    int left = 0;
    for (int i = 0; d->parent_words && i < parent->words; i++) left += (int)(d->parent_words >> i & 1);
    if (left) add(out, size, &used, "%s is ", parent->name);
    for (int i = 0; d->parent_words && i < parent->words; i++) {
        if (!(d->parent_words >> i & 1)) continue;
        add(out, size, &used, "%.*s%s%s", most, parent->word[i], strlen(parent->word[i]) > (size_t)most ? "..." : "",
            left > 2    ? ", "
            : left == 2 ? " or "
                        : "");
        left--;
    }
    return used;
}

enum { CUT = 24, WHOLE = 1 << 20 };

size_t mg_space_condition(const mg_space *space, int index, char *out, size_t size) {
    return write_condition(space, index, CUT, out, size);
}

static void print_lines(const mg_space *space, int most, char *out, size_t size, size_t *used) {
    if (size > 0) out[0] = 0;
    for (int i = 0; space && i < space->dimensions; i++) {
        add(out, size, used, "%s%s=", i ? "\n" : "", space->dimension[i].name);
        *used += mg_space_range(space, i, *used < size ? out + *used : NULL, *used < size ? size - *used : 0);
        if (space->dimension[i].parent < 0) continue;
        add(out, size, used, "  where ");
        *used += write_condition(space, i, most, *used < size ? out + *used : NULL, *used < size ? size - *used : 0);
    }
}

size_t mg_space_print(const mg_space *space, char *out, size_t size) {
    size_t used = 0;
    print_lines(space, CUT, out, size, &used);
    return used;
}

size_t mg__space_describe(const mg_space *space, char *out, size_t size) {
    size_t used = 0;
    print_lines(space, WHOLE, out, size, &used);
    if (space->model.text) add(out, size, &used, "\nmodel=%s", space->model.text);
    return used;
}

uint64_t mg__space_hash(const mg_space *space) {
    uint64_t hash = 0;
    char line[512];
    for (int i = 0; i < space->dimensions; i++) {
        const mg_dimension *d = &space->dimension[i];
        hash = mg__hash_text(hash, d->name);
        for (int k = 0; k < d->words; k++) hash = mg__hash_text(hash, d->word[k]);
        if (d->kind != MG_DIMENSION_CHOICE) mg_space_range(space, i, line, sizeof line), hash = mg__hash_text(hash, line);
        const uint64_t where[] = { (uint64_t)(d->parent + 1), d->parent_words, (uint64_t)d->parent_low };
        hash = mg__hash_bytes(hash, where, sizeof where);
    }
    return space->model.text ? mg__hash_text(hash, space->model.text) : hash;
}
