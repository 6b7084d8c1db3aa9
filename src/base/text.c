/* Text put together in a buffer of fixed size. */
#include "base/base.h"

#include <stdio.h>

void mg__append(char *buffer, size_t size, size_t *used, const char *format, ...) {
    if (*used >= size) return;
    va_list arguments;
    va_start(arguments, format);
    size_t room = size - *used;
    int wanted = vsnprintf(buffer + *used, room, format, arguments);
    va_end(arguments);
    if (wanted > 0) *used += (size_t)wanted < room ? (size_t)wanted : room - 1;
}
