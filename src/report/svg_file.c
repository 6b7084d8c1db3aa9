/* A chart as a file of its own. Not every program that draws SVG knows variables or media of CSS, so the style is written with
 * the colours of the day in their places. */
#include "interop/file.h"
#include "report/report.h"

#include <string.h>

/* What `name` (as in "--ink)") is in :root, which comes first. */
static void put_variable(mg__page *out, const char *style, const char *name) {
    size_t length = strcspn(name, ")");
    for (const char *at = style; (at = strstr(at, "--")) != NULL; at += 2) {
        if (strncmp(at, name, length) != 0 || at[length] != ':') continue;
        const char *value = at + length + 1;
        for (size_t i = 0, end = strcspn(value, ";}"); i < end; i++) mg__say(out, "%s", (char[]){ value[i], 0 });
        return;
    }
}

/* The end of a block "{...{...}...}". */
static const char *behind_block(const char *at) {
    int depth = 0;
    for (; *at; at++) {
        depth += (*at == '{') - (*at == '}');
        if (*at == '}' && depth == 0) return at + 1;
    }
    return at;
}

static void put_style(mg__page *out) {
    mg__page style = mg__page_begin(out->context);
    for (const char *const *line = mg__report_style; *line; line++) mg__say(&style, "%s", *line);
    const char *at = style.failed ? "" : style.text;
    while (*at) {
        if (!strncmp(at, "@media", 6)) {
            at = behind_block(at);
        } else if (!strncmp(at, "var(", 4)) {
            put_variable(out, style.text, at + 4);
            at += strcspn(at, ")") + 1;
        } else {
            mg__say(out, "%s", (char[]){ *at++, 0 });
        }
    }
    out->failed = out->failed || style.failed;
    mg__page_free(&style);
}

mg_status mg__page_write_svg(mg__page *page, const char *path) {
    mg_context *context = page->context;
    char *from = page->failed || !page->text ? NULL : strstr(page->text, "<svg"), *end = from ? strstr(from, "</svg>") : NULL;
    char *inside = from ? strchr(from, '>') : NULL;
    mg_status status = MG_OUT_OF_MEMORY;
    if (end) {
        mg__page picture = mg__page_begin(context);
        *inside = *end = 0;
        mg__say(&picture, "%s><style>\n", from);
        put_style(&picture);
        mg__say(&picture, "</style>%s</svg>\n", inside + 1);
        if (!picture.failed) status = mg__file_write_whole(context, path, picture.text, picture.length);
        mg__page_free(&picture);
    }
    mg__page_free(page);
    return status;
}
