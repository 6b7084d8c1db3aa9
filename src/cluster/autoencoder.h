/* An autoencoder: a network that learns to give its input back through a narrow code (Hinton & Salakhutdinov 2006), from an input
 * that was tampered with (Vincent et al. 2008), so that it must know what belongs together.
 *
 *     x -> dense relu dense relu (or other layers) -> dense, batch norm: the code -> dense relu dense relu dense -> x
 *
 * All columns are multiplied by one number, so that their mean square is 1. Images may be read otherwise: with their mean, each
 * multiplied so that its own mean square is 1 (how bright it is, is not looked at), and varied. */
#ifndef MG_CLUSTER_AUTOENCODER_H
#define MG_CLUSTER_AUTOENCODER_H

#include "cluster/method.h"

#include <micrograd/nn.h>
#include <micrograd/program.h>

typedef struct mg__autoencoder_options {
    int64_t code;                      /* numbers in it */
    const char *layers;                /* of the encoder, as text (micrograd/nn.h), of images of any kind; NULL: as above */
    int64_t passes;                    /* over the rows; MG_AUTO: */
    int64_t least_passes, least_steps; /* so many, or as many as make so many steps */
    double noise;                      /* share of the numbers of the input that are 0; images that are varied have none */
    bool vary; /* images are level, and in the input shifted, turned, slanted and sized a little; wanted is the image itself */
    uint64_t seed;
    bool (*on_pass)(void *user, int64_t pass, int64_t passes, double loss); /* NULL: nobody asks; false: this was the last */
    void *user;
} mg__autoencoder_options;

#define MG__AUTOENCODER_BATCH 256
#define MG__AUTOENCODER_RATE  1e-3

typedef struct mg__autoencoder {
    mg_context *context;
    int64_t columns, code, width; /* width: of the hidden layers */
    int64_t image[3];             /* what the encoder's layers see; 0: columns */
    bool vary;                    /* as in the options */
    double scale;
    double loss;    /* mean squared error of the last pass, scaled */
    int64_t passes; /* done */
    mg_network *encoder, *decoder;
    mg_parameters *encoding, *decoding;
    mg_program *encode_program, *rebuild_program;
    mg_session *encode, *rebuild; /* [MG__AUTOENCODER_BATCH, columns] -> code; -> what it is rebuilt to */
} mg__autoencoder;

/* Learns from the points. *autoencoder is closed by the caller, on failure too. */
mg_status mg__autoencoder_fit(const mg__points *points, const mg__autoencoder_options *options, mg__autoencoder *autoencoder);
void mg__autoencoder_close(mg__autoencoder *autoencoder); /* all zero is fine */
/* code [rows, code]; a row's never depends on the rows beside it. */
mg_status mg__autoencoder_encode(const mg__autoencoder *autoencoder, const mg__points *points, float *code);
/* Mean squared difference of a number (of the points as they are) and what it is rebuilt to. */
mg_status mg__autoencoder_error(mg__autoencoder *autoencoder, const mg__points *points, double *error);
/* The encoder on x [n, columns], as part of another graph. training: batch norm by the batch. */
mg_node *mg__autoencoder_build(const mg__autoencoder *autoencoder, mg_node *x, bool training);

/* The encoder of one that varies, without the decoder, as tensors of a file, and back. */
enum { MG__AUTOENCODER_TENSORS = 10 };
size_t mg__autoencoder_store(const mg__autoencoder *autoencoder, mg__safetensor tensor[MG__AUTOENCODER_TENSORS]);
mg_status mg__autoencoder_restore(const mg__safetensors *file, int64_t columns, mg__autoencoder *autoencoder);

/* --- autoencoder_rows.c: rows as a network reads them ------------------------------------------------ */

typedef struct mg__network_rows {
    const mg__points *points;
    bool level; /* these are images, and level */
    double scale;
    float *background; /* [channels]: what lies outside of images */
    float *scratch;    /* [workers, columns] */
} mg__network_rows;

mg_status mg__network_rows_open(mg__network_rows *rows, const mg__points *points, const mg__autoencoder *autoencoder);
void mg__network_rows_close(mg__network_rows *rows);

/* How images are varied: anew in each pass. */
typedef struct mg__variation {
    uint64_t seed, pass;
} mg__variation;
/* Rows row[0 .. count) of the points into x [count, columns]; variation NULL: as they are, and so is always what is not level. */
void mg__network_rows_gather(const mg__network_rows *rows, const int64_t *row, int64_t count, const mg__variation *variation,
                             float *x);
/* What a row was multiplied by, that came out as x. */
double mg__network_rows_factor(const mg__network_rows *rows, int64_t row);

#endif
