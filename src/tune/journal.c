#if (defined(__unix__) || defined(__APPLE__)) && !defined(_POSIX_C_SOURCE)
#define _POSIX_C_SOURCE 200809L
#endif

#include "tune/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE ((size_t)1 << 20) /* bytes that are read at once; a longer record is read in a longer piece */

static const char *name_of(const mg__journal *j) { return j->path ? j->path : "study in memory"; }

static mg_status fail_file(const mg__journal *j, const char *what) {
    return mg__fail(j->context, MG_FILE, "%s: %s: %s", name_of(j), what, strerror(errno));
}

mg_status mg__journal_fail(mg__journal *j, const char *format, ...) {
    char text[MG__MESSAGE_BYTES / 2];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return mg__fail(j->context, MG_FORMAT, "%s: line %llu: %s", name_of(j), (unsigned long long)j->line + 1, text);
}

/* --- records ----------------------------------------------------------------------------------------- */

/* Python writes NaN, Infinity and -Infinity, which JSON does not have. They become null, of the same length or longer. */
static size_t replace_words(const char *line, size_t length, char *out) {
    bool quoted = false;
    size_t used = 0;
    for (size_t i = 0; i < length;) {
        const size_t left = length - i;
        size_t word = 0;
        if (!quoted && left >= 3 && memcmp(line + i, "NaN", 3) == 0) word = 3;
        if (!quoted && left >= 8 && memcmp(line + i, "Infinity", 8) == 0) word = 8;
        if (!quoted && left >= 9 && memcmp(line + i, "-Infinity", 9) == 0) word = 9;
        if (word) {
            memcpy(out + used, "null", 4);
            used += 4, i += word;
            continue;
        }
        if (quoted && line[i] == '\\' && left > 1)
            out[used++] = line[i++];
        else if (line[i] == '"')
            quoted = !quoted;
        out[used++] = line[i++];
    }
    return used;
}

static mg__json_document *parse(mg__journal *j, const char *line, size_t length) {
    char who[256];
    snprintf(who, sizeof who, "%s: line %llu", name_of(j), (unsigned long long)j->line + 1);
    if (!memchr(line, 'N', length) && !memchr(line, 'I', length)) return mg__json_parse(j->context, who, line, length);
    char *plain = mg__alloc_array(j->context, length + 1, 2);
    if (!plain) return NULL;
    mg__json_document *document = mg__json_parse(j->context, who, plain, replace_words(line, length, plain));
    mg__free(j->context, plain);
    return document;
}

typedef struct message {
    mg_status status;
    char text[MG__MESSAGE_BYTES];
} message;

static void keep_message(const mg_context *context, message *kept) {
    kept->status = context->status;
    memcpy(kept->text, context->message, sizeof kept->text);
}

static mg_status restore_message(mg_context *context, const message *kept) {
    if (context->status == MG_OUT_OF_MEMORY) return MG_OUT_OF_MEMORY;
    context->status = kept->status;
    memcpy(context->message, kept->text, sizeof kept->text);
    return MG_OK;
}

mg_status mg__journal_try(mg_context *context, const char *who, const char *text, size_t length, mg__json_document **document) {
    message before;
    keep_message(context, &before);
    *document = mg__json_parse(context, who, text, length);
    return *document ? MG_OK : restore_message(context, &before);
}

/* So that nobody's file is cut or appended to that is something else. */
static mg_status check_kind(mg__journal *j, const char *text, size_t length) {
    static const char sqlite[] = "SQLite format 3", record[] = "{\"op_code\":";
    const size_t least = memchr(text, '\n', length) ? 1 : length < sizeof record - 1 ? length : sizeof record - 1;
    if (length >= sizeof sqlite - 1 && memcmp(text, sqlite, sizeof sqlite - 1) == 0)
        return mg__fail(j->context, MG_FORMAT, "%s: is an SQLite database, not an Optuna journal; name another file", name_of(j));
    if (memcmp(text, record, least) == 0) return MG_OK;
    return mg__fail(j->context, MG_FORMAT, "%s: is no Optuna journal (one JSON record a line); name another file", name_of(j));
}

/* A line that is no JSON is left where it is the last, for it may be unfinished: *document is NULL then. */
static mg_status parse_or_leave(mg__journal *j, const char *line, size_t length, bool last, mg__json_document **document) {
    message before;
    if (last) keep_message(j->context, &before);
    if ((*document = parse(j, line, length))) return MG_OK;
    return last && j->line > 0 ? restore_message(j->context, &before) : j->context->status;
}

mg_status mg__journal_feed(mg__journal *j, const char *text, size_t length, size_t *taken) {
    mg_status status = j->line == 0 && length > 0 ? check_kind(j, text, length) : MG_OK;
    *taken = 0;
    while (status == MG_OK && *taken < length) {
        const char *line = text + *taken, *end = memchr(line, '\n', length - *taken);
        if (!end) break;
        const size_t next = (size_t)(end - text) + 1;
        mg__json_document *document = NULL;
        status = parse_or_leave(j, line, (size_t)(end - line), next == length, &document);
        if (status != MG_OK || !document) break;
        status = j->broken = j->take(j->user, mg__json_root(document));
        mg__json_destroy(document);
        if (status == MG_OK) *taken = next, j->line++;
    }
    return status;
}

/* --- the file ---------------------------------------------------------------------------------------- */

mg_status mg__journal_open(mg_context *context, const char *path, mg__journal_take *take, void *user, mg__journal *journal) {
    *journal = (mg__journal){ .context = context, .descriptor = -1, .take = take, .user = user };
    if (path) {
        if (!(journal->path = mg__strdup(context, path))) return MG_OUT_OF_MEMORY;
        journal->descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
        if (journal->descriptor < 0) return fail_file(journal, "cannot be opened for reading and writing");
        struct stat about;
        if (fstat(journal->descriptor, &about) != 0 || !S_ISREG(about.st_mode))
            return mg__fail(context, MG_FILE, "%s: a study is kept in a regular file; name another", path);
    }
    mg__journal_sign(journal);
    return MG_OK;
}

void mg__journal_close(mg__journal *j) {
    if (j->locked) mg__journal_unlock(j);
    if (j->descriptor >= 0) close(j->descriptor);
    mg__free(j->context, j->path);
    *j = (mg__journal){ .descriptor = -1 };
}

static mg_status length_of(const mg__journal *j, uint64_t *length) {
    struct stat about;
    if (fstat(j->descriptor, &about) != 0) return fail_file(j, "cannot be read");
    *length = (uint64_t)about.st_size;
    return MG_OK;
}

static mg_status read_at(const mg__journal *j, char *out, size_t room, uint64_t offset, size_t *got) {
    for (*got = 0; *got < room;) {
        const ssize_t n = pread(j->descriptor, out + *got, room - *got, (off_t)(offset + *got));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail_file(j, "cannot be read");
        if (n == 0) break;
        *got += (size_t)n;
    }
    return MG_OK;
}

/* A piece ends anywhere. What of it was not taken is read again with the next, in a longer one where nothing was. */
mg_status mg__journal_read(mg__journal *j) {
    uint64_t length = 0;
    if (!j->path || j->broken != MG_OK) return j->broken;
    mg_status status = length_of(j, &length);
    if (status == MG_OK && length < j->offset)
        return mg__fail(j->context, MG_FILE, "%s: became shorter while it was in use; open the study anew", j->path);
    char *text = NULL;
    size_t capacity = 0, wanted = PIECE, got = 0, taken = 0;
    while (status == MG_OK && j->offset < length) {
        const size_t room = length - j->offset < wanted ? (size_t)(length - j->offset) : wanted;
        if (!mg__grow(j->context, &text, &capacity, room, 1)) status = MG_OUT_OF_MEMORY;
        if (status == MG_OK) status = read_at(j, text, room, j->offset, &got);
        if (status == MG_OK) status = mg__journal_feed(j, text, got, &taken);
        if (status != MG_OK) break;
        j->offset += taken;
        if (taken == 0 && (j->offset + got >= length || got < room)) break;
        if (taken == 0) wanted *= 2;
    }
    mg__free(j->context, text);
    return status;
}

mg_status mg__journal_lock(mg__journal *j) {
    uint64_t length = 0;
    if (!j->path || j->broken != MG_OK) return j->broken;
    mg_status status = mg__journal_enter(j);
    if (status != MG_OK) return status;
    j->locked = true;
    status = mg__journal_read(j);
    if (status == MG_OK) status = length_of(j, &length);
    if (status == MG_OK && length > j->offset && ftruncate(j->descriptor, (off_t)j->offset) != 0)
        status = fail_file(j, "its unfinished last line cannot be cut off");
    if (status != MG_OK) mg__journal_unlock(j);
    return status;
}

void mg__journal_unlock(mg__journal *j) {
    if (!j->locked) return;
    mg__journal_leave(j);
    j->locked = false;
}

/* Without locks of the system nothing else brings it to other machines. */
static mg_status write_all(const mg__journal *j, const char *text, size_t length, bool sync) {
    for (size_t at = 0; at < length;) {
        const ssize_t n = write(j->descriptor, text + at, length - at);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail_file(j, "cannot be written");
        at += (size_t)n;
    }
    return (sync || !j->ranges) && fsync(j->descriptor) != 0 ? fail_file(j, "cannot be brought to the disk") : MG_OK;
}

mg_status mg__journal_append(mg__journal *j, const char *text, size_t length, bool sync) {
    size_t taken = 0;
    mg_status status = j->path ? write_all(j, text, length, sync) : MG_OK;
    if (status != MG_OK) {
        if (ftruncate(j->descriptor, (off_t)j->offset) != 0) j->broken = status;
        return status;
    }
    status = mg__journal_feed(j, text, length, &taken);
    j->offset += taken;
    return status;
}
