/* Atomic writing. */
#define _POSIX_C_SOURCE 200809L
#define _XOPEN_SOURCE   700
#include "interop/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct mg__file {
    mg_context *context;
    char *path;      /* as given, for messages */
    char *target;    /* what is renamed over: path, or where its symbolic link leads. NULL: written to directly */
    char *folder;    /* the target's */
    char *temporary; /* in that folder */
    int descriptor;
    mg_status status; /* of the first failure */
};

static mg_status cannot_write(mg_context *context, const char *path, int reason) {
    return mg__fail(context, MG_FILE, "%s: cannot be written: %s", path, strerror(reason));
}

/* The folder part of a path, with its slash; "" where there is none. Returns its length. */
static size_t folder_length(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? 0 : (size_t)(slash - path) + 1;
}

static char *join(mg_context *context, const char *folder, size_t folder_bytes, const char *rest) {
    size_t bytes = folder_bytes + strlen(rest) + 1;
    char *path = mg__alloc(context, bytes);
    if (path != NULL) snprintf(path, bytes, "%.*s%s", (int)folder_bytes, folder, rest);
    return path;
}

static char *folder_of(mg_context *context, const char *path) {
    size_t length = folder_length(path);
    return length == 0 ? mg__strdup(context, ".") : join(context, path, length, "");
}

/* Follows the symbolic links that path is, so that a link stays a link. NULL: no memory, or a circle. */
static char *follow_links(mg_context *context, const char *path) {
    char *at = mg__strdup(context, path), link[4096];
    for (int hops = 0; at != NULL && hops < 40; hops++) {
        ssize_t length = readlink(at, link, sizeof link - 1);
        if (length < 0) return at; /* no link, or nothing there yet */
        link[length] = '\0';
        char *next = join(context, at, link[0] == '/' ? 0 : folder_length(at), link);
        mg__free(context, at);
        at = next;
    }
    if (at != NULL) cannot_write(context, path, ELOOP);
    mg__free(context, at);
    return NULL;
}

mg_status mg__file_writable(mg_context *context, const char *path) {
    struct stat about;
    if (path[0] == '\0') return mg__fail(context, MG_FILE, "the name of the file to write is empty");
    if (stat(path, &about) == 0) {
        if (S_ISDIR(about.st_mode)) return mg__fail(context, MG_FILE, "%s: is a folder; give the name of a file", path);
        if (access(path, W_OK) != 0) return cannot_write(context, path, errno);
        if (!S_ISREG(about.st_mode)) return MG_OK;
    }
    char *target = follow_links(context, path);
    if (target == NULL) return mg_context_status(context);
    char *folder = folder_of(context, target);
    mg_status status = folder == NULL ? MG_OUT_OF_MEMORY : MG_OK;
    if (folder != NULL && (stat(folder, &about) != 0 || access(folder, W_OK | X_OK) != 0)) {
        const char *cure = errno == ENOENT ? "; make the folder first" : "";
        status = mg__fail(context, MG_FILE, "%s: cannot be written: the folder %s: %s%s", path, folder, strerror(errno), cure);
    } else if (folder != NULL && !S_ISDIR(about.st_mode)) {
        status = cannot_write(context, path, ENOTDIR);
    }
    mg__free(context, folder);
    mg__free(context, target);
    return status;
}

/* Opens a new file beside the target: ".name.PID-n.tmp". */
static bool open_temporary(mg__file *file) {
    size_t folder = folder_length(file->target), bytes = strlen(file->target) + 64;
    file->temporary = mg__alloc(file->context, bytes);
    if (file->temporary == NULL) {
        file->status = MG_OUT_OF_MEMORY;
        return false;
    }
    for (int n = 0; n < 1000; n++) {
        snprintf(file->temporary, bytes, "%.*s.%.200s.%ld-%d.tmp", (int)folder, file->target, file->target + folder,
                 (long)getpid(), n);
        file->descriptor = open(file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file->descriptor >= 0) return true;
        if (errno != EEXIST) break;
    }
    file->status = cannot_write(file->context, file->path, errno);
    mg__free(file->context, file->temporary);
    file->temporary = NULL;
    return false;
}

static bool open_file(mg__file *file) {
    struct stat about;
    bool exists = stat(file->path, &about) == 0;
    if (exists && !S_ISREG(about.st_mode)) {
        file->descriptor = open(file->path, O_WRONLY | O_CLOEXEC);
        if (file->descriptor < 0) file->status = cannot_write(file->context, file->path, errno);
        return file->descriptor >= 0;
    }
    file->target = follow_links(file->context, file->path);
    file->folder = file->target != NULL ? folder_of(file->context, file->target) : NULL;
    if (file->folder == NULL || !open_temporary(file)) return false;
    int kept = exists ? fchmod(file->descriptor, about.st_mode & 07777) : 0;
    (void)kept; /* where that fails, the permissions of the umask do */
    return true;
}

/* Closes, removes what is not finished, and frees. */
static mg_status end(mg__file *file) {
    mg_status status = file->status;
    if (file->descriptor >= 0) close(file->descriptor);
    if (file->temporary != NULL) unlink(file->temporary);
    mg__free(file->context, file->temporary);
    mg__free(file->context, file->folder);
    mg__free(file->context, file->target);
    mg__free(file->context, file->path);
    mg__free(file->context, file);
    return status;
}

mg__file *mg__file_begin(mg_context *context, const char *path) {
    if (mg__file_writable(context, path) != MG_OK) return NULL;
    mg__file *file = mg__alloc_zero(context, sizeof *file);
    if (file == NULL) return NULL;
    file->context = context;
    file->descriptor = -1;
    file->path = mg__strdup(context, path);
    if (file->path == NULL || !open_file(file)) {
        end(file);
        return NULL;
    }
    return file;
}

mg_status mg__file_write(mg__file *file, const void *bytes, size_t length) {
    const char *at = bytes;
    while (file->status == MG_OK && length > 0) {
        ssize_t written = write(file->descriptor, at, length < (1u << 30) ? length : 1u << 30);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) {
            file->status = cannot_write(file->context, file->path, errno);
        } else {
            at += written;
            length -= (size_t)written;
        }
    }
    return file->status;
}

/* The folder's entry is brought to the disk as well; a system that cannot do that has still renamed. */
static void sync_folder(const char *folder) {
    int descriptor = open(folder, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return;
    (void)fsync(descriptor);
    close(descriptor);
}

mg_status mg__file_commit(mg__file *file) {
    if (file->status == MG_OK && file->temporary != NULL && fsync(file->descriptor) != 0)
        file->status = cannot_write(file->context, file->path, errno);
    if (file->status == MG_OK) {
        int descriptor = file->descriptor;
        file->descriptor = -1;
        if (close(descriptor) != 0)
            file->status = cannot_write(file->context, file->path, errno); /* network disks tell it here */
    }
    if (file->status == MG_OK && file->temporary != NULL) {
        if (rename(file->temporary, file->target) != 0) {
            file->status = cannot_write(file->context, file->path, errno);
        } else {
            mg__free(file->context, file->temporary);
            file->temporary = NULL;
            sync_folder(file->folder);
        }
    }
    return end(file);
}

void mg__file_abort(mg__file *file) {
    if (file != NULL) end(file);
}

mg_status mg__file_write_whole(mg_context *context, const char *path, const void *bytes, size_t length) {
    mg__file *file = mg__file_begin(context, path);
    if (file == NULL) return mg_context_status(context);
    mg__file_write(file, bytes, length);
    return mg__file_commit(file);
}
