/* A crew over ranks in processes of their own: this program starts itself under mpirun, on this machine. Needs Open MPI's mpirun
 * and the plug-in. */
#define _XOPEN_SOURCE 700
#include "base/system.h"
#include "tune/crew.h"
#include "tune/ranks.h"

#include <micrograd/ranks.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* --- in a rank --------------------------------------------------------------------------------------- */

#define JOBS  40
#define LARGE ((size_t)3 << 20) /* far beyond what MPI sends without being asked for */

static void rest(double seconds) {
    nanosleep(&(struct timespec){ (time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9) }, NULL);
}

/* What a job does: by the first byte. */
enum { TURN = 1, WHO, FAIL, HANG, DIE, FREEZE };

static mg_status work(void *user, mg_context *context, const mg__message *job, const atomic_bool *stop, mg__message *result) {
    (void)user;
    const unsigned char *from = job->data;
    if (*from == FAIL) return mg__fail(context, MG_NOT_FINITE, "the loss of job %d is not finite", from[1]);
    if (*from == DIE && mg_rank() == 1) raise(SIGKILL);
    if (*from == FREEZE && mg_rank() == 1) raise(SIGSTOP);
    while (*from >= HANG && !atomic_load(stop)) rest(0.001);
    if (*from == WHO) rest(0.05);
    size_t size = *from == TURN ? job->size : sizeof(int);
    *result = (mg__message){ mg__alloc(context, size), size };
    if (!result->data) return MG_OUT_OF_MEMORY;
    if (*from == TURN)
        for (size_t i = 0; i < size; i++) ((unsigned char *)result->data)[i] = from[size - 1 - i];
    else
        memcpy(result->data, &(int){ mg_rank() }, sizeof(int));
    return MG_OK;
}

static mg_context *context;
static mg__crew *crew;

typedef struct taken {
    int64_t tag;
    mg__message result;
    mg_status failed;
    char message[MG__MESSAGE_BYTES];
} taken;

static taken take(double seconds) {
    taken t;
    if (mg__crew_take(crew, seconds, &t.tag, &t.result, &t.failed, t.message) == MG_OK) return t;
    printf("crew failed: %s\n", mg_context_message(context));
    mg__crew_close(crew);
    exit(1);
}

static void give(int64_t tag, unsigned char what, size_t size) {
    unsigned char *job = calloc(size, 1);
    if (!job) abort();
    for (size_t i = 0; i < size; i++) job[i] = (unsigned char)((size_t)tag * 7 + i * 13 + i / 251);
    job[0] = what;
    if (size > 1) job[1] = (unsigned char)tag;
    if (mg__crew_give(crew, tag, &(mg__message){ job, size }) != MG_OK) printf("give failed: %s\n", mg_context_message(context));
    free(job);
}

/* Prints the sum of all bytes that came back, weighted by place: it does not depend on who did what. */
static void turn_bytes(size_t size) {
    uint64_t sums[JOBS] = { 0 }, sum = 0;
    for (int64_t given = 0, done = 0; done < JOBS; done++) {
        for (; given < JOBS && mg__crew_idle(crew); given++) give(given, TURN, size + (size_t)given);
        taken t = take(60);
        if (t.tag < 0 || t.failed || t.result.size != size + (size_t)t.tag) printf("job %d: status %d\n", (int)t.tag, t.failed);
        for (size_t i = 0; i < t.result.size; i++) sums[t.tag] += (i + 1) * ((unsigned char *)t.result.data)[i];
        mg__free(context, t.result.data);
    }
    for (uint64_t i = 0; i < JOBS; i++) sum = sum * 31 + sums[i];
    printf("sum %llu\n", (unsigned long long)sum);
}

static void ask_who(void) {
    int jobs[64] = { 0 };
    for (int64_t given = 0, done = 0; done < JOBS; done++) {
        for (; given < JOBS && mg__crew_idle(crew); given++) give(given, WHO, 2);
        taken t = take(60);
        int who = 64;
        memcpy(&who, t.result.data, sizeof who);
        jobs[who]++;
        mg__free(context, t.result.data);
    }
    printf("workers %d, each rank did", mg__crew_workers(crew));
    for (int r = 0; r < mg__crew_ranks(crew); r++) printf(" %s", jobs[r] ? "some" : "none");
    printf("\n");
}

static void fail_one(void) {
    for (int i = 0; i < mg__crew_workers(crew); i++) give(i, FAIL, 2);
    int64_t tags = 0;
    for (int i = mg__crew_workers(crew); i > 0; i--) {
        taken t = take(60);
        char wanted[80];
        snprintf(wanted, sizeof wanted, "the loss of job %d is not finite", (int)t.tag);
        if (t.failed == MG_NOT_FINITE && !t.result.data && strcmp(t.message, wanted) == 0) tags += t.tag;
    }
    printf("failed as they should: %d\n", (int)tags);
}

/* All workers hang until they are told to stop. */
static void stop_all(void) {
    for (int i = 0; i < mg__crew_workers(crew); i++) give(i, HANG, 2);
    int64_t none = take(0.2).tag;
    mg__crew_stop(crew);
    int ended = 0;
    for (int i = 0; i < mg__crew_workers(crew); i++) {
        taken t = take(10);
        ended += t.tag >= 0;
        mg__free(context, t.result.data);
    }
    printf("before %d, stopped %d\n", (int)none, ended);
}

static void hang_until_one_dies(unsigned char how) {
    for (int i = 0; i < mg__crew_workers(crew); i++) give(i, how, 2);
    for (;;) take(0.5);
}

static int rank_main(const char *what) {
    signal(SIGTERM,
           SIG_IGN); /* mpirun sends it where a rank died; a program that can notes it and goes on to what it has to say */
    mg_context_options options = mg_context_defaults();
    options.threads = 2;
    context = mg_context_create(&options);
    bool other = mg_rank() == 2 && strcmp(what, "data") == 0;
    crew = mg__crew_open(context, strcmp(what, "many") ? MG_AUTO : 3, other ? 8 : 7, work, NULL);
    if (!crew) {
        if (mg_rank() == 0) printf("refused: %s\n", mg_context_message(context));
        return 1;
    }
    bool served = mg__crew_served(crew);
    if (!served) {
        if (strcmp(what, "turn") == 0) turn_bytes(5000);
        if (strcmp(what, "large") == 0 || strcmp(what, "many") == 0) turn_bytes(LARGE);
        if (strcmp(what, "who") == 0) ask_who();
        if (strcmp(what, "fail") == 0) fail_one();
        if (strcmp(what, "stop") == 0) stop_all();
        if (strcmp(what, "close") == 0)
            for (int i = 0; i < mg__crew_workers(crew); i++) give(i, HANG, 2);
        if (strcmp(what, "die") == 0) hang_until_one_dies(DIE);
        if (strcmp(what, "freeze") == 0) hang_until_one_dies(FREEZE);
        if (strcmp(what, "idle") == 0) rest(2);
    }
    clock_t used = clock();
    mg__crew_close(crew);
    if (strcmp(what, "twice") == 0) {
        crew = mg__crew_open(context, MG_AUTO, 9, work, NULL);
        if (crew && !mg__crew_served(crew)) turn_bytes(100);
        mg__crew_close(crew);
    }
    if (strcmp(what, "idle") == 0 && mg_rank() == 1) printf("idle rank took %.0f ms\n", 1e3 * (double)used / CLOCKS_PER_SEC);
    mg_context_destroy(context);
    if (!served) printf("done\n");
    return 0;
}

/* --- the tests --------------------------------------------------------------------------------------- */

static char program[PATH_MAX], plugin[PATH_MAX + 64], output[1 << 14], alone[1 << 14];

/* Runs so many ranks of this program; returns the exit status, its standard output in `output`. */
static int run(int ranks, const char *what, const char *environment) {
    char command[4 * PATH_MAX];
    snprintf(command, sizeof command,
             "ASAN_OPTIONS=detect_leaks=0 OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 "
             "OMPI_MCA_btl=self,vader,tcp OMPI_MCA_btl_vader_single_copy_mechanism=none OMPI_MCA_btl_tcp_if_include=lo "
             "OMPI_MCA_oob_tcp_if_include=lo OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none "
             "MICROGRAD_MPI=%s %s timeout 100 mpirun -n %d %s rank %s 2>/dev/null </dev/null",
             plugin, environment, ranks, program, what);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t used = fread(output, 1, sizeof output - 1, pipe);
    output[used] = 0;
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void need_mpi(void) {
    if (access(plugin, R_OK) != 0 || system("command -v mpirun >/dev/null") != 0) skip();
}

static void results_are_those_of_one_process(void **state) {
    (void)state;
    need_mpi();
    for (int large = 0; large < 2; large++) {
        assert_int_equal(run(1, large ? "large" : "turn", ""), 0);
        memcpy(alone, output, sizeof alone);
        assert_non_null(strstr(alone, "sum "));
        assert_int_equal(run(3, large ? "large" : "turn", ""), 0);
        assert_string_equal(output, alone);
    }
    memcpy(alone, output, sizeof alone);
    assert_int_equal(run(3, "many", ""), 0); /* three workers a rank: large jobs and large results cross */
    assert_string_equal(output, alone);
}

static void every_rank_works_and_failures_and_stop_reach_all(void **state) {
    (void)state;
    need_mpi();
    assert_int_equal(run(3, "who", ""), 0);
    assert_string_equal(output, "workers 3, each rank did some some some\ndone\n");
    assert_int_equal(run(3, "fail", ""), 0);
    assert_string_equal(output, "failed as they should: 3\ndone\n");
    assert_int_equal(run(3, "stop", ""), 0);
    assert_string_equal(output, "before -1, stopped 3\ndone\n");
    assert_int_equal(run(3, "close", ""), 0); /* with jobs running everywhere */
    assert_string_equal(output, "done\n");
}

static void a_second_crew_meets_the_same_ranks(void **state) {
    (void)state;
    need_mpi();
    assert_int_equal(run(1, "twice", ""), 0);
    memcpy(alone, output, sizeof alone);
    assert_int_equal(run(3, "twice", ""), 0);
    assert_string_equal(output, alone);
}

static void a_rank_that_dies_ends_the_run_with_its_number(void **state) {
    (void)state;
    need_mpi();
    int64_t begin = mg__clock();
    assert_int_not_equal(run(3, "die", ""), 0);
    assert_true(1e-9 * (double)(mg__clock() - begin) < 15);
    assert_non_null(strstr(output, "crew failed: rank 1 on "));
    assert_non_null(strstr(output, " has died: "));
    assert_null(strstr(output, "\ndone"));
}

static void a_rank_that_freezes_is_taken_for_dead(void **state) {
    (void)state;
    need_mpi();
    assert_int_not_equal(run(3, "freeze", ""), 0);
    assert_non_null(strstr(output, "crew failed: rank 1 on "));
    assert_non_null(strstr(output, "has been silent for 20 s"));
}

static void other_data_is_refused(void **state) {
    (void)state;
    need_mpi();
    assert_int_not_equal(run(3, "data", ""), 0);
    assert_non_null(strstr(output, "refused: mpirun: rank 2 on "));
    assert_non_null(strstr(output, "has other data or settings than rank 0"));
}

static void waiting_ranks_leave_the_cores_to_others(void **state) {
    (void)state;
    need_mpi();
    assert_int_equal(run(2, "idle", ""), 0);
    double ms = -1;
    const char *line = strstr(output, "idle rank took ");
    assert_non_null(line);
    assert_int_equal(sscanf(line, "idle rank took %lf", &ms), 1);
    assert_in_range((int)ms, 0, 500); /* of 2 s, of which starting MPI takes some */
}

static void without_the_plugin_it_says_what_to_install(void **state) {
    (void)state;
    need_mpi();
    assert_int_not_equal(run(2, "who", "MICROGRAD_MPI="), 0); /* build/tests/tune has none beside it */
    assert_non_null(strstr(output, "refused: mpirun started 2 ranks, but there is no plug-in for MPI"));
    assert_non_null(strstr(output, "apt-get install libopenmpi-dev openmpi-bin"));
    assert_int_not_equal(run(2, "who", "MICROGRAD_MPI=/nowhere/x.so"), 0);
    assert_non_null(strstr(output, "/nowhere/x.so"));
    assert_int_equal(run(2, "turn", "MICROGRAD_MPI=off"), 0); /* each for itself */
    const char *first = strstr(output, "done");
    assert_non_null(first);
    assert_non_null(strstr(first + 1, "done"));
}

static void ranks_are_read_from_the_environment(void **state) {
    (void)state;
    static const char *const names[] = { "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "PMI_RANK", "PMI_SIZE", "PMIX_RANK",
                                         "SLURM_STEP_NUM_TASKS", "MICROGRAD_MPI" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) unsetenv(names[i]);
    assert_int_equal(mg_rank(), 0);
    assert_int_equal(mg_ranks(), 1);
    setenv("SLURM_STEP_NUM_TASKS", "8", 1); /* srun without PMI: programs that do not know of each other */
    assert_int_equal(mg_ranks(), 1);
    setenv("PMIX_RANK", "5", 1);
    assert_int_equal(mg_rank(), 5);
    assert_int_equal(mg_ranks(), 8);
    setenv("PMI_RANK", "2", 1);
    setenv("PMI_SIZE", "4", 1);
    assert_int_equal(mg_rank(), 2);
    assert_int_equal(mg_ranks(), 4);
    setenv("OMPI_COMM_WORLD_RANK", "1", 1);
    setenv("OMPI_COMM_WORLD_SIZE", "3", 1);
    assert_int_equal(mg_rank(), 1);
    assert_int_equal(mg_ranks(), 3);
    mg__ranks_forget();
    assert_int_equal(mg_ranks(), 1);
    setenv("OMPI_COMM_WORLD_RANK", "1", 1);
    assert_int_equal(mg_ranks(), 3);
    setenv("PMI_RANK", "2", 1);
    setenv("OMPI_COMM_WORLD_RANK", "three", 1);
    assert_int_equal(mg_rank(), 2);
    setenv("MICROGRAD_MPI", "off", 1);
    assert_int_equal(mg_ranks(), 1);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) unsetenv(names[i]);
}

int main(int count, char **words) {
    if (count == 3 && strcmp(words[1], "rank") == 0) return rank_main(words[2]);
    if (!realpath(words[0], program)) return 1;
    snprintf(plugin, sizeof plugin, "%s", program);
    for (int i = 0; i < 3; i++) *strrchr(plugin, '/') = 0; /* BUILD/tests/tune/test_crew_mpi */
    strcat(plugin, "/libmicrograd_mpi.so");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_are_those_of_one_process),
        cmocka_unit_test(every_rank_works_and_failures_and_stop_reach_all),
        cmocka_unit_test(a_second_crew_meets_the_same_ranks),
        cmocka_unit_test(a_rank_that_dies_ends_the_run_with_its_number),
        cmocka_unit_test(a_rank_that_freezes_is_taken_for_dead),
        cmocka_unit_test(other_data_is_refused),
        cmocka_unit_test(waiting_ranks_leave_the_cores_to_others),
        cmocka_unit_test(without_the_plugin_it_says_what_to_install),
        cmocka_unit_test(ranks_are_read_from_the_environment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
