/* Finding chains in a loop, and compiled ones in the list. */
#include "backend/cpu/chain.h"

#include "backend/cpu/loop.h"
#include "base/base.h"

#include <string.h>

static int16_t operand_of(const mg__loop_instruction *c, int k) { return k == 0 ? c->a : k == 1 ? c->b : c->c; }

static int member_of(const mg__chain *chain, int value) {
    for (int m = 0; m < chain->count; m++)
        if (chain->members[m] == value) return m;
    return -1;
}

static int read_of(const mg__chain *chain, int value) {
    for (int r = 0; r < chain->read_count; r++)
        if (chain->reads[r].value == value) return r;
    return -1;
}

int mg__chain_operand(const mg__tile_plan *plan, const mg__chain *chain, int m, int k) {
    int value = operand_of(&plan->loop->code[chain->members[m]], k), member = member_of(chain, value);
    return member >= 0 ? member : -1 - read_of(chain, value);
}

static bool reads_member(const mg__loop_instruction *c, const mg__chain *chain) {
    for (int k = 0; k < 3; k++)
        if (operand_of(c, k) >= 0 && member_of(chain, operand_of(c, k)) >= 0) return true;
    return false;
}

static void add_member(const mg__tile_plan *plan, mg__chain *chain, int i) {
    const mg__loop_instruction *c = &plan->loop->code[i];
    const mg__tile_instruction *t = &plan->code[i];
    for (int k = 0; k < mg__scalars[c->scalar].arity; k++) {
        int16_t value = operand_of(c, k);
        if (member_of(chain, value) >= 0 || read_of(chain, value) >= 0) continue;
        bool row = t->expand[k], alone = plan->period_rows == 1;
        chain->reads[chain->read_count++] = (mg__chain_read){
            .value = value, .single = (t->singles >> k & 1) || (row && alone), .row = row, .expand = row && !alone
        };
    }
    chain->members[chain->count++] = (int16_t)i;
}

static bool finish(const mg__tile_plan *plan, mg__chain *chain, mg__chain_found *found, void *user) {
    const mg__loop *loop = plan->loop;
    for (int i = 0; i < loop->count && chain->count > 1; i++) {
        if (member_of(chain, i) >= 0) continue;
        for (int k = 0; k < 3; k++) {
            int m = operand_of(&loop->code[i], k) >= 0 ? member_of(chain, operand_of(&loop->code[i], k)) : -1;
            if (m >= 0) chain->output[m] = true;
        }
    }
    bool fine = chain->count < 2 || found(user, chain); /* one instruction is what its kernel does */
    *chain = (mg__chain){ .count = 0 };
    return fine;
}

/* A chain ends before the first instruction that reads a member and is none. What lies between members and reads none of them,
 * loads and what is known for a whole row, may run before all of them. */
bool mg__chains_find(const mg__tile_plan *plan, mg__chain_found *found, void *user) {
    const mg__loop *loop = plan->loop;
    mg__chain chain = { .count = 0 };
    bool fine = true;
    for (int i = 0; i < loop->count && fine; i++) {
        if (plan->code[i].action == MG__DO_SCALAR && !plan->code[i].once) {
            if (chain.count == MG__CHAIN_MEMBERS || chain.read_count + 3 > MG__CHAIN_READS)
                fine = finish(plan, &chain, found, user);
            add_member(plan, &chain, i);
        } else if (reads_member(&loop->code[i], &chain)) {
            fine = finish(plan, &chain, found, user);
        }
    }
    return fine && finish(plan, &chain, found, user);
}

/* For example "f32 mul a0 s1|fma v0 a2 a0!": an exclamation mark where the value is read elsewhere too. */
void mg__chain_key(const mg__tile_plan *plan, const mg__chain *chain, char key[MG__CHAIN_KEY]) {
    size_t used = 0;
    mg__append(key, MG__CHAIN_KEY, &used, "%s ", mg_dtype_name(plan->loop->dtype));
    for (int m = 0; m < chain->count; m++) {
        const mg__scalar *scalar = &mg__scalars[plan->loop->code[chain->members[m]].scalar];
        mg__append(key, MG__CHAIN_KEY, &used, "%s%s", m ? "|" : "", scalar->name);
        for (int k = 0; k < scalar->arity; k++) {
            int at = mg__chain_operand(plan, chain, m, k);
            if (at >= 0)
                mg__append(key, MG__CHAIN_KEY, &used, " v%d", at);
            else
                mg__append(key, MG__CHAIN_KEY, &used, " %c%d", chain->reads[-1 - at].single ? 's' : 'a', -1 - at);
        }
        if (chain->output[m]) mg__append(key, MG__CHAIN_KEY, &used, "!");
    }
}

/* --- the list ---------------------------------------------------------------------------------------- */

extern const mg__chain_entry mg__chains_plain[];
#ifdef MG__HAVE_X86_ISAS
extern const mg__chain_entry mg__chains_avx2[], mg__chains_avx512[];
#endif

mg__chain_kernel *mg__chain_lookup(mg__isa isa, const char *key) {
    const mg__chain_entry *list = mg__chains_plain;
#ifdef MG__HAVE_X86_ISAS
    if (isa == MG__ISA_AVX2) list = mg__chains_avx2;
    if (isa == MG__ISA_AVX512) list = mg__chains_avx512;
#else
    (void)isa;
#endif
    for (; list->key; list++)
        if (strcmp(list->key, key) == 0) return list->kernel;
    return NULL;
}
