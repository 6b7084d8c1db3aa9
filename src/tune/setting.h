/* Settings that only some optimisers or losses have. */
#ifndef MG_TUNE_SETTING_H
#define MG_TUNE_SETTING_H

#include "tune/space.h"

/* A setting that is there only where another, the chooser, has a word that has it. */
typedef struct mg__rule {
    const char *setting, *chooser;
    bool (*has)(const char *word);
    const char *off; /* the setting's value, besides auto, that asks for nothing; NULL: there is none */
} mg__rule;

const mg__rule *mg__rules(void); /* ends with a row whose setting is NULL */

/* The dimension that sets this row; -1: none does. */
int mg__space_setting(const mg_space *space, const char *name);

#endif
