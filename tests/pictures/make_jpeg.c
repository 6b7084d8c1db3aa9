/* Makes the JPEG files of this folder anew, from the root: cc tests/pictures/make_jpeg.c -ljpeg -o /tmp/make_jpeg &&
 * /tmp/make_jpeg 16x12 pixels: the left half red (grey: dark), the right half blue (grey: bright). */
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

enum { WIDTH = 16, HEIGHT = 12 };

static void write_jpeg(const char *path, J_COLOR_SPACE space, int channels, int progressive) {
    static const unsigned char halves[3][2][4] = { { { 60 }, { 200 } },
                                                   { { 220, 20, 30 }, { 20, 40, 210 } },
                                                   { { 255, 0, 0, 255 }, { 0, 0, 255, 255 } } }; /* CMYK as Adobe has it */
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    unsigned char row[WIDTH * 4];
    JSAMPROW rows[] = { row };
    FILE *file = fopen(path, "wb");
    if (file == NULL) return;
    int kind = channels == 1 ? 0 : channels == 3 ? 1 : 2;
    for (int x = 0; x < WIDTH; x++) memcpy(row + x * channels, halves[kind][x >= WIDTH / 2], (size_t)channels);
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_stdio_dest(&jpeg, file);
    jpeg.image_width = WIDTH;
    jpeg.image_height = HEIGHT;
    jpeg.input_components = channels;
    jpeg.in_color_space = space;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, 95, TRUE);
    if (progressive) jpeg_simple_progression(&jpeg);
    jpeg_start_compress(&jpeg, TRUE);
    while (jpeg.next_scanline < HEIGHT) jpeg_write_scanlines(&jpeg, rows, 1);
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    fclose(file);
}

int main(void) {
    write_jpeg("tests/pictures/grey.jpg", JCS_GRAYSCALE, 1, 0);
    write_jpeg("tests/pictures/color.jpg", JCS_RGB, 3, 0);
    write_jpeg("tests/pictures/progressive.jpg", JCS_RGB, 3, 1);
    write_jpeg("tests/pictures/cmyk.jpg", JCS_CMYK, 4, 0);
    return 0;
}
