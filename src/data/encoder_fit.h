/* Fitting an encoder, from inside: what each kind of column shares. */
#ifndef MG_ENCODER_FIT_H
#define MG_ENCODER_FIT_H

#include "data/encoder.h"
#include "data/kind.h"
#include "data/numbers.h"

/* A warning that grows: "age 2,513, town 2,488". */
typedef struct mg__note {
    char text[480];
    size_t used;
    int64_t columns, unnamed; /* how many it is about, and how many of those did not fit */
} mg__note;

typedef struct mg__fitting {
    mg_context *context;
    const mg_dataset *dataset;
    const int64_t *rows; /* NULL: 0 .. count - 1 */
    int64_t count;
    mg_encoder_options options;
    mg_encoder *encoder;
    mg__note left_out, missing, infinite, strays;
} mg__fitting;

static inline int64_t mg__fitting_row(const mg__fitting *f, int64_t i) { return f->rows != NULL ? f->rows[i] : i; }

/* A further feature, all zero but for its name and kind; NULL: no memory. */
mg__feature *mg__fit_feature(mg__fitting *fitting, const mg__column *column, mg_kind kind);
void mg__fit_note_cells(mg__note *note, const mg__column *column, int64_t cells); /* 0 cells: nothing */
bool mg__fit_leave_out(mg__fitting *fitting, const mg__column *column, const char *reason);
/* MG_FORMAT where the numbers' range or (wanted for a mean) the sum of their squares is not finite. */
bool mg__fit_in_range(const mg__fitting *fitting, const mg__column *column, const mg__numbers *numbers, bool mean);
/* centre, spread, robust and missing from a feature's training values */
void mg__fit_scale(const mg__fitting *fitting, const mg__numbers *numbers, mg__feature *feature);

/* Each adds a feature or leaves the column out. false: the message is on the context. */
bool mg__fit_number(mg__fitting *fitting, const mg__column *column, const mg__kind_choice *choice);
bool mg__fit_category(mg__fitting *fitting, const mg__column *column, const mg__kind_choice *choice);
bool mg__fit_date(mg__fitting *fitting, const mg__column *column, const mg__kind_choice *choice, bool month_first);
bool mg__fit_images(mg__fitting *fitting);
bool mg__fit_pixels(mg__fitting *fitting); /* all columns; MG_SETTING where they are no such image */
bool mg__fit_target(mg__fitting *fitting);

#endif
