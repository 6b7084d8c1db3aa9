/* The store of parameters: declaring, laying out, slots, leaves. */
#include "graph/parameters.h"

#include "graph/graph.h"

#include <string.h>

#define ALIGNMENT 64 /* bytes between the starts of two entries are a multiple of this */

/* --- life -------------------------------------------------------------------------------------------- */

mg_parameters *mg_parameters_create(mg_context *context, mg_dtype dtype) {
    if (!context) return NULL;
    if (dtype != MG_F32 && dtype != MG_F64) {
        mg__fail(context, MG_INVALID, "parameters: the dtype is %s; wanted f32 or f64", mg_dtype_name(dtype));
        return NULL;
    }
    mg_parameters *parameters = mg__alloc_zero(context, sizeof *parameters);
    if (!parameters) return NULL;
    parameters->context = context;
    parameters->dtype = dtype;
    return parameters;
}

void mg_parameters_destroy(mg_parameters *parameters) {
    if (!parameters) return;
    mg_context *context = parameters->context;
    for (int i = 0; i < parameters->count; i++) mg__free(context, parameters->entries[i]);
    mg__free(context, parameters->entries);
    for (int i = 0; i < parameters->slot_count; i++) mg__free(context, parameters->slots[i].block);
    mg__free(context, parameters->flat);
    mg__free(context, parameters->state);
    mg__free(context, parameters);
}

mg_dtype mg_parameters_dtype(const mg_parameters *parameters) { return parameters ? parameters->dtype : MG_F32; }

/* --- declaring --------------------------------------------------------------------------------------- */

static bool name_is_good(const char *name) {
    size_t length = name ? strlen(name) : 0;
    if (length == 0 || length >= MG__PARAMETER_NAME_BYTES) return false;
    for (const char *c = name; *c; c++)
        if (*c <= ' ' || *c == 127 || *c == '*' || *c == '?') return false;
    return true;
}

/* Elements of a shape, or -1: a dimension below 1, or more than fits. */
static int64_t count_elements(int rank, const int64_t *shape) {
    if (rank < 0 || rank > MG_MAX_RANK || (rank > 0 && !shape)) return -1;
    int64_t count = 1;
    for (int i = 0; i < rank; i++) {
        if (shape[i] < 1 || count > INT64_MAX / 64 / shape[i]) return -1;
        count *= shape[i];
    }
    return count;
}

static void print_shape(int rank, const int64_t *shape, char *text, size_t size) {
    size_t used = 0;
    mg__append(text, size, &used, "[");
    for (int i = 0; i < rank; i++) mg__append(text, size, &used, "%s%lld", i ? ", " : "", (long long)shape[i]);
    mg__append(text, size, &used, "]");
}

static int existing_entry(mg_parameters *parameters, int index, int rank, const int64_t *shape) {
    const mg_parameter *entry = &parameters->entries[index]->info;
    if (entry->rank == rank && (rank == 0 || memcmp(entry->shape, shape, (size_t)rank * sizeof *shape) == 0)) return index;
    char has[160], wanted[160];
    print_shape(entry->rank, entry->shape, has, sizeof has);
    print_shape(rank, shape, wanted, sizeof wanted);
    mg__fail(parameters->context, MG_INVALID, "parameter '%s' is %s and is wanted as %s; give one of the two another name",
             entry->name, has, wanted);
    return -1;
}

int mg_parameters_add(mg_parameters *parameters, const char *name, mg_role role, int rank, const int64_t *shape, mg_init init,
                      double value) {
    if (!parameters) return -1;
    mg_context *context = parameters->context;
    if (!name_is_good(name)) {
        mg__fail(context, MG_INVALID, "parameter name '%.60s': wanted 1 to %d characters without blanks, '*' and '?'",
                 name ? name : "", MG__PARAMETER_NAME_BYTES - 1);
        return -1;
    }
    int64_t count = count_elements(rank, shape);
    if (count < 0) {
        mg__fail(context, MG_INVALID, "parameter '%s': wanted a rank of 0 to %d and dimensions of 1 or more that fit in memory",
                 name, MG_MAX_RANK);
        return -1;
    }
    if ((unsigned)role > MG_STATE || (unsigned)init >= MG_INITS) {
        mg__fail(context, MG_INVALID, "parameter '%s': role %d or initialiser %d does not exist", name, (int)role, (int)init);
        return -1;
    }
    int index = mg_parameters_find(parameters, name);
    if (index >= 0) return existing_entry(parameters, index, rank, shape);
    if (parameters->frozen) {
        mg__fail(context, MG_INVALID, "parameter '%s' is new, but the store is laid out already; declare it before the first run",
                 name);
        return -1;
    }
    if (parameters->count == INT32_MAX || !mg__grow(context, &parameters->entries, &parameters->entry_capacity,
                                                    (size_t)parameters->count + 1, sizeof *parameters->entries))
        return -1;
    size_t name_bytes = strlen(name) + 1;
    mg__entry *entry = mg__alloc_zero(context, sizeof *entry + name_bytes);
    if (!entry) return -1;
    char *stored_name = (char *)(entry + 1);
    memcpy(stored_name, name, name_bytes);
    entry->hash = mg__hash_text(0, name);
    entry->count = count;
    entry->info =
        (mg_parameter){ .name = stored_name, .role = role, .rank = rank, .init = init, .value = value, .learning_rate_scale = 1 };
    if (rank > 0) memcpy(entry->info.shape, shape, (size_t)rank * sizeof *shape);
    entry->info.fan_out = rank > 0 ? shape[rank - 1] : 1;
    entry->info.fan_in = count / entry->info.fan_out;
    parameters->entries[parameters->count] = entry;
    return parameters->count++;
}

void mg__parameters_set_fans(mg_parameters *parameters, int index, int64_t fan_in, int64_t fan_out) {
    if (!parameters || parameters->frozen || index < 0 || index >= parameters->count) return;
    parameters->entries[index]->info.fan_in = fan_in;
    parameters->entries[index]->info.fan_out = fan_out;
}

/* --- looking ----------------------------------------------------------------------------------------- */

int mg_parameters_count(const mg_parameters *parameters) { return parameters ? parameters->count : 0; }

int mg_parameters_find(const mg_parameters *parameters, const char *name) {
    if (!parameters || !name) return -1;
    uint64_t hash = mg__hash_text(0, name);
    for (int i = 0; i < parameters->count; i++)
        if (parameters->entries[i]->hash == hash && strcmp(parameters->entries[i]->info.name, name) == 0) return i;
    return -1;
}

const mg_parameter *mg_parameters_entry(const mg_parameters *parameters, int index) {
    return parameters && index >= 0 && index < parameters->count ? &parameters->entries[index]->info : NULL;
}

static bool is_learned(mg_role role) { return role == MG_WEIGHT || role == MG_BIAS || role == MG_GAIN; }

int64_t mg_parameters_learned(const mg_parameters *parameters) {
    int64_t learned = 0;
    for (int i = 0; i < mg_parameters_count(parameters); i++)
        if (is_learned(parameters->entries[i]->info.role)) learned += parameters->entries[i]->count;
    return learned;
}

/* --- changing by pattern ----------------------------------------------------------------------------- */

/* Greedy with one point to come back to: the last star. */
bool mg__match_pattern(const char *pattern, const char *text) {
    const char *star = NULL, *star_text = NULL;
    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            star_text = text;
        } else if (*pattern == '?' || *pattern == *text) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star + 1;
            text = ++star_text;
        } else {
            return false;
        }
    }
    while (*pattern == '*') pattern++;
    return *pattern == 0;
}

static bool can_change(mg_parameters *parameters, const char *pattern, const char *what) {
    if (!parameters || !pattern) return false;
    if (parameters->frozen)
        mg__fail(parameters->context, MG_INVALID, "%s of '%s': the store is laid out already; do it before the first run", what,
                 pattern);
    return !parameters->frozen;
}

int mg_parameters_set_init(mg_parameters *parameters, const char *pattern, mg_init init, double value) {
    if (!can_change(parameters, pattern, "the initialiser")) return -1;
    if ((unsigned)init >= MG_INITS) {
        mg__fail(parameters->context, MG_INVALID, "the initialiser of '%s': %d does not exist", pattern, (int)init);
        return -1;
    }
    int matches = 0;
    for (int i = 0; i < parameters->count; i++) {
        mg_parameter *entry = &parameters->entries[i]->info;
        if (!mg__match_pattern(pattern, entry->name)) continue;
        entry->init = init;
        entry->value = value;
        matches++;
    }
    return matches;
}

int mg_parameters_freeze_pattern(mg_parameters *parameters, const char *pattern) {
    if (!can_change(parameters, pattern, "freezing")) return -1;
    int matches = 0;
    for (int i = 0; i < parameters->count; i++) {
        mg_parameter *entry = &parameters->entries[i]->info;
        if (entry->role == MG_STATE || !mg__match_pattern(pattern, entry->name)) continue;
        entry->role = MG_FROZEN;
        matches++;
    }
    return matches;
}

int mg_parameters_scale_learning_rate(mg_parameters *parameters, const char *pattern, double scale) {
    if (!can_change(parameters, pattern, "the learning rate")) return -1;
    if (!(scale >= 0 && scale <= 1e6)) {
        mg__fail(parameters->context, MG_INVALID, "the learning rate of '%s': the scale is %g; wanted 0 to 1e6", pattern, scale);
        return -1;
    }
    int matches = 0;
    for (int i = 0; i < parameters->count; i++) {
        mg_parameter *entry = &parameters->entries[i]->info;
        if (!mg__match_pattern(pattern, entry->name)) continue;
        entry->learning_rate_scale = scale;
        matches++;
    }
    return matches;
}

/* --- layout ------------------------------------------------------------------------------------------ */

/* Gives every entry of roles first..last its offset, from *end on. false: the block would not fit. */
static bool lay_out(mg_parameters *parameters, mg_role first, mg_role last, size_t *end) {
    size_t step = ALIGNMENT / mg_dtype_size(parameters->dtype), largest = SIZE_MAX / 2 / ALIGNMENT;
    for (int i = 0; i < parameters->count; i++) {
        mg__entry *entry = parameters->entries[i];
        if (entry->info.role < first || entry->info.role > last) continue;
        if ((uint64_t)entry->count > largest || *end > largest) return false;
        entry->info.offset = *end;
        *end += ((size_t)entry->count + step - 1) / step * step;
    }
    return true;
}

static void fill(void *block, mg_dtype dtype, size_t count, double value) {
    if (dtype == MG_F64)
        for (size_t i = 0; i < count; i++) ((double *)block)[i] = value;
    else
        for (size_t i = 0; i < count; i++) ((float *)block)[i] = (float)value;
}

static void *make_slot(const mg_parameters *parameters, double initial) {
    void *block = mg__alloc_array(parameters->context, parameters->flat_count, mg_dtype_size(parameters->dtype));
    if (block) fill(block, parameters->dtype, parameters->flat_count, initial);
    return block;
}

static mg_status make_blocks(mg_parameters *parameters, uint64_t seed) {
    size_t size = mg_dtype_size(parameters->dtype);
    parameters->flat = mg__alloc_array(parameters->context, parameters->flat_count, size);
    parameters->state = mg__alloc_array(parameters->context, parameters->state_count, size);
    if (!parameters->flat || !parameters->state) return MG_OUT_OF_MEMORY;
    for (int i = 0; i < parameters->slot_count; i++)
        if (!(parameters->slots[i].block = make_slot(parameters, parameters->slots[i].initial))) return MG_OUT_OF_MEMORY;
    for (int i = 0; i < parameters->count; i++) {
        mg_tensor value = mg_parameters_value(parameters, i);
        mg_status status = mg__initialize(parameters->context, &parameters->entries[i]->info, seed, &value);
        if (status != MG_OK) return status;
    }
    return MG_OK;
}

static void free_blocks(mg_parameters *parameters) {
    for (int i = 0; i < parameters->slot_count; i++) {
        mg__free(parameters->context, parameters->slots[i].block);
        parameters->slots[i].block = NULL;
    }
    mg__free(parameters->context, parameters->flat);
    mg__free(parameters->context, parameters->state);
    parameters->flat = parameters->state = NULL;
}

mg_status mg_parameters_freeze(mg_parameters *parameters, uint64_t seed) {
    if (!parameters) return MG_INVALID;
    if (parameters->frozen) return MG_OK;
    size_t end = 0, state_end = 0;
    bool fits = lay_out(parameters, MG_WEIGHT, MG_WEIGHT, &end);
    parameters->decayed = end;
    fits = fits && lay_out(parameters, MG_BIAS, MG_GAIN, &end);
    parameters->learned = end;
    fits = fits && lay_out(parameters, MG_FROZEN, MG_FROZEN, &end) && lay_out(parameters, MG_STATE, MG_STATE, &state_end);
    if (!fits) return mg__fail_memory(parameters->context, SIZE_MAX);
    parameters->flat_count = end;
    parameters->state_count = state_end;
    parameters->frozen = true;
    mg_status status = make_blocks(parameters, seed);
    if (status != MG_OK) {
        free_blocks(parameters);
        parameters->frozen = false;
        return status;
    }
    parameters->version++;
    return MG_OK;
}

bool mg_parameters_frozen(const mg_parameters *parameters) { return parameters && parameters->frozen; }

/* --- values ------------------------------------------------------------------------------------------ */

void *mg__parameter_data(const mg_parameters *parameters, int index, int slot) {
    if (!parameters || !parameters->frozen || index < 0 || index >= parameters->count || slot >= parameters->slot_count)
        return NULL;
    const mg_parameter *entry = &parameters->entries[index]->info;
    char *block = slot >= 0 ? parameters->slots[slot].block : entry->role == MG_STATE ? parameters->state : parameters->flat;
    return block ? block + entry->offset * mg_dtype_size(parameters->dtype) : NULL;
}

mg_tensor mg_parameters_value(const mg_parameters *parameters, int index) {
    const mg_parameter *entry = mg_parameters_entry(parameters, index);
    if (!entry) return (mg_tensor){ 0 };
    return mg_tensor_borrow(parameters->dtype, entry->rank, entry->shape, mg__parameter_data(parameters, index, -1));
}

void mg_parameters_touch(mg_parameters *parameters) {
    if (parameters) parameters->version++;
}

uint64_t mg_parameters_version(const mg_parameters *parameters) { return parameters ? parameters->version : 0; }

static mg_tensor whole_block(const mg_parameters *parameters, void *block, size_t count) {
    int64_t shape[1] = { (int64_t)count };
    return mg_tensor_borrow(parameters->dtype, 1, shape, block);
}

mg_tensor mg_parameters_flat(const mg_parameters *parameters) {
    return parameters ? whole_block(parameters, parameters->flat, parameters->flat_count) : (mg_tensor){ 0 };
}

mg_tensor mg_parameters_state(const mg_parameters *parameters) {
    return parameters ? whole_block(parameters, parameters->state, parameters->state_count) : (mg_tensor){ 0 };
}

static bool same_layout(const mg_parameters *a, const mg_parameters *b) {
    if (a->dtype != b->dtype || a->count != b->count || a->flat_count != b->flat_count || a->state_count != b->state_count)
        return false;
    for (int i = 0; i < a->count; i++) {
        const mg_parameter *x = &a->entries[i]->info, *y = &b->entries[i]->info;
        bool x_state = x->role == MG_STATE, y_state = y->role == MG_STATE;
        if (x->offset != y->offset || x_state != y_state || x->rank != y->rank ||
            memcmp(x->shape, y->shape, sizeof x->shape) != 0)
            return false;
    }
    return true;
}

mg_status mg_parameters_copy(mg_parameters *to, const mg_parameters *from) {
    if (!to || !from) return MG_INVALID;
    if (!to->frozen || !from->frozen || !same_layout(to, from))
        return mg__fail(to->context, MG_INVALID,
                        "copying parameters: wanted two stores that are laid out, with the same entries in the same order");
    size_t size = mg_dtype_size(to->dtype);
    memmove(to->flat, from->flat, to->flat_count * size);
    memmove(to->state, from->state, to->state_count * size);
    mg_parameters_touch(to);
    return MG_OK;
}

/* --- slots ------------------------------------------------------------------------------------------- */

bool mg__parameters_want_slot(mg_parameters *parameters, int slot, double initial) {
    if (slot < 0 || slot >= MG__MAX_SLOTS) {
        mg__fail(parameters->context, MG_INVALID, "parameters: slot %d; wanted 0 to %d", slot, MG__MAX_SLOTS - 1);
        return false;
    }
    for (; parameters->slot_count <= slot; parameters->slot_count++) parameters->slots[parameters->slot_count] = (mg__slot){ 0 };
    mg__slot *wanted = &parameters->slots[slot];
    if (!wanted->asked && wanted->block) /* made with zeros as one below another */
        fill(wanted->block, parameters->dtype, parameters->flat_count, initial);
    if (!wanted->asked) wanted->initial = initial;
    wanted->asked = true;
    for (int i = 0; parameters->frozen && i <= slot; i++)
        if (!parameters->slots[i].block && !(parameters->slots[i].block = make_slot(parameters, parameters->slots[i].initial)))
            return false;
    return true;
}

double mg__slot_initial(const mg_parameters *parameters, int slot) {
    return parameters && slot >= 0 && slot < parameters->slot_count ? parameters->slots[slot].initial : 0;
}

mg_tensor mg_parameters_slot(mg_parameters *parameters, int slot, double value) {
    if (!parameters || !mg__parameters_want_slot(parameters, slot, value)) return (mg_tensor){ 0 };
    return whole_block(parameters, parameters->slots[slot].block, parameters->flat_count);
}

int mg_parameters_slots(const mg_parameters *parameters) { return parameters ? parameters->slot_count : 0; }

/* --- leaves ------------------------------------------------------------------------------------------ */

/* An index of -1 is what mg_parameters_add gave when it failed: its message is handed on. */
static bool leaf_is_good(mg_graph *graph, const mg_parameters *parameters, int index) {
    if (index < 0 && parameters && mg_context_status(parameters->context) != MG_OK)
        mg_graph_fail(graph, mg_context_status(parameters->context), "%s", mg_context_message(parameters->context));
    if (mg_graph_status(graph) == MG_OK && (index < 0 || index >= mg_parameters_count(parameters)))
        mg_graph_fail(graph, MG_INVALID, "parameter leaf: entry %d of a store with %d entries", index,
                      mg_parameters_count(parameters));
    return index >= 0 && index < mg_parameters_count(parameters);
}

mg_node *mg_parameter_leaf(mg_graph *graph, mg_parameters *parameters, int index) {
    if (!leaf_is_good(graph, parameters, index)) return mg_graph_poison(graph);
    return mg_name(mg__leaf_parameter(graph, parameters, index, -1), parameters->entries[index]->info.name);
}

mg_node *mg_slot_leaf(mg_graph *graph, mg_parameters *parameters, int index, int slot, double initial) {
    if (!leaf_is_good(graph, parameters, index)) return mg_graph_poison(graph);
    if (parameters->entries[index]->info.role == MG_STATE)
        return mg_graph_fail(graph, MG_INVALID, "slot %d of '%s': state has no slots", slot,
                             parameters->entries[index]->info.name);
    if (!mg__parameters_want_slot(parameters, slot, initial))
        return mg_graph_fail(graph, mg_context_status(parameters->context), "slot %d of '%s': %s", slot,
                             parameters->entries[index]->info.name, mg_context_message(parameters->context));
    return mg__leaf_parameter(graph, parameters, index, slot);
}
