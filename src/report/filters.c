/* What the first layer looks for in an image. */
#include "report/report.h"

#include <string.h>

static int first_weight(const mg_parameters *parameters) {
    for (int i = 0; i < mg_parameters_count(parameters); i++)
        if (mg_parameters_entry(parameters, i)->role == MG_WEIGHT) return i;
    return -1;
}

/* Convolutions keep [height, width, channels, filters], dense layers [height * width * channels, units]: in both the last
 * dimension is the filter's number. */
static bool shape_of(const mg_parameter *entry, const int64_t image[3], mg__filters *filters) {
    const int64_t *shape = entry->shape;
    if (entry->rank == 4)
        *filters = (mg__filters){ .count = shape[3], .height = shape[0], .width = shape[1], .channels = shape[2] };
    else if (entry->rank == 2 && shape[0] == image[0] * image[1] * image[2])
        *filters = (mg__filters){ .count = shape[1], .height = image[0], .width = image[1], .channels = image[2] };
    return (filters->channels == 1 || filters->channels == 3) && filters->height * filters->width > 1;
}

mg_status mg__filters_take(mg_model *model, mg__filters *filters) {
    int64_t image[3];
    *filters = (mg__filters){ 0 };
    if (mg_encoder_shape(model->encoder, image) != 3) return MG_OK;
    const mg_parameters *parameters = mg_model_parameters(model, 0);
    int entry = first_weight(parameters);
    mg__filters found = { 0 };
    if (entry < 0 || !shape_of(mg_parameters_entry(parameters, entry), image, &found)) return MG_OK;
    mg_tensor weight = mg_parameters_value(parameters, entry);
    int64_t all = found.count, pixels = found.height * found.width * found.channels;
    if (found.count > MG__MOST_FILTERS) found.count = MG__MOST_FILTERS;
    found.pixel = mg__alloc_array(model->context, (size_t)found.count, (size_t)pixels * sizeof *found.pixel);
    if (!found.pixel) return MG_OUT_OF_MEMORY;
    for (int64_t f = 0; f < found.count; f++)
        for (int64_t p = 0; p < pixels; p++) found.pixel[f * pixels + p] = (float)mg_tensor_get(&weight, p * all + f);
    *filters = found;
    return MG_OK;
}
