#include "data/extent.h"

#include "base/number.h"

#include <string.h>

mg_status mg__extent_parse(mg_context *context, const char *setting, const char *text, bool channels, int64_t out[3]) {
    int sides = 0, most = channels ? 3 : 2;
    const char *at = text;
    out[0] = out[1] = out[2] = 0;
    if (text == NULL) return MG_OK;
    while (at != NULL && sides < most) {
        const char *end = strchr(at, 'x');
        size_t length = end != NULL ? (size_t)(end - at) : strlen(at);
        if (!mg__parse_int64(at, length, &out[sides]) || out[sides] < 1 || out[sides] > MG__MOST_SIDE) break;
        at = end != NULL ? end + 1 : NULL;
        sides++;
    }
    if (sides == 2) out[2] = 1;
    if (at == NULL && sides >= 2) return MG_OK;
    return mg__fail(context, MG_SETTING, "%s: '%.100s' is no size; wanted %s", setting, text,
                    channels ? "HEIGHTxWIDTH or HEIGHTxWIDTHxCHANNELS: 28x28, 32x32x3" : "HEIGHTxWIDTH: 28x28");
}
