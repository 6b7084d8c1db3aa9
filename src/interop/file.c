/* Reading whole files. Writing is in file_write.c, gzip in gzip.c. */
#define _POSIX_C_SOURCE 200809L
#include "interop/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static mg_status cannot(mg_context *context, const char *path, const char *what) {
    return mg__fail(context, MG_FILE, "%s: cannot be %s: %s", path, what, strerror(errno));
}

static mg_status too_long(mg_context *context, const char *path, size_t limit) {
    return mg__fail(context, MG_FORMAT, "%s: longer than the %zu bytes that are accepted; raise max_bytes or give a smaller file",
                    path, limit);
}

/* Reads to the end. `expected` is a hint (0: unknown) that saves growing; the file may have changed since, so it is no more than
 * that. */
static mg_status read_all(mg_context *context, const char *path, int descriptor, size_t expected, size_t limit,
                          mg__bytes *bytes) {
    char *data = NULL;
    size_t length = 0, capacity = 0;
    mg_status status = MG_OK;
    for (;;) {
        /* One byte to notice the end without growing, one for the NUL. */
        size_t wanted = length < expected ? expected + 2 : length + 65536 + 2;
        if (capacity < length + 2 && !mg__grow(context, &data, &capacity, wanted, 1)) {
            status = MG_OUT_OF_MEMORY;
            break;
        }
        ssize_t got = read(descriptor, data + length, capacity - length - 1);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) status = cannot(context, path, "read");
        if (got <= 0) break;
        length += (size_t)got;
        if (length > limit) {
            status = too_long(context, path, limit);
            break;
        }
    }
    if (status != MG_OK) {
        mg__free(context, data);
        return status;
    }
    data[length] = '\0';
    *bytes = (mg__bytes){ data, length };
    return MG_OK;
}

mg_status mg__file_read_plain(mg_context *context, const char *path, size_t limit, mg__bytes *bytes) {
    if (strcmp(path, "-") == 0) return read_all(context, "standard input", STDIN_FILENO, 0, limit, bytes);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return cannot(context, path, "opened");
    struct stat about;
    mg_status status;
    if (fstat(descriptor, &about) != 0) {
        status = cannot(context, path, "examined");
    } else if (S_ISDIR(about.st_mode)) {
        status = mg__fail(context, MG_FILE, "%s: is a folder; give a file", path);
    } else {
        size_t expected = S_ISREG(about.st_mode) && about.st_size > 0 ? (size_t)about.st_size : 0;
        status = expected > limit ? too_long(context, path, limit) : read_all(context, path, descriptor, expected, limit, bytes);
    }
    close(descriptor);
    return status;
}

mg_status mg__file_read(mg_context *context, const char *path, size_t limit, mg__bytes *bytes) {
    mg__bytes raw;
    mg_status status = mg__file_read_plain(context, path, limit, &raw);
    if (status != MG_OK) return status;
    if (raw.length < 2 || memcmp(raw.data, "\x1f\x8b", 2) != 0) {
        *bytes = raw;
        return MG_OK;
    }
    status = mg__gunzip(context, strcmp(path, "-") == 0 ? "standard input" : path, raw.data, raw.length, limit, bytes);
    mg__free(context, raw.data);
    return status;
}

bool mg__file_exists(const char *path) {
    struct stat about;
    return stat(path, &about) == 0 && !S_ISDIR(about.st_mode);
}
