#include "interop/json.h"

#include "base/number.h"
#include "interop/sort.h"
#include "interop/utf8.h"

#include <math.h>
#include <string.h>

struct mg__json_document {
    mg_context *context;
    mg__json *values;
    char *text; /* contents of strings and numbers, each ending with a NUL */
};

typedef struct parser {
    mg_context *context;
    const char *who;
    const char *text;
    size_t length, at;
    mg__json *values;
    size_t used;
    char *out; /* where the next string goes */
} parser;

static bool expected(parser *p, const char *wanted) {
    if (p->at >= p->length)
        mg__fail(p->context, MG_FORMAT, "%s: byte %zu: the text ends where %s should be", p->who, p->at, wanted);
    else
        mg__fail(p->context, MG_FORMAT, "%s: byte %zu: wanted %s, got byte 0x%02x", p->who, p->at, wanted,
                 (unsigned char)p->text[p->at]);
    return false;
}

static bool refused(parser *p, const char *why) {
    mg__fail(p->context, MG_FORMAT, "%s: byte %zu: %s", p->who, p->at, why);
    return false;
}

static int peek(const parser *p) { return p->at < p->length ? (unsigned char)p->text[p->at] : -1; }

static void skip_space(parser *p) {
    while (p->at < p->length &&
           (p->text[p->at] == ' ' || p->text[p->at] == '\n' || p->text[p->at] == '\r' || p->text[p->at] == '\t'))
        p->at++;
}

static bool digits(parser *p) {
    if (peek(p) < '0' || peek(p) > '9') return expected(p, "a digit");
    while (peek(p) >= '0' && peek(p) <= '9') p->at++;
    return true;
}

/* number = [-] (0 | 1-9 digits) [. digits] [e [+-] digits] */
static bool number(parser *p, mg__json *value) {
    size_t begin = p->at;
    if (peek(p) == '-') p->at++;
    if (peek(p) == '0')
        p->at++;
    else if (!digits(p))
        return false;
    if (peek(p) == '.') {
        p->at++;
        if (!digits(p)) return false;
    }
    if (peek(p) == 'e' || peek(p) == 'E') {
        p->at++;
        if (peek(p) == '+' || peek(p) == '-') p->at++;
        if (!digits(p)) return false;
    }
    size_t length = p->at - begin;
    value->kind = MG__JSON_NUMBER;
    if (!mg__parse_double(p->text + begin, length, &value->number) || !isfinite(value->number))
        return refused(p, "a number that is too large ends here");
    value->text = p->out;
    value->length = length;
    memcpy(p->out, p->text + begin, length);
    p->out += length;
    *p->out++ = '\0';
    return true;
}

static bool hex4(parser *p, unsigned long *code) {
    *code = 0;
    for (int i = 0; i < 4; i++, p->at++) {
        int c = peek(p);
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) return expected(p, "four hexadecimal digits");
        *code = *code << 4 | (unsigned long)digit;
    }
    return true;
}

/* What follows "\u". */
static bool unicode_escape(parser *p) {
    unsigned long code, low;
    if (!hex4(p, &code)) return false;
    if (code == 0) return refused(p, "a NUL in a string");
    if (code >= 0xDC80 && code <= 0xDCFF) { /* a byte that was no UTF-8 */
        *p->out++ = (char)(code - 0xDC00);
        return true;
    }
    if (code >= 0xD800 && code <= 0xDBFF) {
        if (peek(p) != '\\') return expected(p, "the second half of a surrogate pair");
        p->at++;
        if (peek(p) != 'u') return expected(p, "the second half of a surrogate pair");
        p->at++;
        if (!hex4(p, &low)) return false;
        if (low < 0xDC00 || low > 0xDFFF) return refused(p, "a surrogate without its second half");
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    } else if (code >= 0xDC00 && code <= 0xDFFF) {
        return refused(p, "a surrogate without its first half");
    }
    p->out += mg__utf8_put(p->out, code);
    return true;
}

static bool escape(parser *p) {
    static const char names[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    int c = peek(p);
    if (c == 'u') {
        p->at++;
        return unicode_escape(p);
    }
    const char *found = c > 0 ? strchr(names, c) : NULL;
    if (found == NULL) return expected(p, "an escape");
    *p->out++ = meant[found - names];
    p->at++;
    return true;
}

/* A string; the decoded form is never longer than the text, so that `out` needs no check. */
static bool string(parser *p, const char **text, size_t *length) {
    if (peek(p) != '"') return expected(p, "a string");
    p->at++;
    char *begin = p->out;
    for (;;) {
        int c = peek(p);
        if (c < 0) return expected(p, "the end of a string");
        if (c < 0x20) return refused(p, "a control character in a string");
        if (c == '"') break;
        if (c == '\\') {
            p->at++;
            if (!escape(p)) return false;
            continue;
        }
        size_t bytes = mg__utf8_sequence(p->text + p->at, p->length - p->at);
        if (bytes == 0) return refused(p, "not UTF-8");
        memcpy(p->out, p->text + p->at, bytes);
        p->out += bytes;
        p->at += bytes;
    }
    p->at++;
    *text = begin;
    *length = (size_t)(p->out - begin);
    *p->out++ = '\0';
    return true;
}

static bool word(parser *p, const char *spelling) {
    size_t length = strlen(spelling);
    if (p->length - p->at < length || memcmp(p->text + p->at, spelling, length) != 0) return expected(p, "a value");
    p->at += length;
    return true;
}

static bool scalar(parser *p, mg__json *value) {
    int c = peek(p);
    if (c == '"') {
        value->kind = MG__JSON_STRING;
        return string(p, &value->text, &value->length);
    }
    if (c == '-' || (c >= '0' && c <= '9')) return number(p, value);
    if (c == 'n') return word(p, "null"); /* kind 0 */
    value->kind = MG__JSON_BOOLEAN;
    value->boolean = c == 't';
    return word(p, c == 't' ? "true" : "false");
}

/* A member's name and colon, for the value that will be made next. */
static bool key(parser *p) {
    skip_space(p);
    mg__json *next = &p->values[p->used];
    if (!string(p, &next->key, &next->key_length)) return false;
    skip_space(p);
    if (peek(p) != ':') return expected(p, "':'");
    p->at++;
    return true;
}

static int compare_keys(const void *a, const void *b, const void *user) {
    (void)user;
    return strcmp((*(const mg__json *const *)a)->key, (*(const mg__json *const *)b)->key);
}

static bool keys_differ(parser *p, const mg__json *object) {
    if (object->count < 2) return true;
    const mg__json **members = mg__alloc_array(p->context, object->count, sizeof *members);
    if (members == NULL) return false;
    size_t n = 0;
    for (const mg__json *m = object->first; m != NULL; m = m->next) members[n++] = m;
    mg__sort(members, n, sizeof *members, compare_keys, NULL);
    bool differ = true;
    for (size_t i = 1; differ && i < n; i++)
        if (strcmp(members[i - 1]->key, members[i]->key) == 0) {
            mg__fail(p->context, MG_FORMAT, "%s: byte %zu: the object that ends here has the key \"%.100s\" twice", p->who, p->at,
                     members[i]->key);
            differ = false;
        }
    mg__free(p->context, members);
    return differ;
}

typedef struct level {
    mg__json *container, *last;
    char close;
} level;

/* The next value, as the last child of the innermost open container. */
static mg__json *append_value(parser *p, level *parent) {
    mg__json *value = &p->values[p->used++];
    value->offset = p->at;
    if (parent == NULL) return value;
    if (parent->last == NULL)
        parent->container->first = value;
    else
        parent->last->next = value;
    parent->last = value;
    parent->container->count++;
    return value;
}

/* After a value: closes what closes and steps over a comma. *depth 0: all is read. */
static bool after_value(parser *p, level *stack, int *depth) {
    for (;;) {
        skip_space(p);
        if (*depth == 0) return p->at == p->length || expected(p, "nothing more");
        level *top = &stack[*depth - 1];
        if (peek(p) == ',' && top->last != NULL) {
            p->at++;
            return top->close == ']' || key(p);
        }
        if (peek(p) != top->close) return expected(p, top->close == '}' ? "',' or '}'" : "',' or ']'");
        if (top->close == '}' && !keys_differ(p, top->container)) return false;
        p->at++;
        --*depth;
    }
}

static bool parse(parser *p) {
    level stack[MG__JSON_DEPTH];
    int depth = 0;
    do {
        skip_space(p);
        mg__json *value = append_value(p, depth > 0 ? &stack[depth - 1] : NULL);
        int c = peek(p);
        if (c == '{' || c == '[') {
            if (depth == MG__JSON_DEPTH) return refused(p, "nested too deeply");
            value->kind = c == '{' ? MG__JSON_OBJECT : MG__JSON_ARRAY;
            stack[depth++] = (level){ value, NULL, c == '{' ? '}' : ']' };
            p->at++;
            skip_space(p);
            if (peek(p) != stack[depth - 1].close) {
                if (c == '{' && !key(p)) return false;
                continue;
            }
        } else if (!scalar(p, value)) {
            return false;
        }
        if (!after_value(p, stack, &depth)) return false;
    } while (depth > 0);
    return true;
}

/* An upper bound of the number of values: each but the first follows a comma or an opening bracket. */
static size_t count_values(const char *text, size_t length) {
    size_t count = 1;
    bool inside = false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"')
            inside = !inside;
        else if (inside)
            i += text[i] == '\\';
        else
            count += text[i] == ',' || text[i] == '[' || text[i] == '{';
    }
    return count;
}

mg__json_document *mg__json_parse(mg_context *context, const char *who, const char *text, size_t length) {
    size_t count = count_values(text, length);
    if (count > MG__JSON_VALUES) {
        mg__fail(context, MG_FORMAT, "%s: %zu values, more than the %u that are accepted", who, count, MG__JSON_VALUES);
        return NULL;
    }
    mg__json_document *document = mg__alloc_zero(context, sizeof *document);
    if (document == NULL) return NULL;
    document->context = context;
    document->values =
        mg__alloc_array(context, count + 1, sizeof *document->values); /* one more: key() writes ahead of the value */
    document->text = mg__alloc(context, length + 1);
    parser p = {
        .context = context, .who = who, .text = text, .length = length, .values = document->values, .out = document->text
    };
    if (document->values == NULL || document->text == NULL || !parse(&p)) {
        mg__json_destroy(document);
        return NULL;
    }
    return document;
}

void mg__json_destroy(mg__json_document *document) {
    if (document == NULL) return;
    mg__free(document->context, document->values);
    mg__free(document->context, document->text);
    mg__free(document->context, document);
}

const mg__json *mg__json_root(const mg__json_document *document) { return document->values; }

const mg__json *mg__json_member(const mg__json *object, const char *name) {
    if (object == NULL || object->kind != MG__JSON_OBJECT) return NULL;
    for (const mg__json *m = object->first; m != NULL; m = m->next)
        if (strcmp(m->key, name) == 0) return m;
    return NULL;
}

const char *mg__json_text(const mg__json *value) { return value != NULL && value->kind == MG__JSON_STRING ? value->text : NULL; }

bool mg__json_double(const mg__json *value, double *out) {
    if (value == NULL || value->kind != MG__JSON_NUMBER) return false;
    *out = value->number;
    return true;
}

bool mg__json_int64(const mg__json *value, int64_t *out) {
    return value != NULL && value->kind == MG__JSON_NUMBER && mg__parse_int64(value->text, value->length, out);
}

bool mg__json_bool(const mg__json *value, bool *out) {
    if (value == NULL || value->kind != MG__JSON_BOOLEAN) return false;
    *out = value->boolean;
    return true;
}
