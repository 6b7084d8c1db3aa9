/* Decompression of gzip (RFC 1952), where the build has zlib. */
#include "interop/file.h"

#ifdef MG__HAVE_ZLIB

#include <limits.h>
#include <zlib.h>

/* zlib's own few kilobytes come through our hook too. */
static voidpf take(voidpf context, uInt items, uInt size) {
    size_t bytes;
    return mg__size_multiply(items, size, &bytes) ? mg__alloc(context, bytes) : Z_NULL;
}
static void give(voidpf context, voidpf block) { mg__free(context, block); }

/* Inflates one member after the other until the input ends. What follows the last member must be zeros (padding of tapes). */
static mg_status inflate_all(mg_context *context, const char *path, z_stream *z, size_t limit, mg__bytes *out) {
    size_t capacity = 0, left = out->length; /* left: input not handed to zlib yet */
    out->length = 0;
    for (;;) {
        if (z->avail_in == 0 && left > 0) {
            z->avail_in = left < UINT_MAX ? (uInt)left : UINT_MAX;
            left -= z->avail_in;
        }
        if (capacity - out->length < 2 && !mg__grow(context, &out->data, &capacity, out->length + 65536, 1))
            return MG_OUT_OF_MEMORY;
        size_t room = capacity - out->length - 1;
        z->avail_out = room < UINT_MAX ? (uInt)room : UINT_MAX;
        z->next_out = (Bytef *)out->data + out->length;
        uInt before = z->avail_out;
        int code = inflate(z, Z_NO_FLUSH);
        out->length += before - z->avail_out;
        if (out->length > limit)
            return mg__fail(context, MG_FORMAT, "%s: decompresses to more than the %zu bytes that are accepted", path, limit);
        if (code == Z_STREAM_END) {
            while (z->avail_in > 0 && *z->next_in == 0) z->next_in++, z->avail_in--;
            if (z->avail_in == 0 && left == 0) return MG_OK;
            if (inflateReset(z) != Z_OK) return mg__fail(context, MG_FORMAT, "%s: gzip cannot be continued", path);
        } else if (code == Z_MEM_ERROR) {
            return mg__fail_memory(context, 65536);
        } else if (code == Z_BUF_ERROR || (code == Z_OK && z->avail_in == 0 && left == 0 && z->avail_out > 0)) {
            return mg__fail(context, MG_FORMAT,
                            "%s: truncated: the gzip data ends after %zu bytes of content; copy the file again", path,
                            out->length);
        } else if (code != Z_OK) {
            return mg__fail(context, MG_FORMAT, "%s: damaged gzip data after %zu bytes of content (%s); copy the file again",
                            path, out->length, z->msg != NULL ? z->msg : "no gzip");
        }
    }
}

mg_status mg__gunzip(mg_context *context, const char *path, const char *data, size_t length, size_t limit, mg__bytes *bytes) {
    z_stream z = { .zalloc = take, .zfree = give, .opaque = context, .next_in = (z_const Bytef *)data };
    if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK) return mg__fail_memory(context, 65536);
    mg__bytes out = { NULL, length };
    mg_status status = inflate_all(context, path, &z, limit, &out);
    inflateEnd(&z);
    if (status != MG_OK) {
        mg__free(context, out.data);
        return status;
    }
    out.data[out.length] = '\0';
    *bytes = out;
    return MG_OK;
}

#else

mg_status mg__gunzip(mg_context *context, const char *path, const char *data, size_t length, size_t limit, mg__bytes *bytes) {
    (void)data, (void)length, (void)limit, (void)bytes;
    return mg__fail(context, MG_UNSUPPORTED,
                    "%s: compressed with gzip, which this build cannot read (it was built without zlib): run gunzip on it first",
                    path);
}

#endif
