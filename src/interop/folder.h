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
/* "folder/name"; NULL: no memory. */
char *mg__path_join(mg_context *context, const char *folder, const char *name);

#endif
