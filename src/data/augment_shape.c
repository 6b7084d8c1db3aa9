/* The maps that items draw. x points right, y down, so that a positive angle turns clockwise as it is seen. */
#include "data/augment_rows.h"

#include <math.h>

#define DEGREE 0.017453292519943295769 /* pi / 180 */

mg__map mg__map_of_shift(double pixels, const mg__draw *draw) {
    mg__map map = mg__map_identity();
    map.t[0] = pixels * mg__draw_even(draw, 0);
    map.t[1] = pixels * mg__draw_even(draw, 1);
    return map;
}

mg__map mg__map_of_rotation(double degrees, const mg__draw *draw) {
    double angle = degrees * DEGREE * mg__draw_even(draw, 0), c = cos(angle), s = sin(angle);
    return (mg__map){ .a = { { c, -s }, { s, c } } };
}

mg__map mg__map_of_scale(double factor, const mg__draw *draw) {
    double times = pow(factor, mg__draw_even(draw, 0));
    return (mg__map){ .a = { { times, 0 }, { 0, times } } };
}

mg__map mg__map_of_shear(double degrees, const mg__draw *draw) {
    mg__map map = mg__map_identity();
    map.a[0][1] = tan(degrees * DEGREE * mg__draw_even(draw, 0));
    return map;
}

/* axis: an index of the words horizontal, vertical, both */
mg__map mg__map_of_flip(double axis, const mg__draw *draw) {
    mg__map map = mg__map_identity();
    if (axis != 1 && mg__draw_even(draw, 0) < 0) map.a[0][0] = -1;
    if (axis != 0 && mg__draw_even(draw, 1) < 0) map.a[1][1] = -1;
    return map;
}

/* A window of the image's size in the padded image is the image moved by whole pixels, -pixels to pixels, each as likely. */
mg__map mg__map_of_crop(double pixels, const mg__draw *draw) {
    mg__map map = mg__map_identity();
    for (int i = 0; i < 2; i++) map.t[i] = floor((2 * pixels + 1) * (mg__draw_even(draw, (uint64_t)i) + 1) / 2) - pixels;
    return map;
}
