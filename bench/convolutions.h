/* The shapes of bench/convolution and bench/peers/onednn.c. Padding is half the kernel on every side. */
#ifndef BENCH_CONVOLUTIONS_H
#define BENCH_CONVOLUTIONS_H

#include <stdint.h>

typedef struct bench_convolution {
    int64_t batch, channels, size, outputs, kernel, stride, groups;
} bench_convolution;

static const bench_convolution bench_convolutions[] = {
    { 128, 1, 28, 32, 5, 1, 1 },  { 128, 32, 14, 64, 5, 1, 1 }, /* mnist-cnn */
    { 64, 3, 32, 16, 3, 1, 1 },   { 64, 16, 32, 16, 3, 1, 1 },   { 64, 16, 32, 32, 3, 2, 1 },  { 64, 32, 16, 32, 3, 1, 1 },
    { 64, 32, 16, 64, 3, 2, 1 },  { 64, 64, 8, 64, 3, 1, 1 },    { 64, 16, 32, 32, 1, 2, 1 }, /* cifar-resnet */
    { 32, 64, 56, 64, 3, 1, 1 },  { 32, 256, 14, 256, 3, 1, 1 }, { 16, 64, 56, 256, 1, 1, 1 }, { 1, 64, 56, 64, 3, 1, 1 },
    { 32, 64, 56, 64, 3, 1, 64 },
};
#define BENCH_CONVOLUTIONS (sizeof bench_convolutions / sizeof *bench_convolutions)

#endif
