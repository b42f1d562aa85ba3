/* bench_tune ROWS LABELS KIND [SEED [SCOPE]]: seconds of the exact F1 search, beside a plain read
 * of the same bytes. KIND: random, equal, saturated, distinct, sorted, half, logits. SCOPE: label
 * or micro. Prints one line of JSON: the least of five runs or more.
 */
#include "limen.h"

#include "plain_read.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MEASURED ((size_t)20000000) /* cells, at least */

/* Of this process, which has one thread: others on the machine do not count. */
static double now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static uint64_t random_bits(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Positive half floats are their bits in order. */
static uint16_t half_of(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    return value < 6.2e-5f ? 0 : (uint16_t)((bits >> 13) - (112u << 10));
}

static int compare_floats(const void *a, const void *b)
{
    float x, y;

    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

/* Scores of a fair classifier for a label with a prevalence of 10 %. */
static void fill(float *scores, uint8_t *targets, size_t cells, const char *kind, uint64_t seed)
{
    uint64_t state = seed;

    for (size_t i = 0; i < cells; i++) {
        double u = (double)(random_bits(&state) >> 11) * 0x1p-53;
        double v = (double)(random_bits(&state) >> 11) * 0x1p-53;
        double p = u * u;

        targets[i] = v < 0.3 * p;
        if (strcmp(kind, "equal") == 0)
            p = 0.5;
        else if (strcmp(kind, "saturated") == 0)
            p = p < 0.4 ? 0.0 : p > 0.8 ? 1.0 : p;
        else if (strcmp(kind, "distinct") == 0)
            p = floor(p * 100.0) / 100.0;
        else if (strcmp(kind, "logits") == 0)
            p = log((p + 1e-6) / (1.0 - p + 1e-6));
        scores[i] = (float)p;
    }
    if (strcmp(kind, "sorted") == 0)
        qsort(scores, cells, sizeof *scores, compare_floats);
}

static double read_all(const void *bytes, size_t count, uint64_t *sum)
{
    double start = now();

    *sum += plain_read(bytes, count);
    return now() - start;
}

static void stop(const limen_error *error)
{
    (void)fprintf(stderr, "%s\n", error->message);
    exit(1);
}

/* In batches of some MiB, as a file is read. */
static int search_once(const limen_array *scores, const limen_array *targets,
                       const limen_tune_options *options, double *value)
{
    limen_spec spec = {
        .size = sizeof spec, .task = LIMEN_MULTILABEL, .width = scores->shape[1], .threads = 1};
    int64_t rows = scores->shape[0], part = (1 << 20) / spec.width + 1;
    limen_search *search;
    limen_result *result;
    limen_error error;
    int again = 1, passes = 0;

    if (limen_search_create(&spec, options, NULL, &search, &error) != LIMEN_OK)
        stop(&error);
    for (; again; passes++) {
        for (int64_t row = 0; row < rows; row += part) {
            limen_batch batch = {.size = sizeof batch, .scores = *scores, .targets = *targets};

            batch.scores.shape[0] = batch.targets.shape[0] = rows - row < part ? rows - row : part;
            batch.scores.data = (const char *)scores->data + row * scores->stride[0];
            batch.targets.data = (const char *)targets->data + row * targets->stride[0];
            if (limen_search_update(search, &batch, &error) != LIMEN_OK)
                stop(&error);
        }
        if (limen_search_next_pass(search, &again, &error) != LIMEN_OK)
            stop(&error);
    }
    if (limen_search_result(search, &result, &error) != LIMEN_OK)
        stop(&error);
    *value = limen_node_number(limen_node_find(limen_result_root(result), "value"));
    limen_result_destroy(result);
    limen_search_destroy(search);
    return passes;
}

int main(int argc, char **argv)
{
    int64_t rows = argc > 1 ? atoll(argv[1]) : 1000000, labels = argc > 2 ? atoll(argv[2]) : 1;
    const char *kind = argc > 3 ? argv[3] : "random";
    int half = strcmp(kind, "half") == 0, passes = 0;
    size_t cells = (size_t)(rows * labels), size = half ? 2 : 4;
    float *scores = malloc(cells * sizeof *scores);
    uint8_t *targets = malloc(cells);
    limen_array s = {scores,
                     half ? LIMEN_F16 : LIMEN_F32,
                     {rows, labels, 1},
                     {(int64_t)size * labels, (int64_t)size, (int64_t)size}};
    limen_array t = {targets, LIMEN_U8, {rows, labels, 1}, {labels, 1, 1}};
    limen_tune_options options = {.size = sizeof options};
    double best = INFINITY, plain = INFINITY, value = 0.0;
    uint64_t sum = 0;

    if (rows < 1 || labels < 1) {
        fprintf(stderr, "usage: bench_tune ROWS LABELS KIND [SEED [SCOPE]]\n");
        return 2;
    }
    if (!scores || !targets)
        return 1;
    options.scope =
        argc > 5 && strcmp(argv[5], "micro") == 0 ? LIMEN_SCOPE_MICRO : LIMEN_SCOPE_LABEL;
    fill(scores, targets, cells, kind, argc > 4 ? strtoull(argv[4], NULL, 10) : 1);
    for (size_t i = 0; half && i < cells; i++) {
        uint16_t bits = half_of(scores[i]);

        memcpy((char *)scores + 2 * i, &bits, 2);
    }
    for (size_t repeat = 0; repeat < 5 || repeat * cells < MEASURED; repeat++) {
        double read = read_all(scores, cells * size, &sum) + read_all(targets, cells, &sum);
        double start = now();

        passes = search_once(&s, &t, &options, &value);
        best = fmin(best, now() - start);
        plain = fmin(plain, read);
    }
    (void)printf("{\"rows\": %lld, \"labels\": %lld, \"kind\": \"%s\", \"seconds\": %.6f, "
                 "\"ns_a_cell\": %.3f, \"plain_reads\": %.2f, \"passes\": %d, \"value\": %.17g, "
                 "\"checksum\": %llu}\n",
                 (long long)rows, (long long)labels, kind, best, best / (double)cells * 1e9,
                 best / plain, passes, value, (unsigned long long)(sum & 0xffff));
    free(scores);
    free(targets);
    return 0;
}
