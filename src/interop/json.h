/* JSON (RFC 8259), strict: reading into a tree that lives in one block, and writing. */
#ifndef MG_JSON_H
#define MG_JSON_H

#include "base/base.h"

#define MG__JSON_DEPTH  64         /* deeper nesting is refused */
#define MG__JSON_VALUES (1u << 22) /* and so are more values than this */

typedef enum mg__json_kind {
    MG__JSON_NULL,
    MG__JSON_BOOLEAN,
    MG__JSON_NUMBER,
    MG__JSON_STRING,
    MG__JSON_ARRAY,
    MG__JSON_OBJECT,
} mg__json_kind;

/* A value. Open for reading; the children of an array or object are first, first->next, ... in the order of the text. */
typedef struct mg__json mg__json;
struct mg__json {
    mg__json_kind kind;
    bool boolean;
    double number;
    const char *text; /* string: its content; number: its spelling. Ends with a NUL that length does not count */
    size_t length;
    const char *key; /* of a member of an object, else NULL */
    size_t key_length;
    const mg__json *first, *next;
    size_t count;  /* of children */
    size_t offset; /* of the value's first byte in the text, for messages */
};

typedef struct mg__json_document mg__json_document;

/* Parses all of text[0..length); `who` begins the messages ("m.safetensors: header"). NULL on failure: no memory, or MG_FORMAT
 * naming the byte. Refused: invalid UTF-8, a NUL in a string, lone surrogates, duplicate keys, anything after the value, and what
 * is beyond the limits above. An exception to RFC 3629: the escapes \udc80 to \udcff stand for the single bytes 80 to ff, as the
 * writer below spells bytes that are not UTF-8 (Python's "surrogateescape"). The text may be freed afterwards. */
mg__json_document *mg__json_parse(mg_context *context, const char *who, const char *text, size_t length);
void mg__json_destroy(mg__json_document *document); /* NULL is fine */
const mg__json *mg__json_root(const mg__json_document *document);

/* Accessors that take NULL (an absent member) and answer false or NULL where the kind is another. */
const mg__json *mg__json_member(const mg__json *object, const char *key);
const char *mg__json_text(const mg__json *value); /* of a string */
bool mg__json_double(const mg__json *value, double *out);
bool mg__json_int64(const mg__json *value, int64_t *out); /* whole numbers, exactly; 1.0 and 1e3 are not whole */
bool mg__json_bool(const mg__json *value, bool *out);

/* Writing: a string builder that puts commas and colons itself and remembers the first failure.
 *     mg__json_writer w = mg__json_writer_begin(context);
 *     mg__json_put_object(&w); mg__json_put_key(&w, "epochs"); mg__json_put_integer(&w, 3); mg__json_put_end(&w);
 *     char *text = mg__json_writer_finish(&w, &length);
 */
typedef struct mg__json_writer {
    mg_context *context;
    char *text;
    size_t length, capacity;
    int depth;
    char close[MG__JSON_DEPTH]; /* '}' or ']' of each open level */
    bool comma;                 /* before the next value or key */
    bool failed;
} mg__json_writer;

mg__json_writer mg__json_writer_begin(mg_context *context);
void mg__json_put_object(mg__json_writer *writer);
void mg__json_put_array(mg__json_writer *writer);
void mg__json_put_end(mg__json_writer *writer); /* of the innermost object or array */
void mg__json_put_key(mg__json_writer *writer, const char *key);
void mg__json_put_string(mg__json_writer *writer, const char *text); /* NULL gives null; other bytes than UTF-8 as \udcXX */
void mg__json_put_number(mg__json_writer *writer, double value);     /* shortest text that reads back; NaN and infinity: null */
void mg__json_put_integer(mg__json_writer *writer, int64_t value);
void mg__json_put_boolean(mg__json_writer *writer, bool value);
void mg__json_put_null(mg__json_writer *writer);
void mg__json_put_raw(mg__json_writer *writer, const char *json, size_t length); /* a value that is JSON already */

/* The text, ending with a NUL; free it with mg__free. NULL where something failed (the message is on the context). The writer is
 * empty afterwards; calling this is also the way to give one up. `length` may be NULL. */
char *mg__json_writer_finish(mg__json_writer *writer, size_t *length);

#endif
