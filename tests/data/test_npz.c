/* Archives of NumPy arrays: which arrays make a table, members stored and deflated, other archives, damage. */
#define _DEFAULT_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/arrays.h"
#include "support/failing_allocator.h"
#include "support/files.h"

static int set_up(void **state) {
    ctx = mg_context_create(NULL);
    return ctx == NULL || test_folder_make(state);
}

static int tear_down(void **state) {
    mg_context_destroy(ctx);
    return test_folder_remove(state);
}

/* --- archives byte for byte -------------------------------------------------------------------------- */

typedef struct zip {
    array_bytes file, directory;
    size_t local[4], central[4], end; /* where the parts begin in the file; central: once it is finished */
    int members;
} zip;

static uint32_t crc(const unsigned char *bytes, size_t length) {
    uint32_t sum = UINT32_MAX;
    for (size_t i = 0; i < length; i++) {
        sum ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) sum = sum >> 1 ^ (sum & 1 ? UINT32_C(0xEDB88320) : 0);
    }
    return ~sum;
}

/* Version, flags, method, time and date, checksum, sizes and the name's length: what a member and its entry have alike. */
static void common(array_bytes *to, const char *name, const array_bytes *member) {
    static const size_t sizes[] = { 2, 2, 2, 4, 4, 4, 4, 2 };
    uint64_t values[] = { 20, 0, 0, 0, crc(member->at, member->length), member->length, member->length, strlen(name) };
    for (size_t i = 0; i < 8; i++) array_number(to, values[i], sizes[i], false);
}

static void add(zip *z, const char *name, array_bytes member) {
    size_t place = z->local[z->members] = z->file.length;
    z->central[z->members++] = z->directory.length;
    array_put(&z->file, "PK\3\4", 4);
    common(&z->file, name, &member);
    array_number(&z->file, 0, 2, false); /* extra field */
    array_put(&z->file, name, strlen(name));
    array_put(&z->file, member.at, member.length);
    array_put(&z->directory, "PK\1\2\0\0", 6);
    common(&z->directory, name, &member);
    array_number(&z->directory, 0, 12, false); /* extra field, comment, disk, attributes */
    array_number(&z->directory, place, 4, false);
    array_put(&z->directory, name, strlen(name));
}

static void finish(zip *z) {
    size_t begin = z->file.length;
    for (int i = 0; i < z->members; i++) z->central[i] += begin;
    array_put(&z->file, z->directory.at, z->directory.length);
    z->end = z->file.length;
    array_put(&z->file, "PK\5\6\0\0\0\0", 8);
    for (int i = 0; i < 2; i++) array_number(&z->file, (uint64_t)z->members, 2, false);
    array_number(&z->file, z->directory.length, 4, false);
    array_number(&z->file, begin, 4, false);
    array_number(&z->file, 0, 2, false); /* comment */
}

/* Up to four names, with an array each: 3 x 2 doubles for what is no y, else 3 of them. */
static zip *archive(const char *const *names) {
    static zip z;
    z = (zip){ .members = 0 };
    for (int i = 0; i < 4 && names[i] != NULL; i++) {
        double first = i * 10;
        bool y = strstr("y.npy target.npy labels.npy", names[i]) != NULL;
        add(&z, names[i],
            y ? doubles("(3,)", 3, (double[]){ first + 0.5, first + 1, (double)NAN })
              : doubles("(3, 2)", 6, (double[]){ first, first + 1, first + 2, first + 3, first + 4, first + 5 }));
    }
    finish(&z);
    return &z;
}

static zip *x_and_y(void) { return archive((const char *const[]){ "X.npy", "y.npy", NULL }); }

static mg_dataset *read_npz(const array_bytes *a) {
    mg_dataset *d = array_read(mg__npz_read, "t.npz", a->at, a->length);
    if (d == NULL) fail_msg("%s", mg_context_message(ctx));
    return d;
}

static void refused(const array_bytes *a, const char *words) {
    mg_dataset *d = array_read(mg__npz_read, "t.npz", a->at, a->length);
    if (d != NULL) fail_msg("read, where it should say '%s'", words);
    says(MG_FORMAT, words);
    assert_ptr_equal(strstr(mg_context_message(ctx), "t.npz"), mg_context_message(ctx));
}

static void set(array_bytes *a, size_t at, uint64_t value, size_t size) {
    for (size_t i = 0; i < size; i++) a->at[at + i] = (unsigned char)(value >> 8 * i);
}

/* --- which arrays ------------------------------------------------------------------------------------ */

static void two_arrays_are_a_table_and_its_target(void **state) {
    (void)state;
    static const struct {
        const char *names[5];
        int x, y; /* the place of either; -1: there is none */
    } cases[] = {
        { { "X.npy", "y.npy" }, 0, 1 },
        { { "y.npy", "x.npy" }, 1, 0 },
        { { "data.npy", "target.npy" }, 0, 1 },
        { { "labels.npy", "X.npy" }, 1, 0 },
        { { "data.npy", "x.npy", "X.npy", "y.npy" }, 2, 3 }, /* the better name */
        { { "labels.npy", "x.npy", "target.npy", "y.npy" }, 1, 3 },
        { { "X.npy", "weights.npy" }, 0, -1 },
        { { "X.npy", "readme.txt", "y.npy" }, 0, 2 },
        { { "any name.npy" }, 0, -1 },
        { { "y.npy" }, 0, -1 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        zip *z = archive(cases[i].names);
        mg_dataset *d = read_npz(&z->file);
        bool single = cases[i].names[1] == NULL, one = single && i + 1 == sizeof cases / sizeof *cases;
        int64_t columns = (one ? 1 : 2) + (cases[i].y >= 0);
        assert_int_equal(mg_dataset_rows(d), 3);
        assert_int_equal(mg_dataset_columns(d), columns);
        assert_int_equal(mg_dataset_find(d, "x0"), 0);
        if (one) assert_true(mg_dataset_number(d, 0, 0) == 0.5);
        for (int64_t k = 0; !one && k < 6; k++) assert_true(mg_dataset_number(d, k / 2, k % 2) == (double)(10 * cases[i].x + k));
        assert_int_equal(mg_dataset_find(d, "y"), cases[i].y >= 0 ? columns - 1 : -1);
        if (cases[i].y >= 0) {
            assert_true(mg_dataset_number(d, 0, columns - 1) == 10 * cases[i].y + 0.5);
            assert_true(mg_dataset_missing(d, 2, columns - 1));
            assert_int_equal(mg_dataset_column_missing(d, columns - 1), 1);
            assert_int_equal(mg_dataset_column_distinct(d, columns - 1), 2);
        }
        mg_dataset_destroy(d);
    }
}

/* As a file would spell it: 0.1 of 32 bits is 0.1, which is the same number there again. */
static void a_target_has_the_shortest_spelling_of_its_type(void **state) {
    (void)state;
    static const struct {
        const char *descr;
        size_t size;
        uint64_t bits;
        const char *text;
    } cases[] = {
        { "<f8", 8, 0x3fb999999999999a, "0.1" },
        { "<f8", 8, 0x3fb99999a0000000, "0.10000000149011612" },
        { ">f4", 4, 0x3dcccccd, "0.1" },
        { "<f2", 2, 0x2e66, "0.099975586" },
        { "<i8", 8, UINT64_MAX, "-1" },
        { "|u1", 1, 255, "255" },
        { "|b1", 1, 1, "1" },
        { "<f4", 4, 0x7f800000, "inf" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        zip z = { .members = 0 };
        array_bytes y;
        char text[32];
        array_begin(&y, cases[i].descr, false, "(1, 1)");
        array_number(&y, cases[i].bits, cases[i].size, cases[i].descr[0] == '>');
        add(&z, "x.npy", doubles("(1,)", 1, (double[]){ 1 }));
        add(&z, "y.npy", y);
        finish(&z);
        mg_dataset *d = read_npz(&z.file);
        mg_dataset_text(d, 0, 1, text, sizeof text);
        assert_string_equal(text, cases[i].text);
        assert_int_equal(mg_dataset_column_type(d, 1), MG_COLUMN_NUMBER);
        mg_dataset_destroy(d);
    }
}

static void arrays_that_do_not_belong_together_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *shape;
        size_t count;
        const char *words;
    } cases[] = {
        { "(2,)", 2, "t.npz: y has 2 rows and 1 dimension; wanted one value for each of the 3 rows of X" },
        { "(3, 2)", 6, "t.npz: y has 3 rows and 2 dimensions" },
        { "(3, 1, 1)", 3, "t.npz: y has 3 rows and 3 dimensions" },
        { "()", 1, "t.npz, array y: an array of no dimensions" },
        { "(4,)", 3, "t.npz, array y: truncated or damaged" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        zip z = { .members = 0 };
        add(&z, "X.npy", doubles("(3,)", 3, (double[]){ 1, 2, 3 }));
        add(&z, "y.npy", doubles(cases[i].shape, cases[i].count, (double[6]){ 0 }));
        finish(&z);
        refused(&z.file, cases[i].words);
    }
    refused(&archive((const char *const[]){ "a.npy", "b.npy", "y.npy", NULL })->file,
            "t.npz: arrays a, b, y; wanted X (or x, data) and y (or target, labels), or a single one");
}

static void other_archives_are_refused_by_what_they_are(void **state) {
    (void)state;
    refused(&archive((const char *const[]){ "[Content_Types].xml", "xl/workbook.xml", NULL })->file, "an Excel workbook; save");
    refused(&archive((const char *const[]){ "mimetype", "content.xml", NULL })->file, "an OpenDocument file; save the sheet");
    refused(&archive((const char *const[]){ "table.csv", ".npy", NULL })->file, "a zip archive without NumPy arrays; unpack it");
    refused(&archive((const char *const[]){ NULL })->file, "a zip archive without NumPy arrays");
}

static void archives_that_numpy_wrote_are_read(void **state) {
    (void)state;
    array_bytes a = array_file("stored_z");
    mg_dataset *d = read_npz(&a);
    assert_true(mg_dataset_rows(d) == 4 && mg_dataset_columns(d) == 3);
    for (int64_t i = 0; i < 8; i++) assert_true(mg_dataset_number(d, i / 2, i % 2) == (double)i / 4);
    assert_true(mg_dataset_number(d, 0, 2) == 0 && mg_dataset_missing(d, 2, 2) && mg_dataset_number(d, 3, 2) == 2);
    mg_dataset_destroy(d);
    a = array_file("single_z");
    d = read_npz(&a);
    assert_true(mg_dataset_columns(d) == 1 && mg_dataset_number(d, 2, 0) == 2);
    mg_dataset_destroy(d);
    a = array_file("deflated_z");
#ifdef MG__HAVE_ZLIB
    d = read_npz(&a);
    assert_true(mg_dataset_rows(d) == 20 && mg_dataset_columns(d) == 4);
    for (int64_t i = 0; i < 60; i++) assert_true(mg_dataset_number(d, i / 3, i % 3) == (double)(i % 7));
    for (int64_t i = 0; i < 20; i++) assert_true(mg_dataset_number(d, i, 3) == (double)(i % 3));
    mg_dataset_destroy(d);
    a = array_file("faces_z"); /* images and their labels */
    d = read_npz(&a);
    assert_true(mg_dataset_rows(d) == 3 && mg_dataset_columns(d) == 1);
    for (int64_t i = 0; i < 36; i++) assert_true(mg_dataset_pixel(d, i / 12, i % 12) == (double)i);
    assert_true(mg_dataset_number(d, 0, 0) == 2 && mg_dataset_number(d, 2, 0) == 1);
    mg_dataset_destroy(d);
#else
    assert_null(array_read(mg__npz_read, "t.npz", a.at, a.length));
    says(MG_UNSUPPORTED, "save it with numpy.savez, which does not compress");
#endif
}

/* --- damage ------------------------------------------------------------------------------------------ */

static void members_that_lie_are_refused(void **state) {
    (void)state;
    const struct {
        size_t at, size; /* in the entry of X */
        uint64_t value;
        const char *words;
    } cases[] = {
        { 8, 2, 1, "t.npz, array X: encrypted; unpack it with its password" },
        { 10, 2, 12, "t.npz, array X: compressed by method 12; save it with numpy.savez" },
        { 24, 4, 7, "an array does not have its size" },
        { 20, 4, 0x7fffffff, "an array lies outside" },
        { 20, 4, UINT32_MAX, "an array lies outside" },
        { 42, 4, 1, "an array lies outside" },
        { 42, 4, 0x7fffffff, "an array lies outside" },
        { 28, 2, 0xffff, "its directory ends too early" },
        { 0, 1, 'p', "its directory ends too early" },
#ifdef MG__HAVE_ZLIB
        { 16, 4, 0, "an array's checksum is wrong" },
        { 10, 2, 8, "an array does not decompress to its size" }, /* what is stored is no deflate data */
#endif
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        zip *z = x_and_y();
        set(&z->file, z->central[0] + cases[i].at, cases[i].value, cases[i].size);
        refused(&z->file, cases[i].words);
    }
#ifdef MG__HAVE_ZLIB
    zip *z = x_and_y();
    set(&z->file, z->central[0] + 10, 8, 2);
    set(&z->file, z->central[0] + 24, 0x7fffffff, 4);
    refused(&z->file, "an array is larger than its bytes can hold"); /* before that much is allocated */
#endif
}

static void directories_that_lie_are_refused(void **state) {
    (void)state;
    static const struct {
        size_t at, size;
        uint64_t value;
        const char *words;
    } cases[] = {
        { 10, 2, 3, "its directory ends too early" },        { 10, 2, 0xffff, "its directory ends too early" },
        { 12, 4, 0x7fffffff, "its directory lies outside" }, { 16, 4, 0x7fffffff, "its directory lies outside" },
        { 16, 4, 0, "its directory ends too early" },        { 20, 2, 1, "no directory at the end" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        zip *z = x_and_y();
        set(&z->file, z->end + cases[i].at, cases[i].value, cases[i].size);
        refused(&z->file, cases[i].words);
    }
}

static void a_comment_may_stand_at_the_end(void **state) {
    (void)state;
    static const char comment[] = "with a PK\5\6 of its own, and more words behind it";
    zip *z = x_and_y();
    set(&z->file, z->end + 20, sizeof comment, 2);
    array_put(&z->file, comment, sizeof comment);
    mg_dataset_destroy(read_npz(&z->file));
}

/* Sizes and places of eight bytes each in an extra field, as of archives beyond 4 GiB. */
static void large_sizes_are_in_an_extra_field(void **state) {
    (void)state;
    for (size_t bytes = 28; bytes > 0; bytes -= 7) { /* whole, and cut */
        zip z = { .members = 0 };
        array_bytes x = doubles("(3,)", 3, (double[]){ 1, 2, 3 }), extra = { .length = 0 };
        add(&z, "x.npy", x);
        array_number(&extra, 1, 2, false);
        array_number(&extra, bytes - 4, 2, false);
        array_number(&extra, x.length, 8, false);
        array_number(&extra, x.length, 8, false);
        array_number(&extra, 0, 8, false);
        array_put(&z.directory, extra.at, bytes);
        set(&z.directory, 20, UINT64_MAX, 8);
        set(&z.directory, 42, UINT32_MAX, 4);
        set(&z.directory, 30, bytes, 2);
        finish(&z);
        if (bytes == 28)
            mg_dataset_destroy(read_npz(&z.file));
        else
            refused(&z.file, "an array lies outside");
    }
}

static void damaged_archives_are_read_or_refused(void **state) {
    (void)state;
    static const char *const names[] = { "stored_z", "single_z", "deflated_z", "lower_z", "faces_z", "others_z" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        array_bytes a = array_file(names[i]);
        survives_damage(mg__npz_read, "t.npz", &a);
    }
}

static bool read_path(mg_context *context, void *path) {
    mg_dataset *d = mg_dataset_read(context, path, NULL);
    mg_dataset_destroy(d);
    return d != NULL;
}

static void no_allocation_may_fail_unnoticed(void **state) {
    (void)state;
    char path[512];
    array_bytes a = array_file("stored_z");
    strcpy(path, test_write("t.npz", a.at, a.length));
    assert_true(failing_allocator_exhaust(read_path, path) >= 12);
#ifdef MG__HAVE_ZLIB
    static const char *const names[] = { "deflated_z", "faces_z" };
    for (size_t i = 0; i < 2; i++) {
        a = array_file(names[i]);
        strcpy(path, test_write("t.npz", a.at, a.length));
        assert_true(failing_allocator_exhaust(read_path, path) >= 16);
    }
#endif
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_arrays_are_a_table_and_its_target),
        cmocka_unit_test(a_target_has_the_shortest_spelling_of_its_type),
        cmocka_unit_test(arrays_that_do_not_belong_together_are_refused),
        cmocka_unit_test(other_archives_are_refused_by_what_they_are),
        cmocka_unit_test(archives_that_numpy_wrote_are_read),
        cmocka_unit_test(members_that_lie_are_refused),
        cmocka_unit_test(directories_that_lie_are_refused),
        cmocka_unit_test(a_comment_may_stand_at_the_end),
        cmocka_unit_test(large_sizes_are_in_an_extra_field),
        cmocka_unit_test(damaged_archives_are_read_or_refused),
        cmocka_unit_test(no_allocation_may_fail_unnoticed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
