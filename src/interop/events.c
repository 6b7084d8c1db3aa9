#include "interop/events.h"

#include "interop/file.h"

#include <math.h>
#include <string.h>

/* --- protobuf's encoding, into a message that grows --------------------------------------------------- */

typedef mg__events message;

enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 }; /* wire types */

static void put_bytes(message *m, const void *bytes, size_t count) {
    size_t wanted;
    if (m->failed || count == 0) return;
    if (!mg__size_add(m->length, count, &wanted) || !mg__grow(m->context, &m->bytes, &m->capacity, wanted, 1)) {
        m->failed = true;
        return;
    }
    memcpy(m->bytes + m->length, bytes, count);
    m->length = wanted;
}

static void put_little(message *m, uint64_t value, int bytes) {
    uint8_t out[8];
    for (int i = 0; i < bytes; i++) out[i] = (uint8_t)(value >> 8 * i);
    put_bytes(m, out, (size_t)bytes);
}

static void put_varint(message *m, uint64_t value) {
    do {
        uint8_t low = value & 0x7f;
        value >>= 7;
        put_bytes(m, &(uint8_t){ value ? low | 0x80 : low }, 1);
    } while (value);
}

static void put_key(message *m, int field, int wire) { put_varint(m, (uint64_t)field << 3 | (uint64_t)wire); }

static void put_integer(message *m, int field, int64_t value) {
    put_key(m, field, VARINT);
    put_varint(m, (uint64_t)value);
}

static void put_bits(message *m, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_little(m, bits, 8);
}

static void put_double(message *m, int field, double value) {
    put_key(m, field, FIXED64);
    put_bits(m, value);
}

static void put_float(message *m, int field, float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_key(m, field, FIXED32);
    put_little(m, bits, 4);
}

static void put_block(message *m, int field, const void *bytes, size_t length) {
    put_key(m, field, BYTES);
    put_varint(m, length);
    put_bytes(m, bytes, length);
}

/* A message within a message; it is freed. */
static void put_message(message *m, int field, message *inner) {
    m->failed = m->failed || inner->failed;
    put_block(m, field, inner->bytes, inner->length);
    mg__free(inner->context, inner->bytes);
}

/* --- records ----------------------------------------------------------------------------------------- */

uint32_t mg__crc32c(const uint8_t *bytes, size_t length) {
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < length; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
    }
    return ~crc;
}

static uint32_t masked(const uint8_t *bytes, size_t length) {
    uint32_t crc = mg__crc32c(bytes, length);
    return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

/* u64 length, its checksum, the event, its checksum; the event is freed. */
static void put_record(mg__events *events, message *event) {
    events->failed = events->failed || event->failed;
    size_t begin = events->length;
    put_little(events, event->length, 8);
    if (!events->failed) put_little(events, masked(events->bytes + begin, 8), 4);
    put_bytes(events, event->bytes, event->length);
    put_little(events, masked(event->bytes, event->length), 4);
    mg__free(event->context, event->bytes);
}

mg__events mg__events_begin(mg_context *context) {
    static const char version[] = "brain.Event:2";
    mg__events events = { .context = context };
    message event = { .context = context };
    put_double(&event, 1, 0);
    put_block(&event, 3, version, sizeof version - 1);
    put_record(&events, &event);
    return events;
}

/* An event with a summary of one value, which is freed: Event { 1 wall_time, 2 step, 5 Summary { 1 Value } }. */
static void put_value(mg__events *events, double wall, int64_t step, message *value) {
    message summary = { .context = events->context }, event = { .context = events->context };
    put_message(&summary, 1, value);
    put_double(&event, 1, wall);
    put_integer(&event, 2, step);
    put_message(&event, 5, &summary);
    put_record(events, &event);
}

static message value_named(const mg__events *events, const char *tag) {
    message value = { .context = events->context };
    put_block(&value, 1, tag, strlen(tag));
    return value;
}

void mg__events_scalar(mg__events *events, double wall, int64_t step, const char *tag, double number) {
    message value = value_named(events, tag);
    put_float(&value, 2, (float)number);
    put_value(events, wall, step, &value);
}

/* --- histograms -------------------------------------------------------------------------------------- */

typedef struct summary {
    double low, high, all, sum, squares;
} summary;

static double border(const summary *s, int bin, int bins) { return s->low + (s->high - s->low) / bins * bin; }

/* HistogramProto { 1 min, 2 max, 3 num, 4 sum, 5 sum_squares, 6 bucket_limit, 7 bucket }. Limits must rise, so a range that is a
 * point has one bucket. */
static void put_histogram(mg__events *events, double wall, int64_t step, const char *tag, const summary *s, const int64_t *bin,
                          int bins) {
    message histogram = { .context = events->context }, value = value_named(events, tag);
    const double head[] = { s->low, s->high, s->all, s->sum, s->squares };
    int buckets = s->high > s->low ? bins : 1;
    for (int i = 0; i < 5; i++) put_double(&histogram, 1 + i, head[i]);
    put_key(&histogram, 6, BYTES);
    put_varint(&histogram, (uint64_t)buckets * 8);
    for (int b = 1; b <= buckets; b++) put_bits(&histogram, b < buckets ? border(s, b, bins) : s->high);
    put_key(&histogram, 7, BYTES);
    put_varint(&histogram, (uint64_t)buckets * 8);
    for (int b = 0; b < buckets; b++) put_bits(&histogram, (double)bin[b]);
    put_message(&value, 5, &histogram);
    put_value(events, wall, step, &value);
}

void mg__events_bins(mg__events *events, double wall, int64_t step, const char *tag, double low, double high, const int64_t *bin,
                     int bins) {
    summary s = { .low = low, .high = high };
    for (int b = 0; b < bins; b++) {
        double middle = (border(&s, b, bins) + border(&s, b + 1, bins)) / 2, count = (double)bin[b];
        s.all += count;
        s.sum += count * middle;
        s.squares += count * middle * middle;
    }
    if (s.all > 0) put_histogram(events, wall, step, tag, &s, bin, bins);
}

void mg__events_histogram(mg__events *events, double wall, int64_t step, const char *tag, const double *number, int64_t count) {
    enum { BINS = 40 };
    summary s = { .low = INFINITY, .high = -INFINITY };
    int64_t bin[BINS] = { 0 };
    for (int64_t i = 0; i < count; i++) {
        if (!isfinite(number[i])) continue;
        s.low = fmin(s.low, number[i]);
        s.high = fmax(s.high, number[i]);
        s.sum += number[i];
        s.squares += number[i] * number[i];
        s.all++;
    }
    if (s.all == 0) return;
    double width = (s.high - s.low) / BINS;
    for (int64_t i = 0; i < count; i++) {
        if (!isfinite(number[i])) continue;
        int at = width > 0 ? (int)((number[i] - s.low) / width) : 0;
        bin[at < BINS ? at : BINS - 1]++;
    }
    put_histogram(events, wall, step, tag, &s, bin, BINS);
}

/* Image { 1 height, 2 width, 3 colorspace (1 grey, 3 RGB), 4 the PNG }. */
void mg__events_image(mg__events *events, double wall, int64_t step, const char *tag, int64_t height, int64_t width,
                      int64_t channels, const uint8_t *png, size_t length) {
    message image = { .context = events->context }, value = value_named(events, tag);
    put_integer(&image, 1, height);
    put_integer(&image, 2, width);
    put_integer(&image, 3, channels);
    put_block(&image, 4, png, length);
    put_message(&value, 4, &image);
    put_value(events, wall, step, &value);
}

/* --- the file ---------------------------------------------------------------------------------------- */

void mg__events_abort(mg__events *events) {
    mg__free(events->context, events->bytes);
    *events = (mg__events){ .context = events->context };
}

mg_status mg__events_finish(mg__events *events, const char *path) {
    mg_status status =
        events->failed ? MG_OUT_OF_MEMORY : mg__file_write_whole(events->context, path, events->bytes, events->length);
    mg__events_abort(events);
    return status;
}
