/* What the streams are, and numbers as people read them. */
#define _POSIX_C_SOURCE 200809L
#include "cli/cli.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static bool dumb(void) {
    const char *term = getenv("TERM");
    return !term || !*term || strcmp(term, "dumb") == 0;
}

/* https://no-color.org: any value that is not empty. */
const char *cli_style_text(FILE *stream, cli_style style) {
    static const char *const escapes[CLI_STYLES] = { "\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m" };
    const char *no_color = getenv("NO_COLOR");
    if ((no_color && *no_color) || dumb() || !isatty(fileno(stream))) return "";
    return escapes[style];
}

bool cli_is_terminal(FILE *stream) { return isatty(fileno(stream)); }

bool cli_is_utf8(void) {
    static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
    const char *locale = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names && !(locale && *locale); i++) locale = getenv(names[i]);
    const char *encoding = locale ? strchr(locale, '.') : NULL;
    return encoding && (strncasecmp(encoding, ".utf-8", 6) == 0 || strncasecmp(encoding, ".utf8", 5) == 0);
}

bool cli_is_live(void) { return !dumb() && isatty(STDERR_FILENO); }

int cli_columns(void) {
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20) return size.ws_col;
    return 80;
}

int cli_text_width(void) {
    int columns = cli_columns();
    return columns < 100 ? columns : 100;
}

double cli_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

const char *cli_duration(double seconds, char out[32]) {
    int64_t whole = seconds > 0 && seconds < 1e15 ? (int64_t)(seconds + 0.5) : 0;
    if (seconds < 0.9995)
        snprintf(out, 32, "%.0f ms", seconds > 0 ? seconds * 1e3 : 0);
    else if (seconds < 59.95)
        snprintf(out, 32, "%.1f s", seconds);
    else if (whole < 3600)
        snprintf(out, 32, "%d min %02d s", (int)(whole / 60), (int)(whole % 60));
    else
        snprintf(out, 32, "%" PRId64 " h %02d min", whole / 3600, (int)(whole / 60 % 60));
    return out;
}

const char *cli_bytes(double bytes, char out[32]) {
    static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
    int unit = 0;
    while (bytes >= 999.5 && unit < 4) bytes /= 1000, unit++;
    snprintf(out, 32, unit == 0 || bytes >= 99.95 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
    return out;
}

const char *cli_count(int64_t count, char out[32]) {
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRId64, count), used = 0;
    for (int i = 0; i < length; i++) {
        out[used++] = digits[i];
        if (digits[i] != '-' && i + 1 < length && (length - i - 1) % 3 == 0) out[used++] = ',';
    }
    out[used] = 0;
    return out;
}

/* Bytes of the UTF-8 sequence at s (RFC 3629: shortest form, no surrogates, up to 10FFFF); 0 where there is none. A NUL ends the
 * text and never is a continuation, so nothing is read beyond it. */
int cli_utf8_length(const char *text) {
    const unsigned char *s = (const unsigned char *)text;
    if (s[0] < 0x80) return 1;
    if (s[0] >= 0xc2 && s[0] <= 0xdf) return (s[1] & 0xc0) == 0x80 ? 2 : 0;
    if (s[0] >= 0xe0 && s[0] <= 0xef) {
        unsigned char low = s[0] == 0xe0 ? 0xa0 : 0x80, high = s[0] == 0xed ? 0x9f : 0xbf;
        return s[1] >= low && s[1] <= high && (s[2] & 0xc0) == 0x80 ? 3 : 0;
    }
    if (s[0] >= 0xf0 && s[0] <= 0xf4) {
        unsigned char low = s[0] == 0xf0 ? 0x90 : 0x80, high = s[0] == 0xf4 ? 0x8f : 0xbf;
        return s[1] >= low && s[1] <= high && (s[2] & 0xc0) == 0x80 && (s[3] & 0xc0) == 0x80 ? 4 : 0;
    }
    return 0;
}

size_t cli_width(const char *text) {
    size_t width = 0;
    for (const unsigned char *s = (const unsigned char *)text; *s; s++) {
        bool continuation = (*s & 0xc0) == 0x80, combining = *s == 0xcc || (*s == 0xcd && s[1] >= 0x80 && s[1] <= 0xaf);
        if (!continuation && !combining) width++;
    }
    return width;
}

const char *cli_short(const char *text, size_t columns, char out[256]) {
    size_t room = columns < 60 ? columns : 60, used = 0;
    bool whole = cli_width(text) <= room && strlen(text) < 256;
    for (size_t width = 0; text[used] && used < (whole ? 255 : 240); used++) {
        bool begins = ((unsigned char)text[used] & 0xc0) != 0x80;
        if (!whole && begins && ++width == room) break;
        out[used] = text[used];
    }
    memcpy(out + used, whole ? "" : "\xe2\x80\xa6", whole ? 1 : 4);
    cli_disarm(out);
    return out;
}

/* printf rounds correctly, so the first precision that reads back is the shortest. 15 digits are enough for most numbers that
 * people write. */
const char *cli_double_text(double value, char out[32]) {
    if (isnan(value)) return strcpy(out, "nan");
    if (isinf(value)) return strcpy(out, value > 0 ? "inf" : "-inf");
    if (fabs(value) < 1e15 && value == (double)(int64_t)value && !(value == 0 && signbit(value))) {
        snprintf(out, 32, "%" PRId64, (int64_t)value);
        return out;
    }
    snprintf(out, 32, "%.15g", value);
    for (int precision = 16; precision <= 17 && strtod(out, NULL) != value; precision++)
        snprintf(out, 32, "%.*g", precision, value);
    return out;
}

const char *cli_float_text(float value, char out[32]) {
    if (!isfinite(value)) return cli_double_text((double)value, out);
    snprintf(out, 32, "%.6g", (double)value);
    for (int precision = 7; precision <= 9 && strtof(out, NULL) != value; precision++)
        snprintf(out, 32, "%.*g", precision, (double)value);
    return out;
}
