/* Rank 0 and the others. Messages are received as they come, also while one is being sent, so that two who send to each other
 * do not wait for ever; what is not wanted yet waits in a queue.
 *
 *     rank r                       rank 0
 *     HELLO {who, alike}    ->
 *                           <-     WELCOME {verdict, warning}
 *                           <-     JOB {tag} bytes
 *     RESULT {tag, status}  ->                                a job's end, any number of times
 *                           <-     STOP                       running jobs are to end early
 *     BEAT                  ->                                each second
 *                           <-     CLOSE
 *     CLOSED                ->                                nothing more follows, until the next HELLO */
#define _POSIX_C_SOURCE 200809L
#include "tune/crew_mpi.h"

#include "base/system.h"
#include "tune/mpi.h"

#include <micrograd/ranks.h>

#include <limits.h>
#include <string.h>

#if defined(__unix__) || defined(__APPLE__)
#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>
#endif
#if defined(__GLIBC__)
#include <gnu/libc-version.h>
#endif
#ifdef MG__HAVE_CPU
#include "backend/cpu/isa.h"
#endif

#define BEAT_SECONDS   1.0
#define MEETING        120.0 /* seconds to wait for others who come to the same point */
#define PAUSE_SHORTEST 1e-4
#define PAUSE_LONGEST  4e-3
#define MAGIC          UINT64_C(0x3165776572632d6d) /* changes with the structs below */

#if defined(MG__NO_THREADS)
#define SILENCE 1e9 /* a rank gives no sign while it works */
#else
#define SILENCE 20.0 /* seconds without a sign of life after which a rank counts as dead */
#endif

typedef enum letter_kind { HELLO = 1, WELCOME, JOB, RESULT, STOP, BEAT, CLOSE, CLOSED } letter_kind;

typedef struct hello {
    uint64_t magic, alike;
    int64_t pid;
    int32_t seats;
    char host[64], build[160];
} hello;

typedef struct welcome {
    hello own;
    int32_t verdict; /* an mg_status */
} welcome;

typedef struct result_head {
    int64_t tag;
    int32_t failed;
    char message[MG__MESSAGE_BYTES];
} result_head;

typedef struct letter {
    struct letter *next;
    int from, kind;
    size_t size;
    char data[];
} letter;

typedef struct peer {
    char host[64];
    int64_t pid; /* 0: on another machine, where it cannot be looked for */
    double heard;
    int seats, busy;
    bool closed;
} peer;

struct mg__ranks {
    mg_context *context;
    const mg__mpi *mpi;
    int rank, count, seats, busy; /* seats and busy: of all others */
    letter *first, **last;        /* the queue */
    mg_status broken;             /* a rank died: every call comes to this */
    char reason[MG__MESSAGE_BYTES], warning[MG__MESSAGE_BYTES];
    bool refused;           /* rank 0 has ended the run, and says why */
    double listened, since; /* silence counts from when this rank began to listen without a gap */
    peer peer[];
};

static double now(void) { return 1e-9 * (double)mg__clock(); }

double mg__ranks_pause(double before) {
    double next = before * 1.5;
    return next < PAUSE_SHORTEST ? PAUSE_SHORTEST : next > PAUSE_LONGEST ? PAUSE_LONGEST : next;
}

/* --- what is known of a process ---------------------------------------------------------------------- */

#if defined(__unix__) || defined(__APPLE__)

void mg__ranks_rest(double seconds) { nanosleep(&(struct timespec){ .tv_nsec = (long)(seconds * 1e9) }, NULL); }

static bool exists(int64_t pid) { return kill((pid_t)pid, 0) == 0 || errno == EPERM; }

static void describe_process(hello *h) {
    h->pid = (int64_t)getpid();
    if (gethostname(h->host, sizeof h->host - 1) != 0) h->host[0] = 0;
}

#else

void mg__ranks_rest(double seconds) { (void)seconds; }
static bool exists(int64_t pid) { return (void)pid, true; }
static void describe_process(hello *h) { (void)h; }

#endif

/* What bits may depend on: our version, the instruction set, the compiler, the library of mathematics. */
static void describe_build(char *text, size_t size) {
    size_t used = 0;
    mg__append(text, size, &used, "micrograd %s", mg_version());
#ifdef MG__HAVE_CPU
    mg__append(text, size, &used, ", %s", mg__isa_name(mg__isa_best()));
#endif
#if defined(__GLIBC__)
    mg__append(text, size, &used, ", glibc %s", gnu_get_libc_version());
#endif
#if defined(__VERSION__)
    mg__append(text, size, &used, ", compiler %s", __VERSION__);
#endif
}

static hello own_hello(int seats, uint64_t alike) {
    hello h = { .magic = MAGIC, .alike = alike, .seats = seats };
    describe_process(&h);
    describe_build(h.build, sizeof h.build);
    return h;
}

/* --- letters ----------------------------------------------------------------------------------------- */

static mg_status die(mg__ranks *ranks, int rank, const char *how) {
    const char *host = ranks->peer[rank].host;
    ranks->mpi->give_up();
    mg__append(
        ranks->reason, sizeof ranks->reason, &(size_t){ 0 },
        "rank %d%s%s %s: the run ends here; its own message or mpirun's may say why. Run the same command again: what a study's journal "
        "holds is not done again",
        rank, *host ? " on " : "", host, how);
    ranks->broken = MG_LOST;
    return mg__fail(ranks->context, ranks->broken, "%s", ranks->reason);
}

/* Receives the letter that was probed, into the queue where it says more than that its sender lives. */
static mg_status receive(mg__ranks *ranks, int from, int kind, size_t bytes) {
    letter *l = mg__alloc(ranks->context, sizeof *l + bytes);
    if (!l) return MG_OUT_OF_MEMORY;
    *l = (letter){ .from = from, .kind = kind, .size = bytes };
    bool whole = ranks->mpi->receive(from, kind, l->data, bytes);
    if (!whole || kind == BEAT) {
        mg__free(ranks->context, l);
        return whole ? MG_OK : die(ranks, from, "broke off in the middle of a message");
    }
    *ranks->last = l;
    ranks->last = &l->next;
    return MG_OK;
}

/* All that has arrived; but what a rank says after CLOSED is for the next crew. */
static mg_status hear(mg__ranks *ranks, double at) {
    for (int r = 0; r < ranks->count; r++) {
        peer *p = &ranks->peer[r];
        int kind;
        size_t bytes;
        while (!p->closed && ranks->mpi->probe(r, &kind, &bytes)) {
            mg_status status = receive(ranks, r, kind, bytes);
            if (status != MG_OK) return status;
            p->heard = at;
            p->closed = kind == CLOSED;
        }
    }
    return MG_OK;
}

/* The first letter of the kind (0: any), out of the queue; NULL: there is none. */
static letter *pick(mg__ranks *ranks, int kind) {
    for (letter **at = &ranks->first; *at; at = &(*at)->next) {
        letter *l = *at;
        if (kind && l->kind != kind) continue;
        *at = l->next;
        if (!*at) ranks->last = at;
        return l;
    }
    return NULL;
}

/* Rank 0 looks after all others, each of these after rank 0. */
static mg_status look_for_dead(mg__ranks *ranks, double at) {
    for (int r = 0; r < ranks->count; r++) {
        const peer *p = &ranks->peer[r];
        if ((r == 0) == (ranks->rank == 0) || p->closed) continue;
        if (p->pid && !exists(p->pid)) return die(ranks, r, "has died");
        double silent = at - (p->heard > ranks->since ? p->heard : ranks->since);
        if (ranks->rank == 0 && p->seats && silent > SILENCE) return die(ranks, r, "has been silent for 20 s");
    }
    return MG_OK;
}

/* Called again and again by who waits: receives, and looks for ranks that died. What was sent while this rank did something else
 * is read before anyone is judged. */
static mg_status listen_to(mg__ranks *ranks) {
    if (ranks->broken != MG_OK) return mg__fail(ranks->context, ranks->broken, "%s", ranks->reason);
    double at = now();
    if (at - ranks->listened > BEAT_SECONDS) ranks->since = at;
    ranks->listened = at;
    mg_status status = hear(ranks, at);
    return status == MG_OK && !ranks->first ? look_for_dead(ranks, at) : status;
}

/* head and body: one letter. */
static mg_status post(mg__ranks *ranks, int to, int kind, const void *head, size_t head_size, const mg__message *body) {
    size_t size;
    mg__mpi_request request;
    if (!mg__size_add(head_size, body ? body->size : 0, &size) || size > INT_MAX)
        return mg__fail(ranks->context, MG_UNSUPPORTED, "crew: a message of %zu bytes; MPI takes up to %d", size, INT_MAX);
    char *data = mg__alloc(ranks->context, size);
    if (!data) return MG_OUT_OF_MEMORY;
    if (head_size) memcpy(data, head, head_size);
    if (body && body->size) memcpy(data + head_size, body->data, body->size);
    mg_status status = ranks->broken;
    if (status == MG_OK && !ranks->mpi->send(to, kind, data, size, &request)) status = die(ranks, to, "cannot be reached");
    for (double pause = 0; status == MG_OK && !ranks->mpi->sent(&request); mg__ranks_rest(pause = mg__ranks_pause(pause)))
        status = listen_to(ranks);
    mg__free(ranks->context, data); /* where a rank died, MPI is not called again */
    return status;
}

/* Waits for a letter of the kind. NULL: a rank died, or MG_LOST where it did not come in time. */
static letter *await(mg__ranks *ranks, int kind) {
    double end = now() + MEETING, pause = 0;
    while (listen_to(ranks) == MG_OK) {
        letter *l = pick(ranks, kind);
        if (l) return l;
        if (now() > end) {
            mg__fail(ranks->context, MG_LOST,
                     "mpirun: the other ranks have not come to this point within 2 minutes; all must run the same "
                     "command on the same data");
            return NULL;
        }
        mg__ranks_rest(pause = mg__ranks_pause(pause));
    }
    return NULL;
}

/* --- meeting ----------------------------------------------------------------------------------------- */

/* A process of this machine can be looked for, if it can be now: not across containers. */
static void know(mg__ranks *ranks, int r, const hello *h, const hello *own) {
    peer *p = &ranks->peer[r];
    memcpy(p->host, h->host, sizeof p->host);
    p->pid = strcmp(h->host, own->host) == 0 && exists(h->pid) ? h->pid : 0;
    p->seats = h->seats;
}

static const char *text_of(char *text, size_t size) {
    text[size - 1] = 0;
    return text;
}

/* Holds another rank's hello against rank 0's own. */
static mg_status judge(mg__ranks *ranks, int r, hello *h, const hello *own) {
    const char *host = text_of(h->host, sizeof h->host), *build = text_of(h->build, sizeof h->build);
    if (h->magic != own->magic)
        return mg__fail(ranks->context, MG_UNSUPPORTED,
                        "mpirun: rank %d runs another version of micrograd; wanted %s on every machine", r, own->build);
    if (h->alike != own->alike)
        return mg__fail(ranks->context, MG_INVALID,
                        "mpirun: rank %d on %s has other data or settings than rank 0 on %s; each rank must read the same "
                        "bytes and be given the same command line",
                        r, host, own->host);
    if (strcmp(build, own->build) != 0 && !*ranks->warning)
        mg__append(
            ranks->warning, sizeof ranks->warning, &(size_t){ 0 },
            "rank %d on %s is another build (%s) than rank 0 (%s): results may differ in their last digits from those of one machine",
            r, host, build, own->build);
    return MG_OK;
}

static mg_status meet_all(mg__ranks *ranks, const hello *own) {
    mg_status verdict = MG_OK, status = MG_OK;
    for (int met = 1; met < ranks->count; met++) {
        letter *l = await(ranks, HELLO);
        if (!l) return mg_context_status(ranks->context);
        hello h = { 0 };
        if (l->size == sizeof h) memcpy(&h, l->data, sizeof h);
        if (verdict == MG_OK) verdict = judge(ranks, l->from, &h, own);
        if (h.magic == MAGIC) know(ranks, l->from, &h, own);
        ranks->seats += ranks->peer[l->from].seats;
        mg__free(ranks->context, l);
    }
    welcome answer = { *own, verdict };
    for (int r = 1; r < ranks->count && status == MG_OK; r++) status = post(ranks, r, WELCOME, &answer, sizeof answer, NULL);
    ranks->refused = verdict != MG_OK;
    return status != MG_OK ? status : verdict;
}

static mg_status meet_first(mg__ranks *ranks, const hello *own) {
    welcome answer = { 0 };
    mg_status status = post(ranks, 0, HELLO, own, sizeof *own, NULL);
    letter *l = status == MG_OK ? await(ranks, WELCOME) : NULL;
    if (!l) return mg_context_status(ranks->context);
    if (l->size == sizeof answer)
        memcpy(&answer, l->data, sizeof answer);
    else
        answer.verdict = MG_UNSUPPORTED;
    mg__free(ranks->context, l);
    know(ranks, 0, &answer.own, own);
    ranks->refused = answer.verdict != MG_OK;
    return MG_OK;
}

static void free_ranks(mg__ranks *ranks) {
    for (letter *l; (l = pick(ranks, 0)) != NULL;) mg__free(ranks->context, l);
    mg__free(ranks->context, ranks);
}

mg__ranks *mg__ranks_open(mg_context *context, int seats, uint64_t alike) {
    int rank, count, expected = mg_ranks();
    const mg__mpi *mpi = mg__mpi_open(context);
    if (!mpi) return NULL;
    if (!mpi->begin(&rank, &count)) {
        mg__fail(context, MG_UNSUPPORTED, "mpirun: MPI could not be started, or has ended");
        return NULL;
    }
    if (count != expected) {
        mg__fail(context, MG_UNSUPPORTED,
                 "mpirun started %d ranks, but the plug-in's MPI knows of %d; start it with the mpirun of the MPI that "
                 "the plug-in was built with",
                 expected, count);
        return NULL;
    }
    mg__ranks *ranks = mg__alloc_array(context, 1, sizeof *ranks + (size_t)count * sizeof *ranks->peer);
    if (!ranks) return NULL;
    ranks->context = context;
    ranks->mpi = mpi;
    ranks->rank = rank;
    ranks->count = count;
    ranks->last = &ranks->first;
    hello own = own_hello(seats, alike);
    memcpy(ranks->peer[rank].host, own.host, sizeof own.host);
    if ((rank == 0 ? meet_all(ranks, &own) : meet_first(ranks, &own)) == MG_OK) return ranks;
    if (!ranks->refused) mpi->give_up(); /* the others wait for us in vain */
    free_ranks(ranks);
    return NULL;
}

int mg__ranks_rank(const mg__ranks *ranks) { return ranks->rank; }
int mg__ranks_count(const mg__ranks *ranks) { return ranks->count; }
const char *mg__ranks_warning(const mg__ranks *ranks) { return *ranks->warning ? ranks->warning : NULL; }

/* --- rank 0 ------------------------------------------------------------------------------------------ */

int mg__ranks_seats(const mg__ranks *ranks) { return ranks->seats; }
int mg__ranks_busy(const mg__ranks *ranks) { return ranks->busy; }

mg_status mg__ranks_give(mg__ranks *ranks, int64_t tag, const mg__message *job) {
    int most = 1;
    for (int r = 2; r < ranks->count; r++)
        if (ranks->peer[r].seats - ranks->peer[r].busy > ranks->peer[most].seats - ranks->peer[most].busy) most = r;
    mg_status status = post(ranks, most, JOB, &tag, sizeof tag, job);
    if (status != MG_OK) return status;
    ranks->peer[most].busy++;
    ranks->busy++;
    return MG_OK;
}

static mg_status unpack(mg__ranks *ranks, const letter *l, mg__done *done) {
    result_head head = { .failed = MG_UNSUPPORTED };
    if (l->size < sizeof head) return die(ranks, l->from, "has sent what is no result");
    memcpy(&head, l->data, sizeof head);
    size_t bytes = l->size - sizeof head;
    done->result = (mg__message){ bytes ? mg__alloc(ranks->context, bytes) : NULL, bytes };
    if (bytes && !done->result.data) return MG_OUT_OF_MEMORY;
    if (bytes) memcpy(done->result.data, l->data + sizeof head, bytes);
    done->tag = head.tag;
    done->failed = (mg_status)head.failed;
    memcpy(done->message, head.message, sizeof head.message);
    return MG_OK;
}

mg_status mg__ranks_take(mg__ranks *ranks, mg__done *done) {
    *done = (mg__done){ .tag = -1 };
    mg_status status = listen_to(ranks);
    letter *l = status == MG_OK ? pick(ranks, RESULT) : NULL;
    if (!l) return status;
    ranks->peer[l->from].busy--;
    ranks->busy--;
    status = unpack(ranks, l, done);
    mg__free(ranks->context, l);
    return status;
}

mg_status mg__ranks_stop(mg__ranks *ranks) {
    mg_status status = MG_OK;
    for (int r = 1; r < ranks->count && status == MG_OK; r++)
        if (ranks->peer[r].busy) status = post(ranks, r, STOP, NULL, 0, NULL);
    return status;
}

/* What went wrong before stays the context's message. */
void mg__ranks_close(mg__ranks *ranks) {
    if (!ranks) return;
    mg_status status = ranks->broken;
    if (ranks->rank == 0) {
        for (int r = 1; r < ranks->count && status == MG_OK; r++) status = post(ranks, r, CLOSE, NULL, 0, NULL);
        for (int r = 1; r < ranks->count && status == MG_OK; r++) {
            letter *l = await(ranks, CLOSED);
            status = l ? MG_OK : MG_LOST;
            mg__free(ranks->context, l);
        }
        if (status != MG_OK) ranks->mpi->give_up();
    }
    free_ranks(ranks);
}

/* --- the others -------------------------------------------------------------------------------------- */

static mg_status send_result(mg__ranks *ranks, const mg__done *done) {
    result_head head = { .tag = done->tag, .failed = done->failed };
    memcpy(head.message, done->message, sizeof head.message);
    mg_status status = post(ranks, 0, RESULT, &head, sizeof head, &done->result);
    mg__free(ranks->context, done->result.data);
    return status;
}

static mg_status begin_job(mg__ranks *ranks, mg__squad *squad, const letter *l) {
    int64_t tag;
    if (l->size < sizeof tag) return die(ranks, l->from, "has sent what is no job");
    memcpy(&tag, l->data, sizeof tag);
    return mg__squad_give(squad, tag, &(mg__message){ (char *)l->data + sizeof tag, l->size - sizeof tag });
}

/* What rank 0 has sent so far. */
static mg_status obey(mg__ranks *ranks, mg__squad *squad, bool *closed) {
    mg_status status = listen_to(ranks);
    for (letter *l; status == MG_OK && !*closed && (l = pick(ranks, 0)) != NULL; mg__free(ranks->context, l)) {
        if (l->kind == JOB) status = begin_job(ranks, squad, l);
        if (l->kind == STOP) mg__squad_stop(squad);
        *closed = l->kind == CLOSE;
    }
    return status;
}

mg_status mg__ranks_serve(mg__ranks *ranks, mg__squad *squad) {
    mg_status status = MG_OK;
    bool closed = ranks->refused;
    if (closed) return MG_OK;
    for (double pause = 0, beat = now(); status == MG_OK; pause = mg__ranks_pause(pause)) {
        mg__done done;
        if ((status = obey(ranks, squad, &closed)) != MG_OK || closed) break;
        if (!mg__squad_busy(squad)) mg__ranks_rest(pause);
        mg__squad_take(squad, pause, &done);
        if (done.tag != -1) {
            status = send_result(ranks, &done);
            pause = 0;
        } else if (now() - beat > BEAT_SECONDS) {
            status = post(ranks, 0, BEAT, NULL, 0, NULL);
            beat = now();
        }
    }
    if (status == MG_OK) status = post(ranks, 0, CLOSED, NULL, 0, NULL);
    if (status != MG_OK) ranks->mpi->give_up();
    return status;
}
