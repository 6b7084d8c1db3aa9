/* Files: whole reads with caps and gzip, atomic writes that leave nothing behind. */
#define _DEFAULT_SOURCE
#include "interop/file.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/failing_allocator.h"
#include "support/files.h"

static mg_context *ctx;

static int set_up(void **state) {
    ctx = mg_context_create(NULL);
    return ctx == NULL || test_folder_make(state);
}

static int tear_down(void **state) {
    mg_context_destroy(ctx);
    return test_folder_remove(state);
}

static int clean(void **state) {
    (void)state;
    mg_context_clear(ctx);
    test_folder_empty();
    return 0;
}

static void says(mg_status status, const char *words) {
    assert_int_equal(mg_context_status(ctx), status);
    if (strstr(mg_context_message(ctx), words) == NULL) fail_msg("'%s' does not say '%s'", mg_context_message(ctx), words);
}

static void content_is(const char *path, const char *wanted) {
    mg__bytes bytes;
    assert_int_equal(mg__file_read(ctx, path, MG__FILE_LIMIT, &bytes), MG_OK);
    assert_int_equal(bytes.length, strlen(wanted));
    assert_string_equal(bytes.data, wanted);
    mg__free(ctx, bytes.data);
}

static void a_file_is_read_whole_and_ended(void **state) {
    (void)state;
    content_is(test_write("a", "hello\n", 6), "hello\n");
    content_is(test_write("empty", "", 0), "");
}

static void the_cap_counts_bytes(void **state) {
    (void)state;
    mg__bytes bytes;
    const char *path = test_write("a", "12345", 5);
    assert_int_equal(mg__file_read(ctx, path, 5, &bytes), MG_OK);
    mg__free(ctx, bytes.data);
    assert_int_equal(mg__file_read(ctx, path, 4, &bytes), MG_FORMAT);
    says(MG_FORMAT, "longer than the 4 bytes");
    says(MG_FORMAT, path);
    assert_int_equal(mg__file_read(ctx, "/dev/zero", 100000, &bytes), MG_FORMAT);
}

static void what_cannot_be_read_is_named(void **state) {
    (void)state;
    mg__bytes bytes;
    assert_int_equal(mg__file_read(ctx, "no/such/file.csv", 10, &bytes), MG_FILE);
    says(MG_FILE, "no/such/file.csv: cannot be opened: No such file");
    assert_int_equal(mg__file_read(ctx, test_folder, 10, &bytes), MG_FILE);
    says(MG_FILE, "is a folder");
}

static void standard_input_is_a_dash(void **state) {
    (void)state;
    const char *path = test_write("in", "from stdin", 10);
    int saved = dup(0), file = open(path, O_RDONLY);
    assert_int_equal(dup2(file, 0), 0);
    content_is("-", "from stdin");
    dup2(saved, 0);
    close(saved);
    close(file);
}

/* gzip of "hello hello hello hello\n". */
static const unsigned char hello_gz[] = { 0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff,
                                          0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40, 0x27, 0xb9,
                                          0x00, 0x00, 0x88, 0x59, 0x0b, 0x18, 0x00, 0x00, 0x00 };

#ifdef MG__HAVE_ZLIB
static void gzip_is_transparent(void **state) {
    (void)state;
    unsigned char twice[2 * sizeof hello_gz + 8] = { 0 };
    content_is(test_write("a.gz", hello_gz, sizeof hello_gz), "hello hello hello hello\n");
    memcpy(twice, hello_gz, sizeof hello_gz);
    memcpy(twice + sizeof hello_gz, hello_gz, sizeof hello_gz);
    content_is(test_write("members", twice, 2 * sizeof hello_gz), "hello hello hello hello\nhello hello hello hello\n");
    content_is(test_write("padded", twice, sizeof twice), "hello hello hello hello\nhello hello hello hello\n");
}

static void truncated_gzip_is_refused_at_every_byte(void **state) {
    (void)state;
    for (size_t n = 2; n < sizeof hello_gz; n++) {
        mg__bytes bytes;
        const char *path = test_write("a.gz", hello_gz, n);
        assert_int_equal(mg__file_read(ctx, path, 1000, &bytes), MG_FORMAT);
        says(MG_FORMAT, "truncated");
        says(MG_FORMAT, path);
    }
}

static void damaged_gzip_is_refused(void **state) {
    (void)state;
    for (size_t n = 10; n < sizeof hello_gz; n++) {
        unsigned char hurt[sizeof hello_gz];
        mg__bytes bytes;
        memcpy(hurt, hello_gz, sizeof hurt);
        hurt[n] ^= 0x55;
        assert_int_equal(mg__file_read(ctx, test_write("a.gz", hurt, sizeof hurt), 1000, &bytes), MG_FORMAT);
    }
}

static void a_decompression_bomb_stops_at_the_cap(void **state) {
    (void)state;
    mg__bytes bytes;
    const char *path = test_write("a.gz", hello_gz, sizeof hello_gz);
    assert_int_equal(mg__file_read(ctx, path, 23, &bytes), MG_FORMAT);
    says(MG_FORMAT, "decompresses to more than the 23 bytes");
    assert_int_equal(mg__file_read(ctx, path, 24, &bytes), MG_OK);
    mg__free(ctx, bytes.data);
}
#else
static void gzip_needs_zlib(void **state) {
    (void)state;
    mg__bytes bytes;
    assert_int_equal(mg__file_read(ctx, test_write("a.gz", hello_gz, sizeof hello_gz), 1000, &bytes), MG_UNSUPPORTED);
    says(MG_UNSUPPORTED, "gunzip");
}
#endif

static void a_file_appears_when_it_is_committed(void **state) {
    (void)state;
    const char *path = test_path("out");
    assert_int_equal(mg__file_writable(ctx, path), MG_OK);
    assert_int_equal(test_folder_count(), 0);
    mg__file *file = mg__file_begin(ctx, path);
    assert_non_null(file);
    assert_int_equal(mg__file_write(file, "one ", 4), MG_OK);
    assert_int_equal(mg__file_write(file, "two", 3), MG_OK);
    assert_false(mg__file_exists(path));
    assert_int_equal(mg__file_commit(file), MG_OK);
    content_is(path, "one two");
    assert_int_equal(test_folder_count(), 1);
}

static void an_aborted_file_leaves_the_old_one(void **state) {
    (void)state;
    const char *path = test_write("out", "old", 3);
    mg__file *file = mg__file_begin(ctx, path);
    mg__file_write(file, "new", 3);
    assert_int_equal(test_folder_count(), 2);
    mg__file_abort(file);
    mg__file_abort(NULL);
    content_is(path, "old");
    assert_int_equal(test_folder_count(), 1);
}

static void permissions_and_links_are_kept(void **state) {
    (void)state;
    struct stat about;
    const char *path = test_write("real", "old", 3), *link = test_path("link");
    chmod(path, 0640);
    assert_int_equal(symlink("real", link), 0);
    assert_int_equal(mg__file_write_whole(ctx, link, "new", 3), MG_OK);
    content_is(path, "new");
    assert_int_equal(lstat(link, &about), 0);
    assert_true(S_ISLNK(about.st_mode));
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0640);
    assert_int_equal(symlink("loop", test_path("loop")), 0);
    assert_int_equal(mg__file_write_whole(ctx, test_path("loop"), "new", 3), MG_FILE);
    says(MG_FILE, "loop");
}

static void what_is_no_regular_file_is_written_directly(void **state) {
    (void)state;
    struct stat about;
    assert_int_equal(mg__file_write_whole(ctx, "/dev/null", "x", 1), MG_OK);
    assert_int_equal(stat("/dev/null", &about), 0);
    assert_true(S_ISCHR(about.st_mode));
    const char *path = test_path("pipe");
    char got[4] = "";
    assert_int_equal(mkfifo(path, 0600), 0);
    int reader = open(path, O_RDONLY | O_NONBLOCK);
    assert_int_equal(mg__file_write_whole(ctx, path, "abc", 3), MG_OK);
    assert_int_equal(read(reader, got, 3), 3);
    assert_string_equal(got, "abc");
    close(reader);
    assert_int_equal(stat(path, &about), 0);
    assert_true(S_ISFIFO(about.st_mode));
}

static void a_full_disk_is_told(void **state) {
    (void)state;
    if (access("/dev/full", W_OK) != 0) skip();
    assert_int_equal(mg__file_write_whole(ctx, "/dev/full", "x", 1), MG_FILE);
    says(MG_FILE, "/dev/full: cannot be written: No space left");
}

/* A limit on the size of files stands for a full disk: what was begun is removed, the old file stays. */
static void a_write_that_fails_half_way_leaves_nothing(void **state) {
    (void)state;
    const char *path = test_write("out", "old", 3);
    pid_t child = fork();
    if (child == 0) {
        char command[400];
        snprintf(command, sizeof command, "%s", path);
        static char big[1 << 16];
        mg__file *file = mg__file_begin(ctx, command);
        int full = open("/dev/full", O_WRONLY);
        int target = -1;
        for (int fd = 3; fd < 64 && target < 0; fd++) { /* the descriptor of the file that was just begun */
            struct stat a;
            if (fd != full && fstat(fd, &a) == 0 && S_ISREG(a.st_mode) && a.st_size == 0 && a.st_nlink == 1) target = fd;
        }
        dup2(full, target);
        mg__file_write(file, big, sizeof big);
        mg__file_write(file, big, sizeof big);
        _exit(mg__file_commit(file) == MG_FILE && strstr(mg_context_message(ctx), "No space left") != NULL ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    content_is(path, "old");
    assert_int_equal(test_folder_count(), 1);
}

static void what_cannot_be_written_is_named(void **state) {
    (void)state;
    const char *path = test_path("no/where.safetensors");
    assert_int_equal(mg__file_writable(ctx, path), MG_FILE);
    says(MG_FILE, "no/where.safetensors");
    says(MG_FILE, "make the folder first");
    assert_null(mg__file_begin(ctx, path));
    assert_int_equal(mg__file_write_whole(ctx, test_folder, "x", 1), MG_FILE);
    says(MG_FILE, "is a folder");
    assert_int_equal(mg__file_writable(ctx, ""), MG_FILE);
    test_write("file", "x", 1);
    assert_int_equal(mg__file_writable(ctx, test_path("file/in")), MG_FILE);
}

static bool read_and_write(mg_context *context, void *user) {
    mg__bytes bytes;
    if (mg__file_read(context, user, 1000, &bytes) != MG_OK) return false;
    mg_status status = mg__file_write_whole(context, test_path("copy"), bytes.data, bytes.length);
    mg__free(context, bytes.data);
    return status == MG_OK;
}

static void no_allocation_may_fail_unnoticed(void **state) {
    (void)state;
    char path[256];
#ifdef MG__HAVE_ZLIB
    strcpy(path, test_write("a.gz", hello_gz, sizeof hello_gz));
#else
    strcpy(path, test_write("a", "x", 1));
#endif
    assert_true(failing_allocator_exhaust(read_and_write, path) >= 5);
    assert_int_equal(test_folder_count(), 2);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup(name, clean)
    const struct CMUnitTest tests[] = {
        TEST(a_file_is_read_whole_and_ended),
        TEST(the_cap_counts_bytes),
        TEST(what_cannot_be_read_is_named),
        TEST(standard_input_is_a_dash),
#ifdef MG__HAVE_ZLIB
        TEST(gzip_is_transparent),
        TEST(truncated_gzip_is_refused_at_every_byte),
        TEST(damaged_gzip_is_refused),
        TEST(a_decompression_bomb_stops_at_the_cap),
#else
        TEST(gzip_needs_zlib),
#endif
        TEST(a_file_appears_when_it_is_committed),
        TEST(an_aborted_file_leaves_the_old_one),
        TEST(permissions_and_links_are_kept),
        TEST(what_is_no_regular_file_is_written_directly),
        TEST(a_full_disk_is_told),
        TEST(a_write_that_fails_half_way_leaves_nothing),
        TEST(what_cannot_be_written_is_named),
        TEST(no_allocation_may_fail_unnoticed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
