/* JPEG through libjpeg: grey, colour, CMYK; baseline and progressive. Its rotation in EXIF data is not looked at. */
#include "data/picture.h"

#ifdef MG__HAVE_JPEG

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

/* libjpeg takes its own memory, a few rows; of a progressive picture all of its coefficients. */
typedef struct reading {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    mg_context *context;
    uint8_t *pixels, *row; /* row: of a CMYK picture, before it becomes colour */
    bool no_memory;
    char reason[JMSG_LENGTH_MAX];
    jmp_buf failed;
    const char *data;
    size_t length;
} reading;

static void on_error(j_common_ptr jpeg) {
    reading *r = jpeg->client_data;
    jpeg->err->format_message(jpeg, r->reason);
    r->no_memory = jpeg->err->msg_code == JERR_OUT_OF_MEMORY;
    longjmp(r->failed, 1);
}

/* Grey where pixels are lacking is no picture; stray bytes between its parts do no harm. */
static void on_message(j_common_ptr jpeg, int level) {
    int code = jpeg->err->msg_code;
    if (level < 0 && (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE)) on_error(jpeg);
}

static void be_quiet(j_common_ptr jpeg) { (void)jpeg; }

static void read_header(reading *r) {
    jpeg_create_decompress(&r->jpeg);
    jpeg_mem_src(&r->jpeg, (const unsigned char *)r->data, (unsigned long)r->length);
    jpeg_read_header(&r->jpeg, TRUE);
}

static int64_t channels_of(const reading *r) { return r->jpeg.jpeg_color_space == JCS_GRAYSCALE ? 1 : 3; }

/* Adobe's CMYK is stored as its complement. */
static void put_cmyk(const reading *r, uint8_t *out) {
    bool complement = r->jpeg.saw_Adobe_marker;
    for (size_t x = 0; x < r->jpeg.output_width; x++) {
        const uint8_t *ink = r->row + 4 * x;
        unsigned key = complement ? ink[3] : 255u - ink[3];
        for (int c = 0; c < 3; c++) out[3 * x + (size_t)c] = (uint8_t)(((complement ? ink[c] : 255u - ink[c]) * key + 127) / 255);
    }
}

static void read_pixels(reading *r) {
    j_decompress_ptr jpeg = &r->jpeg;
    bool cmyk = jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK;
    size_t channels = (size_t)channels_of(r);
    jpeg->out_color_space = cmyk ? JCS_CMYK : channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_start_decompress(jpeg);
    size_t width = jpeg->output_width, height = jpeg->output_height;
    r->pixels = mg__alloc(r->context, height * width * channels);
    r->row = mg__alloc(r->context, width * 4);
    r->no_memory = r->pixels == NULL || r->row == NULL;
    if (r->no_memory) longjmp(r->failed, 1);
    while (jpeg->output_scanline < height) {
        uint8_t *out = r->pixels + jpeg->output_scanline * width * channels;
        JSAMPROW row = cmyk ? r->row : out;
        if (jpeg_read_scanlines(jpeg, &row, 1) == 1 && cmyk) put_cmyk(r, out);
    }
    jpeg_finish_decompress(jpeg);
}

static mg_status fail(const reading *r, const char *who) {
    if (r->no_memory) return mg__fail_memory(r->context, (size_t)r->jpeg.image_width * r->jpeg.image_height * 3);
    return mg__fail(r->context, MG_FORMAT, "%s: damaged JPEG: %s", who, r->reason);
}

/* libjpeg comes back here from whatever depth. */
static bool attempt(reading *r, void (*step)(reading *)) {
    if (setjmp(r->failed) != 0) return false;
    step(r);
    return true;
}

static mg_status decode_with(reading *r, const char *who, bool header_only, mg__picture *out) {
    if (!attempt(r, read_header)) return fail(r, who);
    int64_t height = r->jpeg.image_height, width = r->jpeg.image_width;
    mg_status status = mg__picture_room(r->context, who, height, width, header_only ? SIZE_MAX : r->length);
    if (status != MG_OK) return status;
    if (!header_only && !attempt(r, read_pixels)) return fail(r, who);
    *out = (mg__picture){ .height = height, .width = width, .channels = channels_of(r), .pixels = r->pixels };
    r->pixels = NULL;
    return MG_OK;
}

static mg_status decode(mg_context *context, const char *who, const char *data, size_t length, bool header_only,
                        mg__picture *out) {
    reading *r = mg__alloc_zero(context, sizeof *r);
    if (r == NULL) return MG_OUT_OF_MEMORY;
    r->context = context;
    r->data = data;
    r->length = length;
    r->jpeg.err = jpeg_std_error(&r->errors);
    r->jpeg.client_data = r;
    r->errors.error_exit = on_error;
    r->errors.emit_message = on_message;
    r->errors.output_message = be_quiet;
    mg_status status = decode_with(r, who, header_only, out);
    jpeg_destroy_decompress(&r->jpeg);
    mg__free(context, r->row);
    mg__free(context, r->pixels);
    mg__free(context, r);
    return status;
}

#define DECODE decode
#else
#define DECODE NULL
#endif

const mg__decoder mg__jpeg = {
    .name = "JPEG", .magic = "\xff\xd8\xff", .magic_bytes = 3, .decode = DECODE, .option = "MICROGRAD_JPEG", .library = "libjpeg"
};
