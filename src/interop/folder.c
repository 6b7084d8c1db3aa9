#define _POSIX_C_SOURCE 200809L
#include "interop/folder.h"

#include "interop/sort.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool mg__is_folder(const char *path) {
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

bool mg__is_special(const char *path) {
    struct stat about;
    return stat(path, &about) == 0 && !S_ISDIR(about.st_mode) && !S_ISREG(about.st_mode);
}

char *mg__path_join(mg_context *context, const char *folder, const char *name) {
    size_t bytes = strlen(folder) + strlen(name) + 2, used = 0;
    char *path = mg__alloc(context, bytes);
    bool slash = *folder == '\0' || folder[strlen(folder) - 1] == '/';
    if (path != NULL) mg__append(path, bytes, &used, "%s%s%s", folder, slash ? "" : "/", name);
    return path;
}

void mg__names_free(mg_context *context, mg__names *names) {
    for (size_t i = 0; i < names->count; i++) mg__free(context, names->name[i]);
    mg__free(context, names->name);
    *names = (mg__names){ 0 };
}

static int compare(const void *a, const void *b, const void *user) {
    (void)user;
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool add(mg_context *context, mg__names *names, const char *name) {
    if (!mg__grow(context, &names->name, &names->capacity, names->count + 1, sizeof *names->name)) return false;
    char *copy = mg__strdup(context, name);
    if (copy != NULL) names->name[names->count++] = copy;
    return copy != NULL;
}

/* What a link leads to counts. */
static bool add_entry(mg_context *context, const char *folder, const char *name, mg__names *files, mg__names *folders) {
    char *path = mg__path_join(context, folder, name);
    if (path == NULL) return false;
    bool is_folder = mg__is_folder(path);
    mg__free(context, path);
    return add(context, is_folder ? folders : files, name);
}

mg_status mg__folder_list(mg_context *context, const char *path, mg__names *files, mg__names *folders) {
    *files = *folders = (mg__names){ 0 };
    DIR *folder = opendir(path);
    if (folder == NULL) return mg__fail(context, MG_FILE, "%s: cannot be listed: %s", path, strerror(errno));
    bool kept = true;
    struct dirent *entry;
    errno = 0;
    while (kept && (entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] != '.') kept = add_entry(context, path, entry->d_name, files, folders);
        errno = 0;
    }
    int error = errno;
    closedir(folder);
    if (!kept) return MG_OUT_OF_MEMORY;
    if (error != 0) return mg__fail(context, MG_FILE, "%s: cannot be listed: %s", path, strerror(error));
    mg__sort(files->name, files->count, sizeof *files->name, compare, NULL);
    mg__sort(folders->name, folders->count, sizeof *folders->name, compare, NULL);
    return MG_OK;
}

static void bring_to_disk(const char *path) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return;
    (void)fsync(descriptor); /* a system that cannot do that has still made the folder */
    close(descriptor);
}

static mg_status make_one(mg_context *context, const char *path) {
    if (mkdir(path, 0777) == 0) {
        char *parent = mg__path_join(context, path, "..");
        if (parent == NULL) return MG_OUT_OF_MEMORY;
        bring_to_disk(parent);
        mg__free(context, parent);
        return MG_OK;
    }
    if (errno == EEXIST && mg__is_folder(path)) return MG_OK;
    return mg__fail(context, MG_FILE, "%s: the folder cannot be made: %s", path, strerror(errno));
}

/* Those above it, the topmost first. */
static mg_status make_parents(mg_context *context, char *path) {
    mg_status status = MG_OK;
    for (char *slash = strchr(path + 1, '/'); slash && status == MG_OK; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (!mg__is_folder(path)) status = make_one(context, path);
        *slash = '/';
    }
    return status;
}

mg_status mg__folder_make(mg_context *context, const char *path) {
    char *copy = *path ? mg__strdup(context, path) : NULL;
    mg_status status = copy ? make_parents(context, copy) : *path ? MG_OUT_OF_MEMORY : MG_OK;
    mg__free(context, copy);
    return status == MG_OK ? make_one(context, path) : status;
}

static bool is_left_over(const char *name) {
    size_t length = strlen(name);
    return name[0] == '.' && length > 5 && strcmp(name + length - 4, ".tmp") == 0;
}

void mg__folder_sweep(mg_context *context, const char *path) {
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        if (!is_left_over(entry->d_name)) continue;
        char *file = mg__path_join(context, path, entry->d_name);
        if (file != NULL) (void)unlink(file); /* it takes room, and does no other harm */
        mg__free(context, file);
    }
    if (folder != NULL) closedir(folder);
}
