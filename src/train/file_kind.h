/* What a safetensors file of ours holds. */
#ifndef MG_TRAIN_FILE_KIND_H
#define MG_TRAIN_FILE_KIND_H

#include "interop/safetensors.h"

#define MG__KEY_KIND "micrograd.kind" /* absent: a network */

/* MG_OK where the file is of that kind ("network" ...); else MG_FORMAT with a message that says what it is and which command
 * takes it. */
mg_status mg__file_expect_kind(const mg__safetensors *file, const char *wanted);

#endif
