/* Why a training stopped, in a word. */
#include <micrograd/train.h>

const char *mg_stop_name(mg_stop stop) {
    switch (stop) {
    case MG_STOP_NONE: break;
#define STOP_NAME(id, name, doc) \
    case MG_STOP_##id: return name;
        MG_STOP_TABLE(STOP_NAME)
#undef STOP_NAME
    }
    return "none";
}
