/* What the rows of the table of augmentations point to. */
#ifndef MG_AUGMENT_ROWS_H
#define MG_AUGMENT_ROWS_H

#include "data/augment.h"

/* augment_shape.c */
mg__map mg__map_of_shift(double pixels, const mg__draw *draw);
mg__map mg__map_of_rotation(double degrees, const mg__draw *draw);
mg__map mg__map_of_scale(double factor, const mg__draw *draw);
mg__map mg__map_of_shear(double degrees, const mg__draw *draw);
mg__map mg__map_of_flip(double axis, const mg__draw *draw);
mg__map mg__map_of_crop(double pixels, const mg__draw *draw);

/* augment_pixels.c */
void mg__pixels_cut_out(double size, const mg__draw *draw, const mg__pixels *pixels, float *image);
void mg__pixels_brighten(double share, const mg__draw *draw, const mg__pixels *pixels, float *image);
void mg__pixels_contrast(double share, const mg__draw *draw, const mg__pixels *pixels, float *image);
void mg__pixels_noise(double std, const mg__draw *draw, const mg__pixels *pixels, float *image);

/* augment_cells.c */
void mg__cells_noise(double std, const mg__draw *draw, const mg_encoder *encoder, const mg__company *company, float *row);
void mg__cells_swap(double share, const mg__draw *draw, const mg_encoder *encoder, const mg__company *company, float *row);

#endif
