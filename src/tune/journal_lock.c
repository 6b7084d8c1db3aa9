/* Whose turn it is to write, and who is still there.
 *
 * Optuna's lock is a link beside the file, FILE.lock, that is made and removed: a writer that is killed leaves it behind, and
 * others wait for 30 seconds. So ours first take a lock of the system on a byte far behind the file's end, which ends with its
 * owner, and then make the link. Who has the byte and finds a link of this host's spelling knows that its maker is dead.
 *
 * Likewise each open journal holds a byte of its own, which its worker's name tells. Where the file system has no such locks, the
 * link alone is the lock, and only the processes of this host can be known to be dead. */
#define _GNU_SOURCE       /* locks of an open file, not of a process: F_OFD_SETLK */
#define _FILE_OFFSET_BITS 64

#include "tune/journal.h"

#include "base/system.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifdef F_OFD_SETLK
enum { SET = F_OFD_SETLK, GET = F_OFD_GETLK };
#else
enum { SET = F_SETLK, GET = F_GETLK };
#endif

enum { HOST_BYTES = 65, GRACE = 30, LONGEST = 60 }; /* seconds: Optuna's; until we give up */
static const char prefix[] = "micrograd-";
static const uint64_t turn_byte = (uint64_t)1 << 61, worker_bytes = (uint64_t)1 << 60;

static void host_name(char host[HOST_BYTES]) {
    if (gethostname(host, HOST_BYTES) != 0) host[0] = '\0';
    host[HOST_BYTES - 1] = '\0';
}

void mg__journal_pause(double seconds) {
    const double whole = (double)(int64_t)seconds;
    const struct timespec pause = { .tv_sec = (time_t)whole, .tv_nsec = (long)((seconds - whole) * 1e9) };
    (void)nanosleep(&pause, NULL);
}

/* --- bytes ------------------------------------------------------------------------------------------- */

static struct flock byte_lock(short kind, uint64_t byte) {
    return (struct flock){ .l_type = kind, .l_whence = SEEK_SET, .l_start = (off_t)byte, .l_len = 1 };
}

static bool set_byte(const mg__journal *j, short kind, uint64_t byte) {
    struct flock lock = byte_lock(kind, byte);
    int done;
    do done = fcntl(j->descriptor, SET, &lock);
    while (done != 0 && errno == EINTR);
    return done == 0;
}

static bool is_taken(void) { return errno == EAGAIN || errno == EACCES; }

static uint64_t byte_of(const char *worker) { return worker_bytes + mg__hash_text(0, worker) % worker_bytes; }

/* "micrograd-PID-HASH-HOST" */
void mg__journal_sign(mg__journal *j) {
    char host[HOST_BYTES];
    host_name(host);
    const uint64_t here = mg__hash_mix((uint64_t)(uintptr_t)j, (uint64_t)mg__clock());
    const uint64_t hash = mg__hash_mix(mg__hash_text((uint64_t)getpid(), host), mg__hash_mix(here, (uint64_t)time(NULL)));
    snprintf(j->worker, sizeof j->worker, "%s%ld-%08" PRIx64 "-%s", prefix, (long)getpid(), hash >> 32, host);
    j->ranges = j->descriptor >= 0 && set_byte(j, F_WRLCK, byte_of(j->worker));
}

static bool process_lives(const char *worker) {
    char host[HOST_BYTES], *end;
    host_name(host);
    const long process = strtol(worker + strlen(prefix), &end, 10);
    const char *where = *end == '-' ? strchr(end + 1, '-') : NULL;
    if (!where || strcmp(where + 1, host) != 0 || process <= 0) return true;
    return kill((pid_t)process, 0) == 0 || errno == EPERM;
}

bool mg__journal_alive(const mg__journal *j, const char *worker) {
    if (strcmp(worker, j->worker) == 0 || strncmp(worker, prefix, strlen(prefix)) != 0) return true;
    if (!j->ranges) return process_lives(worker);
    struct flock lock = byte_lock(F_WRLCK, byte_of(worker));
    return fcntl(j->descriptor, GET, &lock) != 0 || lock.l_type != F_UNLCK;
}

/* --- the link ---------------------------------------------------------------------------------------- */

/* What the link points to: the journal, as Optuna looks at its age through the link. Our spelling of that path is one that nobody
 * else would write, and another on each host: "./" for a bit that is 0, ".//" for 1. */
static char *spell(const mg__journal *j) {
    char host[HOST_BYTES], steps[16 * 3 + 1];
    size_t used = 0;
    host_name(host);
    const uint64_t bits = mg__hash_text(0, host);
    for (int i = 0; i < 16; i++) mg__append(steps, sizeof steps, &used, "%s", bits >> i & 1 ? ".//" : "./");
    const char *slash = strrchr(j->path, '/'), *name = slash ? slash + 1 : j->path;
    char *text = mg__alloc_array(j->context, used + strlen(name) + 1, 1);
    if (text) snprintf(text, used + strlen(name) + 1, "%s%s", steps, name);
    return text;
}

static char *link_path(const mg__journal *j) {
    const size_t size = strlen(j->path) + sizeof ".lock";
    char *path = mg__alloc_array(j->context, size, 1);
    if (path) snprintf(path, size, "%s.lock", j->path);
    return path;
}

static bool points_to(const char *link, const char *target) {
    char found[4096];
    const ssize_t length = readlink(link, found, sizeof found);
    return length >= 0 && (size_t)length == strlen(target) && memcmp(found, target, (size_t)length) == 0;
}

/* Changes whenever the link is made anew or the journal is written. */
static uint64_t signs_of_life(const mg__journal *j, const char *link) {
    struct stat made = { 0 }, written = { 0 };
    if (lstat(link, &made) != 0) return 0;
    (void)fstat(j->descriptor, &written);
    const uint64_t file = mg__hash_mix((uint64_t)written.st_size, (uint64_t)written.st_mtime);
    return mg__hash_mix(mg__hash_mix((uint64_t)made.st_ino, (uint64_t)made.st_mtime), file);
}

static bool make_link(const char *target, const char *link) {
    if (symlink(target, link) == 0) return true;
    if (errno != EPERM && errno != ENOSYS && errno != EOPNOTSUPP) return false;
    const int file = open(link, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666); /* a file system without links */
    return file >= 0 && close(file) == 0;
}

static double seconds_since(int64_t start) { return (double)(mg__clock() - start) * 1e-9; }

static mg_status take_link(const mg__journal *j, const char *target, const char *link) {
    const int64_t start = mg__clock();
    int64_t quiet = start;
    uint64_t signs = 0;
    for (double pause = 0.0005; !make_link(target, link); pause = pause < 0.02 ? 2 * pause : pause) {
        if (errno != EEXIST)
            return mg__fail(j->context, MG_FILE, "%s: cannot be made, so the study cannot be written: %s", link, strerror(errno));
        const uint64_t now = signs_of_life(j, link);
        if (now != signs) signs = now, quiet = mg__clock();
        if ((j->ranges && points_to(link, target)) || (now && seconds_since(quiet) > GRACE)) {
            (void)unlink(link);
            continue;
        }
        if (seconds_since(start) > LONGEST + GRACE)
            return mg__fail(j->context, MG_FILE, "%s: another writer holds it for too long; remove it if there is none", link);
        mg__journal_pause(pause);
    }
    return MG_OK;
}

static mg_status take_turn(const mg__journal *j) {
    const int64_t start = mg__clock();
    for (double pause = 0.0002; j->ranges && !set_byte(j, F_WRLCK, turn_byte); pause = pause < 0.005 ? 2 * pause : pause) {
        if (!is_taken()) return mg__fail(j->context, MG_FILE, "%s: cannot be locked: %s", j->path, strerror(errno));
        if (seconds_since(start) > LONGEST)
            return mg__fail(j->context, MG_FILE, "%s: another process holds its lock for a minute; is one stopped?", j->path);
        mg__journal_pause(pause);
    }
    return MG_OK;
}

static void give_turn(const mg__journal *j) {
    if (j->ranges) (void)set_byte(j, F_UNLCK, turn_byte);
}

mg_status mg__journal_enter(mg__journal *j) {
    mg_status status = take_turn(j);
    if (status != MG_OK) return status;
    char *target = spell(j), *link = target ? link_path(j) : NULL;
    status = link ? take_link(j, target, link) : MG_OUT_OF_MEMORY;
    if (status != MG_OK) give_turn(j);
    mg__free(j->context, target);
    mg__free(j->context, link);
    return status;
}

void mg__journal_leave(mg__journal *j) {
    char link[4096];
    const int length = snprintf(link, sizeof link, "%s.lock", j->path);
    if (length > 0 && (size_t)length < sizeof link) (void)unlink(link);
    give_turn(j);
}
