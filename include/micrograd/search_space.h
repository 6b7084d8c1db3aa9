/* micrograd/search_space.h: what a search may choose, written as ranges.
 *
 *     mg_space *space = mg_space_create(ctx);
 *     mg_space_add_setting(space, "lr=log:1e-4..1e-1");
 *     mg_space_set_model(space, "{n:1..4}*[dense({width:16..512:log}) {act:relu|gelu}]");
 *     mg_space_destroy(space);
 *
 * A space is an ordered list of dimensions. A point of it has a number for each: the value itself, or the index of a word; NaN
 * where the dimension is not there (the width of a third layer where there are two).
 *
 *     range = word {"|" word}                               alternatives
 *           | {"int:" | "log:"} low ".." high ["/" count]   both ends included; a grid takes `count` values, evenly spaced
 *
 * In holes the marks stand behind: {width:16..512:log}, {width:16..512:log/4}. Bounds that are both written as whole numbers
 * make a hole whole numbers; a setting's row says what a setting is; elsewhere "int:" does.
 */
#ifndef MICROGRAD_SEARCH_SPACE_H
#define MICROGRAD_SEARCH_SPACE_H

#include <micrograd/train.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { MG_SPACE_MOST = 128, MG_CHOICES_MOST = 64 }; /* dimensions; words of one */

typedef enum mg_dimension_kind {
    MG_DIMENSION_REAL,
    MG_DIMENSION_INT,
    MG_DIMENSION_CHOICE,
} mg_dimension_kind;

typedef struct mg_dimension {
    const char *name; /* "lr", "width.2" */
    mg_dimension_kind kind;
    double low, high;        /* both included; choice: 0 and the number of words less one */
    bool log;                /* evenly in the logarithm; low > 0 */
    int64_t points;          /* on a grid; 0: not said (choices and whole numbers then have all of theirs) */
    const char *const *word; /* of a choice, each once; NULL at the end; else NULL */
    int words;
    /* When it is there: parent -1: always; else where the dimension `parent`, which comes before it, is there and its value is
     * at least parent_low (parent_words 0), or one of the words whose bit is set (bit i: the parent's word i). */
    int parent;
    double parent_low;
    uint64_t parent_words;
} mg_dimension;

typedef struct mg_space mg_space;

mg_space *mg_space_create(mg_context *context); /* without dimensions; NULL without memory */
void mg_space_destroy(mg_space *space);         /* NULL is fine */

/* Each MG_SETTING with a message that has the place and the cure, the space as it was: an empty or inverted range, a log range
 * that is not above 0, a bound that is no number or not whole, a word twice, a name twice, more than MG_SPACE_MOST.
 *
 * A dimension from outside; text is copied. */
mg_status mg_space_add(mg_space *space, const mg_dimension *dimension);
/* "x=log:1..10": any name. */
mg_status mg_space_add_free(mg_space *space, const char *search);
/* "NAME=RANGE": a row of mg_settings_table that `train` knows and a model records, within its bounds; one that holds for some
 * optimisers only (momentum) is there only where the space's optimizer has it, wherever that was added. */
mg_status mg_space_add_setting(mg_space *space, const char *search);
/* Model text with holes {name:range}; {=name} is what the hole of that name is (in a repetition the copy's own, where the copy
 * has one). A hole in a repetition whose count is a hole is its own dimension in each copy, width.1, width.2 ..., the later ones
 * there only where so many copies are; in [3*...] likewise, always there. Words of a hole may be whole lists of layers, with
 * holes of their own, there only where the word is chosen. Every text that can come of it must parse. */
mg_status mg_space_set_model(mg_space *space, const char *text);

int mg_space_dimensions(const mg_space *space);
const mg_dimension *mg_space_dimension(const mg_space *space, int index); /* belongs to the space */
int mg_space_find(const mg_space *space, const char *name);               /* -1: there is no such dimension */

/* Is the dimension there at this point? Looks at those before it alone. */
bool mg_space_is_there(const mg_space *space, const double *point, int index);
/* Is every number within its bounds, whole where it must be, and NaN exactly where it is not there? */
bool mg_space_holds(const mg_space *space, const double *point);
/* A dimension's value as a user writes it: "0.001", "64", "relu"; "" where it is not there. Numbers read back to the same value.
 * Returns the length as snprintf does. */
size_t mg_space_text(const mg_space *space, const double *point, int index, char *out, size_t size);

/* The model text at a point, all holes filled; "" where mg_space_set_model was not called. As snprintf. */
size_t mg_space_model(const mg_space *space, const double *point, char *out, size_t size);
/* Puts a point's settings into the options, but for the model text. Words are in static storage. */
mg_status mg_space_apply(const mg_space *space, const double *point, mg_train_options *options);
/* A text in which {name} stands for the dimension's value ("" where it is not there) and {{ for a brace. As snprintf. */
size_t mg_space_fill(const mg_space *space, const double *point, const char *text, char *out, size_t size);
/* MG_SETTING: a {name} that the space does not have, or a dimension that the text does not use. */
mg_status mg_space_check_fill(const mg_space *space, const char *text);

#ifdef __cplusplus
}
#endif
#endif
