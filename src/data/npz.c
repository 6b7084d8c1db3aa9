/* A zip archive of NumPy arrays: members stored, or deflated where the build has zlib (PKWARE's APPNOTE 6.3; the directory at the
 * end tells sizes and places). */
#include "data/npy.h"
#include "interop/inflate.h"

#include <string.h>

#define END_BYTES    22
#define ENTRY_BYTES  46
#define LOCAL_BYTES  30
#define MOST_COMMENT 65535
#define MOST_RATIO   1032 /* deflate makes no more of a byte */
#define NAME_BYTES   100

typedef struct zip {
    mg_context *context;
    const char *path;
    const unsigned char *data;
    size_t length;
} zip;

typedef struct member {
    char name[NAME_BYTES]; /* without ".npy"; "": not there */
    unsigned method, flags;
    uint32_t crc;
    uint64_t packed, size, offset;
} member;

static uint64_t little(const unsigned char *b, size_t bytes) {
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++) value |= (uint64_t)b[i] << 8 * i;
    return value;
}

static mg_status damaged(const zip *z, const char *what) {
    return mg__fail(z->context, MG_FORMAT, "%s: truncated or damaged: %s; copy the file again", z->path, what);
}

/* The end of the directory: the last place where its mark fits the length of the comment behind it. */
static mg_status find_directory(const zip *z, size_t *at, size_t *end, uint64_t *entries) {
    if (z->length < END_BYTES) return damaged(z, "no directory at the end of the archive");
    size_t last = z->length - END_BYTES, first = last > MOST_COMMENT ? last - MOST_COMMENT : 0;
    for (size_t i = last + 1; i-- > first;) {
        const unsigned char *b = z->data + i;
        if (memcmp(b, "PK\5\6", 4) != 0 || little(b + 20, 2) != z->length - i - END_BYTES) continue;
        uint64_t bytes = little(b + 12, 4), begin = little(b + 16, 4);
        *entries = little(b + 10, 2);
        *end = i;
        if (begin > i || bytes > i - begin) return damaged(z, "its directory lies outside");
        *at = (size_t)begin;
        return MG_OK;
    }
    return damaged(z, "no directory at the end of the archive");
}

/* Sizes of 4 GiB and more are in an extra field, in the order of those that do not fit. */
static void read_large(const unsigned char *extra, size_t bytes, member *m) {
    while (bytes >= 4) {
        size_t size = (size_t)little(extra + 2, 2);
        if (size > bytes - 4) return;
        if (little(extra, 2) == 1) {
            uint64_t *large[] = { &m->size, &m->packed, &m->offset };
            for (size_t i = 0, at = 4; i < 3; i++) {
                if (*large[i] != UINT32_MAX || at + 8 > size + 4) continue;
                *large[i] = little(extra + at, 8);
                at += 8;
            }
        }
        extra += 4 + size;
        bytes -= 4 + size;
    }
}

/* The entry at `at`, which moves behind it. `name` is where its name lies. */
static mg_status read_entry(const zip *z, size_t *at, size_t end, member *m, const char **name, size_t *name_bytes) {
    const unsigned char *b = z->data + *at;
    if (end - *at < ENTRY_BYTES || memcmp(b, "PK\1\2", 4) != 0) return damaged(z, "its directory ends too early");
    size_t extra = (size_t)little(b + 30, 2), comment = (size_t)little(b + 32, 2);
    *name_bytes = (size_t)little(b + 28, 2);
    if (end - *at - ENTRY_BYTES < *name_bytes + extra + comment) return damaged(z, "its directory ends too early");
    *name = (const char *)b + ENTRY_BYTES;
    *m = (member){ .flags = (unsigned)little(b + 8, 2),
                   .method = (unsigned)little(b + 10, 2),
                   .crc = (uint32_t)little(b + 16, 4),
                   .packed = little(b + 20, 4),
                   .size = little(b + 24, 4),
                   .offset = little(b + 42, 4) };
    read_large(b + ENTRY_BYTES + *name_bytes, extra, m);
    *at += ENTRY_BYTES + *name_bytes + extra + comment;
    return MG_OK;
}

/* --- which arrays ------------------------------------------------------------------------------------ */

typedef struct contents {
    member x, y, only;
    size_t arrays;
    int x_rank, y_rank; /* of the names below: the lower the better */
    bool workbook, document;
    char list[400];
    size_t used;
} contents;

static const char *const x_names[] = { "X", "x", "data", NULL };
static const char *const y_names[] = { "y", "target", "labels", NULL };

static int rank_of(const char *const *names, const char *name) {
    int i = 0;
    while (names[i] != NULL && strcmp(names[i], name) != 0) i++;
    return i;
}

static void note(contents *c, const member *m) {
    int x = rank_of(x_names, m->name), y = rank_of(y_names, m->name);
    if (x < c->x_rank) c->x_rank = x, c->x = *m;
    if (y < c->y_rank) c->y_rank = y, c->y = *m;
    c->only = *m;
    mg__append(c->list, sizeof c->list, &c->used, "%s%.40s", c->arrays++ > 0 ? ", " : "", m->name);
}

static mg_status list(const zip *z, contents *c) {
    size_t at = 0, end = 0;
    uint64_t entries = 0;
    mg_status status = find_directory(z, &at, &end, &entries);
    *c = (contents){ .x_rank = 3, .y_rank = 3 };
    for (uint64_t i = 0; status == MG_OK && i < entries; i++) {
        member m;
        const char *name = NULL;
        size_t bytes = 0;
        status = read_entry(z, &at, end, &m, &name, &bytes);
        if (status != MG_OK) return status;
        c->workbook = c->workbook || (bytes > 3 && memcmp(name, "xl/", 3) == 0);
        c->document = c->document || (bytes == 11 && memcmp(name, "content.xml", 11) == 0);
        if (bytes < 5 || bytes - 4 >= NAME_BYTES || memcmp(name + bytes - 4, ".npy", 4) != 0) continue;
        memcpy(m.name, name, bytes - 4);
        note(c, &m);
    }
    return status;
}

static mg_status refuse(const zip *z, const contents *c) {
    if (c->workbook) return mg__fail(z->context, MG_FORMAT, "%s: an Excel workbook; save the sheet as CSV", z->path);
    if (c->document) return mg__fail(z->context, MG_FORMAT, "%s: an OpenDocument file; save the sheet as CSV", z->path);
    if (c->arrays == 0)
        return mg__fail(z->context, MG_FORMAT, "%s: a zip archive without NumPy arrays; unpack it and give the file inside",
                        z->path);
    return mg__fail(z->context, MG_FORMAT, "%s: arrays %s; wanted X (or x, data) and y (or target, labels), or a single one",
                    z->path, c->list);
}

/* --- a member's bytes -------------------------------------------------------------------------------- */

static mg_status inflate_member(const zip *z, const member *m, const char *name, const char *packed, char **owned) {
    size_t in = (size_t)m->packed, room = (size_t)m->size;
    if (m->size / MOST_RATIO > m->packed) return damaged(z, "an array is larger than its bytes can hold");
    mg__inflater *inflater = mg__inflater_create(z->context, name, false);
    if (inflater != NULL) *owned = mg__alloc(z->context, room + 1);
    char *out = *owned;
    mg__inflated result = MG__INFLATE_MORE;
    size_t left = room + 1; /* one byte more, to see that there is none */
    while (out != NULL && result == MG__INFLATE_MORE && left > 0) {
        size_t before = in + left;
        result = mg__inflate(inflater, &packed, &in, &out, &left);
        if (result == MG__INFLATE_MORE && in + left == before) break;
    }
    mg__inflater_destroy(inflater);
    if (out == NULL || result == MG__INFLATE_NO_MEMORY) return mg_context_status(z->context);
    if (result != MG__INFLATE_END || left != 1) return damaged(z, "an array does not decompress to its size");
    return MG_OK;
}

/* The array's bytes: in the file, or in *owned, which the caller frees. */
static mg_status open_member(const zip *z, const member *m, const char *name, char **owned, const char **bytes) {
    *owned = NULL;
    if (m->flags & 1) return mg__fail(z->context, MG_FORMAT, "%s: encrypted; unpack it with its password", name);
    if (m->offset > z->length || z->length - m->offset < LOCAL_BYTES) return damaged(z, "an array lies outside");
    const unsigned char *local = z->data + m->offset;
    size_t skip = LOCAL_BYTES + (size_t)little(local + 26, 2) + (size_t)little(local + 28, 2),
           left = z->length - (size_t)m->offset;
    if (memcmp(local, "PK\3\4", 4) != 0 || skip > left || m->packed > left - skip) return damaged(z, "an array lies outside");
    *bytes = (const char *)local + skip;
    mg_status status = MG_OK;
    if (m->method == 8) {
        status = inflate_member(z, m, name, *bytes, owned);
        *bytes = *owned;
    } else if (m->method != 0) {
        return mg__fail(z->context, MG_FORMAT, "%s: compressed by method %u; save it with numpy.savez", name, m->method);
    } else if (m->size != m->packed) {
        return damaged(z, "an array does not have its size");
    }
    if (status == MG_OK && !mg__crc_is(*bytes, (size_t)m->size, m->crc)) return damaged(z, "an array's checksum is wrong");
    return status;
}

static mg_status open_array(const zip *z, const member *m, char **owned, mg__npy *array) {
    char name[512];
    size_t used = 0;
    const char *bytes = NULL;
    mg__append(name, sizeof name, &used, "%.390s, array %s", z->path, m->name);
    mg_status status = open_member(z, m, name, owned, &bytes);
    return status == MG_OK ? mg__npy_parse(z->context, name, bytes, (size_t)m->size, array) : status;
}

mg_dataset *mg__npz_read(mg_context *context, const char *path, const char *data, size_t length) {
    zip z = { context, path, (const unsigned char *)data, length };
    contents c;
    mg__npy x, y;
    char *x_bytes = NULL, *y_bytes = NULL;
    mg_dataset *d = NULL;
    if (list(&z, &c) != MG_OK) return NULL;
    if (c.x.name[0] == '\0' && c.arrays == 1) c.x = c.only, c.y.name[0] = '\0';
    bool has_y = c.y.name[0] != '\0';
    if (c.x.name[0] == '\0')
        refuse(&z, &c);
    else if (open_array(&z, &c.x, &x_bytes, &x) == MG_OK && (!has_y || open_array(&z, &c.y, &y_bytes, &y) == MG_OK))
        d = mg__npy_table(context, path, &x, has_y ? &y : NULL);
    mg__free(context, x_bytes);
    mg__free(context, y_bytes);
    return d;
}
