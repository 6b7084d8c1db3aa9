#include "train/plateau.h"

#include <math.h>

mg__plateau mg__plateau_begin(void) { return (mg__plateau){ .factor = 1 }; }

void mg__plateau_epoch(mg__plateau *plateau, const mg_schedule *schedule, double epochs, int64_t epoch, int64_t best_epoch) {
    if (!schedule->row->watches) return;
    double since = fmax((double)(best_epoch > plateau->cut ? best_epoch : plateau->cut), schedule->warmup);
    if ((double)epoch - since <= mg_schedule_value(schedule, 0, epochs)) return;
    plateau->factor *= mg_schedule_value(schedule, 1, epochs);
    plateau->cut = epoch;
}
