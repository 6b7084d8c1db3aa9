/* Finds and opens the plug-in. */
#define _GNU_SOURCE /* dladdr */
#include "tune/mpi.h"

#include <micrograd/ranks.h>

#if defined(__unix__) || defined(__APPLE__)

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_BYTES 4096
#define OPENING    (RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE)

#ifndef MG__LIBRARIES /* from the folder of programs to that of libraries, where they are installed */
#define MG__LIBRARIES "../lib"
#endif

/* The folder of the program or library that this is in, with its last '/'; false: not known. A program that the shell found is
 * known by its bare name. */
static bool own_folder(char path[PATH_BYTES]) {
    static const char inside = 0;
    Dl_info here;
    const char *name = dladdr(&inside, &here) && here.dli_fname ? here.dli_fname : "";
    char *real = realpath(strchr(name, '/') ? name : "/proc/self/exe", NULL);
    int length = real ? snprintf(path, PATH_BYTES, "%s", real) : 0;
    free(real);
    char *slash = length > 0 && length < PATH_BYTES ? strrchr(path, '/') : NULL;
    if (slash) slash[1] = 0;
    return slash != NULL;
}

/* For the whole process, as parts of Open MPI look there for what they need. It is never closed. */
static const mg__mpi *open_file(mg_context *context, const char *path) {
    void *library = dlopen(path, OPENING);
    if (!library) {
        mg__fail(context, MG_UNSUPPORTED, "mpirun: the plug-in for MPI cannot be opened: %s; install the MPI it was built with",
                 dlerror());
        return NULL;
    }
    const mg__mpi *mpi = dlsym(library, MG__MPI_SYMBOL);
    if (mpi && mpi->size == sizeof *mpi) return mpi;
    mg__fail(context, MG_UNSUPPORTED, "mpirun: %s is of another version of micrograd; build and install both together", path);
    return NULL;
}

const mg__mpi *mg__mpi_open(mg_context *context) {
    static const char *const beside[] = { "", MG__LIBRARIES "/" };
    char folder[PATH_BYTES], path[2 * PATH_BYTES];
    const char *told = getenv("MICROGRAD_MPI");
    if (told && *told) return open_file(context, told);
    for (size_t i = 0; own_folder(folder) && i < sizeof beside / sizeof *beside; i++) {
        snprintf(path, sizeof path, "%s%s%s", folder, beside[i], MG__MPI_FILE);
        if (access(path, F_OK) == 0) return open_file(context, path);
    }
    if (dlopen(MG__MPI_FILE, OPENING)) return open_file(context, MG__MPI_FILE);
    mg__fail(
        context, MG_UNSUPPORTED,
        "mpirun started %d ranks, but there is no plug-in for MPI (" MG__MPI_FILE ") beside the program; install MPI (Debian: "
        "apt-get install libopenmpi-dev openmpi-bin) and build again, or set MICROGRAD_MPI=off, and each rank runs for itself",
        mg_ranks());
    return NULL;
}

#else

const mg__mpi *mg__mpi_open(mg_context *context) {
    mg__fail(context, MG_UNSUPPORTED,
             "mpirun: MPI is not supported on this system; set MICROGRAD_MPI=off, and each rank runs for itself");
    return NULL;
}

#endif
