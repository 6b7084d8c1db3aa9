#include "data/dictionary.h"

#include <math.h>
#include <string.h>

#define SHORT    7    /* bytes of a spelling that is its own key */
#define SMALL    1110 /* numbers of one to three digits: 0 .. 9, 00 .. 99, 000 .. 999 */
#define SMALL_AT 16   /* spellings from which on they have a table of their own */
#define NO_SMALL SIZE_MAX
#define MIX      UINT64_C(0xD6E8FEB86659FD93) /* odd, with its bits well spread */

static uint64_t mix(uint64_t h) {
    h *= MIX;
    return h ^ h >> 32;
}

/* Short: length and bytes. Long: a hash, with the highest bit to tell them apart. No spelling holds a NUL, but the length is
 * there anyway. */
static uint64_t key_of(const char *text, size_t length) {
    uint64_t key = length;
    if (length <= SHORT) {
        for (size_t i = 0; i < length; i++) key = key << 8 | (unsigned char)text[i];
        return key;
    }
    for (; length >= 8; text += 8, length -= 8) {
        uint64_t word;
        memcpy(&word, text, 8);
        key = mix(key ^ word);
    }
    for (; length > 0; text++, length--) key = mix(key ^ (unsigned char)*text);
    return key | UINT64_C(1) << 63;
}

/* The place in `small` of a number of one to three digits, as it is spelled; NO_SMALL: it is none. */
static size_t small_place(const char *text, size_t length) {
    static const size_t begins[] = { NO_SMALL, 0, 10, 110 };
    size_t number = 0;
    if (length - 1 > 2) return NO_SMALL;
    for (size_t i = 0; i < length; i++) {
        unsigned digit = (unsigned)(text[i] - '0');
        if (digit > 9) return NO_SMALL;
        number = 10 * number + digit;
    }
    return begins[length] + number;
}

/* The slot that holds the spelling, or the free one where it would go: there is one. */
static size_t find_slot(const mg__dictionary *d, const char *text, size_t length, uint64_t key) {
    size_t mask = d->slot_count - 1, slot = (size_t)mix(key) & mask;
    for (; d->slots[slot].entry != 0; slot = (slot + 1) & mask) {
        if (d->slots[slot].key != key) continue;
        if (length <= SHORT) break;
        const char *spelling = d->text + d->entries[d->slots[slot].entry - 1].offset;
        if (strncmp(spelling, text, length) == 0 && spelling[length] == '\0') break;
    }
    return slot;
}

static bool grow_slots(mg_context *context, mg__dictionary *d) {
    size_t count = d->slot_count == 0 ? 16 : d->slot_count * 2;
    mg__slot *slots = mg__alloc_array(context, count, sizeof *slots);
    if (slots == NULL) return false;
    for (size_t i = 0; i < d->slot_count; i++) {
        if (d->slots[i].entry == 0) continue;
        size_t slot = (size_t)mix(d->slots[i].key) & (count - 1);
        while (slots[slot].entry != 0) slot = (slot + 1) & (count - 1);
        slots[slot] = d->slots[i];
    }
    mg__free(context, d->slots);
    d->slots = slots;
    d->slot_count = count;
    return true;
}

uint32_t mg__dictionary_find(const mg__dictionary *d, const char *text, size_t length) {
    if (d->slot_count == 0) return MG__DICTIONARY_NONE;
    uint32_t entry = d->slots[find_slot(d, text, length, key_of(text, length))].entry;
    return entry == 0 ? MG__DICTIONARY_NONE : entry - 1;
}

/* The code of a spelling that is not there yet; its slot is free. */
static uint32_t add(mg_context *context, mg__dictionary *d, const char *text, size_t length, size_t slot, uint64_t key) {
    if (d->count >= UINT32_MAX - 2) {
        mg__fail(context, MG_UNSUPPORTED,
                 "a column with more than four thousand million distinct texts does not fit a dictionary");
        return MG__DICTIONARY_NONE;
    }
    if (!mg__grow(context, &d->entries, &d->capacity, d->count + 1, sizeof *d->entries) ||
        !mg__grow(context, &d->text, &d->text_capacity, d->text_length + length + 1, 1))
        return MG__DICTIONARY_NONE;
    if (length > 0) memcpy(d->text + d->text_length, text, length);
    d->text[d->text_length + length] = '\0';
    d->entries[d->count] = (mg__spelling){ d->text_length, NAN };
    d->text_length += length + 1;
    d->slots[slot] = (mg__slot){ key, (uint32_t)++d->count };
    return (uint32_t)d->count - 1;
}

uint32_t mg__dictionary_add(mg_context *context, mg__dictionary *d, const char *text, size_t length, bool *added) {
    *added = false;
    size_t small = d->small != NULL ? small_place(text, length) : NO_SMALL;
    if (small != NO_SMALL && d->small[small] != 0) return d->small[small] - 1u;
    uint64_t key = key_of(text, length);
    if (key == d->last.key && length <= SHORT && d->last.entry != 0) return d->last.entry - 1;
    if (d->count * 2 >= d->slot_count && !grow_slots(context, d)) return MG__DICTIONARY_NONE;
    if (d->count == SMALL_AT && d->small == NULL && (d->small = mg__alloc_array(context, SMALL, sizeof *d->small)) == NULL)
        return MG__DICTIONARY_NONE;
    size_t slot = find_slot(d, text, length, key);
    *added = d->slots[slot].entry == 0;
    if (*added && add(context, d, text, length, slot, key) == MG__DICTIONARY_NONE) return MG__DICTIONARY_NONE;
    d->last = d->slots[slot];
    if (small != NO_SMALL && d->last.entry <= UINT16_MAX) d->small[small] = (uint16_t)d->last.entry;
    return d->last.entry - 1;
}

const char *mg__dictionary_text(const mg__dictionary *d, uint32_t code) { return d->text + d->entries[code].offset; }

void mg__dictionary_free(mg_context *context, mg__dictionary *d) {
    mg__free(context, d->entries);
    mg__free(context, d->text);
    mg__free(context, d->slots);
    mg__free(context, d->small);
    *d = (mg__dictionary){ 0 };
}
