#include "data/dictionary.h"

#include <math.h>
#include <string.h>

/* Eight bytes at a time, multiplied and folded; cells are short, so this is about two rounds. */
static uint32_t hash_spelling(const char *text, size_t length) {
    uint64_t h = 0x9E3779B97F4A7C15u ^ length, word;
    for (; length >= 8; text += 8, length -= 8) {
        memcpy(&word, text, 8);
        h = (h ^ word) * 0xD6E8FEB86659FD93u;
        h ^= h >> 32;
    }
    word = 0;
    for (size_t i = 0; i < length; i++) word = word << 8 | (unsigned char)text[i];
    h = (h ^ word) * 0xD6E8FEB86659FD93u;
    h ^= h >> 32;
    h *= 0xD6E8FEB86659FD93u;
    return (uint32_t)(h >> 32);
}

/* The slot that holds the spelling, or the free one where it would go. slot_count > count, so a free one exists. */
static size_t find_slot(const mg__dictionary *d, const char *text, size_t length, uint32_t hash) {
    size_t mask = d->slot_count - 1, slot = hash & mask;
    for (; d->slots[slot] != 0; slot = (slot + 1) & mask) {
        const mg__spelling *e = &d->entries[d->slots[slot] - 1];
        if (e->hash == hash && e->length == length && memcmp(d->text + e->offset, text, length) == 0) break;
    }
    return slot;
}

static bool grow_slots(mg_context *context, mg__dictionary *d) {
    size_t count = d->slot_count == 0 ? 16 : d->slot_count * 2;
    uint32_t *slots = mg__alloc_array(context, count, sizeof *slots);
    if (slots == NULL) return false;
    for (size_t i = 0; i < d->count; i++) {
        size_t slot = d->entries[i].hash & (count - 1);
        while (slots[slot] != 0) slot = (slot + 1) & (count - 1);
        slots[slot] = (uint32_t)i + 1;
    }
    mg__free(context, d->slots);
    d->slots = slots;
    d->slot_count = count;
    return true;
}

uint32_t mg__dictionary_find(const mg__dictionary *d, const char *text, size_t length) {
    if (d->slot_count == 0) return MG__DICTIONARY_NONE;
    uint32_t code = d->slots[find_slot(d, text, length, hash_spelling(text, length))];
    return code == 0 ? MG__DICTIONARY_NONE : code - 1;
}

uint32_t mg__dictionary_add(mg_context *context, mg__dictionary *d, const char *text, size_t length, bool *added) {
    *added = false;
    if (d->count * 2 >= d->slot_count && !grow_slots(context, d)) return MG__DICTIONARY_NONE;
    uint32_t hash = hash_spelling(text, length);
    size_t slot = find_slot(d, text, length, hash);
    if (d->slots[slot] != 0) return d->slots[slot] - 1;
    if (length >= UINT32_MAX || d->count >= UINT32_MAX - 2) {
        mg__fail(context, MG_UNSUPPORTED,
                 "a column with more than four thousand million values, or so long a cell, does not fit a dictionary");
        return MG__DICTIONARY_NONE;
    }
    if (!mg__grow(context, &d->entries, &d->capacity, d->count + 1, sizeof *d->entries) ||
        !mg__grow(context, &d->text, &d->text_capacity, d->text_length + length + 1, 1))
        return MG__DICTIONARY_NONE;
    if (length > 0) memcpy(d->text + d->text_length, text, length);
    d->text[d->text_length + length] = '\0';
    d->entries[d->count] = (mg__spelling){ d->text_length, (uint32_t)length, hash, NAN };
    d->text_length += length + 1;
    d->slots[slot] = (uint32_t)++d->count;
    *added = true;
    return (uint32_t)d->count - 1;
}

const char *mg__dictionary_text(const mg__dictionary *d, uint32_t code) { return d->text + d->entries[code].offset; }

void mg__dictionary_free(mg_context *context, mg__dictionary *d) {
    mg__free(context, d->entries);
    mg__free(context, d->text);
    mg__free(context, d->slots);
    *d = (mg__dictionary){ 0 };
}
