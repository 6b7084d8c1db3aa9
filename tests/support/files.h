/* Files for tests: a folder of its own, made and removed. Define _DEFAULT_SOURCE on the first line of the test; include cmocka.h
 * (and what it needs) first. */
#ifndef TEST_FILES_H
#define TEST_FILES_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The path of a file in the test's folder, in a buffer that the next but seven call reuses. */
static char test_folder[64];
static inline const char *test_path(const char *name) {
    static char paths[8][512];
    static int next;
    char *path = paths[next = (next + 1) % 8];
    snprintf(path, sizeof paths[0], "%s/%s", test_folder, name);
    return path;
}

/* cmocka group set-up and tear-down. */
static inline int test_folder_make(void **state) {
    (void)state;
    strcpy(test_folder, "/tmp/micrograd-test-XXXXXX");
    return mkdtemp(test_folder) == NULL;
}

static inline int test_folder_count(void) {
    int count = -2; /* . and .. */
    DIR *folder = opendir(test_folder);
    while (folder != NULL && readdir(folder) != NULL) count++;
    if (folder != NULL) closedir(folder);
    return count;
}

static inline void test_folder_empty(void) {
    DIR *folder = opendir(test_folder);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) remove(test_path(entry->d_name));
    if (folder != NULL) closedir(folder);
}

static inline int test_folder_remove(void **state) {
    (void)state;
    test_folder_empty();
    return rmdir(test_folder) != 0;
}

static inline const char *test_write(const char *name, const void *bytes, size_t length) {
    const char *path = test_path(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    return path;
}

#endif
