/* Reading a file as a stream. */
#define _POSIX_C_SOURCE 200809L
#include "interop/file.h"
#include "interop/inflate.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RAW_BYTES ((size_t)256 << 10)

/* Bytes pass through `raw` where they are compressed, and at the beginning, to see whether they are. */
struct mg__input {
    mg_context *context;
    char *name;
    int descriptor;     /* -1: memory */
    bool opened;        /* by us: to be closed */
    bool regular;       /* a file that can be read again */
    bool looks;         /* for gzip */
    bool ended;         /* the descriptor has nothing more */
    const char *memory; /* and its length */
    uint64_t length;    /* of the file; 0: not known */
    uint64_t at;        /* bytes taken from the descriptor, or from memory */
    uint64_t content;   /* bytes handed out */
    size_t limit;
    char *raw;
    const char *left; /* of raw */
    size_t left_bytes;
    mg__inflater *inflater; /* NULL: not compressed */
    bool between;           /* members of gzip */
};

static mg_status cannot(mg__input *in, const char *what) {
    return mg__fail(in->context, MG_FILE, "%s: cannot be %s: %s", in->name, what, strerror(errno));
}

static mg_status too_long(mg__input *in) {
    if (in->inflater != NULL)
        return mg__fail(in->context, MG_FORMAT, "%s: decompresses to more than the %zu bytes that are accepted", in->name,
                        in->limit);
    return mg__fail(in->context, MG_FORMAT,
                    "%s: longer than the %zu bytes that are accepted; raise max_bytes or give a smaller file", in->name,
                    in->limit);
}

/* As many bytes as there are, up to room. */
static mg_status take(mg__input *in, char *out, size_t room, size_t *got) {
    *got = 0;
    while (*got < room && !in->ended) {
        ssize_t bytes = read(in->descriptor, out + *got, room - *got);
        if (bytes < 0 && errno == EINTR) continue;
        if (bytes < 0) return cannot(in, "read");
        in->ended = bytes == 0;
        *got += (size_t)bytes;
    }
    in->at += *got;
    return MG_OK;
}

static mg_status fill(mg__input *in) {
    in->left = in->raw;
    return take(in, in->raw, RAW_BYTES, &in->left_bytes);
}

/* --- gzip -------------------------------------------------------------------------------------------- */

static mg_status truncated(mg__input *in) {
    return mg__fail(in->context, MG_FORMAT, "%s: truncated: the gzip data ends after %llu bytes of content; copy the file again",
                    in->name, (unsigned long long)in->content);
}

/* After a member: zeros (the padding of tapes), then the end or another member. */
static void skip_padding(mg__input *in) {
    while (in->left_bytes > 0 && *in->left == 0) in->left++, in->left_bytes--;
    if (in->left_bytes == 0) return;
    mg__inflater_reset(in->inflater);
    in->between = false;
}

static mg_status read_gzip(mg__input *in, char *out, size_t room, size_t *got) {
    char *to = out;
    while (room > 0) {
        if (in->left_bytes == 0 && fill(in) != MG_OK) return mg_context_status(in->context);
        if (in->between) skip_padding(in);
        if (in->between && in->left_bytes == 0 && in->ended) break;
        if (in->between) continue;
        if (in->left_bytes == 0) return truncated(in);
        char *before = to;
        mg__inflated result = mg__inflate(in->inflater, &in->left, &in->left_bytes, &to, &room);
        in->content += (uint64_t)(to - before);
        if (result == MG__INFLATE_NO_MEMORY) return MG_OUT_OF_MEMORY;
        if (result == MG__INFLATE_DAMAGED)
            return mg__fail(in->context, MG_FORMAT, "%s: damaged gzip data after %llu bytes of content (%s); copy the file again",
                            in->name, (unsigned long long)in->content, mg__inflater_reason(in->inflater));
        in->between = result == MG__INFLATE_END;
        if (in->content > in->limit) break;
    }
    *got = (size_t)(to - out);
    return MG_OK;
}

/* --- plain ------------------------------------------------------------------------------------------- */

static mg_status read_plain(mg__input *in, char *out, size_t room, size_t *got) {
    size_t first = in->left_bytes < room ? in->left_bytes : room;
    if (first > 0) memcpy(out, in->left, first);
    in->left += first;
    in->left_bytes -= first;
    mg_status status = take(in, out + first, room - first, got);
    *got += first;
    in->content += *got;
    return status;
}

static size_t read_memory(mg__input *in, char *out, size_t room) {
    size_t left = (size_t)(in->length - in->at), got = left < room ? left : room;
    if (got > 0) memcpy(out, in->memory + in->at, got);
    in->at = in->content += got;
    return got;
}

mg_status mg__input_read(mg__input *in, char *out, size_t room, size_t *got) {
    *got = 0;
    mg_status status = MG_OK;
    if (in->memory != NULL)
        *got = read_memory(in, out, room);
    else
        status = in->inflater != NULL ? read_gzip(in, out, room, got) : read_plain(in, out, room, got);
    return status == MG_OK && in->content > in->limit ? too_long(in) : status;
}

/* --- places ------------------------------------------------------------------------------------------ */

/* At the beginning: reads enough to see whether it is compressed. */
static mg_status begin(mg__input *in) {
    in->ended = false;
    in->between = false;
    in->at = in->content = 0;
    if (fill(in) != MG_OK) return mg_context_status(in->context);
    if (!in->looks || in->left_bytes < 2 || memcmp(in->left, "\x1f\x8b", 2) != 0) return MG_OK;
    if (in->inflater != NULL)
        mg__inflater_reset(in->inflater);
    else
        in->inflater = mg__inflater_create(in->context, in->name, true);
    return in->inflater != NULL ? MG_OK : mg_context_status(in->context);
}

static mg_status skip(mg__input *in, uint64_t bytes) {
    char scratch[4096];
    while (bytes > 0) {
        size_t got;
        mg_status status = mg__input_read(in, scratch, bytes < sizeof scratch ? (size_t)bytes : sizeof scratch, &got);
        if (status != MG_OK) return status;
        if (got == 0) return mg__fail(in->context, MG_FILE, "%s: has become shorter while it was read", in->name);
        bytes -= got;
    }
    return MG_OK;
}

mg_status mg__input_seek(mg__input *in, uint64_t offset) {
    if (in->memory != NULL) {
        in->at = in->content = offset < in->length ? offset : in->length;
        return MG_OK;
    }
    if (!in->regular)
        return mg__fail(in->context, MG_UNSUPPORTED, "%s: cannot be read twice; save it to a file and give that", in->name);
    bool packed = in->inflater != NULL;
    if (lseek(in->descriptor, packed ? 0 : (off_t)offset, SEEK_SET) < 0) return cannot(in, "read again");
    if (packed) return begin(in) == MG_OK ? skip(in, offset) : mg_context_status(in->context);
    in->left_bytes = 0;
    in->ended = false;
    in->at = in->content = offset;
    return MG_OK;
}

bool mg__input_rewinds(const mg__input *in) { return in->memory != NULL || in->regular; }
bool mg__input_seeks(const mg__input *in) { return mg__input_rewinds(in) && in->inflater == NULL; }
const char *mg__input_name(const mg__input *in) { return in->name; }

void mg__input_position(const mg__input *in, uint64_t *at, uint64_t *length) {
    *at = in->at - in->left_bytes;
    *length = in->length;
}

/* --- opening ----------------------------------------------------------------------------------------- */

static mg_status open_file(mg__input *in, const char *path) {
    in->descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (in->descriptor < 0) return cannot(in, "opened");
    in->opened = true;
    struct stat about;
    if (fstat(in->descriptor, &about) != 0) return cannot(in, "examined");
    if (S_ISDIR(about.st_mode)) return mg__fail(in->context, MG_FILE, "%s: is a folder; give a file", path);
    in->regular = S_ISREG(about.st_mode);
    in->length = in->regular && about.st_size > 0 ? (uint64_t)about.st_size : 0;
    return MG_OK;
}

static mg__input *make(mg_context *context, const char *name, size_t limit) {
    mg__input *in = mg__alloc_zero(context, sizeof *in);
    if (in == NULL) return NULL;
    in->context = context;
    in->descriptor = -1;
    in->limit = limit;
    in->name = mg__strdup(context, name);
    if (in->name != NULL) return in;
    mg__input_close(in);
    return NULL;
}

static mg__input *open_input(mg_context *context, const char *path, size_t limit, bool looks) {
    bool standard_input = strcmp(path, "-") == 0;
    mg__input *in = make(context, standard_input ? "standard input" : path, limit);
    if (in == NULL) return NULL;
    in->looks = looks;
    in->descriptor = STDIN_FILENO;
    in->raw = mg__alloc(context, RAW_BYTES);
    mg_status status = in->raw == NULL ? MG_OUT_OF_MEMORY : standard_input ? MG_OK : open_file(in, path);
    if (status == MG_OK) status = begin(in);
    if (status == MG_OK && in->inflater == NULL && in->length > limit) status = too_long(in);
    if (status == MG_OK) return in;
    mg__input_close(in);
    return NULL;
}

mg__input *mg__input_open(mg_context *context, const char *path, size_t limit) { return open_input(context, path, limit, true); }

mg__input *mg__input_memory(mg_context *context, const char *name, const char *data, size_t length) {
    mg__input *in = make(context, name, SIZE_MAX);
    if (in == NULL) return NULL;
    in->memory = data != NULL ? data : "";
    in->length = length;
    return in;
}

void mg__input_close(mg__input *in) {
    if (in == NULL) return;
    if (in->opened) close(in->descriptor);
    mg__inflater_destroy(in->inflater);
    mg__free(in->context, in->raw);
    mg__free(in->context, in->name);
    mg__free(in->context, in);
}

/* --- whole files ------------------------------------------------------------------------------------- */

/* The length is a hint that saves growing: it is the compressed one, or the file may have changed since. */
mg_status mg__input_read_all(mg__input *in, mg__bytes *bytes) {
    char *data = NULL;
    size_t length = 0, capacity = 0, got = 1;
    size_t expected = in->inflater == NULL && in->length > in->content ? (size_t)(in->length - in->content) : 0;
    mg_status status = MG_OK;
    while (status == MG_OK && got > 0) {
        /* One byte to notice the end without growing, one for the NUL. */
        size_t wanted = length < expected ? expected + 2 : length + 65536 + 2;
        if (capacity < length + 2 && !mg__grow(in->context, &data, &capacity, wanted, 1)) {
            status = MG_OUT_OF_MEMORY;
            break;
        }
        status = mg__input_read(in, data + length, capacity - length - 1, &got);
        length += got;
    }
    if (status != MG_OK) {
        mg__free(in->context, data);
        return status;
    }
    data[length] = '\0';
    *bytes = (mg__bytes){ data, length };
    return MG_OK;
}

static mg_status read_whole(mg_context *context, const char *path, size_t limit, bool looks, mg__bytes *bytes) {
    mg__input *in = open_input(context, path, limit, looks);
    if (in == NULL) return mg_context_status(context);
    mg_status status = mg__input_read_all(in, bytes);
    mg__input_close(in);
    return status;
}

mg_status mg__file_read(mg_context *context, const char *path, size_t limit, mg__bytes *bytes) {
    return read_whole(context, path, limit, true, bytes);
}

mg_status mg__file_read_plain(mg_context *context, const char *path, size_t limit, mg__bytes *bytes) {
    return read_whole(context, path, limit, false, bytes);
}

bool mg__file_exists(const char *path) {
    struct stat about;
    return stat(path, &about) == 0 && !S_ISDIR(about.st_mode);
}
