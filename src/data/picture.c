#include "data/picture.h"

#include <inttypes.h>
#include <string.h>

#define PIXELS_A_BYTE 8300 /* deflate packs at most 1032 to 1, and a byte holds 8 pixels */

static const mg__decoder *const decoders[] = { &mg__png, &mg__jpeg };

static const mg__decoder *decoder_of(const char *data, size_t length) {
    for (size_t i = 0; i < sizeof decoders / sizeof *decoders; i++)
        if (length >= decoders[i]->magic_bytes && memcmp(data, decoders[i]->magic, decoders[i]->magic_bytes) == 0)
            return decoders[i];
    return NULL;
}

bool mg__picture_is(const char *data, size_t length) { return decoder_of(data, length) != NULL; }

bool mg__picture_is_named(const char *name) {
    static const char *const ends[] = { ".png", ".jpg", ".jpeg" };
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t bytes = strlen(ends[i]), k = 0;
        if (length <= bytes) continue;
        const char *end = name + length - bytes;
        while (k < bytes && (end[k] >= 'A' && end[k] <= 'Z' ? end[k] + 32 : end[k]) == ends[i][k]) k++;
        if (k == bytes) return true;
    }
    return false;
}

mg_status mg__picture_decode(mg_context *context, const char *who, const char *data, size_t length, bool header_only,
                             mg__picture *out) {
    const mg__decoder *decoder = decoder_of(data, length);
    *out = (mg__picture){ 0 };
    if (decoder == NULL) return mg__fail(context, MG_FORMAT, "%s: neither PNG nor JPEG", who);
    if (decoder->decode == NULL)
        return mg__fail(context, MG_UNSUPPORTED, "%s: a %s picture, and this build reads none; build with -D%s=ON and %s", who,
                        decoder->name, decoder->option, decoder->library);
    return decoder->decode(context, who, data, length, header_only, out);
}

mg_status mg__picture_room(mg_context *context, const char *who, int64_t height, int64_t width, size_t length) {
    if (height < 1 || width < 1) return mg__fail(context, MG_FORMAT, "%s: a picture without pixels", who);
    if (width > MG__MOST_PIXELS / height)
        return mg__fail(context, MG_FORMAT, "%s: %" PRId64 "x%" PRId64 " pixels; at most %" PRId64 " are read, make it smaller",
                        who, height, width, MG__MOST_PIXELS);
    if ((uint64_t)(height * width) / PIXELS_A_BYTE <= length) return MG_OK;
    return mg__fail(context, MG_FORMAT, "%s: damaged: %" PRId64 "x%" PRId64 " pixels do not fit in a file of %zu bytes", who,
                    height, width, length);
}

mg_status mg__picture_recolor(mg_context *context, mg__picture *p, int64_t channels) {
    size_t pixels = (size_t)(p->height * p->width);
    if (p->channels == channels) return MG_OK;
    uint8_t *to = mg__alloc(context, pixels * (size_t)channels);
    if (to == NULL) return MG_OUT_OF_MEMORY;
    for (size_t i = 0; i < pixels; i++) {
        const uint8_t *from = p->pixels + i * (size_t)p->channels;
        if (channels == 1)
            to[i] = (uint8_t)((from[0] * 19595 + from[1] * 38470 + from[2] * 7471 + 32768) >> 16);
        else
            to[3 * i] = to[3 * i + 1] = to[3 * i + 2] = *from;
    }
    mg__free(context, p->pixels);
    p->pixels = to;
    p->channels = channels;
    return MG_OK;
}
