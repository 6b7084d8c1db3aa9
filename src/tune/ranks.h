/* What a program that we start should not know: that we are a rank. */
#ifndef MG_TUNE_RANKS_H
#define MG_TUNE_RANKS_H

/* In a process that was forked to become another program: it is no rank, and would wait for the others. */
void mg__ranks_forget(void);

#endif
