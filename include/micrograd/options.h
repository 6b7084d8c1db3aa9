/* micrograd/options.h: settings as rows of a table.
 *
 * A setting is declared once, as a row. From the row follow its parsing and bounds, its default, its line in --help, in the man
 * page and in the shell's completion, and its place in a model's record of how it was trained. The rows themselves:
 * mg_settings_table (micrograd/train.h).
 *
 *     mg_settings settings = mg_settings_defaults();
 *     char message[MG_OPTION_MESSAGE_BYTES];
 *     const mg_option *lr = mg_option_find(mg_settings_table(), "train", "lr");
 *     if (mg_option_set(lr, &settings, "-1", message) != MG_OK) fputs(message, stderr); // lr: -1 is outside (0, 1000] ...
 */
#ifndef MICROGRAD_OPTIONS_H
#define MICROGRAD_OPTIONS_H

#include <micrograd/context.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a setting is, and the C type of its field. */
typedef enum mg_option_type {
    MG_OPTION_INT,    /* int64_t */
    MG_OPTION_REAL,   /* double */
    MG_OPTION_CHOICE, /* const char *: one of the row's words, in static storage */
    MG_OPTION_TEXT,   /* const char *: borrowed; NULL where nothing was given */
    MG_OPTION_FLAG,   /* bool: true where the option is there; takes no argument */
    MG_OPTION_TIME,   /* double: seconds; written 90, 90s, 10m or 1.5h */
    MG_OPTION_TEXTS,  /* mg_texts: one more each time the option is there */
} mg_option_type;

enum { MG_TEXTS_MOST = 64 };

typedef struct mg_texts {
    const char *text[MG_TEXTS_MOST]; /* borrowed */
    int64_t count;
} mg_texts;

enum {
    MG_OPTION_MAY_BE_AUTO = 1,   /* int and real: the word "auto" is allowed and stored as MG_AUTO */
    MG_OPTION_ABOVE_LOW = 2,     /* `low` itself is not allowed */
    MG_OPTION_BELOW_HIGH = 4,    /* nor `high` */
    MG_OPTION_MAY_BE_EMPTY = 8,  /* text: "" says something */
    MG_OPTION_UNRECORDED = 16,   /* how a training is run, which changes nothing of what it learns: not for a model's record */
    MG_OPTION_MAY_BE_FOUND = 32, /* int and real: the word "find" is allowed and stored as MG_FIND */
    MG_OPTION_UNSEARCHED = 64,   /* says what is measured or watched, not how it is learned: no search may choose it */
    MG_OPTION_MAY_BE_ALL = 128,  /* int: the word "all" is allowed and stored as MG_ALL */
};

#define MG_FIND (-2) /* a number that is found by trying */
#define MG_ALL  (-3) /* as many as there are */

typedef struct mg_option {
    const char *name;     /* "clip-norm"; NULL ends a table */
    const char *argument; /* what help calls the value: "X", "N", "FILE"; NULL for a flag */
    mg_option_type type;
    unsigned flags;
    size_t offset;                    /* of the field in the struct that the table describes */
    const char *initial;              /* the default, as a user would write it; NULL: text not given, flag false */
    double low, high;                 /* bounds of int and real, both allowed unless the flags say otherwise */
    const char *unit;                 /* "rows", "epochs"; NULL: a pure number */
    const char *(*choice)(int index); /* the words of a choice; NULL at the end */
    const char *group;                /* heading in help; rows of a group stand together */
    const char *commands;             /* the commands that know it, separated by blanks */
    const char *help;                 /* one sentence, without its default and bounds, which are derived */
} mg_option;

#define MG_OPTION_MESSAGE_BYTES 512

/* The row of that name among those that `command` knows (NULL: any command); NULL where there is none. */
const mg_option *mg_option_find(const mg_option *table, const char *command, const char *name);
/* The row whose name is most like the given one, for "did you mean"; NULL where none is near. */
const mg_option *mg_option_nearest(const mg_option *table, const char *command, const char *name);
bool mg_option_known_to(const mg_option *option, const char *command);

/* Parses text into the field. MG_SETTING with a message that names the setting, what was given and what is wanted; the field is
 * untouched then. A flag takes "true" or "false" (on a command line it has no argument: give "true"). Numbers are read
 * independent of the locale. */
mg_status mg_option_set(const mg_option *option, void *fields, const char *text, char message[MG_OPTION_MESSAGE_BYTES]);
/* The field as text that mg_option_set reads back to the same value; "" for text that was not given; of several texts a line
 * each. Returns the length as snprintf does. */
size_t mg_option_get(const mg_option *option, const void *fields, char *out, size_t size);
/* Is the field's value, however it came there, within the row's bounds or among its words? MG_SETTING and the same message as
 * above otherwise. */
mg_status mg_option_check(const mg_option *option, const void *fields, char message[MG_OPTION_MESSAGE_BYTES]);

/* What is allowed, for help and messages: "a whole number from 1 to 1000000, or auto". Returns the length as snprintf does. */
size_t mg_option_wanted(const mg_option *option, char *out, size_t size);

/* Every row's default. */
void mg_options_reset(const mg_option *table, void *fields);

#ifdef __cplusplus
}
#endif
#endif
