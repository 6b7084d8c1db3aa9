/* A file of settings: the same names, bounds and messages as on the command line. */
#include "cli/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MOST_BYTES (1 << 20)

static char *read_whole(const char *path) {
    FILE *file = fopen(path, "rb");
    char *text = file ? malloc(MOST_BYTES + 1) : NULL;
    size_t length = text ? fread(text, 1, MOST_BYTES + 1, file) : 0;
    bool failed = file && ferror(file);
    if (!file || failed)
        cli_fail(CLI_FAILED, "--config %s: %s", path, strerror(errno));
    else if (!text)
        cli_fail(CLI_FAILED, "out of memory");
    else if (length > MOST_BYTES)
        cli_fail(CLI_FAILED, "--config %s: larger than a megabyte: that is no file of settings", path);
    else if (memchr(text, 0, length))
        cli_fail(CLI_FAILED, "--config %s: it holds a NUL byte: that is no file of settings", path);
    if (file) fclose(file);
    if (text && !failed && length <= MOST_BYTES && !memchr(text, 0, length)) {
        text[length] = 0;
        return text;
    }
    free(text);
    return NULL;
}

static char *trimmed(char *begin, char *end) {
    while (begin < end && strchr(" \t\r", *begin)) begin++;
    while (end > begin && strchr(" \t\r", end[-1])) end--;
    if (end - begin >= 2 && (*begin == '"' || *begin == '\'') && end[-1] == *begin) begin++, end--;
    *end = 0;
    return begin;
}

/* A remark begins with # at the start of a line or after a blank, outside quotes. */
static char *without_remark(char *line) {
    char quote = 0;
    for (char *c = line; *c; c++) {
        if (quote ? *c == quote : (*c == '"' || *c == '\'')) quote = quote ? 0 : *c;
        if (*c == '#' && !quote && (c == line || c[-1] == ' ' || c[-1] == '\t')) return *c = 0, c;
    }
    return line + strlen(line);
}

static int read_line(const cli_command *command, const char *path, int number, char *line, mg_settings *settings) {
    char message[MG_OPTION_MESSAGE_BYTES];
    char *end = without_remark(line), *equals = line + strcspn(line, "=:");
    if (line[strspn(line, " \t\r")] == 0) return CLI_OK;
    if (!*equals) return cli_fail(CLI_USAGE, "%s, line %d: wanted: name = value; got '%.60s'", path, number, line);
    const char *name = trimmed(line, equals), *value = trimmed(equals + 1, end);
    while (*name == '-') name++;
    const mg_option *option = mg_option_find(mg_settings_table(), command->name, name);
    if (!option) {
        const mg_option *nearest = mg_option_nearest(mg_settings_table(), command->name, name);
        return nearest
                   ? cli_fail(CLI_USAGE, "%s, line %d: there is no setting '%.60s'; did you mean %s?", path, number, name,
                              nearest->name)
                   : cli_fail(CLI_USAGE, "%s, line %d: there is no setting '%.60s'; `micrograd %s --help` lists what there is",
                              path, number, name, command->name);
    }
    if (!strcmp(name, "config") || !strcmp(name, "help"))
        return cli_fail(CLI_USAGE, "%s, line %d: '%s' belongs on the command line", path, number, name);
    if (!*value && !(option->flags & MG_OPTION_MAY_BE_EMPTY))
        return cli_fail(CLI_USAGE, "%s, line %d: %s has no value; leave the line out for its default", path, number, name);
    if (mg_option_set(option, settings, value, message) != MG_OK)
        return cli_fail(CLI_USAGE, "%s, line %d: %s", path, number, message);
    return CLI_OK;
}

int cli_config_read(const cli_command *command, const char *path, mg_settings *settings, char **text) {
    *text = read_whole(path);
    if (!*text) return CLI_FAILED;
    int code = CLI_OK, number = 1;
    char *begin = *text + (strncmp(*text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0); /* a byte order mark */
    for (char *line = begin, *next; line && code == CLI_OK; line = next, number++) {
        next = strchr(line, '\n');
        if (next) *next++ = 0;
        code = read_line(command, path, number, line, settings);
    }
    return code;
}
