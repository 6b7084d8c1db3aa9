#include "data/window.h"

#include "interop/utf8.h"

#include <inttypes.h>
#include <string.h>

#define FIRST_BYTES ((size_t)1 << 20)
#define MOST_BYTES  ((size_t)1 << 28) /* of a row */

/* Bytes of text[0..length) that are ASCII without NUL, at least; most texts are nothing else. */
static size_t skip_ascii(const char *text, size_t length) {
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
    size_t at = 0;
    for (; at + 64 <= length; at += 64) {
        uint64_t odd = 0;
        for (size_t i = 0; i < 64; i += 8) {
            uint64_t word;
            memcpy(&word, text + at + i, 8);
            odd |= (word - ones) | word; /* the high bit of a byte: it is 0 (or follows one that is), or no ASCII */
        }
        if (odd & highs) break;
    }
    return at;
}

static void check(mg__window *w) {
    size_t at = w->good;
    while (at < w->length && !w->broken) {
        at += skip_ascii(w->text + at, w->length - at);
        for (size_t stop = w->length - at < 64 ? w->length : at + 64; at < stop;) {
            size_t bytes = w->text[at] == '\0' ? 0 : mg__utf8_sequence(w->text + at, w->length - at);
            at += bytes;
            if (bytes > 0) continue;
            w->good = at;
            /* A character of up to four bytes may only be cut off. */
            bool cut = !w->ended && w->length - at < 4 && (w->text[at] & 0x80) != 0;
            w->broken = !cut;
            return;
        }
    }
    w->good = at;
}

static mg_status make_room(mg__window *w, int64_t first_line) {
    if (w->at > 0) {
        memmove(w->text, w->text + w->at, w->length - w->at);
        w->offset += w->at;
        w->good -= w->at;
        w->length -= w->at;
        w->at = 0;
    }
    if (w->length < w->capacity / 2 || (w->capacity >= MOST_BYTES && w->length + 1 < w->capacity)) return MG_OK;
    if (w->capacity >= MOST_BYTES)
        return mg__fail(w->context, MG_FORMAT,
                        "%s, line %" PRId64 ": the row that begins here has more than %zu MB; is a quote never closed?",
                        mg__input_name(w->input), first_line, MOST_BYTES >> 20);
    size_t wanted = w->capacity == 0 ? FIRST_BYTES : 2 * w->capacity;
    return mg__grow(w->context, &w->text, &w->capacity, wanted, 1) ? MG_OK : MG_OUT_OF_MEMORY;
}

mg_status mg__window_fill(mg__window *w, int64_t first_line) {
    mg_status status = make_room(w, first_line);
    if (status != MG_OK) return status;
    size_t room = w->capacity - w->length - 1, got;
    status = mg__input_read(w->input, w->text + w->length, room, &got);
    if (status != MG_OK) return status;
    w->length += got;
    w->ended = got < room;
    if (!w->broken) check(w);
    w->text[w->length] = '\n';
    return MG_OK;
}

mg_status mg__window_seek(mg__window *w, uint64_t offset) {
    mg_status status = mg__input_seek(w->input, offset);
    if (status != MG_OK) return status;
    w->at = w->good = w->length = 0;
    w->ended = w->broken = false;
    w->offset = offset;
    return mg__window_fill(w, 0);
}

mg_status mg__window_whole(mg__window *w, mg__bytes *bytes) {
    uint64_t at, length;
    mg_status status = MG_OK;
    mg__input_position(w->input, &at, &length);
    size_t got = 1, wanted = length < SIZE_MAX / 2 ? (size_t)length : 0;
    while (status == MG_OK && got > 0) {
        if (w->length + 2 > w->capacity && !mg__grow(w->context, &w->text, &w->capacity, w->length + 65536, 1))
            return MG_OUT_OF_MEMORY;
        if (w->capacity < wanted && !mg__grow(w->context, &w->text, &w->capacity, wanted + 2, 1)) return MG_OUT_OF_MEMORY;
        status = mg__input_read(w->input, w->text + w->length, w->capacity - w->length - 1, &got);
        w->length += got;
    }
    if (status != MG_OK) return status;
    w->text[w->length] = '\0';
    *bytes = (mg__bytes){ w->text, w->length };
    w->text = NULL;
    w->length = w->capacity = 0;
    return MG_OK;
}

void mg__window_free(mg__window *w) { mg__free(w->context, w->text); }
