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
 * A range is alternatives, or all between two ends:
 *
 *  - word {"|" word}
 *  - {"int:" | "log:"} low ".." high ["/" count]: both ends included; a grid takes `count` values, evenly spaced
 *
 * The marks may stand behind as well, as they usually do in holes: {width:16..512:log}, {width:16..512:log/4}. Bounds that are
 * both written as whole numbers make a hole whole numbers ({p:0.0..1.0} is not); a setting's row says what a setting is;
 * elsewhere "int:" does. A '|' in brackets belongs to the word.
 */
#ifndef MICROGRAD_SEARCH_SPACE_H
#define MICROGRAD_SEARCH_SPACE_H

#include <micrograd/dataset.h>
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
 * A dimension from outside; text is copied. Its words have no ends to be checked. */
mg_status mg_space_add(mg_space *space, const mg_dimension *dimension);
/* "x=log:1..10", "x=a|b": any name without blanks or braces, shorter than 64 bytes. */
mg_status mg_space_add_free(mg_space *space, const char *search);
/* "NAME=RANGE": a row of mg_settings_table that `train` knows and a model records, within its bounds; words are checked as a
 * user's. Rows that say what is measured or watched (MG_OPTION_UNSEARCHED) are refused, and `model`, whose text has holes. A
 * setting that holds for some optimisers or losses only (momentum, weight-decay, batch; label-smoothing) is there only where the
 * space's optimizer or loss has it, whichever was added first: that one then stands before it. */
mg_status mg_space_add_setting(mg_space *space, const char *search);
/* Model text with holes {name:range}; {=name} is what the hole of that name before it is (in a repetition the copy's own, where
 * the copy has one; a hole that stands in another repetition or alternative is out of reach). A hole in a repetition whose count
 * is a hole is its own dimension in each copy, width.1, width.2 ..., the later ones there only where so many copies are; in
 * [3*...] likewise, always there. A count may be 0: no copy. Words of a hole may be whole lists of layers, or nothing, with holes
 * of their own, there only where the word is chosen. Every text that can come of it must parse: both ends of each range and each
 * word are tried. Once for a space. */
mg_status mg_space_set_model(mg_space *space, const char *text);
/* What to search where nothing was said, around what the data alone would choose (docs/defaults.md), as far as `fixed` (NULL:
 * all defaults) leaves it open: learning rate, batch, weight decay, for classes label smoothing, and, without a model text, a
 * network: of tables its depth, width, activation and dropout, and the pieces of numbers; of images one dense layer or
 * convolutions. MG_SETTING: the dataset has no such target; a name is there already. */
mg_status mg_space_add_usual(mg_space *space, const mg_dataset *dataset, const mg_train_options *fixed);

/* Do the settings that are fixed for all trials (NULL: the defaults) go with what is searched? MG_SETTING with the cure: a
 * setting that is given and searched; one that the fixed optimizer or loss has not, or one of the searched; dropout beside a
 * model text. Call it when all is added. */
mg_status mg_space_check(const mg_space *space, const mg_train_options *fixed);

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

/* A dimension's range, "log:0.0001..0.1", and where it is there, "optimizer is momentum or rmsprop" ("": always; long words are
 * cut). As snprintf. */
size_t mg_space_range(const mg_space *space, int index, char *out, size_t size);
size_t mg_space_condition(const mg_space *space, int index, char *out, size_t size);
/* The whole, a line a dimension: name=range, and behind it "  where ..." if it is not always there. As snprintf. */
size_t mg_space_print(const mg_space *space, char *out, size_t size);

/* The model text at a point, all holes filled; "" where mg_space_set_model was not called. As snprintf. */
size_t mg_space_model(const mg_space *space, const double *point, char *out, size_t size);
/* Puts a point's settings into the options, but for the model text, and leaves those that are not there. Text belongs to the
 * space, or is static. */
mg_status mg_space_apply(const mg_space *space, const double *point, mg_train_options *options);
/* A text in which {name} stands for the dimension's value ("" where it is not there) and {{ for a brace. As snprintf. */
size_t mg_space_fill(const mg_space *space, const double *point, const char *text, char *out, size_t size);
/* MG_SETTING: a {name} that the space does not have, a brace that is not closed, or a dimension that the text does not use. */
mg_status mg_space_check_fill(const mg_space *space, const char *text);

#ifdef __cplusplus
}
#endif
#endif
