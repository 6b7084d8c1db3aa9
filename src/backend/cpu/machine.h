/* What a core can do at most. */
#ifndef MG_MACHINE_H
#define MG_MACHINE_H

/* Operations a second of one thread's fused multiply-adds on registers (2 each), over about `seconds`; 0 where the processor has
 * none that we know. */
double mg__machine_flops(double seconds);

#endif
