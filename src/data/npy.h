/* NumPy's arrays (numpy.lib.format, versions 1 to 3), and archives of them (.npz). */
#ifndef MG_NPY_H
#define MG_NPY_H

#include "data/table.h"

#define MG__NPY_RANK 4

/* Numbers that lie in a file's bytes. */
typedef struct mg__npy {
    char kind; /* b, i, u, f */
    size_t size;
    bool big_endian;
    int rank;
    int64_t shape[MG__NPY_RANK];
    size_t stride[MG__NPY_RANK]; /* elements from one to the next along an axis */
    const unsigned char *element;
} mg__npy;

/* `name` is for messages: the file, or the file and the array's name. The sizes are checked against the length. MG_FORMAT. */
mg_status mg__npy_parse(mg_context *context, const char *name, const char *data, size_t length, mg__npy *array);
/* x: [rows] or [rows, columns] gives x0, x1 ...; [rows, height, width] and [rows, height, width, channels] images. y: [rows] or
 * [rows, 1], the last column; or NULL. */
mg_dataset *mg__npy_table(mg_context *context, const char *path, const mg__npy *x, const mg__npy *y);

mg_dataset *mg__npy_read(mg_context *context, const char *path, const char *data, size_t length);
/* Any zip archive: one without arrays is refused by what it is. */
mg_dataset *mg__npz_read(mg_context *context, const char *path, const char *data, size_t length);

#endif
