/* PNG through libpng: any depth, palettes, interlaced. What is transparent lies on white; 16 bits become 8; profiles and gamma
 * are left alone. */
#include "data/picture.h"

#ifdef MG__HAVE_PNG

#include <png.h>
#include <setjmp.h>
#include <string.h>

#define MOST_CHUNK ((size_t)8 << 20) /* bytes that a profile or a text may take; they are not looked at */

typedef struct reading {
    mg_context *context;
    const char *data;
    size_t length, at;
    png_structp png;
    png_infop info;
    int64_t height, width, channels; /* as libpng gives them: 1, 2 with opacity, 3, 4 */
    bool grey;                       /* a palette of greys alone, too */
    uint8_t *pixels;
    uint8_t **row;
    bool no_memory;
    char reason[128];
    jmp_buf failed;
} reading;

/* Memory through our hook. */
static png_voidp take(png_structp png, png_alloc_size_t bytes) {
    reading *r = png_get_mem_ptr(png);
    void *block = mg__alloc(r->context, bytes);
    if (block == NULL) r->no_memory = true;
    return block;
}

static void give(png_structp png, png_voidp block) {
    const reading *r = png_get_mem_ptr(png);
    mg__free(r->context, block);
}

static void on_error(png_structp png, png_const_charp message) {
    reading *r = png_get_error_ptr(png);
    size_t used = 0;
    mg__append(r->reason, sizeof r->reason, &used, "%s", message);
    longjmp(r->failed, 1);
}

static void on_warning(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static void on_read(png_structp png, png_bytep out, size_t bytes) {
    reading *r = png_get_io_ptr(png);
    if (bytes > r->length - r->at) png_error(png, "truncated");
    memcpy(out, r->data + r->at, bytes);
    r->at += bytes;
}

static bool palette_is_grey(const reading *r) {
    png_colorp palette = NULL;
    int count = 0;
    if (png_get_PLTE(r->png, r->info, &palette, &count) == 0) return false;
    for (int i = 0; i < count; i++)
        if (palette[i].red != palette[i].green || palette[i].green != palette[i].blue) return false;
    return true;
}

static void read_header(reading *r) {
    png_set_read_fn(r->png, r, on_read);
    png_set_user_limits(r->png, 1u << 26, 1u << 26);
    png_set_chunk_malloc_max(r->png, MOST_CHUNK);
#ifdef MG__FUZZ
    png_set_crc_action(r->png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
#endif
    png_read_info(r->png, r->info);
    int type = png_get_color_type(r->png, r->info);
    r->height = (int64_t)png_get_image_height(r->png, r->info);
    r->width = (int64_t)png_get_image_width(r->png, r->info);
    r->grey = (type & PNG_COLOR_MASK_COLOR) == 0 || (type == PNG_COLOR_TYPE_PALETTE && palette_is_grey(r));
}

/* 8 bits a channel, palettes written out, transparency as a channel. */
static void read_pixels(reading *r) {
    png_set_expand(r->png);
    png_set_scale_16(r->png);
    png_set_interlace_handling(r->png);
    png_read_update_info(r->png, r->info);
    r->channels = png_get_channels(r->png, r->info);
    size_t row = (size_t)(r->width * r->channels);
    if (png_get_rowbytes(r->png, r->info) != row) png_error(r->png, "rows of an unknown length");
    r->pixels = mg__alloc_zero(r->context, (size_t)r->height * row);
    r->row = mg__alloc_array(r->context, (size_t)r->height, sizeof *r->row);
    r->no_memory = r->pixels == NULL || r->row == NULL;
    if (r->no_memory) png_error(r->png, "no memory");
    for (size_t y = 0; y < (size_t)r->height; y++) r->row[y] = r->pixels + y * row;
    png_read_image(r->png, r->row);
}

static mg_status fail(const reading *r, const char *who) {
    if (r->no_memory) return mg__fail_memory(r->context, (size_t)(r->height * r->width * 4));
    return mg__fail(r->context, MG_FORMAT, "%s: damaged PNG: %s", who, r->reason);
}

/* libpng comes back here from whatever depth. */
static bool attempt(reading *r, void (*step)(reading *)) {
    if (setjmp(r->failed) != 0) return false;
    step(r);
    return true;
}

/* In place: what is read lies behind what is written. A palette of greys has three channels of the same. */
static void settle(const reading *r) {
    size_t from = (size_t)r->channels, to = r->grey ? 1 : 3;
    bool clear = from == 2 || from == 4;
    for (size_t i = 0; i < (size_t)(r->height * r->width); i++) {
        const uint8_t *in = r->pixels + i * from;
        unsigned opacity = clear ? in[from - 1] : 255;
        for (size_t c = 0; c < to; c++) r->pixels[i * to + c] = (uint8_t)((in[c] * opacity + 255 * (255 - opacity) + 127) / 255);
    }
}

static mg_status decode_with(reading *r, const char *who, bool header_only, mg__picture *out) {
    if (!attempt(r, read_header)) return fail(r, who);
    mg_status status = mg__picture_room(r->context, who, r->height, r->width, header_only ? SIZE_MAX : r->length);
    if (status != MG_OK) return status;
    if (!header_only && !attempt(r, read_pixels)) return fail(r, who);
    if (!header_only) settle(r);
    *out = (mg__picture){ .height = r->height, .width = r->width, .channels = r->grey ? 1 : 3, .pixels = r->pixels };
    r->pixels = NULL;
    return MG_OK;
}

static mg_status decode(mg_context *context, const char *who, const char *data, size_t length, bool header_only,
                        mg__picture *out) {
    reading r = { .context = context, .data = data, .length = length };
    r.png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, &r, on_error, on_warning, &r, take, give);
    if (r.png != NULL) r.info = png_create_info_struct(r.png);
    mg_status status = r.info == NULL ? mg__fail_memory(context, 4096) : decode_with(&r, who, header_only, out);
    png_destroy_read_struct(&r.png, &r.info, NULL);
    mg__free(context, r.row);
    mg__free(context, r.pixels);
    return status;
}

#define DECODE decode
#else
#define DECODE NULL
#endif

const mg__decoder mg__png = { .name = "PNG",
                              .magic = "\x89PNG\r\n\x1a\n",
                              .magic_bytes = 8,
                              .decode = DECODE,
                              .option = "MICROGRAD_PNG",
                              .library = "libpng" };
