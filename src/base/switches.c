/* The switches, from the environment. */
#include "base/switches.h"

#include <stdlib.h>
#include <string.h>

/* Whether a list separated by commas has the name. */
static bool listed(const char *list, const char *name) {
    size_t length = strlen(name);
    for (; list && *list; list = strchr(list, ',')) {
        list += *list == ',';
        if (strncmp(list, name, length) == 0 && (list[length] == ',' || list[length] == 0)) return true;
    }
    return false;
}

mg__switches mg__switches_read(void) {
    const char *without = getenv("MICROGRAD_WITHOUT");
    return (mg__switches){ .recompute = !listed(without, "recompute"),
                           .compiled = !listed(without, "compiled"),
                           .early = !listed(without, "early"),
                           .sharing = !listed(without, "sharing"),
                           .thresholds = !listed(without, "thresholds"),
                           .pages = !listed(without, "pages") };
}
