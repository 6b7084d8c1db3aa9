/* Reading an encoder, from inside: what both versions share. */
#ifndef MG_ENCODER_READ_H
#define MG_ENCODER_READ_H

#include "data/encoder.h"

typedef struct mg__encoder_reader {
    mg_context *context;
    const char *who;
    mg_encoder *encoder;
} mg__encoder_reader;

/* MG_FORMAT; returns false. */
bool mg__encoder_bad(const mg__encoder_reader *reader, const mg__json *at, const char *what);
/* An object whose members are all among the words of `known`, each followed by a blank. */
bool mg__encoder_only(const mg__encoder_reader *reader, const mg__json *object, const char *known);
bool mg__encoder_text(const mg__encoder_reader *reader, const mg__json *value, const char *what, char **out);
/* A centre and a spread above 0, under these names (the parser lets no number pass that is not finite). */
bool mg__encoder_scaling(const mg__encoder_reader *reader, const mg__json *object, const char *centre, const char *spread,
                         double *out_centre, double *out_spread);
/* Bytewise ascending texts, 1 to `most`. */
bool mg__encoder_categories(const mg__encoder_reader *reader, const mg__json *list, size_t most, mg__classes *categories);
bool mg__encoder_classes(const mg__encoder_reader *reader, const mg__json *list);

/* One entry of "columns" or "channels", and the target but for its classes and name, of version 1. */
bool mg__encoder_feature1(const mg__encoder_reader *reader, const mg__json *object, bool channel, mg__feature *feature);
bool mg__encoder_target1(const mg__encoder_reader *reader, const mg__json *target);

#endif
