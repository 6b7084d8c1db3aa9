#include "interop/png.h"

#ifdef MG__HAVE_PNG

#include <png.h>

mg_status mg__png_write(mg_context *context, const uint8_t *pixels, int64_t height, int64_t width, int64_t channels,
                        uint8_t **bytes, size_t *length) {
    png_image image = { .version = PNG_IMAGE_VERSION,
                        .width = (png_uint_32)width,
                        .height = (png_uint_32)height,
                        .format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB };
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image); /* an upper bound, without compressing twice */
    *length = 0;
    *bytes = mg__alloc(context, size);
    if (!*bytes) return MG_OUT_OF_MEMORY;
    if (png_image_write_to_memory(&image, *bytes, &size, 0, pixels, 0, NULL)) {
        *length = size;
        return MG_OK;
    }
    mg__free(context, *bytes);
    *bytes = NULL;
    return mg__fail(context, MG_UNSUPPORTED, "a picture of %lld x %lld pixels cannot be written as PNG: %s", (long long)height,
                    (long long)width, image.message);
}

#else

mg_status mg__png_write(mg_context *context, const uint8_t *pixels, int64_t height, int64_t width, int64_t channels,
                        uint8_t **bytes, size_t *length) {
    (void)pixels, (void)height, (void)width, (void)channels;
    *bytes = NULL;
    *length = 0;
    return mg__fail(context, MG_UNSUPPORTED, "this build writes no PNG; build with libpng (MICROGRAD_PNG)");
}

#endif
