/* Reading in pieces, from inside: places to come back to. */
#ifndef MG_READER_H
#define MG_READER_H

#include <micrograd/dataset.h>

/* Where the next piece of a reader begins. */
typedef struct mg__mark {
    uint64_t offset; /* bytes of the CSV, or rows of another format */
    int64_t line;
} mg__mark;

mg__mark mg__reader_mark(const mg_reader *reader);
/* The next piece begins at a mark taken before. Quick on what mg__reader_seeks is true for: plain files; gzip is decompressed
 * again up to there. MG_UNSUPPORTED: standard input. */
mg_status mg__reader_seek(mg_reader *reader, mg__mark mark);
bool mg__reader_seeks(const mg_reader *reader);

/* The file's columns, their names and the kinds that were asked for, without rows; it belongs to the reader. */
const mg_dataset *mg__reader_head(const mg_reader *reader);
/* From now on every spelling of this column is kept, however many numbers a piece has. */
void mg__reader_spell(mg_reader *reader, int64_t column);

/* All rows; the reader gives away what it has and can only be closed. */
mg_dataset *mg__reader_take(mg_reader *reader);

/* A reader of bytes in memory, borrowed until it is closed. For tests. */
mg_reader *mg__reader_open_memory(mg_context *context, const char *name, const char *data, size_t length,
                                  const mg_dataset_options *options);

#endif
