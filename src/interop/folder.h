/* What lies in a folder. */
#ifndef MG_INTEROP_FOLDER_H
#define MG_INTEROP_FOLDER_H

#include "base/base.h"

typedef struct mg__names {
    char **name;
    size_t count, capacity;
} mg__names;

bool mg__is_folder(const char *path);
/* A pipe, a socket or a device: reading it may never end. */
bool mg__is_special(const char *path);
/* The names of its files and of its folders, each sorted bytewise; what begins with a dot is hidden. MG_FILE. Both are to be
 * freed whatever comes back. */
mg_status mg__folder_list(mg_context *context, const char *path, mg__names *files, mg__names *folders);
void mg__names_free(mg_context *context, mg__names *names);
/* Makes a folder, and brings its name to the disk; one that is there already is fine. MG_FILE. */
mg_status mg__folder_make(mg_context *context, const char *path);
/* Removes what a process that was killed had begun to write in it (file_write.c's .NAME.PID-n.tmp). */
void mg__folder_sweep(mg_context *context, const char *path);
/* For this process alone, until it unlocks or ends. MG_FILE: another one has it, for two seconds and more. *lock -1: nothing is
 * locked. */
mg_status mg__folder_lock(mg_context *context, const char *path, int *lock);
void mg__folder_unlock(int lock);
/* "folder/name"; NULL: no memory. */
char *mg__path_join(mg_context *context, const char *folder, const char *name);

#endif
