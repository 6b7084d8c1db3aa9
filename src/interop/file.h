/* Whole files: reading with a cap (gzip transparently), writing so that a reader sees the old file or the new one, never a half.
 * Messages hold the path as it was given and the system's reason. */
#ifndef MG_INTEROP_FILE_H
#define MG_INTEROP_FILE_H

#include "base/base.h"

#define MG__FILE_LIMIT ((size_t)1 << 34) /* 16 GiB: the default cap, after decompression */

/* A file's bytes, followed by one NUL that length does not count. Free data with mg__free. */
typedef struct mg__bytes {
    char *data;
    size_t length;
} mg__bytes;

/* Reads all of `path`; "-" is standard input. What begins with gzip's magic bytes is decompressed (several members in a row too;
 * a truncated or damaged one is refused). MG_FILE: cannot be opened or read, is a folder; MG_FORMAT: longer than limit, damaged
 * gzip; MG_UNSUPPORTED: gzip in a build without zlib. */
mg_status mg__file_read(mg_context *context, const char *path, size_t limit, mg__bytes *bytes);
/* The same without looking for gzip. */
mg_status mg__file_read_plain(mg_context *context, const char *path, size_t limit, mg__bytes *bytes);
/* Decompresses gzip in memory; `path` is for messages. Exposed for tests. */
mg_status mg__gunzip(mg_context *context, const char *path, const char *data, size_t length, size_t limit, mg__bytes *bytes);

bool mg__file_exists(const char *path); /* something other than a folder is there */

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
