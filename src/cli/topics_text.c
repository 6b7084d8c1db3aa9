/* Topics of help that are prose. */
#include "cli/topics_text.h"

#include "cli/cli.h"

#include <string.h>

#define TEXT_COLUMN 26

void cli_topic_entry(FILE *stream, const char *name, const char *arguments, const char *text) {
    int used =
        fprintf(stream, "  %s%s%s%s", cli_style_text(stream, CLI_BOLD), name, cli_style_text(stream, CLI_PLAIN), arguments);
    used -= (int)(strlen(cli_style_text(stream, CLI_BOLD)) + strlen(cli_style_text(stream, CLI_PLAIN)));
    if (used > TEXT_COLUMN - 2) fputc('\n', stream), used = 0;
    if (used > 0) fputc(' ', stream), used++;
    fprintf(stream, "%*s", TEXT_COLUMN - used, "");
    cli_wrap(stream, text, TEXT_COLUMN, TEXT_COLUMN, cli_text_width());
}

typedef struct entry {
    const char *name, *text;
} entry;

static void print_all(FILE *stream, const char *intro, const entry *entries, size_t count, const char *end) {
    cli_wrap(stream, intro, 0, 0, cli_text_width());
    fputc('\n', stream);
    for (size_t i = 0; i < count; i++) cli_topic_entry(stream, entries[i].name, "", entries[i].text);
    if (!*end) return;
    fputc('\n', stream);
    cli_wrap(stream, end, 0, 0, cli_text_width());
}

#define COUNT(entries) (sizeof entries / sizeof *entries)

void cli_topic_data(FILE *stream) {
    static const entry entries[] = {
        { "CSV", "Cells separated by commas, semicolons or tabs, whichever the first lines have most of (--separator). Cells in "
                 "double quotes may hold separators, line ends and doubled quotes. UTF-8; LF or CRLF." },
        { "header", "The first line, where it does not look like the lines below it (--header); else columns are called column1, "
                    "column2 ..." },
        { "missing cells", "Empty, NA, N/A, NaN, null in any case, and ?." },
        { "numbers", "3.14, 1e-3, 1,234,567.8; with --decimal , also 3,14 and 1.234,5." },
        { "IDX images", "train-images-idx3-ubyte with train-labels-idx1-ubyte beside it." },
        { "pictures", "PNG and JPEG: a folder that holds one folder of them for each class; to predict, also a single one." },
        { "NPY, NPZ", "An array [rows, columns], its columns called x0, x1 ...; or X and y in one archive." },
        { "bad rows",
          "A row with too many or too few cells is refused with its line; --skip-bad N leaves out up to N of them and "
          "counts them." },
        { "large files", "predict and inspect read any file in a few megabytes of memory; train does with --stream." },
    };
    print_all(stream,
              "What is read. What a file is shows in its content; anything may be compressed with gzip; - is standard input.",
              entries, COUNT(entries), "`micrograd inspect FILE` shows what was understood. More: docs/data.md.");
}

void cli_topic_kinds(FILE *stream) {
    fputs("What a column means. Found by looking at its cells; --types age=number,zip=category says it for you.\n\n", stream);
#define ENTRY(id, name, doc) cli_topic_entry(stream, name, "", doc);
    MG_KIND_TABLE(ENTRY)
#undef ENTRY
    fputs("\n`micrograd inspect FILE` tells the kind of each column and why; `micrograd help encoding` what becomes of it.\n",
          stream);
}

void cli_topic_encoding(FILE *stream) {
    static const entry entries[] = {
        { "number",
          "2 asinh(z/2) with z = (x - median) / spread, the spread being that of the middle half: nearly z, but what lies far out "
          "is bent back. --scale standard: (x - mean) / deviation; none: as it is. --bins N: besides, how much of each of "
          "N pieces between quantiles lies below it." },
        { "missing number", "The median, and an input that says that it was missing, where training rows lacked some." },
        { "boolean", "-1 and 1; 0 where it is missing." },
        { "category",
          "One input for each of up to 16; more become a few learned numbers (an embedding). Missing is a category of "
          "its own; one that training never saw counts as their mix, and predict tells how many there were." },
        { "date", "Days, as a number; and its place in the year, the week and the day, where the rows differ in it." },
        { "text, id, constant", "Left out, with a warning." },
        { "a number to predict",
          "Standardised inside, its logarithm where the values have a long tail; answers are in its own unit." },
    };
    print_all(
        stream,
        "What becomes of columns before the network sees them. All of it is learned from the training rows alone and lies in "
        "the model, so predict takes raw rows, columns in any order.",
        entries, COUNT(entries), "`micrograd show MODEL` lists each column with its kind, encoding, centre and spread.");
}

void cli_topic_splits(FILE *stream) {
    static const entry entries[] = {
        { "auto", "stratified for classes, random for numbers" },
        { "random", "by chance" },
        { "stratified", "by chance, each class in proportion" },
        { "time:COLUMN", "the rows with the latest value of the column are the test, those before them validate: for data that "
                         "tomorrow's rows are to be predicted from" },
        { "group:COLUMN", "rows with the same value stay together: several rows of one patient, customer, machine ..." },
        { "column:COLUMN", "the column says train, validation or test" },
    };
    print_all(
        stream,
        "Words of --split. Training rows teach; validation rows choose the epoch; the test rows are looked at once, at "
        "the end, for the score to believe.",
        entries, COUNT(entries),
        "--val-fraction and --test-fraction are shares of all rows; --test FILE gives the test rows. Of several networks each "
        "is validated on other rows, so that all but the test rows are learned from; with time, column and --stream all have the "
        "same validation rows.");
}

void cli_topic_weights(FILE *stream) {
    static const entry entries[] = {
        { "--class-weight", "'balanced': each class counts as much as any other, however few its rows; or yes=5,no=1" },
        { "--weight COLUMN", "how much each row counts, in training and in the scores; the column is not learned from" },
        { "--threshold METRIC",
          "of two classes: the probability from which the second is predicted is chosen on validation rows; 0.5 otherwise" },
        { "balanced_accuracy", "the score to look at: always saying the frequent class gets 0.5" },
        { "--metric NAME", "chooses the best epoch by another metric than accuracy" },
    };
    print_all(stream,
              "When one class is rare, accuracy says little: always saying the frequent class is right most of the time. `train` "
              "shows that answer beside its own, and says so where it is no better.",
              entries, COUNT(entries), "");
}

void cli_topic_intervals(FILE *stream) {
    static const entry entries[] = {
        { "of a score",
          "where it would lie on other rows of the same kind, with 95 % confidence: from 1000 samples of the test rows, drawn "
          "with replacement (bootstrap). Few test rows, wide intervals." },
        { "of a prediction",
          "predict --interval 0.9 writes columns lower and upper: of new rows like those trained on, 90 % have "
          "their truth between them (split conformal prediction, on validation rows). Numbers only; classes "
          "have probabilities." },
    };
    print_all(stream, "How sure it is.", entries, COUNT(entries), "");
}

void cli_topic_config(FILE *stream) {
    fputs("A file for --config: names and values as on the command line, a line each. What the\n"
          "command line says goes before.\n"
          "\n"
          "  # houses.conf\n"
          "  target = price\n"
          "  drop   = id, address        # a remark\n"
          "  split  = time:sold\n"
          "  model  = \"2*[dense(64) relu]\"\n"
          "  quiet  = true\n"
          "\n"
          "  micrograd train houses.csv --config houses.conf --seed 3\n",
          stream);
}

void cli_topic_speed(FILE *stream) {
    static const entry entries[] = {
        { "--fast, --best", "about a quarter of the time for a little less quality; four times for a little more" },
        { "--dry-run", "what would be trained, its memory, and about how long it takes" },
        { "--stream", "for a file that does not fit in memory: read again in each epoch" },
        { "--threads N", "the results do not depend on it" },
        { "--epochs N", "passes over the rows; Ctrl-C ends a training and keeps the best epoch so far" },
        { "--members 1", "one network in place of several" },
    };
    print_all(stream, "Time and memory.", entries, COUNT(entries), "");
}
