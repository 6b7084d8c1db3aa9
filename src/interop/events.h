/* TensorBoard's event files: records of length, checksum and a protobuf message "Event" (tensorboard's record_writer.py,
 * event.proto, summary.proto, histogram.proto). The few messages are written by hand. */
#ifndef MG_INTEROP_EVENTS_H
#define MG_INTEROP_EVENTS_H

#include "base/base.h"

typedef struct mg__events {
    mg_context *context;
    uint8_t *bytes;
    size_t length, capacity;
    bool failed; /* there was no memory */
} mg__events;

/* The first event, which names the format's version, is there already. */
mg__events mg__events_begin(mg_context *context);
/* Each one event with one value, of a step; `wall` is in seconds. */
void mg__events_scalar(mg__events *events, double wall, int64_t step, const char *tag, double value);
/* Values that are not finite are left out; without any there is no event. */
void mg__events_histogram(mg__events *events, double wall, int64_t step, const char *tag, const double *value, int64_t count);
/* Of values that were counted: bins of equal width from low to high; sums are those of their middles. Without any there is no
 * event. */
void mg__events_bins(mg__events *events, double wall, int64_t step, const char *tag, double low, double high, const int64_t *bin,
                     int bins);
void mg__events_image(mg__events *events, double wall, int64_t step, const char *tag, int64_t height, int64_t width,
                      int64_t channels, const uint8_t *png, size_t length);
/* Writes them to a file, whole or not at all, and frees them. */
mg_status mg__events_finish(mg__events *events, const char *path);
void mg__events_abort(mg__events *events);

/* CRC-32C (Castagnoli, RFC 3720). */
uint32_t mg__crc32c(const uint8_t *bytes, size_t length);

#endif
