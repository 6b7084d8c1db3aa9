/* Files: reading as a stream or whole, with a cap and gzip transparently (input.c); writing so that a reader sees the old
 * file or the new one, never a half (file_write.c). Messages hold the path as it was given and the system's reason. */
#ifndef MG_INTEROP_FILE_H
#define MG_INTEROP_FILE_H

#include "base/base.h"

#define MG__FILE_LIMIT ((size_t)1 << 34) /* 16 GiB: the default cap, after decompression */

/* --- reading a piece at a time ---------------------------------------------------------------------- */

typedef struct mg__input mg__input;

/* "-" is standard input. What begins with gzip's magic bytes is decompressed (several members in a row too; a truncated or
 * damaged one is refused when that is reached). NULL, MG_FILE: cannot be opened, is a folder; MG_FORMAT: longer than limit;
 * MG_UNSUPPORTED: gzip in a build without zlib. */
mg__input *mg__input_open(mg_context *context, const char *path, size_t limit);
/* Bytes from memory, borrowed until it is closed; `name` is for messages. */
mg__input *mg__input_memory(mg_context *context, const char *name, const char *data, size_t length);

/* Up to `room` bytes, as many as there are before the end; *got is 0 only there (or where room is). MG_FILE, MG_FORMAT. */
mg_status mg__input_read(mg__input *input, char *out, size_t room, size_t *got);
/* The next byte read will be the one at `offset` of the (decompressed) content. MG_UNSUPPORTED: a pipe. gzip is decompressed
 * again up to there. */
mg_status mg__input_seek(mg__input *input, uint64_t offset);
bool mg__input_rewinds(const mg__input *input); /* can be read twice */
bool mg__input_seeks(const mg__input *input);   /* and any place of it reached at once */
const char *mg__input_name(const mg__input *input);
/* Bytes of the file read so far and its length, both before decompression; 0: not known. */
void mg__input_position(const mg__input *input, uint64_t *at, uint64_t *length);
void mg__input_close(mg__input *input); /* NULL is fine */

/* --- whole files ------------------------------------------------------------------------------------- */

/* A file's bytes, followed by one NUL that length does not count. Free data with mg__free. */
typedef struct mg__bytes {
    char *data;
    size_t length;
} mg__bytes;

/* Reads all of `path`, as mg__input_open does. */
mg_status mg__file_read(mg_context *context, const char *path, size_t limit, mg__bytes *bytes);
/* The same without looking for gzip. */
mg_status mg__file_read_plain(mg_context *context, const char *path, size_t limit, mg__bytes *bytes);
/* What is left of an open input. */
mg_status mg__input_read_all(mg__input *input, mg__bytes *bytes);

bool mg__file_exists(const char *path); /* something other than a folder is there */

/* --- writing ----------------------------------------------------------------------------------------- */

/* Would mg__file_begin work? Asked before long work whose result goes to `path`. Creates nothing. */
mg_status mg__file_writable(mg_context *context, const char *path);

/* Atomic writing: begin, write any number of times, then commit or abort; both end the file. Written beside the target under a
 * name of its own, brought to the disk, then renamed over it: permissions of a replaced file are kept, and a symbolic link stays
 * one. What exists and is no regular file (/dev/null, a pipe) is written to directly. After a failed write, commit fails too and
 * removes what was begun, so only its status needs checking. */
typedef struct mg__file mg__file;
mg__file *mg__file_begin(mg_context *context, const char *path); /* NULL on failure */
mg_status mg__file_write(mg__file *file, const void *bytes, size_t length);
mg_status mg__file_commit(mg__file *file);
void mg__file_abort(mg__file *file); /* NULL is fine */

/* All three at once. */
mg_status mg__file_write_whole(mg_context *context, const char *path, const void *bytes, size_t length);

#endif
