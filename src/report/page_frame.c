/* What every page of a report has around its sections. */
#include "report/report.h"

#include "interop/file.h"

void mg__page_open(mg__page *page, const char *title) {
    mg__say(page,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>%e</title>\n<style>\n",
            title);
    for (const char *const *line = mg__report_style; *line; line++) mg__say(page, "%s", *line);
    mg__say(page, "</style>\n</head>\n<body>\n<main>\n");
}

mg_status mg__page_close(mg__page *page, const char *path) {
    mg_context *context = page->context;
    mg__say(page, "<footer>micrograd %s</footer>\n</main>\n</body>\n</html>\n", mg_version());
    mg_status status = page->failed ? MG_OUT_OF_MEMORY : mg__file_write_whole(context, path, page->text, page->length);
    mg__page_free(page);
    return status;
}

void mg__put_warnings(mg__page *page, const char *const *warning, int64_t count) {
    if (count == 0) return;
    mg__say(page, "<div class=\"warn\"><ul>\n");
    for (int64_t i = 0; i < count; i++) mg__say(page, "<li>%e</li>\n", warning[i]);
    mg__say(page, "</ul></div>\n");
}
