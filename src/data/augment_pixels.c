/* What is done to pixels where they are. */
#include "data/augment_rows.h"

#include <math.h>

static int64_t count_of(const mg__pixels *pixels) { return pixels->shape[0] * pixels->shape[1]; }

static float clamp(float value, float low, float high) { return value < low ? low : value > high ? high : value; }

/* A place of the middle among `side` pixels, and from it where the square begins. */
static int64_t place(const mg__draw *draw, uint64_t position, int64_t side, int64_t size) {
    return (int64_t)((mg__draw_even(draw, position) + 1) / 2 * (double)side) - size / 2;
}

void mg__pixels_cut_out(double size, const mg__draw *draw, const mg__pixels *pixels, float *image) {
    int64_t height = pixels->shape[0], width = pixels->shape[1], channels = pixels->shape[2], side = (int64_t)size;
    int64_t top = place(draw, 0, height, side), left = place(draw, 1, width, side);
    for (int64_t y = top > 0 ? top : 0; y < top + side && y < height; y++)
        for (int64_t x = left > 0 ? left : 0; x < left + side && x < width; x++)
            for (int64_t c = 0; c < channels; c++) image[(y * width + x) * channels + c] = pixels->background[c];
}

/* A share of each channel's own range is the same share of them all, in whatever they are scaled to. */
void mg__pixels_brighten(double share, const mg__draw *draw, const mg__pixels *pixels, float *image) {
    int64_t count = count_of(pixels), channels = pixels->shape[2];
    double times = share * mg__draw_even(draw, 0);
    for (int64_t c = 0; c < channels; c++) {
        float low = pixels->low[c], high = pixels->high[c], more = (float)(times * (double)(high - low));
        for (int64_t i = 0; i < count; i++) image[i * channels + c] = clamp(image[i * channels + c] + more, low, high);
    }
}

void mg__pixels_contrast(double share, const mg__draw *draw, const mg__pixels *pixels, float *image) {
    int64_t count = count_of(pixels), channels = pixels->shape[2];
    float times = (float)(1 + share * mg__draw_even(draw, 0));
    for (int64_t c = 0; c < channels; c++) {
        double sum = 0;
        for (int64_t i = 0; i < count; i++) sum += (double)image[i * channels + c];
        float mean = (float)(sum / (double)count), low = pixels->low[c], high = pixels->high[c];
        for (int64_t i = 0; i < count; i++) {
            float *x = &image[i * channels + c];
            *x = clamp(mean + times * (*x - mean), low, high);
        }
    }
}

void mg__pixels_noise(double std, const mg__draw *draw, const mg__pixels *pixels, float *image) {
    int64_t channels = pixels->shape[2], all = count_of(pixels) * channels;
    uint32_t words[4];
    double normal[4];
    for (int64_t i = 0; i < all; i++) {
        if (i % 4 == 0) { /* a block makes four */
            mg__random_block(&draw->stream, draw->row, (uint64_t)i / 4, words);
            mg__random_normal_pair(words, normal);
            mg__random_normal_pair(words + 2, normal + 2);
        }
        double range = (double)(pixels->high[i % channels] - pixels->low[i % channels]);
        image[i] += (float)(std * range * normal[i % 4]);
    }
}
