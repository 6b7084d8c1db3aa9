/* Augmentations: their text, their maps against scipy, and what each does to pixels and cells against its formula. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "data/augment.h"
#include "golden/augment.h"

#include "support/encoders.h"

static mg__augment parsed(const char *text) {
    mg__augment augment;
    if (mg__augment_parse(ctx, text, &augment) != MG_OK) fail_msg("%s", mg_context_message(ctx));
    return augment;
}

static mg__draw draw_at(uint64_t row) { return (mg__draw){ .stream = { 3, 1234, 5 }, .row = row }; }

/* --- text -------------------------------------------------------------------------------------------- */

static void a_text_is_read_and_printed_in_normal_form(void **state) {
    (void)state;
    const char *texts[][2] = {
        { "shift(2) rotate(10) cutout(8)", "shift(2) rotate(10) cutout(8)" },
        { "  shift \t rotate(degrees = 7.5)\nflip( both )", "shift(2) rotate(7.5) flip(both)" },
        { "@digits", "shift(2) rotate(10) scale(1.1) shear(10)" },
        { "@objects noise(.05)", "flip(horizontal) crop(4) cutout(8) noise(0.05)" },
        { "mixup swap", "mixup(0.2) swap(0.15)" },
        { "", "" },
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char printed[MG__AUGMENT_BYTES], again[MG__AUGMENT_BYTES];
        mg__augment augment = parsed(texts[i][0]);
        mg__augment_print(&augment, printed);
        assert_string_equal(printed, texts[i][1]);
        augment = parsed(printed);
        mg__augment_print(&augment, again);
        assert_string_equal(again, printed);
    }
}

static void a_wrong_text_is_refused_with_column_item_and_cure(void **state) {
    (void)state;
    const char *texts[][3] = {
        { "shift(2) rotate(400)", "column 17", "rotate: degrees is '400'; wanted a number from 0 to 180" },
        { "crop(1.5)", "column 6", "crop: pixels is '1.5'; wanted a whole number from 1 to 1000" },
        { "flip(diagonal)", "column 6", "wanted horizontal, vertical or both" },
        { "wobble(3)", "column 1", "unknown augmentation 'wobble'; there are shift, rotate" },
        { "shift(2) @nothing", "column 10", "presets are @digits, @objects" },
        { "shift(2", "column 8", "found the end behind its pixels; wanted ')'" },
        { "shift()", "column 7", "shift: pixels is ')'" },
        { "shift(2)rotate", "column 9", "wanted a blank" },
        { "shift(degrees=2)", "column 7", "shift has no argument 'degrees'; it takes pixels" },
        { "mixup mixup(1)", "column 7", "mixup is given twice" },
        { "scale(nan)", "column 7", "scale: factor is 'nan'; wanted a number from 1 to 4" },
        { ")", "column 1", "unknown augmentation ')'" },
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(mg_augment_check(ctx, texts[i][0]), MG_SETTING);
        says(MG_SETTING, texts[i][1]);
        says(MG_SETTING, texts[i][2]);
    }
    char many[40 * 8] = "";
    for (int i = 0; i <= MG__AUGMENT_ITEMS; i++) strcat(many, "crop ");
    assert_int_equal(mg_augment_check(ctx, many), MG_SETTING);
    says(MG_SETTING, "more than 32");
}

/* Every row can be written with its default and with both its bounds, and help tells all of it. */
static void every_augmentation_takes_its_default_and_its_bounds(void **state) {
    (void)state;
    mg_augment_row rows[32];
    int count = mg_augments(rows, 32);
    assert_int_equal(count, 12);
    for (int i = 0; i < count; i++) {
        const mg__augmentation *row = mg__augmentation_row(i);
        char text[80];
        assert_string_equal(rows[i].name, row->name);
        assert_true(rows[i].images || rows[i].tables);
        snprintf(text, sizeof text, "%s(%s)", rows[i].name, rows[i].argument);
        assert_int_equal(parsed(text).count, 1);
        for (int k = 0; k < 4 && !row->words; k++) {
            const double bound[4] = { row->low, row->high, row->low - 0.001, row->high + 0.001 };
            snprintf(text, sizeof text, "%s(%.6f)", row->name, bound[k]);
            assert_int_equal(mg_augment_check(ctx, text), k < 2 ? MG_OK : MG_SETTING);
        }
    }
    assert_null(mg__augmentation_row(count));
    for (int i = 0; mg_augment_preset_row(i); i++) assert_true(parsed(mg_augment_preset_row(i)->text).count > 1);
}

/* --- maps -------------------------------------------------------------------------------------------- */

static void images_under_maps_are_what_scipy_makes_of_them(void **state) {
    (void)state;
    const int64_t shape[3] = { GOLDEN_HEIGHT, GOLDEN_WIDTH, GOLDEN_CHANNELS };
    for (int i = 0; i < GOLDEN_MAPS; i++) {
        float out[GOLDEN_PIXELS];
        mg__map map = mg__map_identity();
        for (int k = 0; k < golden_maps[i].steps; k++) {
            mg__map step;
            memcpy(step.a, golden_maps[i].a[k], sizeof step.a);
            memcpy(step.t, golden_maps[i].t[k], sizeof step.t);
            map = mg__map_then(&map, &step);
        }
        mg__map_sample(&map, shape, golden_background, golden_image, out);
        for (int k = 0; k < GOLDEN_PIXELS; k++) near((double)out[k], golden_maps[i].moved[k]);
    }
}

static void whole_pixels_and_mirrors_are_exact(void **state) {
    (void)state;
    const float image[6] = { 1, 2, 3, 4, 5, 6 }, nothing = 9; /* 2 x 3 */
    const int64_t shape[3] = { 2, 3, 1 };
    const struct {
        mg__map map;
        float out[6];
    } cases[] = {
        { { .a = { { 1, 0 }, { 0, 1 } } }, { 1, 2, 3, 4, 5, 6 } },
        { { .a = { { 1, 0 }, { 0, 1 } }, .t = { 1, 0 } }, { 9, 1, 2, 9, 4, 5 } },
        { { .a = { { 1, 0 }, { 0, 1 } }, .t = { 0, -1 } }, { 4, 5, 6, 9, 9, 9 } },
        { { .a = { { -1, 0 }, { 0, 1 } } }, { 3, 2, 1, 6, 5, 4 } },
        { { .a = { { 1, 0 }, { 0, -1 } } }, { 4, 5, 6, 1, 2, 3 } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        float out[6];
        mg__map_sample(&cases[i].map, shape, &nothing, image, out);
        assert_memory_equal(out, cases[i].out, sizeof out);
    }
}

/* u is uniform in [-1, 1) and part of the address alone; each item makes of it what its documentation says. */
static void items_draw_the_maps_of_their_formulas(void **state) {
    (void)state;
    const double degree = acos(-1) / 180;
    for (uint64_t row = 0; row < 200; row++) {
        mg__draw draw = draw_at(row);
        double u = mg__draw_even(&draw, 0), v = mg__draw_even(&draw, 1);
        assert_true(u >= -1 && u < 1);
        const struct {
            const char *text;
            double a[4], t[2];
        } cases[] = {
            { "shift(3)", { 1, 0, 0, 1 }, { 3 * u, 3 * v } },
            { "rotate(50)", { cos(50 * u * degree), -sin(50 * u * degree), sin(50 * u * degree), cos(50 * u * degree) }, { 0 } },
            { "scale(1.5)", { exp(u * log(1.5)), 0, 0, exp(u * log(1.5)) }, { 0 } },
            { "shear(20)", { 1, tan(20 * u * degree), 0, 1 }, { 0 } },
            { "flip", { u < 0 ? -1 : 1, 0, 0, 1 }, { 0 } },
            { "flip(vertical)", { 1, 0, 0, v < 0 ? -1 : 1 }, { 0 } },
            { "flip(both)", { u < 0 ? -1 : 1, 0, 0, v < 0 ? -1 : 1 }, { 0 } },
        };
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            mg__augment augment = parsed(cases[i].text);
            mg__map map = augment.item[0].row->map(augment.item[0].value, &draw);
            for (int k = 0; k < 4; k++) near(map.a[k / 2][k % 2], cases[i].a[k]);
            for (int k = 0; k < 2; k++) near(map.t[k], cases[i].t[k]);
        }
    }
}

/* 2 * 3 + 1 places across and down, each as likely: chi squared of 48 degrees of freedom, 99.9 % of them below 85. */
static void a_crop_moves_by_whole_pixels_each_as_likely(void **state) {
    (void)state;
    enum { DRAWS = 9800, PLACES = 7 };
    int seen[PLACES][PLACES] = { 0 };
    mg__augment augment = parsed("crop(3)");
    for (uint64_t row = 0; row < DRAWS; row++) {
        mg__draw draw = draw_at(row);
        mg__map map = augment.item[0].row->map(3, &draw);
        int x = (int)map.t[0] + 3, y = (int)map.t[1] + 3;
        assert_true(x >= 0 && x < PLACES && y >= 0 && y < PLACES && map.t[0] == floor(map.t[0]) && map.t[1] == floor(map.t[1]));
        seen[y][x]++;
    }
    double wanted = (double)DRAWS / (PLACES * PLACES), chi = 0;
    for (int i = 0; i < PLACES * PLACES; i++) chi += pow(seen[i / PLACES][i % PLACES] - wanted, 2) / wanted;
    assert_true(chi < 85);
}

/* --- pixels ------------------------------------------------------------------------------------------ */

enum { HEIGHT = 6, WIDTH = 5, CHANNELS = 2, PIXELS = HEIGHT * WIDTH * CHANNELS };

static const mg__pixels some_pixels = {
    .shape = { HEIGHT, WIDTH, CHANNELS }, .background = (float[]){ -7, 7 }, .low = (float[]){ -1, 0 }, .high = (float[]){ 2, 10 }
};

static void change(const char *text, uint64_t row, float *image) {
    mg__augment augment = parsed(text);
    mg__draw draw = draw_at(row);
    augment.item[0].row->pixels(augment.item[0].value, &draw, &some_pixels, image);
}

static void fill(float *image) {
    for (int i = 0; i < PIXELS; i++) image[i] = i % CHANNELS ? (float)(i % 11) : (float)(sin(i) + 0.5);
}

/* The middle is on each pixel as often, so the square is cut at the edges. */
static void cutout_is_a_square_of_background_around_any_pixel(void **state) {
    (void)state;
    int middles[HEIGHT][WIDTH] = { 0 };
    for (uint64_t row = 0; row < 3000; row++) {
        float before[PIXELS], after[PIXELS];
        int top = HEIGHT, left = WIDTH, bottom = -1, right = -1, cut = 0;
        fill(before);
        fill(after);
        change("cutout(3)", row, after);
        for (int i = 0; i < HEIGHT * WIDTH; i++) {
            bool gone = after[2 * i] == -7 && after[2 * i + 1] == 7;
            if (!gone) assert_memory_equal(after + 2 * i, before + 2 * i, 2 * sizeof(float));
            if (!gone) continue;
            cut++;
            top = i / WIDTH < top ? i / WIDTH : top, bottom = i / WIDTH > bottom ? i / WIDTH : bottom;
            left = i % WIDTH < left ? i % WIDTH : left, right = i % WIDTH > right ? i % WIDTH : right;
        }
        assert_int_equal(cut, (bottom - top + 1) * (right - left + 1));
        assert_true(bottom - top <= 2 && right - left <= 2);
        int y = bottom - top == 2 ? top + 1 : top == 0 ? bottom - 1 : top + 1; /* cut at the top, or at the bottom */
        int x = right - left == 2 ? left + 1 : left == 0 ? right - 1 : left + 1;
        middles[y][x]++;
    }
    for (int i = 0; i < HEIGHT * WIDTH; i++) assert_true(abs(middles[i / WIDTH][i % WIDTH] - 100) < 45); /* 4.5 deviations */
}

static double clamped(double x, int c) { return fmin(fmax(x, (double)some_pixels.low[c]), (double)some_pixels.high[c]); }

static void brightness_and_contrast_follow_their_formulas(void **state) {
    (void)state;
    for (uint64_t row = 0; row < 50; row++) {
        float before[PIXELS], bright[PIXELS], hard[PIXELS];
        double mean[CHANNELS] = { 0 };
        mg__draw draw = draw_at(row);
        double u = mg__draw_even(&draw, 0);
        fill(before), fill(bright), fill(hard);
        change("brightness(0.4)", row, bright);
        change("contrast(0.5)", row, hard);
        for (int i = 0; i < PIXELS; i++) mean[i % CHANNELS] += (double)before[i] / (HEIGHT * WIDTH);
        for (int i = 0; i < PIXELS; i++) {
            int c = i % CHANNELS;
            double x = (double)before[i], range = (double)(some_pixels.high[c] - some_pixels.low[c]);
            near((double)bright[i], clamped(x + 0.4 * u * range, c));
            near((double)hard[i], clamped(mean[c] + (1 + 0.5 * u) * (x - mean[c]), c));
        }
    }
}

static void noise_is_normal_and_a_share_of_the_range(void **state) {
    (void)state;
    double sum[CHANNELS] = { 0 }, squares[CHANNELS] = { 0 }, products = 0, count = 0;
    for (uint64_t row = 0; row < 1000; row++) {
        float image[PIXELS] = { 0 };
        change("noise(0.2)", row, image);
        for (int i = 0; i < PIXELS; i++) sum[i % 2] += (double)image[i], squares[i % 2] += (double)image[i] * (double)image[i];
        for (int i = 0; i + 1 < PIXELS; i++) products += (double)image[i] * (double)image[i + 1];
        count += HEIGHT * WIDTH;
    }
    const double std[CHANNELS] = { 0.2 * 3, 0.2 * 10 };
    for (int c = 0; c < CHANNELS; c++) {
        assert_true(fabs(sum[c] / count) < 4 * std[c] / sqrt(count));
        assert_true(fabs(squares[c] / count / (std[c] * std[c]) - 1) < 4 * sqrt(2 / count));
    }
    assert_true(fabs(products / (2 * count)) < 4 * std[0] * std[1] / sqrt(2 * count)); /* neighbours have nothing in common */
}

/* --- what pixels are like ---------------------------------------------------------------------------- */

static mg_encoder image_encoder(int64_t height, int64_t width, int64_t channels) {
    return (mg_encoder){ .context = ctx, .image = { height, width, channels }, .width = height * width * channels };
}

static void background_is_the_median_of_the_edges_and_ranges_are_the_channels_own(void **state) {
    (void)state;
    mg_encoder encoder = image_encoder(3, 3, 2);
    float x[4][18];
    for (int i = 0; i < 4; i++)
        for (int p = 0; p < 9; p++) {
            x[i][2 * p] = p == 4 ? 100 : i == 3 ? 50 : (float)i; /* edges 0, 1, 2 and 50 */
            x[i][2 * p + 1] = (float)-p;
        }
    const int64_t rows[3] = { 0, 1, 2 };
    mg__company some = { .x = x[0], .rows = rows, .count = 3 };
    mg__augment augment = parsed("shift(1)");
    mg__augmenter a;
    assert_int_equal(mg__augmenter_open(ctx, &augment, &encoder, &some, &a), MG_OK);
    assert_true(a.pixels.background[0] == 1 && a.pixels.low[0] == 0 && a.pixels.high[0] == 100);
    assert_true(a.pixels.background[1] == -3 && a.pixels.low[1] == -8 && a.pixels.high[1] == 0);
    mg__augmenter_close(&a);
}

static void what_does_not_fit_the_data_is_refused(void **state) {
    (void)state;
    mg_encoder image = image_encoder(5, 8, 1), table = { .context = ctx, .width = 3 };
    float x[40] = { 0 };
    mg__company one = { .x = x, .count = 1 };
    const struct {
        const mg_encoder *encoder;
        const char *text, *words;
    } cases[] = {
        { &table, "noise rotate(10)", "rotate(10) changes images, the data are a table" },
        { &table, "cutout", "cutout(8) changes images" },
        { &image, "swap(0.3)", "swap(0.3) changes the columns of tables" },
        { &image, "cutout(6)", "cutout(6) does not fit images of 5 x 8 pixels; give a square" },
        { &image, "shift(5.5)", "shift(5.5) does not fit" },
        { &image, "crop(6)", "crop(6) does not fit" },
    };
    mg__augmenter a;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mg__augment augment = parsed(cases[i].text);
        assert_int_equal(mg__augmenter_open(ctx, &augment, cases[i].encoder, &one, &a), MG_SETTING);
        says(MG_SETTING, cases[i].words);
        mg__augmenter_close(&a);
    }
    mg__augment augment = parsed("cutout(5) shift(5) noise mixup");
    assert_int_equal(mg__augmenter_open(ctx, &augment, &image, &one, &a), MG_OK);
    mg__augmenter_close(&a);
}

/* Geometry first, whatever the order: the hole of a cutout is never turned. */
static void maps_act_before_pixels_and_in_the_order_of_the_text(void **state) {
    (void)state;
    mg_encoder encoder = image_encoder(HEIGHT, WIDTH, 1);
    float x[HEIGHT * WIDTH], first[HEIGHT * WIDTH], other[HEIGHT * WIDTH];
    for (int i = 0; i < HEIGHT * WIDTH; i++) x[i] = (float)cos(i);
    mg__company one = { .x = x, .count = 1 };
    mg__augment augment = parsed("shear(30) rotate(90) cutout(2)");
    mg__augmenter a;
    assert_int_equal(mg__augmenter_open(ctx, &augment, &encoder, &one, &a), MG_OK);
    mg__occasion at = { .seed = 8, .epoch = 2 };
    mg__augmenter_vary(&a, &at, &one, first);
    mg__map map = mg__map_identity();
    for (int i = 0; i < 3; i++) {
        uint64_t stream = mg__hash_mix(mg__hash_text(0, "augment"), mg__hash_text((uint64_t)i, augment.item[i].row->name));
        mg__draw draw = { .stream = { 8, stream, 2 }, .row = 0 };
        if (i < 2) {
            mg__map next = augment.item[i].row->map(augment.item[i].value, &draw);
            map = mg__map_then(&map, &next);
            continue;
        }
        mg__map_sample(&map, a.pixels.shape, a.pixels.background, x, other);
        augment.item[i].row->pixels(augment.item[i].value, &draw, &a.pixels, other);
    }
    assert_memory_equal(first, other, sizeof first);
    at.epoch = 3;
    mg__augmenter_vary(&a, &at, &one, other);
    assert_memory_not_equal(first, other, sizeof first);
    mg__augmenter_close(&a);
}

/* --- cells ------------------------------------------------------------------------------------------- */

enum { ROWS = 200 };

/* A number with holes, a category, a boolean. */
static mg_dataset *shop(void) {
    static char text[ROWS * 40];
    size_t used = 0;
    static const char *const colours[] = { "red", "green", "blue" };
    mg__append(text, sizeof text, &used, "price,colour,paid,y\n");
    for (int i = 0; i < ROWS; i++) {
        if (i % 10 == 3)
            mg__append(text, sizeof text, &used, ",%s,%s,%d\n", colours[i % 3], i % 5 ? "yes" : "no", i % 2);
        else
            mg__append(text, sizeof text, &used, "%.3f,%s,%s,%d\n", 20 + 10 * sin(i), colours[i % 3], i % 5 ? "yes" : "no",
                       i % 2);
    }
    return table("ncb-", text);
}

typedef struct cells {
    mg_dataset *dataset;
    mg_encoder *encoder;
    float *x, *out;
    mg__company company;
    mg__augmenter augmenter;
} cells;

static cells open_cells(const char *text, mg_scale scale) {
    cells c = { .dataset = shop() };
    mg_encoder_options options = mg_encoder_defaults();
    options.target = 3;
    options.scale = scale;
    options.bins = 4;
    c.encoder = fit_with(c.dataset, &options);
    size_t width = (size_t)mg_encoder_features(c.encoder);
    c.x = calloc(ROWS * width, sizeof *c.x), c.out = calloc(ROWS * width, sizeof *c.out);
    assert_int_equal(mg_encoder_inputs(ctx, c.encoder, c.dataset, NULL, ROWS, c.x), MG_OK);
    c.company = (mg__company){ .x = c.x, .count = ROWS };
    mg__augment augment = parsed(text);
    assert_int_equal(mg__augmenter_open(ctx, &augment, c.encoder, &c.company, &c.augmenter), MG_OK);
    for (int64_t r = 0; r < ROWS; r++)
        mg__augmenter_vary(&c.augmenter, &(mg__occasion){ .seed = 1, .epoch = 1, .number = r }, &c.company,
                           c.out + r * (int64_t)width);
    return c;
}

static void close_cells(cells *c) {
    mg__augmenter_close(&c->augmenter);
    mg_encoder_destroy(c->encoder);
    mg_dataset_destroy(c->dataset);
    free(c->x);
    free(c->out);
}

/* The noisy row is what the encoder makes of the noisy number; a missing one and all else stay to the bit. */
static void noise_moves_scaled_numbers_and_their_pieces(void **state) {
    (void)state;
    const mg_scale scales[] = { MG_SCALE_STANDARD, MG_SCALE_ROBUST };
    for (int s = 0; s < 2; s++) {
        cells c = open_cells("noise(0.3)", scales[s]);
        const mg__feature *price = &c.encoder->feature[0];
        int64_t width = mg_encoder_features(c.encoder);
        assert_int_equal(price->bins, 4);
        double sum = 0, squares = 0;
        int moved = 0;
        for (int64_t r = 0; r < ROWS; r++) {
            const float *x = c.x + r * width, *out = c.out + r * width;
            float again[8];
            assert_memory_equal(out + price->dense_at + price->dense, x + price->dense_at + price->dense,
                                (size_t)(width - price->dense_at - price->dense) * sizeof *x);
            if (r % 10 == 3) {
                assert_memory_equal(out, x, (size_t)width * sizeof *x);
                continue;
            }
            double more = (double)(out[price->number_at] - x[price->number_at]);
            sum += more, squares += more * more, moved++;
            double z = (double)out[price->number_at], unbent = scales[s] == MG_SCALE_ROBUST ? 2 * sinh(z / 2) : z;
            assert_true(mg__encode_cell(price, (mg__cell){ NULL, price->centre + price->spread * unbent }, again));
            near((double)again[0], z);
            for (int64_t k = 0; k < price->dense; k++)
                assert_true(fabs((double)(again[1 + k] - out[price->dense_at + k])) < 1e-5);
        }
        assert_true(fabs(sum / moved) < 4 * 0.3 / sqrt(moved));
        assert_true(fabs(squares / moved / 0.09 - 1) < 4 * sqrt(2.0 / moved));
        close_cells(&c);
    }
}

/* A column comes whole from a row that has it so; the share of rows in which it does is what was asked for. */
static void swap_takes_whole_columns_of_other_rows(void **state) {
    (void)state;
    cells c = open_cells("swap(0.4)", MG_SCALE_STANDARD);
    int64_t width = mg_encoder_features(c.encoder);
    const mg__feature *price = &c.encoder->feature[0], *colour = &c.encoder->feature[1];
    int prices = 0, colours = 0, both = 0;
    for (int64_t r = 0; r < ROWS; r++) {
        const float *x = c.x + r * width, *out = c.out + r * width;
        bool other_price = out[price->number_at] != x[price->number_at], found = !other_price;
        bool other_colour = memcmp(out + colour->dense_at, x + colour->dense_at, 3 * sizeof *x) != 0;
        for (int64_t k = 0; k < ROWS && !found; k++) {
            const float *from = c.x + k * width;
            found = from[price->number_at] == out[price->number_at] &&
                    memcmp(from + price->dense_at, out + price->dense_at, (size_t)price->dense * sizeof *x) == 0;
        }
        assert_true(found);
        float sum = out[colour->dense_at] + out[colour->dense_at + 1] + out[colour->dense_at + 2];
        assert_true(sum == 1);
        prices += other_price, colours += other_colour, both += other_price && other_colour;
    }
    assert_true(abs(prices - 80) < 28);  /* 0.4 of 200, and four deviations */
    assert_true(abs(colours - 53) < 26); /* two of three others have another colour */
    assert_true(abs(both - 21) < 18);    /* columns are swapped apart */
    close_cells(&c);
}

/* --- mixup ------------------------------------------------------------------------------------------- */

static void shares_of_mixup_are_of_the_beta_distribution(void **state) {
    (void)state;
    enum { DRAWS = 20000 };
    for (int i = 0; i < GOLDEN_ALPHAS; i++) {
        int below[GOLDEN_POINTS] = { 0 };
        for (uint64_t row = 0; row < DRAWS; row++) {
            mg__draw draw = draw_at(row);
            double share = mg__draw_beta(&draw, golden_alpha[i]);
            assert_true(share >= 0 && share <= 1);
            for (int k = 0; k < GOLDEN_POINTS; k++) below[k] += share < golden_point[k];
        }
        for (int k = 0; k < GOLDEN_POINTS; k++) /* 1.95 / sqrt(n): the Kolmogorov bound of 99.9 % */
            assert_true(fabs((double)below[k] / DRAWS - golden_beta[i][k]) < 1.95 / sqrt(DRAWS));
    }
}

static void a_partner_is_another_row_and_has_the_smaller_share(void **state) {
    (void)state;
    cells c = open_cells("mixup(1)", MG_SCALE_STANDARD);
    int seen[ROWS] = { 0 };
    for (int64_t epoch = 1; epoch <= 20; epoch++)
        for (int64_t r = 0; r < ROWS; r++) {
            mg__occasion at = { .seed = 1, .epoch = (uint64_t)epoch, .number = r };
            int64_t partner;
            double share = mg__augmenter_partner(&c.augmenter, &at, ROWS, &partner);
            assert_true(partner >= 0 && partner < ROWS && partner != r && share >= 0.5 && share <= 1);
            seen[partner]++;
        }
    double chi = 0;
    for (int r = 0; r < ROWS; r++) chi += pow(seen[r] - 20, 2) / 20;
    assert_true(chi > 140 && chi < 270); /* 199 degrees of freedom: 99.9 % on either side */
    int64_t width = mg_encoder_features(c.encoder), alone;
    float mixed[16];
    memcpy(mixed, c.x, (size_t)width * sizeof *mixed);
    mg__augmenter_blend(&c.augmenter, 0.75, c.x + width, mixed);
    for (int64_t k = 0; k < width; k++) near((double)mixed[k], 0.75 * (double)c.x[k] + 0.25 * (double)c.x[width + k]);
    assert_true(mg__augmenter_partner(&c.augmenter, &(mg__occasion){ .seed = 1 }, 1, &alone) >= 0.5 && alone == 0);
    close_cells(&c);
}

static void codes_of_embedded_columns_are_not_blended(void **state) {
    (void)state;
    mg_encoder encoder = { .context = ctx, .width = 3, .embeddings = 1 };
    mg__augmenter a = { .encoder = &encoder };
    float row[3] = { 1, 2, 7 };
    mg__augmenter_blend(&a, 0.5, (const float[]){ 3, 4, 2 }, row);
    assert_true(row[0] == 2 && row[1] == 3 && row[2] == 7);
}

/* --- cells as text ----------------------------------------------------------------------------------- */

static void encoded_cells_are_told_as_a_person_reads_them(void **state) {
    (void)state;
    cells c = open_cells("noise(0)", MG_SCALE_ROBUST);
    int64_t width = mg_encoder_features(c.encoder);
    const mg__feature *colour = &c.encoder->feature[1];
    char text[64];
    for (int64_t r = 0; r < 20; r++) {
        char wanted[64];
        mg__cells_decode(&c.encoder->feature[0], c.x + r * width, text, sizeof text);
        mg_dataset_text(c.dataset, r, 0, wanted, sizeof wanted);
        if (r % 10 == 3)
            assert_string_equal(text, "");
        else
            assert_true(fabs(atof(text) - atof(wanted)) < 0.001);
        for (int k = 1; k < 3; k++) {
            mg__cells_decode(&c.encoder->feature[k], c.x + r * width, text, sizeof text);
            mg_dataset_text(c.dataset, r, k, wanted, sizeof wanted);
            assert_string_equal(text, wanted);
        }
    }
    float mixed[16] = { 0 };
    mixed[colour->dense_at] = 0.25f, mixed[colour->dense_at + 2] = 0.75f;
    mg__cells_decode(colour, mixed, text, sizeof text);
    assert_string_equal(text, "25 % blue, 75 % red");
    close_cells(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_read_and_printed_in_normal_form),
        cmocka_unit_test(a_wrong_text_is_refused_with_column_item_and_cure),
        cmocka_unit_test(every_augmentation_takes_its_default_and_its_bounds),
        cmocka_unit_test(images_under_maps_are_what_scipy_makes_of_them),
        cmocka_unit_test(whole_pixels_and_mirrors_are_exact),
        cmocka_unit_test(items_draw_the_maps_of_their_formulas),
        cmocka_unit_test(a_crop_moves_by_whole_pixels_each_as_likely),
        cmocka_unit_test(cutout_is_a_square_of_background_around_any_pixel),
        cmocka_unit_test(brightness_and_contrast_follow_their_formulas),
        cmocka_unit_test(noise_is_normal_and_a_share_of_the_range),
        cmocka_unit_test(background_is_the_median_of_the_edges_and_ranges_are_the_channels_own),
        cmocka_unit_test(what_does_not_fit_the_data_is_refused),
        cmocka_unit_test(maps_act_before_pixels_and_in_the_order_of_the_text),
        cmocka_unit_test(noise_moves_scaled_numbers_and_their_pieces),
        cmocka_unit_test(swap_takes_whole_columns_of_other_rows),
        cmocka_unit_test(shares_of_mixup_are_of_the_beta_distribution),
        cmocka_unit_test(a_partner_is_another_row_and_has_the_smaller_share),
        cmocka_unit_test(codes_of_embedded_columns_are_not_blended),
        cmocka_unit_test(encoded_cells_are_told_as_a_person_reads_them),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
