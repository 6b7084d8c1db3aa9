/* zlib, where the build has it. */
#include "interop/inflate.h"

#ifdef MG__HAVE_ZLIB

#include <limits.h>
#include <zlib.h>

struct mg__inflater {
    mg_context *context;
    z_stream stream;
};

/* zlib's own few kilobytes come through our hook too. */
static voidpf take(voidpf context, uInt items, uInt size) {
    size_t bytes;
    return mg__size_multiply(items, size, &bytes) ? mg__alloc(context, bytes) : Z_NULL;
}
static void give(voidpf context, voidpf block) { mg__free(context, block); }

mg__inflater *mg__inflater_create(mg_context *context, const char *name, bool gzip) {
    (void)name;
    mg__inflater *inflater = mg__alloc_zero(context, sizeof *inflater);
    if (inflater == NULL) return NULL;
    inflater->context = context;
    inflater->stream = (z_stream){ .zalloc = take, .zfree = give, .opaque = context };
    if (inflateInit2(&inflater->stream, gzip ? 16 + MAX_WBITS : -MAX_WBITS) == Z_OK) return inflater;
    mg__free(context, inflater);
    mg__fail_memory(context, 65536);
    return NULL;
}

mg__inflated mg__inflate(mg__inflater *inflater, const char **in, size_t *in_bytes, char **out, size_t *out_bytes) {
    z_stream *z = &inflater->stream;
    uInt given = *in_bytes < UINT_MAX ? (uInt)*in_bytes : UINT_MAX, room = *out_bytes < UINT_MAX ? (uInt)*out_bytes : UINT_MAX;
    z->next_in = (z_const Bytef *)*in;
    z->avail_in = given;
    z->next_out = (Bytef *)*out;
    z->avail_out = room;
    int code = inflate(z, Z_NO_FLUSH);
    *in += given - z->avail_in;
    *in_bytes -= given - z->avail_in;
    *out += room - z->avail_out;
    *out_bytes -= room - z->avail_out;
    if (code == Z_STREAM_END) return MG__INFLATE_END;
    if (code == Z_OK || code == Z_BUF_ERROR) return MG__INFLATE_MORE;
    if (code != Z_MEM_ERROR) return MG__INFLATE_DAMAGED;
    mg__fail_memory(inflater->context, 65536);
    return MG__INFLATE_NO_MEMORY;
}

const char *mg__inflater_reason(const mg__inflater *inflater) {
    return inflater->stream.msg != NULL ? inflater->stream.msg : "not compressed";
}

void mg__inflater_reset(mg__inflater *inflater) { inflateReset(&inflater->stream); }

void mg__inflater_destroy(mg__inflater *inflater) {
    if (inflater == NULL) return;
    inflateEnd(&inflater->stream);
    mg__free(inflater->context, inflater);
}

bool mg__crc_is(const char *bytes, size_t length, uint32_t crc) {
#ifdef MG__FUZZ
    (void)bytes, (void)length, (void)crc;
    return true;
#else
    uLong sum = crc32(0, Z_NULL, 0);
    for (uInt part; length > 0; bytes += part, length -= part) {
        part = length < UINT_MAX ? (uInt)length : UINT_MAX;
        sum = crc32(sum, (const Bytef *)bytes, part);
    }
    return sum == crc;
#endif
}

#else

mg__inflater *mg__inflater_create(mg_context *context, const char *name, bool gzip) {
    mg__fail(context, MG_UNSUPPORTED, "%s: compressed%s, which this build cannot read (it was built without zlib): %s first",
             name, gzip ? " with gzip" : "", gzip ? "run gunzip on it" : "save it with numpy.savez, which does not compress,");
    return NULL;
}

mg__inflated mg__inflate(mg__inflater *inflater, const char **in, size_t *in_bytes, char **out, size_t *out_bytes) {
    (void)inflater, (void)in, (void)in_bytes, (void)out, (void)out_bytes;
    return MG__INFLATE_DAMAGED;
}

const char *mg__inflater_reason(const mg__inflater *inflater) {
    (void)inflater;
    return "";
}

void mg__inflater_reset(mg__inflater *inflater) { (void)inflater; }
void mg__inflater_destroy(mg__inflater *inflater) { (void)inflater; }

bool mg__crc_is(const char *bytes, size_t length, uint32_t crc) {
    (void)bytes, (void)length, (void)crc;
    return true;
}

#endif
