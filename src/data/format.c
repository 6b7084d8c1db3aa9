#include "data/format.h"

#include "data/npy.h"
#include "data/picture.h"

#include <string.h>

/* {"a": or [{ or [[, as no CSV begins. */
static bool is_json(const char *data, size_t length) {
    char first = '\0';
    for (size_t i = 0; i < length && i < 200; i++) {
        char c = data[i];
        if (c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
        if (first == '\0' && c != '{' && c != '[') return false;
        if (first == '{') return c == '"';
        if (first == '[') return c == '{' || c == '[';
        first = c;
    }
    return false;
}

static bool is_web_page(const char *data, size_t length) {
    static const char *const begins[] = { "<!doctype", "<html" };
    for (size_t k = 0; k < 2; k++) {
        size_t i = 0, bytes = strlen(begins[k]);
        while (i < bytes && i < length && (data[i] >= 'A' && data[i] <= 'Z' ? data[i] + 32 : data[i]) == begins[k][i]) i++;
        if (i == bytes) return true;
    }
    return false;
}

#define MAGIC(text)   .magic = text, .magic_bytes = sizeof text - 1
#define REFUSED(text) .refusal = text

static const mg__format formats[] = {
    { .is = mg__idx_is, .read = mg__idx_read, .beside = mg__idx_beside },
    { .is = mg__picture_is, .read_as = mg__picture_read },
    { MAGIC("\x93NUMPY"), .read = mg__npy_read },
    { MAGIC("PK\3\4"), .read = mg__npz_read },
    { MAGIC("PK\5\6"), REFUSED("an empty zip archive") },
    { MAGIC("\xff\xfe\0\0"), REFUSED("text in UTF-32; convert it: iconv -f utf-32 -t utf-8") },
    { MAGIC("\xff\xfe"), REFUSED("text in UTF-16; convert it: iconv -f utf-16 -t utf-8") },
    { MAGIC("\xfe\xff"), REFUSED("text in UTF-16; convert it: iconv -f utf-16 -t utf-8") },
    { MAGIC("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), REFUSED("an old Excel workbook (.xls); save the sheet as CSV") },
    { MAGIC("PAR1"), REFUSED("a Parquet file; convert it: pandas.read_parquet(...).to_csv(..., index=False)") },
    { MAGIC("ARROW1"), REFUSED("an Arrow (Feather) file; convert it: pandas.read_feather(...).to_csv(..., index=False)") },
    { MAGIC("\x89HDF\r\n\x1a\n"), REFUSED("an HDF5 file; export the table as CSV") },
    { MAGIC("SQLite format 3"),
      REFUSED("an SQLite database; export the table: sqlite3 -header -csv FILE 'select * from TABLE'") },
    { MAGIC("%PDF-"), REFUSED("a PDF document; give the table itself, as CSV") },
    { MAGIC("RDX"), REFUSED("data of R; write it with write.csv(..., row.names = FALSE)") },
    { MAGIC("\x80\4\x95"), REFUSED("a Python pickle, which may run any code when it is read; save the table as CSV or NPY") },
    { MAGIC("\x1f\x8b"), REFUSED("compressed with gzip twice; run gunzip on it first") },
    { MAGIC("BZh"), REFUSED("compressed with bzip2; run bunzip2 on it first") },
    { MAGIC("\xfd"
            "7zXZ"),
      REFUSED("compressed with xz; run unxz on it first") },
    { MAGIC("\x28\xb5\x2f\xfd"), REFUSED("compressed with Zstandard; run unzstd on it first") },
    { MAGIC("GIF8"), REFUSED("a GIF picture; convert it to PNG") },
    { MAGIC("II*\0"), REFUSED("a TIFF picture; convert it to PNG") },
    { MAGIC("MM\0*"), REFUSED("a TIFF picture; convert it to PNG") },
    { MAGIC("<?xml"), REFUSED("XML; did a download go wrong? Give the table itself, as CSV") },
    { .is = is_json, REFUSED("JSON; convert it: pandas.read_json(...).to_csv(..., index=False)") },
    { .is = is_web_page, REFUSED("a web page; did a download go wrong? Give the table itself, as CSV") },
};

const mg__format *mg__format_of(const char *data, size_t length) {
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        const mg__format *f = &formats[i];
        bool same =
            f->magic != NULL ? length >= f->magic_bytes && memcmp(data, f->magic, f->magic_bytes) == 0 : f->is(data, length);
        if (same) return f;
    }
    return NULL;
}
