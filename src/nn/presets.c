/* Networks with a name. Convolutions before a batch norm have no bias: the norm takes it away and has its own. */
#include "nn/layer.h"

#include <string.h>

#define CONV(channels) "conv(" #channels ", 3, padding=same, bias=false) batchnorm"
/* padding=1, not same: the taps lie around the pixels that the projection beside it takes. */
#define HALVE(channels)       "conv(" #channels ", 3, stride=2, padding=1, bias=false) batchnorm"
#define BLOCK(channels)       "residual(" CONV(channels) " relu " CONV(channels) ") relu"
#define FIRST_BLOCK(channels) "residual(" HALVE(channels) " relu " CONV(channels) ") relu"

static const mg_preset presets[] = {
    { .name = "lenet5",
      .doc = "two convolutions and three dense layers (LeCun et al. 1998), with relu and maxpool",
      .text = "conv(6, 5, padding=same) relu maxpool(2) conv(16, 5) relu maxpool(2) flatten dense(120) relu dense(84) relu",
      .image = { 28, 28, 1 },
      .outputs = 10 },
    { .name = "cnn-small",
      .doc = "two convolutions and a wide dense layer with dropout, for images like handwritten digits",
      .text = "conv(32, 3) relu conv(64, 3) relu maxpool(2) dropout(0.25) flatten dense(128) relu dropout(0.5)",
      .image = { 28, 28, 1 },
      .outputs = 10 },
    { .name = "resnet8",
      .doc = "residual network of 8 layers for small images (He et al. 2015)",
      .text = CONV(16) " relu " BLOCK(16) " " FIRST_BLOCK(32) " " FIRST_BLOCK(64) " globalavgpool",
      .image = { 32, 32, 3 },
      .outputs = 10 },
    { .name = "resnet20",
      .doc = "residual network of 20 layers for small images (He et al. 2015)",
      .text = CONV(16) " relu 3*[" BLOCK(16) "] " FIRST_BLOCK(32) " 2*[" BLOCK(32) "] " FIRST_BLOCK(64) " 2*[" BLOCK(
          64) "] globalavgpool",
      .image = { 32, 32, 3 },
      .outputs = 10 },
};
enum { PRESETS = sizeof presets / sizeof *presets };

const mg_preset *mg_preset_row(int index) { return index >= 0 && index < PRESETS ? &presets[index] : NULL; }

const mg_preset *mg__preset_find(const char *name, size_t length) {
    for (int i = 0; i < PRESETS; i++)
        if (strlen(presets[i].name) == length && memcmp(presets[i].name, name, length) == 0) return &presets[i];
    return NULL;
}

void mg__preset_names(char *text, size_t size) {
    size_t used = 0;
    text[0] = 0;
    for (int i = 0; i < PRESETS; i++) mg__append(text, size, &used, "%s@%s", i ? ", " : "", presets[i].name);
}
