/* Small pictures, as PNG within the page. */
#include "report/chart.h"

#include "interop/png.h"

#include <math.h>

static uint8_t level(float value, double low, double high) {
    double share = (value - low) / (high - low);
    return isfinite(share) ? (uint8_t)(fmin(fmax(share, 0), 1) * 255 + 0.5) : 0;
}

void mg__put_picture(mg__page *page, const float *pixel, int64_t height, int64_t width, int64_t channels, double low,
                     double high) {
    size_t count = (size_t)(height * width * channels), length = 0;
    uint8_t *bytes = mg__alloc(page->context, count), *png = NULL;
    for (size_t i = 0; bytes && i < count; i++) bytes[i] = level(pixel[i], low, high);
    mg_status status = bytes ? mg__png_write(page->context, bytes, height, width, channels, &png, &length) : MG_OUT_OF_MEMORY;
    if (status == MG_OK) {
        mg__say(page, "<img alt=\"\" src=\"data:image/png;base64,");
        mg__put_base64(page, png, length);
        mg__say(page, "\">");
    }
    page->failed = page->failed || status == MG_OUT_OF_MEMORY;
    if (status == MG_UNSUPPORTED) mg_context_clear(page->context); /* a build without PNG shows none */
    mg__free(page->context, png);
    mg__free(page->context, bytes);
}

/* The range of one picture's pixels becomes black to white. */
static void draw(const float *pixel, int64_t height, int64_t width, int64_t channels, uint8_t *out, int64_t stride) {
    mg__range range = mg__range_none();
    for (int64_t i = 0; i < height * width * channels; i++) mg__range_add(&range, (double)pixel[i]);
    for (int64_t y = 0; y < height; y++)
        for (int64_t x = 0; x < width * channels; x++)
            out[y * stride + x] = level(pixel[y * width * channels + x], range.low, range.high);
}

mg_status mg__picture_grid(mg_context *context, const float *pixel, int64_t count, int64_t height, int64_t width,
                           int64_t channels, int64_t size[2], uint8_t **png, size_t *length) {
    int64_t across = (int64_t)ceil(sqrt((double)count)), down = (count + across - 1) / across;
    int64_t stride = (across * (width + 1) + 1) * channels;
    size[0] = down * (height + 1) + 1;
    size[1] = stride / channels;
    uint8_t *bytes = mg__alloc_array(context, (size_t)size[0], (size_t)stride);
    if (!bytes) return MG_OUT_OF_MEMORY;
    for (int64_t i = 0; i < count; i++) {
        int64_t y = (i / across) * (height + 1) + 1, x = (i % across) * (width + 1) + 1;
        draw(pixel + i * height * width * channels, height, width, channels, bytes + y * stride + x * channels, stride);
    }
    mg_status status = mg__png_write(context, bytes, size[0], size[1], channels, png, length);
    mg__free(context, bytes);
    return status;
}
