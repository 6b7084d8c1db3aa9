#define _POSIX_C_SOURCE 200809L
#include "cli/inspect_table.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define WARNINGS_SHOWN 8
#define COLUMNS_SHOWN  200
#define CLASSES_SHOWN  12
#define CLASS_WIDTH    30
#define WIDEST         120 /* columns that an eye follows */
#define NARROWEST      80
#define REASON_WIDTH   26   /* below, a reason is better read among the warnings */
#define UNBOUNDED      1000 /* where no terminal is */
#define GAP            2    /* between the grid's columns */

static int line_width(void) {
    int width = cli_columns();
    if (!cli_is_terminal(stdout)) return UNBOUNDED;
    return width < NARROWEST ? NARROWEST : width > WIDEST ? WIDEST : width;
}

/* --- bars -------------------------------------------------------------------------------------------- */

static bool has_blocks(void) { return cli_is_terminal(stdout) && cli_is_utf8(); }

/* Eighths of a block, U+2581 to U+2588. A bin that is not empty shows. */
static void histogram_text(const mg_column_profile *column, int width, char *out) {
    int bins = column->bins, bars = bins < width ? bins : width;
    double bar[MG_PROFILE_BINS] = { 0 }, highest = 0;
    for (int i = 0; i < bins; i++) bar[i * bars / bins] += (double)column->histogram[i];
    if (bins % (bars ? bars : 1) != 0) /* some bars hold one bin more than others */
        for (int b = 0, i = 0; b < bars; b++) {
            int begin = i;
            while (i < bins && i * bars / bins == b) i++;
            bar[b] /= i - begin;
        }
    for (int b = 0; b < bars; b++) highest = fmax(highest, bar[b]);
    char *at = out;
    for (int b = 0; b < bars; b++) {
        int eighths = bar[b] > 0 ? 1 + (int)(7 * bar[b] / highest + 0.5) : 0;
        if (eighths > 8) eighths = 8;
        if (eighths == 0)
            *at++ = ' ';
        else {
            memcpy(at, "\xe2\x96", 2);
            at[2] = (char)(0x80 + eighths);
            at += 3;
        }
    }
    *at = '\0';
}

static void print_bar(double share, int width) {
    bool blocks = has_blocks();
    int length = (int)(share * width + 0.5);
    if (length == 0 && share > 0) length = 1;
    for (int i = 0; i < length; i++) fputs(blocks ? "\xe2\x96\x88" : "#", stdout);
}

/* --- cells ------------------------------------------------------------------------------------------- */

const char *cli_date_text(double seconds, bool with_time, char out[40]) {
    time_t when = (time_t)floor(seconds);
    struct tm parts;
    if (!gmtime_r(&when, &parts)) return strcpy(out, "?");
    int used = snprintf(out, 40, "%04d-%02d-%02d", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
    if (with_time) snprintf(out + used, 40 - (size_t)used, "T%02d:%02d:%02dZ", parts.tm_hour, parts.tm_min, parts.tm_sec);
    return out;
}

/* Four digits tell enough, but for whole numbers and what is nearly as long without an exponent. */
static const char *number_text(double value, char out[40]) {
    if (fabs(value) < 1e7 && (value == floor(value) || fabs(value) >= 1e4))
        snprintf(out, 40, "%.0f", value);
    else
        snprintf(out, 40, "%.4g", value);
    return out;
}

static const char *share_text(int64_t part, int64_t all, char out[32]) {
    double percent = all > 0 ? 100 * (double)part / (double)all : 0;
    if (part == 0) return strcpy(out, "");
    if (percent < 0.1)
        snprintf(out, 32, "<0.1 %%");
    else if (percent >= 99.5 && part < all)
        snprintf(out, 32, ">99 %%");
    else
        snprintf(out, 32, percent >= 9.95 ? "%.0f %%" : "%.1f %%", percent);
    return out;
}

/* Days, months or years, whatever `width` columns hold. */
static void dates_text(const mg_column_profile *column, int width, char *out, size_t size) {
    char low[40], high[40];
    int kept = width >= 24 ? 10 : width >= 18 ? 7 : 4;
    cli_date_text(column->low, false, low);
    cli_date_text(column->high, false, high);
    snprintf(out, size, "%.*s .. %.*s", kept, low, kept, high);
}

static void range_text(const mg_column_profile *column, char *out, size_t size) {
    char low[40], high[40];
    snprintf(out, size, "%s .. %s", number_text(column->low, low), number_text(column->high, high));
}

/* "Oslo 19 %, Lima 19 %, ..." within `width` columns. */
static void top_text(const mg_column_profile *column, int64_t rows, int width, char *out, size_t size) {
    size_t used = 0;
    *out = '\0';
    for (int i = 0; i < column->top_count; i++) {
        char value[256], share[32], entry[320];
        bool last = i + 1 == column->top_count && column->top_count >= column->distinct;
        cli_short(column->top[i].text, 16, value);
        snprintf(entry, sizeof entry, "%s%s %s", i > 0 ? ", " : "", value, share_text(column->top[i].rows, rows, share));
        size_t wide = cli_width(out) + cli_width(entry) + (last ? 0 : 5);
        if ((i > 0 && wide > (size_t)width) || used + strlen(entry) + 8 > size) break;
        used += (size_t)snprintf(out + used, size - used, "%s", entry);
        if (i + 1 == column->top_count && last) return;
    }
    snprintf(out + used, size - used, "%s", ", ...");
}

static void values_text(const mg_profile *profile, const mg_column_profile *column, int width, char *out, size_t size) {
    bool words = column->kind == MG_KIND_BOOLEAN || column->kind == MG_KIND_CATEGORY;
    if (words && column->top_count > 0)
        top_text(column, mg_profile_sampled(profile), width, out, size);
    else if (isfinite(column->low) && column->low < column->high && column->kind == MG_KIND_DATE)
        dates_text(column, width, out, size);
    else if (isfinite(column->low) && column->low < column->high)
        range_text(column, out, size);
    else
        snprintf(out, size, "%s%s", column->example, column->distinct > 1 ? ", ..." : "");
}

static void use_text(const mg_column_profile *column, int width, char *out, size_t size) {
    const char *missing = strstr(column->encoding, ", missing"); /* that cells are missing has a column of its own */
    if (column->target)
        snprintf(out, size, "target");
    else if (column->use)
        snprintf(out, size, "%.*s", missing ? (int)(missing - column->encoding) : (int)size, column->encoding);
    else
        snprintf(out, size, width < REASON_WIDTH ? "left out" : "left out: %s", column->reason);
}

/* --- the table --------------------------------------------------------------------------------------- */

enum { NAME, TYPE, MISSING, DISTINCT, VALUES, HISTOGRAM, USE, PARTS };

/* How wide each part may be; 0: it is not shown. */
typedef struct layout {
    int width[PARTS];
} layout;

static void widen(int *width, const char *text) {
    int own = (int)cli_width(text);
    if (own > *width) *width = own;
}

static void distinct_text(const mg_column_profile *column, char out[40]) {
    char count[32];
    snprintf(out, 40, "%s%s", column->distinct_exact ? "" : "~", cli_count(column->distinct, count));
}

/* What gives way where the terminal is too narrow, and down to what. */
static void shrink(layout *l, int columns) {
    static const int floors[PARTS] = { [NAME] = 12, [VALUES] = 14, [HISTOGRAM] = 7, [USE] = 12 };
    for (;;) {
        int total = -GAP, widest = -1;
        for (int p = 0; p < PARTS; p++) total += l->width[p] > 0 ? l->width[p] + GAP : 0;
        if (total <= columns) return;
        for (int p = 0; p < PARTS; p++) {
            bool more = widest < 0 || l->width[p] - floors[p] > l->width[widest] - floors[widest];
            if (floors[p] > 0 && l->width[p] > floors[p] && more) widest = p;
        }
        if (widest < 0) return;
        l->width[widest]--;
    }
}

static layout measure(const mg_profile *profile, int64_t shown, int columns) {
    layout l = { { [NAME] = 6, [TYPE] = 4, [DISTINCT] = 8, [VALUES] = 6, [USE] = 3 } };
    for (int64_t c = 0; c < shown; c++) {
        const mg_column_profile *column = mg_profile_column(profile, c);
        char text[512];
        widen(&l.width[NAME], column->name);
        widen(&l.width[TYPE], mg_kind_name(column->kind));
        if (column->missing > 0) l.width[MISSING] = 7;
        distinct_text(column, text);
        widen(&l.width[DISTINCT], text);
        values_text(profile, column, 40, text, sizeof text);
        widen(&l.width[VALUES], text);
        if (column->bins > 0 && has_blocks()) l.width[HISTOGRAM] = 12;
        use_text(column, UNBOUNDED, text, sizeof text);
        widen(&l.width[USE], text);
    }
    shrink(&l, columns);
    return l;
}

static void add_cell(cli_grid *grid, const layout *l, int part, const char *text) {
    char cut[256];
    if (l->width[part] > 0) cli_grid_add(grid, "%s", cli_short(text, (size_t)l->width[part], cut));
}

static void add_column(cli_grid *grid, const layout *l, const mg_profile *profile, const mg_column_profile *column) {
    char text[512], share[32], bars[3 * MG_PROFILE_BINS + 1] = "";
    add_cell(grid, l, NAME, column->name);
    add_cell(grid, l, TYPE, mg_kind_name(column->kind));
    add_cell(grid, l, MISSING, share_text(column->missing, mg_profile_rows(profile), share));
    distinct_text(column, text);
    add_cell(grid, l, DISTINCT, text);
    values_text(profile, column, l->width[VALUES], text, sizeof text);
    add_cell(grid, l, VALUES, text);
    if (column->bins > 0) histogram_text(column, l->width[HISTOGRAM], bars);
    add_cell(grid, l, HISTOGRAM, bars);
    use_text(column, l->width[USE], text, sizeof text);
    add_cell(grid, l, USE, text);
}

static void print_columns(const mg_profile *profile) {
    static const char *const heads[PARTS] = { "column", "type", "missing", "distinct", "values", "", "use" };
    static const char letters[PARTS + 1] = "llrrlll";
    int64_t columns = mg_profile_columns(profile), shown = columns < COLUMNS_SHOWN ? columns : COLUMNS_SHOWN;
    layout l = measure(profile, shown, line_width());
    char alignment[PARTS + 1];
    int parts = 0;
    for (int p = 0; p < PARTS; p++)
        if (l.width[p] > 0) alignment[parts++] = letters[p];
    alignment[parts] = '\0';
    cli_grid grid = cli_grid_begin(alignment);
    for (int p = 0; p < PARTS; p++) add_cell(&grid, &l, p, heads[p]);
    for (int64_t c = 0; c < shown; c++) add_column(&grid, &l, profile, mg_profile_column(profile, c));
    putchar('\n');
    cli_grid_print(&grid, stdout, 0, true);
    char count[32];
    if (columns > shown) printf("and %s more columns, which --json tells of\n", cli_count(columns - shown, count));
}

/* --- the target -------------------------------------------------------------------------------------- */

static void print_class(mg_top_value class, int name_width, int64_t most, int64_t all) {
    char name[256], count[32], share[32];
    cli_short(class.text, CLASS_WIDTH, name);
    cli_disarm(name);
    printf("  %s%*s  %9s  %6s  ", name, name_width - (int)cli_width(name), "", cli_count(class.rows, count),
           share_text(class.rows, all, share));
    print_bar((double)class.rows / (double)most, 30);
    putchar('\n');
}

static bool is_larger(const mg_profile *profile, int64_t a, int64_t b) {
    int64_t rows_a = mg_profile_class(profile, a).rows, rows_b = mg_profile_class(profile, b).rows;
    return rows_a > rows_b || (rows_a == rows_b && a < b);
}

/* The largest of those that are smaller than `last` (-1: of all); -1: there is none. */
static int64_t next_smaller(const mg_profile *profile, int64_t last) {
    int64_t found = -1;
    for (int64_t i = 0; i < mg_profile_classes(profile); i++)
        if ((last < 0 || is_larger(profile, last, i)) && (found < 0 || is_larger(profile, i, found))) found = i;
    return found;
}

/* All in their order; of many the largest. */
static void print_classes(const mg_profile *profile) {
    int64_t classes = mg_profile_classes(profile), all = 0, most = 1, shown[CLASSES_SHOWN];
    int64_t count = classes <= CLASSES_SHOWN ? classes : CLASSES_SHOWN - 1;
    int name_width = 0;
    char text[256];
    for (int64_t i = 0; i < classes; i++) {
        int64_t rows = mg_profile_class(profile, i).rows;
        all += rows;
        most = rows > most ? rows : most;
    }
    for (int64_t i = 0; i < count; i++) {
        shown[i] = classes <= CLASSES_SHOWN ? i : next_smaller(profile, i > 0 ? shown[i - 1] : -1);
        widen(&name_width, cli_short(mg_profile_class(profile, shown[i]).text, CLASS_WIDTH, text));
    }
    for (int64_t i = 0; i < count; i++) print_class(mg_profile_class(profile, shown[i]), name_width, most, all);
    if (classes > count) printf("  and %" PRId64 " smaller ones\n", classes - count);
}

static void print_regression(const mg_column_profile *column) {
    char a[40], b[40], c[40];
    printf("  from %s to %s, median %s", number_text(column->low, a), number_text(column->high, b),
           number_text(column->quartile[1], c));
    printf(", mean %s, deviation %s\n", number_text(column->mean, a), number_text(column->deviation, b));
}

static void print_target(const mg_profile *profile) {
    const mg_target *target = mg_profile_target(profile);
    if (!target) return;
    char reason[sizeof target->reason];
    memcpy(reason, target->reason, sizeof reason);
    cli_disarm(reason);
    printf("\n%s", cli_style_text(stdout, CLI_BOLD));
    cli_wrap(stdout, reason, 0, 0, line_width());
    fputs(cli_style_text(stdout, CLI_PLAIN), stdout);
    if (mg_profile_classes(profile) > 0)
        print_classes(profile);
    else if (target->task == MG_TASK_REGRESSION)
        print_regression(mg_profile_column(profile, target->column));
}

/* --- together ---------------------------------------------------------------------------------------- */

static void print_warnings(const mg_profile *profile) {
    int64_t count = mg_profile_warnings(profile), shown = count <= WARNINGS_SHOWN ? count : WARNINGS_SHOWN - 1;
    for (int64_t i = 0; i < shown; i++) {
        char text[1024];
        snprintf(text, sizeof text, "%s", mg_profile_warning(profile, i));
        cli_disarm(text);
        printf("%swarning%s  ", cli_style_text(stdout, CLI_YELLOW), cli_style_text(stdout, CLI_PLAIN));
        cli_wrap(stdout, text, 9, 9, line_width());
    }
    if (count > shown) printf("warning  and %" PRId64 " more, which --json tells of\n", count - shown);
    if (count > 0) putchar('\n');
}

static void print_size(const mg_profile *profile) {
    int64_t shape[3], columns = mg_profile_columns(profile), rows = mg_profile_rows(profile);
    int64_t sampled = mg_profile_sampled(profile), duplicates = mg_profile_duplicates(profile);
    char a[32], b[32], source[256];
    cli_short(mg_profile_source(profile), 60, source);
    cli_disarm(source);
    printf("%s%s%s: ", cli_style_text(stdout, CLI_BOLD), source, cli_style_text(stdout, CLI_PLAIN));
    if (mg_profile_image_shape(profile, shape))
        printf("%s image%s of %" PRId64 " x %" PRId64 " x %" PRId64, cli_count(rows, a), rows == 1 ? "" : "s", shape[0], shape[1],
               shape[2]);
    else
        printf("%s row%s, %s column%s", cli_count(rows, a), rows == 1 ? "" : "s", cli_count(columns, b), columns == 1 ? "" : "s");
    if (duplicates > 0) printf(", %s duplicate%s", cli_count(duplicates, a), duplicates == 1 ? "" : "s");
    putchar('\n');
    if (sampled < rows)
        printf("values, histograms and leaks are of a sample of %s rows, all counts and ranges of all rows\n",
               cli_count(sampled, a));
}

void cli_print_profile(const mg_profile *profile) {
    int64_t shape[3];
    print_warnings(profile);
    print_size(profile);
    if (!mg_profile_image_shape(profile, shape) && mg_profile_columns(profile) > 0) print_columns(profile);
    print_target(profile);
}
