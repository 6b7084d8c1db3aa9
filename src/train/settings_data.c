/* What settings say to a reader of data. */
#include <micrograd/train.h>

#include <string.h>

mg_dataset_options mg_settings_data(const mg_settings *settings) {
    mg_dataset_options data = mg_dataset_defaults();
    const char *separator = settings->separator;
    data.separator = !strcmp(separator, "auto") ? 0 : !strcmp(separator, "tab") ? '\t' : *separator;
    data.decimal = *settings->decimal;
    data.header = !strcmp(settings->header, "none")    ? MG_HEADER_NONE
                  : !strcmp(settings->header, "first") ? MG_HEADER_FIRST
                                                       : MG_HEADER_AUTO;
    data.types = settings->types;
    data.skip_bad = settings->skip_bad;
    data.image_size = settings->image_size;
    data.image_fit = !strcmp(settings->image_fit, "crop") ? MG_FIT_CROP : MG_FIT_RESIZE;
    data.image_color = !strcmp(settings->image_color, "grey")    ? MG_COLOR_GREY
                       : !strcmp(settings->image_color, "color") ? MG_COLOR_COLOR
                                                                 : MG_COLOR_AUTO;
    return data;
}
