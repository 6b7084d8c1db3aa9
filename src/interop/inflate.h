/* Decompression a piece at a time: gzip (RFC 1952), and the bare deflate data of a zip archive (RFC 1951). */
#ifndef MG_INFLATE_H
#define MG_INFLATE_H

#include "base/base.h"

typedef struct mg__inflater mg__inflater;

typedef enum mg__inflated {
    MG__INFLATE_MORE, /* the input or the room is used up */
    MG__INFLATE_END,  /* of a gzip member, or of the deflate data */
    MG__INFLATE_DAMAGED,
    MG__INFLATE_NO_MEMORY, /* recorded on the context */
} mg__inflated;

/* `name` is for messages. NULL: no memory, or MG_UNSUPPORTED: the build has no zlib. */
mg__inflater *mg__inflater_create(mg_context *context, const char *name, bool gzip);

/* Moves *in and *out over what was read and written. */
mg__inflated mg__inflate(mg__inflater *inflater, const char **in, size_t *in_bytes, char **out, size_t *out_bytes);
const char *mg__inflater_reason(const mg__inflater *inflater); /* of damage */
void mg__inflater_reset(mg__inflater *inflater);               /* for the next member */
void mg__inflater_destroy(mg__inflater *inflater);             /* NULL is fine */

/* Is this the CRC-32 of the bytes? Without zlib nobody knows: true. */
bool mg__crc_is(const char *bytes, size_t length, uint32_t crc);

#endif
