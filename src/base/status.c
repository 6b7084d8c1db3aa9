/* Status and the last message of a context. */
#include "base/base.h"

#include <stdio.h>
#include <string.h>

const char *mg_status_text(mg_status status) {
    switch (status) {
#define STATUS_TEXT(name, value, text) \
    case name: return text;
        MG_STATUS_TABLE(STATUS_TEXT)
#undef STATUS_TEXT
    }
    return "unknown status";
}

/* Written beside the message first, for an argument may be the message that is being replaced. */
mg_status mg__fail_list(mg_context *context, mg_status status, const char *format, va_list arguments) {
    if (!context) return status;
    char text[MG__MESSAGE_BYTES];
    if (vsnprintf(text, sizeof text, format, arguments) < 0) text[0] = '\0';
    memcpy(context->message, text, sizeof text);
    context->status = status;
    return status;
}

mg_status mg__fail(mg_context *context, mg_status status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    mg__fail_list(context, status, format, arguments);
    va_end(arguments);
    return status;
}

mg_status mg__fail_memory(mg_context *context, size_t bytes) {
    return mg__fail(context, MG_OUT_OF_MEMORY, "out of memory: %zu bytes could not be allocated", bytes);
}

mg_status mg_context_status(const mg_context *context) { return context ? context->status : MG_INVALID; }

const char *mg_context_message(const mg_context *context) {
    return context ? context->message : "no context: mg_context_create failed or was not called";
}

void mg_context_clear(mg_context *context) {
    if (!context) return;
    context->status = MG_OK;
    context->message[0] = '\0';
}
