/* The network itself. */
#include "report/report.h"

static void put_shape(mg__page *page, const mg_layer_info *layer) {
    for (int d = 1; d < layer->rank; d++) mg__say(page, "%s%l", d > 1 ? " × " : "", layer->shape[d]);
}

static void put_layers(mg__page *page, const mg_layer_info *layers, int count) {
    int64_t parameters = 0, work = 0;
    mg__say(
        page,
        "<div class=\"scroll\"><table>\n<tr><th>layer</th><th>is</th><th>gives</th><th class=\"r\">parameters</th><th class=\"r\">multiply-adds a row</th></tr>\n");
    for (int i = 0; i < count; i++) {
        const mg_layer_info *layer = &layers[i];
        mg__say(page, "<tr><td>%e</td><td>%e</td><td>", layer->name, layer->text);
        put_shape(page, layer);
        mg__say(page, "</td><td class=\"r\">%L</td><td class=\"r\">%L</td></tr>\n", layer->parameters, layer->multiply_adds);
        parameters += layer->parameters;
        work += layer->multiply_adds;
    }
    mg__say(
        page,
        "<tr class=\"total\"><td>total</td><td></td><td></td><td class=\"r\">%L</td><td class=\"r\">%L</td></tr>\n</table></div>\n",
        parameters, work);
}

static mg_status layers(mg__report *report) {
    int count = mg_model_layers(report->model, NULL, 0);
    if (count < 0) return mg_context_status(report->context);
    mg_layer_info *layers = mg__alloc_array(report->context, (size_t)count + 1, sizeof *layers);
    if (!layers) return MG_OUT_OF_MEMORY;
    bool known = mg_model_layers(report->model, layers, count) == count;
    if (known) put_layers(&report->page, layers, count);
    mg__free(report->context, layers);
    return known ? MG_OK : mg_context_status(report->context);
}

static mg_status filters(mg__report *report) {
    mg__filters f;
    mg__page *page = &report->page;
    mg_status status = mg__filters_take(report->model, &f);
    if (status != MG_OK || !f.pixel) return status;
    int64_t pixels = f.height * f.width * f.channels;
    mg__say(
        page,
        "<figure class=\"pictures small\"><figcaption><b>First-layer filters</b><span>What each unit of the first layer answers to: bright counts for it, dark against it.%s</span></figcaption><div>\n",
        f.count == MG__MOST_FILTERS ? " The first 64." : "");
    for (int64_t i = 0; i < f.count; i++) {
        mg__range range = mg__range_none();
        for (int64_t p = 0; p < pixels; p++) mg__range_add(&range, (double)f.pixel[i * pixels + p]);
        mg__say(page, "<div>");
        mg__put_picture(page, f.pixel + i * pixels, f.height, f.width, f.channels, range.low, range.high);
        mg__say(page, "</div>\n");
    }
    mg__say(page, "</div></figure>\n");
    mg__free(report->context, f.pixel);
    return MG_OK;
}

mg_status mg__section_network(mg__report *report) {
    const char *text = mg_model_text(report->model);
    mg__say(&report->page, "<h2>Network</h2>\n<p>%e</p>\n", text && *text ? text : "no hidden layer");
    mg_status status = layers(report);
    return status == MG_OK ? filters(report) : status;
}
