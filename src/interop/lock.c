#define _DEFAULT_SOURCE
#include "interop/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define TRIES 40 /* a process that was killed has its files for a moment still */
#define PAUSE ((struct timespec){ .tv_nsec = 50000000 })

static bool is_held(int descriptor) { return flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK; }

/* Where a file system knows no locks, nothing is locked. */
mg_status mg__folder_lock(mg_context *context, const char *path, int *lock) {
    *lock = open(path, O_RDONLY | O_CLOEXEC);
    if (*lock < 0) return MG_OK;
    bool held = is_held(*lock);
    for (int i = 0; held && i < TRIES; i++) {
        (void)nanosleep(&PAUSE, NULL);
        held = is_held(*lock);
    }
    if (!held) return MG_OK;
    close(*lock);
    *lock = -1;
    return mg__fail(context, MG_FILE, "%s: another process is at work on this run; wait for its end", path);
}

void mg__folder_unlock(int lock) {
    if (lock >= 0) close(lock);
}
