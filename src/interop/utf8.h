/* UTF-8 (RFC 3629). */
#ifndef MG_UTF8_H
#define MG_UTF8_H

#include <stddef.h>

/* Bytes of the valid sequence that text[0..length) begins with (1 to 4), or 0: it begins with none (overlong forms, surrogates
 * and what lies beyond U+10FFFF are none). */
static inline size_t mg__utf8_sequence(const char *text, size_t length) {
    const unsigned char *t = (const unsigned char *)text;
    if (length == 0) return 0;
    if (t[0] < 0x80) return 1;
    unsigned low = 0x80, high = 0xBF; /* of the second byte */
    size_t bytes;
    if (t[0] >= 0xC2 && t[0] <= 0xDF)
        bytes = 2;
    else if (t[0] >= 0xE0 && t[0] <= 0xEF)
        bytes = 3;
    else if (t[0] >= 0xF0 && t[0] <= 0xF4)
        bytes = 4;
    else
        return 0;
    if (t[0] == 0xE0) low = 0xA0;
    if (t[0] == 0xED) high = 0x9F;
    if (t[0] == 0xF0) low = 0x90;
    if (t[0] == 0xF4) high = 0x8F;
    if (length < bytes || t[1] < low || t[1] > high) return 0;
    for (size_t i = 2; i < bytes; i++)
        if (t[i] < 0x80 || t[i] > 0xBF) return 0;
    return bytes;
}

/* Writes a code point (at most U+10FFFF, no surrogate) and returns its bytes. */
static inline size_t mg__utf8_put(char *out, unsigned long code) {
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t bytes = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char lead[5] = { 0, 0, 0xC0, 0xE0, 0xF0 };
    for (size_t i = bytes - 1; i > 0; i--, code >>= 6) out[i] = (char)(0x80 | (code & 0x3F));
    out[0] = (char)(lead[bytes] | code);
    return bytes;
}

#endif
