/* A picture: a PNG or JPEG file becomes bytes [height, width, channels].
 *
 *     picture.c   which decoder; limits; grey and colour
 *     png.c       through libpng
 *     jpeg.c      through libjpeg
 *     resize.c    another size
 *     pictures.c  a folder of them, or one, becomes a dataset
 */
#ifndef MG_PICTURE_H
#define MG_PICTURE_H

#include "base/base.h"

#include <micrograd/dataset.h>

#define MG__MOST_PIXELS ((int64_t)1 << 26) /* of one picture */

typedef struct mg__picture {
    int64_t height, width, channels; /* 1: grey; 3: red, green, blue */
    uint8_t *pixels;                 /* freed by the caller; NULL: only the header was read */
} mg__picture;

/* Contexts of several threads may decode at once. MG_FORMAT, beginning with `who`: damaged, truncated, or larger than may be. */
typedef mg_status mg__decode(mg_context *context, const char *who, const char *data, size_t length, bool header_only,
                             mg__picture *out);

typedef struct mg__decoder {
    const char *name;
    const char *magic;
    size_t magic_bytes;
    mg__decode *decode; /* NULL: this build has none */
    const char *option; /* that brings it */
    const char *library;
} mg__decoder;

extern const mg__decoder mg__png, mg__jpeg;

bool mg__picture_is(const char *data, size_t length);
bool mg__picture_is_named(const char *name); /* .png, .jpg, .jpeg, in either case */
/* By its first bytes; MG_UNSUPPORTED: a kind whose decoder is not in this build. */
mg_status mg__picture_decode(mg_context *context, const char *who, const char *data, size_t length, bool header_only,
                             mg__picture *out);

/* For decoders, before they take memory: is this size one that a file of so many bytes can have, and not too large? */
mg_status mg__picture_room(mg_context *context, const char *who, int64_t height, int64_t width, size_t length);

/* Of a picture with pixels: 1 channel becomes 3 of the same, 3 become their luma 0.299 R + 0.587 G + 0.114 B (Rec. 601). */
mg_status mg__picture_recolor(mg_context *context, mg__picture *picture, int64_t channels);

/* out: [height, width, picture->channels]. Each pixel is the mean of those around its place, weighted by a triangle as wide as
 * the pixel is (two pixels of the source where that is larger): smooth when it grows, without aliasing when it shrinks.
 * MG_FIT_CROP: what is too wide or too high loses its edges first. */
mg_status mg__picture_resize(mg_context *context, const mg__picture *picture, mg_image_fit fit, int64_t height, int64_t width,
                             uint8_t *out);

/* A folder whose subfolders are classes; or of pictures alone; or one file's bytes. The columns are `file` and, of a folder with
 * classes, `label`. */
mg_dataset *mg__pictures_read(mg_context *context, const char *folder, const mg_dataset_options *options);
mg_dataset *mg__picture_read(mg_context *context, const char *path, const char *data, size_t length,
                             const mg_dataset_options *options);

#endif
