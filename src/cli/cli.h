/* The command: what its files share. It stands on the public headers alone.
 *
 * Results go to stdout, progress and messages to stderr. The locale is never set, so printf writes '.' as the point. */
#ifndef MICROGRAD_CLI_H
#define MICROGRAD_CLI_H

#include <micrograd/model.h>

#include <stdio.h>

enum {
    CLI_OK = 0,
    CLI_FAILED = 1, /* data, files or the run */
    CLI_USAGE = 2,  /* the command line: an option, a setting, a model text */
    CLI_INTERRUPTED = 130,
    CLI_TERMINATED = 143,
};

/* --- commands: one row each in commands.c, one file each --------------------------------------------- */

typedef struct cli_command cli_command;

#define CLI_MAX_OPERANDS 64

/* A command line, read and within bounds. Text belongs to argv. */
typedef struct cli_arguments {
    const cli_command *command;
    mg_settings settings;
    const char *operands[CLI_MAX_OPERANDS];
    int operand_count;
    char *config; /* the text that settings of --config point into; the caller's to free */
    char **words; /* all that followed the command, ending with NULL: for commands that read them themselves */
} cli_arguments;

struct cli_command {
    const char *name;
    const char *operands;                       /* as in the usage line: "MODEL FILE|-" */
    int operand_count;                          /* all of them are needed */
    int operand_most;                           /* the last one may come again, up to so many in all; 0: it may not */
    const char *help;                           /* one line */
    const char *description;                    /* paragraphs for help and the manual page */
    const char *examples;                       /* a line a command, each followed by a line that says what it does */
    int (*run)(const cli_arguments *arguments); /* returns the exit code */
    bool reads_words;                           /* takes no settings and reads arguments->words itself */
    bool spreads;                               /* over the ranks of mpirun, of which rank 0 speaks for all */
};

const cli_command *cli_command_row(int index); /* NULL at the end */
const cli_command *cli_command_find(const char *name);

/* Reads what follows the command's name. CLI_OK, or CLI_USAGE after a message. With --help nothing else is checked. (arguments.c)
 */
int cli_arguments_read(const cli_command *command, char **words, cli_arguments *arguments);

/* Writing help, manual pages and completion: help.c, manual.c, completion.c. */
void cli_help_command(FILE *stream, const cli_command *command);
void cli_help_all(FILE *stream);
int cli_manual(FILE *stream, const char *command);   /* "micrograd" or a command's name */
int cli_completion(FILE *stream, const char *shell); /* "bash", "zsh", "fish" */

/* --- messages (messages.c) --------------------------------------------------------------------------- */

#if defined(__GNUC__)
#define CLI_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define CLI_PRINTF(text, first)
#endif

/* From here on a rank of mpirun other than 0 keeps notes and warnings to itself, and an error until rank 0 had time to say the
 * same and end the run; then its number stands before the message. */
void cli_messages_of_ranks(void);
/* "micrograd: message" on stderr, above a progress line if there is one. Returns `code`. */
int cli_fail(int code, const char *format, ...) CLI_PRINTF(2, 3);
void cli_note(const char *format, ...) CLI_PRINTF(1, 2); /* the same for what is no error; the caller asks about --quiet */
/* "warning   message", or another label of that width, on stderr. */
void cli_warn(const char *format, ...) CLI_PRINTF(1, 2);
/* Text of data on a terminal: control characters, and bytes that are no UTF-8, become '?'. */
void cli_disarm(char *text);
/* The context's last message, and the exit code that its status means. */
int cli_fail_context(const mg_context *context);

/* The name among candidates (next(index) gives NULL at the end) that is nearest to a misspelt word, or NULL where none is near.
 */
typedef const char *cli_name_at(const void *user, int index);
const char *cli_nearest(const char *word, cli_name_at *next, const void *user);

/* Ends writing to stdout: CLI_OK, or the code after a message (a reader that went away is no message). */
int cli_finish_output(void);
bool cli_output_failed(void); /* stdout has failed already: going on is in vain */

/* A word as a shell reads it back. */
void cli_print_word(FILE *stream, const char *word);

/* --- terminal (terminal.c) --------------------------------------------------------------------------- */

typedef enum cli_style { CLI_PLAIN, CLI_BOLD, CLI_DIM, CLI_RED, CLI_GREEN, CLI_YELLOW, CLI_STYLES } cli_style;

/* The escape that begins a style on this stream, "" where there are no colours; CLI_PLAIN ends it. */
const char *cli_style_text(FILE *stream, cli_style style);
bool cli_is_terminal(FILE *stream);
bool cli_is_utf8(void);   /* the locale says that text is UTF-8 */
bool cli_is_live(void);   /* stderr is a terminal that can redraw a line */
int cli_columns(void);    /* its width, 80 where it is not known */
int cli_text_width(void); /* of prose: at most 100 of them */
double cli_seconds(void); /* of a clock that never goes back */

/* "1.2 s", "3 min 05 s", "2 h 10 min". */
const char *cli_duration(double seconds, char out[32]);
const char *cli_bytes(double bytes, char out[32]);  /* "1.2 MB" */
const char *cli_count(int64_t count, char out[32]); /* "60,000" */
int cli_utf8_length(const char *text);              /* bytes of the UTF-8 sequence at its beginning; 0: it is none */
size_t cli_width(const char *text);                 /* columns of UTF-8 text: code points, combining marks aside */
/* The text in at most `columns` of them (60 at most), the last one "…" where something was cut; disarmed. */
const char *cli_short(const char *text, size_t columns, char out[256]);

/* The shortest text that reads back as the same number. */
const char *cli_double_text(double value, char out[32]);
const char *cli_float_text(float value, char out[32]);

/* A line that is redrawn in place on a terminal. */
void cli_progress_show(const char *text);
void cli_progress_clear(void);
/* "training 3/40  0.12  at most 5 s left" of a stage that began so many seconds ago, ten times a second at most: *shown is when
 * it was last. value NaN: there is none. Nothing where there is no terminal. */
void cli_progress_stage(double *shown, const char *stage, int64_t step, int64_t steps, double value, double seconds);

/* --- tables for people (grid.c) ---------------------------------------------------------------------- */

/* Cells are added row by row, copied, and printed with every column as wide as its widest cell. Control characters are shown as
 * '?'. Running out of memory is remembered and reported by cli_grid_print. */
typedef struct cli_grid {
    int columns;
    const char *alignment; /* a letter a column: 'l' or 'r' */
    char **cells;
    size_t count, capacity;
    bool failed;
} cli_grid;

cli_grid cli_grid_begin(const char *alignment);
void cli_grid_add(cli_grid *grid, const char *format, ...) CLI_PRINTF(2, 3);
/* The longest row, with its indent. */
int cli_grid_width(const cli_grid *grid, int indent);
void cli_grid_free(cli_grid *grid); /* unprinted */
/* Prints to a stream, `indent` blanks before each row, the first row in bold where `header`; frees the cells. A last column
 * that is aligned to the left goes on below itself where it is too long for 100 columns or the terminal. */
void cli_grid_print(cli_grid *grid, FILE *stream, int indent, bool header);

/* Paragraphs wrapped to `width`, `indent` blanks before each line but the first. */
void cli_wrap(FILE *stream, const char *text, int indent, int first, int width);

/* --- signals (interrupt.c) --------------------------------------------------------------------------- */

typedef enum cli_interrupt_mode {
    CLI_STOP_AT_ONCE, /* nothing is lost: the signal ends the process (as at the start) */
    CLI_STOP_SOON,    /* noted; a second one ends the process */
    CLI_STOP_LATER,   /* noted: a file is being written */
} cli_interrupt_mode;

void cli_interrupt_begin(void); /* takes over SIGINT and SIGTERM; a closed pipe becomes an error of writing */
void cli_interrupt_mode_set(cli_interrupt_mode mode);
int cli_interrupted(void); /* 0, or the exit code that the signal asks for */

#endif
