/* The table of augmentations, and their presets. */
#include "data/augment.h"

#include "base/number.h"
#include "data/augment_rows.h"

#include <string.h>

static const char *const axes[] = { "horizontal", "vertical", "both", NULL };

static bool within_picture(double value, const int64_t shape[3]) {
    return value <= (double)shape[0] && value <= (double)shape[1];
}

static const mg__augmentation table[] = {
    { .name = "shift",
      .argument = "pixels",
      .initial = 2,
      .low = 0,
      .high = 1000,
      .doc = "moves the image across and down, by u times so many pixels each",
      .map = mg__map_of_shift,
      .fits = within_picture,
      .cure = "shift by less than the image's side" },
    { .name = "rotate",
      .argument = "degrees",
      .initial = 10,
      .low = 0,
      .high = 180,
      .doc = "turns it about its middle, to either side",
      .map = mg__map_of_rotation },
    { .name = "scale",
      .argument = "factor",
      .initial = 1.1,
      .low = 1,
      .high = 4,
      .doc = "enlarges it factor^u times, u from -1 to 1: from 1/factor to factor",
      .map = mg__map_of_scale },
    { .name = "shear",
      .argument = "degrees",
      .initial = 10,
      .low = 0,
      .high = 60,
      .doc = "slants it: a pixel y below the middle moves tan(angle) y to the right, to either side",
      .map = mg__map_of_shear },
    { .name = "flip",
      .argument = "axis",
      .words = axes,
      .doc = "mirrors it, every second time: left and right change places, top and bottom, or each of both",
      .map = mg__map_of_flip },
    { .name = "crop",
      .argument = "pixels",
      .initial = 4,
      .low = 1,
      .high = 1000,
      .whole = true,
      .doc = "pads it by so many pixels of background and cuts out its size somewhere (padded crop, He et al. 2015)",
      .map = mg__map_of_crop,
      .fits = within_picture,
      .cure = "pad by less than the image's side" },
    { .name = "cutout",
      .argument = "size",
      .initial = 8,
      .low = 1,
      .high = 1000,
      .whole = true,
      .doc = "a square of background, its middle on any pixel, so that it may stick out (DeVries & Taylor 2017)",
      .pixels = mg__pixels_cut_out,
      .fits = within_picture,
      .cure = "give a square that is no larger than the image" },
    { .name = "brightness",
      .argument = "share",
      .initial = 0.2,
      .low = 0,
      .high = 1,
      .doc = "adds u times this share of the range from dark to bright, the same to all pixels",
      .pixels = mg__pixels_brighten },
    { .name = "contrast",
      .argument = "share",
      .initial = 0.2,
      .low = 0,
      .high = 1,
      .doc = "multiplies each pixel's distance from its channel's mean in the image by 1 + u share",
      .pixels = mg__pixels_contrast },
    { .name = "noise",
      .argument = "std",
      .initial = 0.1,
      .low = 0,
      .high = 10,
      .doc = "adds normal noise: to pixels, as a share of the range from dark to bright; to the scaled numbers of a table "
             "(Bishop 1995)",
      .pixels = mg__pixels_noise,
      .cells = mg__cells_noise },
    { .name = "swap",
      .argument = "share",
      .initial = 0.15,
      .low = 0,
      .high = 1,
      .doc = "each column has this chance to come from another training row (swap noise, Jahrer 2017)",
      .cells = mg__cells_swap },
    { .name = "mixup",
      .argument = "alpha",
      .initial = 0.2,
      .low = 0.01,
      .high = 4,
      .doc = "blends the row, share m, and its target's loss with another training row's, share 1 - m; m is the larger of m and "
             "1 - m from Beta(alpha, alpha) (Zhang et al. 2018)",
      .mixes = true },
};

static const mg_augment_preset presets[] = {
    { .name = "digits",
      .text = "shift(2) rotate(10) scale(1.1) shear(10)",
      .doc = "for letters and digits of about 28 x 28 pixels: none is mirrored, none loses a stroke" },
    { .name = "objects",
      .text = "flip(horizontal) crop(4) cutout(8)",
      .doc = "for photographs of about 32 x 32 pixels, of things that may look to either side" },
};

const mg__augmentation *mg__augmentation_row(int index) {
    return index >= 0 && index < (int)(sizeof table / sizeof *table) ? &table[index] : NULL;
}

const mg__augmentation *mg__augmentation_find(const char *name, size_t length) {
    for (int i = 0; mg__augmentation_row(i); i++)
        if (strlen(table[i].name) == length && memcmp(table[i].name, name, length) == 0) return &table[i];
    return NULL;
}

const mg_augment_preset *mg_augment_preset_row(int index) {
    return index >= 0 && index < (int)(sizeof presets / sizeof *presets) ? &presets[index] : NULL;
}

const mg_augment_preset *mg__augment_preset_find(const char *name, size_t length) {
    for (int i = 0; mg_augment_preset_row(i); i++)
        if (strlen(presets[i].name) == length && memcmp(presets[i].name, name, length) == 0) return &presets[i];
    return NULL;
}
