/* The cost of counting decisions, beside a plain read of the same bytes: a row of tab-separated
 * values for each case, which bench/counts.py prints as a table with the peers.
 *
 *     name  rows  columns  ns a cell  ns a cell of the plain read  (medians of one run)
 *
 * Both are timed in turn, so that they see the same machine; with two threads, so is the read. An
 * argument takes only the cases whose name has it. */
#define _POSIX_C_SOURCE 200809L
#include "limen.h"

#include "plain_read.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CELLS ((int64_t)128 << 20) /* at most */
#define ROUNDS 7

typedef struct bench_case {
    const char *name;
    int64_t columns, sets;
    limen_dtype scores, targets;
    int32_t threads;
    int64_t cells;
    uint32_t states;
} bench_case;

/* With one thread the time of this process, so that others on the machine count less. */
static double now(int32_t threads)
{
    struct timespec time;

    clock_gettime(threads == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, compare);
    return values[count / 2];
}

/* A part of a read that several threads share. */
typedef struct read_part {
    const void *memory;
    size_t bytes;
    uint64_t sum;
} read_part;

static void *read_part_of(void *context)
{
    read_part *part = context;

    part->sum = plain_read(part->memory, part->bytes);
    return NULL;
}

/* By one thread, or by two with half of the bytes each. */
static uint64_t read_all(const void *memory, size_t bytes, int32_t threads)
{
    size_t half = threads == 2 ? bytes / 2 : bytes;
    read_part first = {memory, half, 0};
    read_part second = {(const char *)memory + half, bytes - half, 0};
    pthread_t other;

    if (threads != 2 || pthread_create(&other, NULL, read_part_of, &second) != 0) {
        (void)read_part_of(&first);
        return first.sum;
    }
    (void)read_part_of(&first);
    (void)pthread_join(other, NULL);
    return first.sum + second.sum;
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void fill(limen_dtype dtype, void *memory, int64_t cells, int targets)
{
    uint32_t random = targets ? 7 : 3;

    for (int64_t i = 0; i < cells; i++) {
        uint32_t bits = next_random(&random);

        if (dtype == LIMEN_F32)
            ((float *)memory)[i] = (float)bits * 0x1p-24F;
        else if (dtype == LIMEN_F64)
            ((double *)memory)[i] = (double)bits * 0x1p-24;
        else if (dtype == LIMEN_I64)
            ((int64_t *)memory)[i] = bits % 10 == 0;
        else
            ((uint8_t *)memory)[i] = bits % 10 == 0;
    }
}

static void fail(const limen_error *error)
{
    fprintf(stderr, "counts: %s\n", error->message);
    exit(1);
}

static limen_array array_of(const void *memory, limen_dtype dtype, int64_t rows, int64_t columns)
{
    int64_t size = (int64_t)limen_dtype_size(dtype);

    return (limen_array){memory, dtype, {rows, columns, 1}, {columns * size, size, size}};
}

static limen_tally *make_tally(const bench_case *bench)
{
    int64_t count = bench->columns * bench->sets;
    double *thresholds = malloc((size_t)count * sizeof *thresholds);
    limen_tally *tally;
    limen_error error;

    for (int64_t i = 0; i < count; i++)
        thresholds[i] = (double)(i % 97 + 1) / 100.0;
    if (limen_tally_create(&(limen_spec){.size = sizeof(limen_spec),
                                         .task = LIMEN_MULTILABEL,
                                         .states = bench->states,
                                         .width = bench->columns,
                                         .sets = bench->sets,
                                         .thresholds = thresholds,
                                         .threshold_count = count,
                                         .threads = bench->threads},
                           NULL, &tally, &error) != LIMEN_OK)
        fail(&error);
    free(thresholds);
    return tally;
}

static void run(const bench_case *bench, void *scores, void *targets)
{
    int64_t rows = bench->cells / bench->columns;
    int64_t cells = rows * bench->columns;
    limen_batch batch = {.size = sizeof batch,
                         .scores = array_of(scores, bench->scores, rows, bench->columns),
                         .targets = array_of(targets, bench->targets, rows, bench->columns)};
    limen_tally *tally = make_tally(bench);
    double ours[ROUNDS], plain[ROUNDS];
    uint64_t sink = 0;

    for (int round = -1; round < ROUNDS; round++) {
        limen_error error;
        double start = now(bench->threads);
        double between;

        if (limen_tally_update(tally, &batch, &error) != LIMEN_OK)
            fail(&error);
        between = now(bench->threads);
        sink += read_all(scores, (size_t)cells * limen_dtype_size(bench->scores), bench->threads) +
                read_all(targets, (size_t)cells * limen_dtype_size(bench->targets), bench->threads);
        if (round >= 0) {
            ours[round] = between - start;
            plain[round] = now(bench->threads) - between;
        }
    }
    limen_tally_destroy(tally);
    if (sink == 1) /* keeps the sums from being left out */
        fprintf(stderr, "counts: a sum of 1\n");
    printf("%s\t%lld\t%lld\t%.6g\t%.6g\n", bench->name, (long long)rows, (long long)bench->columns,
           median(ours, ROUNDS) * 1e9 / (double)cells, median(plain, ROUNDS) * 1e9 / (double)cells);
    (void)fflush(stdout);
}

/* A batch as a training loop has it: the cost of the call. */
static void run_small(void *scores, void *targets)
{
    enum { REPEATS = 200000 };
    const bench_case bench = {"update of 32 x 10", 10, 1, LIMEN_F32, LIMEN_U8, 1, 320,
                              LIMEN_COUNTS};
    limen_tally *tally = make_tally(&bench);
    limen_batch batch = {.size = sizeof batch,
                         .scores = array_of(scores, LIMEN_F32, 32, 10),
                         .targets = array_of(targets, LIMEN_U8, 32, 10)};
    double best = 1.0;

    for (int round = 0; round < ROUNDS; round++) {
        double start = now(1);
        double taken;

        for (int i = 0; i < REPEATS; i++) {
            limen_error error;

            if (limen_tally_update(tally, &batch, &error) != LIMEN_OK)
                fail(&error);
        }
        taken = (now(1) - start) / REPEATS;
        best = taken < best ? taken : best;
    }
    limen_tally_destroy(tally);
    printf("%s\t32\t10\t%.6g\t0\n", bench.name, best * 1e9 / 320.0);
}

int main(int count, char **arguments)
{
    static const bench_case cases[] = {
        {"float32, uint8", 128, 1, LIMEN_F32, LIMEN_U8, 1, CELLS, LIMEN_COUNTS},
        {"two threads", 128, 1, LIMEN_F32, LIMEN_U8, 2, CELLS, LIMEN_COUNTS},
        {"three sets", 128, 3, LIMEN_F32, LIMEN_U8, 1, CELLS / 2, LIMEN_COUNTS},
        {"L = 1", 1, 1, LIMEN_F32, LIMEN_U8, 1, CELLS / 2, LIMEN_COUNTS},
        {"L = 3", 3, 1, LIMEN_F32, LIMEN_U8, 1, CELLS / 2, LIMEN_COUNTS},
        {"L = 28", 28, 1, LIMEN_F32, LIMEN_U8, 1, CELLS / 2, LIMEN_COUNTS},
        {"L = 100", 100, 1, LIMEN_F32, LIMEN_U8, 1, CELLS / 2, LIMEN_COUNTS},
        {"L = 983", 983, 1, LIMEN_F32, LIMEN_U8, 1, CELLS / 2, LIMEN_COUNTS},
        {"with samples", 128, 1, LIMEN_F32, LIMEN_U8, 1, CELLS / 4, LIMEN_COUNTS | LIMEN_SAMPLES},
        {"with samples, L = 28", 28, 1, LIMEN_F32, LIMEN_U8, 1, CELLS / 4,
         LIMEN_COUNTS | LIMEN_SAMPLES},
        {"int64 targets", 128, 1, LIMEN_F32, LIMEN_I64, 1, CELLS / 4, LIMEN_COUNTS},
        {"float64 scores", 128, 1, LIMEN_F64, LIMEN_U8, 1, CELLS / 4, LIMEN_COUNTS},
        {"float64, int64", 128, 1, LIMEN_F64, LIMEN_I64, 1, CELLS / 4, LIMEN_COUNTS},
    };
    void *scores = malloc((size_t)CELLS * sizeof(float));
    void *targets = malloc((size_t)CELLS * 2);
    limen_dtype score_dtype = LIMEN_NONE;
    limen_dtype target_dtype = LIMEN_NONE;

    if (!scores || !targets) {
        fprintf(stderr, "counts: this needs 768 MiB of memory\n");
        return 1;
    }
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t most =
            cases[i].scores == LIMEN_F64 || cases[i].targets == LIMEN_I64 ? CELLS / 4 : CELLS;

        if (count > 1 && !strstr(cases[i].name, arguments[1]))
            continue;
        if (cases[i].scores != score_dtype)
            fill(score_dtype = cases[i].scores, scores, most, 0);
        if (cases[i].targets != target_dtype)
            fill(target_dtype = cases[i].targets, targets, most, 1);
        run(&cases[i], scores, targets);
    }
    fill(LIMEN_F32, scores, 320, 0);
    fill(LIMEN_U8, targets, 320, 1);
    run_small(scores, targets);
    free(scores);
    free(targets);
    return 0;
}
