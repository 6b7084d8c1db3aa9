/* A file that appears whole or not at all. */
#define _XOPEN_SOURCE 700
#include "cli/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int cli_output_begin(cli_output *out, const char *path) {
    struct stat there;
    *out = (cli_output){ .stream = stdout, .path = path };
    if (!path) return CLI_OK;
    bool exists = stat(path, &there) == 0, direct = exists && !S_ISREG(there.st_mode);
    if (strlen(path) >= CLI_PATH_BYTES) return cli_fail(CLI_FAILED, "the name of --out is too long: %zu bytes", strlen(path));
    if (!exists || !realpath(path, out->place)) strcpy(out->place, path);
    snprintf(out->written, sizeof out->written, direct ? "%s" : "%s.%ld.partial", out->place, (long)getpid());
    out->stream = fopen(out->written, direct ? "w" : "wx");
    if (!out->stream) return cli_fail(CLI_FAILED, "%s: cannot be written: %s", path, strerror(errno));
    if (exists && !direct) (void)fchmod(fileno(out->stream), there.st_mode & 0777); /* as it was, where that is allowed */
    return CLI_OK;
}

int cli_output_end(cli_output *out, int code) {
    if (!out->path) return code;
    bool direct = strcmp(out->written, out->place) == 0;
    int failed = ferror(out->stream) ? EIO : 0;
    errno = 0;
    if (fflush(out->stream) != 0) failed = errno;
    if (code == CLI_OK && !failed && !direct && fsync(fileno(out->stream)) != 0) failed = errno;
    if (fclose(out->stream) != 0 && !failed) failed = errno;
    if (code == CLI_OK && !failed && !direct && rename(out->written, out->place) != 0) failed = errno;
    if ((code != CLI_OK || failed) && !direct) unlink(out->written);
    return code == CLI_OK && failed ? cli_fail(CLI_FAILED, "%s: writing failed: %s", out->path, strerror(failed)) : code;
}

void cli_default_out(const char *data, char out[CLI_PATH_BYTES]) {
    const char *end = data + strlen(data), *name;
    while (end > data && end[-1] == '/') end--;
    for (name = end; name > data && name[-1] != '/';) name--;
    size_t length = (size_t)(end - name);
    if (length > 3 && strncmp(end - 3, ".gz", 3) == 0) length -= 3;
    for (size_t i = length; i > 1; i--) {
        if (name[i - 1] == '.') {
            length = i - 1;
            break;
        }
    }
    bool nameless = strspn(name, ".-") >= length || length > 200;
    snprintf(out, CLI_PATH_BYTES, "%.*s.safetensors", nameless ? 5 : (int)length, nameless ? "model" : name);
}
