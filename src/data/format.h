/* What a file is, by its first bytes. What is none of these is read as CSV. */
#ifndef MG_FORMAT_H
#define MG_FORMAT_H

#include "data/table.h"

typedef struct mg__format {
    const char *magic; /* NULL: `is` tells */
    size_t magic_bytes;
    bool (*is)(const char *data, size_t length);
    mg_dataset *(*read)(mg_context *context, const char *path, const char *data, size_t length);
    /* Instead of read, where options matter. */
    mg_dataset *(*read_as)(mg_context *context, const char *path, const char *data, size_t length,
                           const mg_dataset_options *options);
    /* Reads what belongs to the dataset and lies beside its file. NULL: nothing does. */
    mg_status (*beside)(mg_dataset *dataset, const char *path, const mg_dataset_options *options);
    const char *refusal; /* instead of read: what it is, and the cure */
} mg__format;

const mg__format *mg__format_of(const char *data, size_t length); /* NULL: none of those that are known */

#endif
