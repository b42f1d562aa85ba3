/* Every kernel set of this machine gives the bytes of the scalar one, and touches nothing but its
 * arrays: they lie against pages that may not be read.
 *
 * Plain C without a test library, so that tests/neon.sh can build it for another machine. */
#include "core/numeric.h"
#include "kernels/kernels.h"
#include "kernels/sort.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MOST_SETS = 8, LARGEST = 300, ARRAYS = 5, MARGIN = 64, TRIALS = 4 };

/* The next of a sequence of 64-bit numbers (Steele, Lea and Flood 2014). */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* ---- Arrays between pages that may not be touched ------------------------------------------- */

typedef struct guarded {
    unsigned char *memory; /* a page, `room` bytes, a page */
    size_t page, room;
} guarded;

static guarded guarded_new(size_t least)
{
    guarded area = {.page = (size_t)sysconf(_SC_PAGESIZE)};

    area.room = (least + area.page - 1) / area.page * area.page;
    area.memory = aligned_alloc(area.page, area.room + 2 * area.page);
    if (!area.memory || mprotect(area.memory, area.page, PROT_NONE) ||
        mprotect(area.memory + area.page + area.room, area.page, PROT_NONE)) {
        fprintf(stderr, "no guarded memory\n");
        exit(2);
    }
    return area;
}

static void guarded_delete(guarded *area)
{
    (void)mprotect(area->memory, area->room + 2 * area->page, PROT_READ | PROT_WRITE);
    free(area->memory);
}

typedef enum placement { AT_START, AFTER_START, AT_END, PLACEMENTS } placement;

/* Where `size` bytes lie: against the first page, `step` bytes behind it (so misaligned, where one
 * byte is enough), or against the last page. */
static unsigned char *place(const guarded *area, placement where, size_t size, size_t step)
{
    unsigned char *start = area->memory + area->page;

    return where == AT_END ? start + area->room - size : start + (where == AFTER_START ? step : 0);
}

/* ---- What is compared ----------------------------------------------------------------------- */

struct run {
    const limen_kernels *kernels;
    limen_dtype dtype;
    void *arrays[ARRAYS];
    size_t n;
    uint64_t choice; /* for the other arguments */
};

/* Roles of arrays, lower case when they are only read:
 *     s  scores    c  cuts    v  targets    f, F  flags    B  any bytes    T  totals
 *     k, K  keys   I  indices   P  pairs of bytes
 * `tail`: what lies behind the result in the last array is unspecified. */
struct kernel {
    const char *name;
    const char *roles;
    int64_t (*call)(const struct run *run);
    int (*has)(limen_dtype dtype);
    int tail;
};

static int is_real(limen_dtype dtype)
{
    return dtype >= LIMEN_F16 && dtype <= LIMEN_F64;
}

static int is_target(limen_dtype dtype)
{
    return dtype != LIMEN_NONE && dtype != LIMEN_F16 && dtype != LIMEN_BF16;
}

static int is_byte(limen_dtype dtype)
{
    return dtype == LIMEN_U8;
}

static int64_t call_decide(const struct run *r)
{
    return r->kernels->decide[r->dtype](r->arrays[0], r->arrays[1], r->arrays[2], r->n);
}

static int64_t call_binary(const struct run *r)
{
    return r->kernels->binary[r->dtype](r->arrays[0], r->arrays[1], r->n);
}

/* Half of them small, so that they are among the targets. */
static int64_t ignored(uint64_t choice)
{
    /* clang-format off */
    static const int64_t values[] = {
        -100, 255, -1, 127, -128, 128, INT16_MIN, UINT16_MAX, 2, INT32_MIN, UINT32_MAX, INT64_MIN,
        INT64_MAX, 1LL << 53, 1LL << 24, (1LL << 53) + 1, 0, 1, (1LL << 24) + 1, 1LL << 62, -32769,
        4294967296, 2, -100};
    /* clang-format on */

    return values[choice % (sizeof values / sizeof values[0])];
}

static int64_t call_binary_ignore(const struct run *r)
{
    return r->kernels->binary_ignore[r->dtype](r->arrays[0], ignored(r->choice), r->arrays[1],
                                               r->arrays[2], r->n);
}

static int64_t call_check(const struct run *r)
{
    return r->kernels->check(r->arrays[0], r->n);
}

static int64_t call_add(const struct run *r)
{
    r->kernels->add(r->arrays[0], r->arrays[1], r->n);
    return 0;
}

static int64_t call_add_both(const struct run *r)
{
    r->kernels->add_both(r->arrays[0], r->arrays[1], r->arrays[2], r->n);
    return 0;
}

static int64_t call_add_pair(const struct run *r)
{
    r->kernels->add_pair(r->arrays[0], r->arrays[1], r->arrays[2], r->arrays[3], r->n);
    return 0;
}

/* One set of cuts: its sums are n bytes for the cells that are both, and n for the decisions. */
static int64_t call_add_cells(const struct run *r)
{
    return r->kernels->add_cells[r->dtype](r->arrays[0], r->arrays[1], r->arrays[2], r->arrays[3],
                                           r->arrays[4], r->n, 1, r->n);
}

static int64_t call_count(const struct run *r)
{
    return r->kernels->count(r->arrays[0], r->n);
}

static int64_t call_count_both(const struct run *r)
{
    return r->kernels->count_both(r->arrays[0], r->arrays[1], r->n);
}

static int64_t call_flush(const struct run *r)
{
    r->kernels->flush(r->arrays[0], r->arrays[1], r->n);
    return 0;
}

static int64_t call_mask(const struct run *r)
{
    r->kernels->mask(r->arrays[0], r->arrays[1], r->n);
    return 0;
}

static int64_t call_greatest(const struct run *r)
{
    const void *offsets = r->choice & 1 ? r->arrays[1] : NULL;
    int nan = 0;
    int64_t index;

    if (r->n == 0)
        return 0;
    index = r->kernels->greatest[r->dtype](r->arrays[0], offsets, r->n, &nan);
    return 2 * index + nan;
}

static int64_t call_keys(const struct run *r)
{
    return r->kernels->keys[r->dtype](r->arrays[0], r->arrays[1], r->n);
}

static int64_t call_bin(const struct run *r)
{
    static const double lows[] = {0.0, 0.0, -1.5, 0.25};
    static const double scales[] = {1.0, 1024.0, 3.1, 0.001};
    uint32_t bins = 1u << r->choice % 21;

    return r->kernels->bin[r->dtype](
        r->arrays[0], lows[r->choice >> 8 & 3],
        limen_round_to(limen_cut_dtype(r->dtype), scales[r->choice >> 10 & 3]), bins, r->arrays[1],
        r->n);
}

static int64_t call_bin_key(const struct run *r)
{
    uint64_t base = limen_score_key(r->dtype, (double)(r->choice >> 8 & 3) - 1);
    int shift = (int)(r->choice >> 16 & 63) % (8 * (int)limen_dtype_size(r->dtype));

    return r->kernels->bin_key[r->dtype](r->arrays[0], base, shift,
                                         1 + (uint32_t)(r->choice % 70000), r->arrays[1], r->n);
}

static uint64_t hash(uint64_t seed, const void *bytes, size_t size)
{
    const unsigned char *at = bytes;

    for (size_t i = 0; i < size; i++)
        seed = (seed ^ at[i]) * 0x100000001b3u;
    return seed;
}

/* Flags only where cells are valid, as the callers have it. */
static const uint8_t *valid_flags(const struct run *r)
{
    uint8_t *flags = r->arrays[1];
    const uint8_t *valid = r->arrays[2];

    if (r->choice & 1)
        return NULL;
    for (size_t i = 0; i < r->n; i++)
        flags[i] &= valid[i];
    return valid;
}

static int64_t call_above(const struct run *r)
{
    const size_t count = (size_t)(r->choice >> 8 & 15) + 1;
    const uint8_t *valid = valid_flags(r);
    int64_t sums[2 * 16] = {1, 2, 3};
    unsigned char cuts[16 * sizeof(double)];
    int nan;

    for (size_t k = 0; k < count; k++) {
        double wide = k == 3 ? (double)NAN : ((double)k - 4.0) / 8.0;
        float single = (float)wide;

        if (r->dtype == LIMEN_F64)
            memcpy(cuts + k * sizeof wide, &wide, sizeof wide);
        else
            memcpy(cuts + k * sizeof single, &single, sizeof single);
    }
    nan = r->kernels->above[r->dtype](r->arrays[0], r->arrays[1], valid, cuts, count, sums, r->n);
    return (int64_t)hash((uint64_t)nan, sums, sizeof sums);
}

static int64_t call_sift(const struct run *r)
{
    static const limen_sieve sieves[] = {{0.25, 0.75, 0.25, 1000.0, 500},
                                         {-(double)INFINITY, 0.5, -1.0, 3.0, 4},
                                         {0.0, (double)NAN, 0.5, 16777216.0, 1u << 20},
                                         {(double)NAN, 1.0, 0.0, 1.0, 1}};
    const uint8_t *valid = valid_flags(r);
    uint32_t *out = malloc((r->n + LIMEN_SPLIT_SLACK) * sizeof *out);
    size_t count = r->kernels->sift[r->dtype](r->arrays[0], r->arrays[1], valid,
                                              &sieves[r->choice >> 8 & 3], out, r->n);
    uint64_t all = hash(count, out, count * sizeof *out);

    free(out);
    return (int64_t)all;
}

static int64_t call_split(const struct run *r)
{
    static const double bounds[][2] = {
        {0.25, 0.75}, {-(double)INFINITY, 0.5}, {0.0, (double)NAN}, {(double)NAN, 1.0}};
    const double *bound = bounds[r->choice >> 8 & 3];
    const uint8_t *valid = valid_flags(r);
    size_t size = limen_dtype_size(limen_cut_dtype(r->dtype)), counts[2];
    void *out[2] = {malloc((r->n + LIMEN_SPLIT_SLACK) * size),
                    malloc((r->n + LIMEN_SPLIT_SLACK) * size)};
    uint64_t all;

    r->kernels->split[r->dtype](r->arrays[0], r->arrays[1], valid, bound[0], bound[1], out, counts,
                                r->n);
    all = hash(0, counts, sizeof counts);
    all = hash(hash(all, out[0], counts[0] * size), out[1], counts[1] * size);
    free(out[0]);
    free(out[1]);
    return (int64_t)all;
}

/* n cells as rows of some length; all that is left when that is longer. */
static int64_t call_rank(const struct run *r)
{
    static const size_t lengths[] = {1,  2,  7,  15,  16,  17,  31,  33,
                                     63, 64, 65, 100, 127, 129, 200, 300};
    size_t labels = lengths[(r->choice >> 8) % (sizeof lengths / sizeof lengths[0])];
    size_t rows = r->n / labels;
    limen_row_ranks *out;
    uint64_t all = 0;

    if (rows == 0) {
        labels = r->n;
        rows = 1;
    }
    out = malloc(rows * sizeof *out);
    r->kernels->rank[r->dtype](r->arrays[0], r->arrays[1], valid_flags(r), labels, rows, out);
    for (size_t i = 0; i < rows; i++) {
        const uint64_t members[] = {(uint64_t)out[i].ranked, out[i].labels, out[i].true_labels,
                                    out[i].coverage, out[i].inversions};

        all = hash(hash(all, members, sizeof members), &out[i].precision, sizeof(double));
    }
    free(out);
    return (int64_t)all;
}

static int64_t call_pick(const struct run *r)
{
    int log2 = limen_dtype_size(r->dtype) == 8 ? 3 : limen_dtype_size(r->dtype) == 4 ? 2 : 1;

    return (int64_t)r->kernels->pick[log2](r->arrays[0], r->arrays[1], r->arrays[2], r->n);
}

static const struct kernel kernels[] = {
    {"decide", "scF", call_decide, is_real, 0},
    {"binary", "vF", call_binary, is_target, 0},
    {"binary_ignore", "vFF", call_binary_ignore, is_target, 0},
    {"check", "v", call_check, is_byte, 0},
    {"add", "fB", call_add, is_byte, 0},
    {"add_both", "ffB", call_add_both, is_byte, 0},
    {"add_pair", "ffBB", call_add_pair, is_byte, 0},
    {"add_cells", "scfBP", call_add_cells, is_real, 0},
    {"count", "f", call_count, is_byte, 0},
    {"count_both", "ff", call_count_both, is_byte, 0},
    {"flush", "BT", call_flush, is_byte, 0},
    {"mask", "fF", call_mask, is_byte, 0},
    {"greatest", "sc", call_greatest, is_real, 0},
    {"keys", "sK", call_keys, is_real, 0},
    {"bin", "sI", call_bin, is_real, 0},
    {"bin_key", "sI", call_bin_key, is_real, 0},
    {"above", "sFf", call_above, is_real, 0},
    {"split", "sFf", call_split, is_real, 0},
    {"sift", "sFf", call_sift, is_real, 0},
    {"rank", "sFf", call_rank, is_real, 0},
    {"pick", "kfK", call_pick, is_real, 1},
};

/* ---- Contents of the arrays ----------------------------------------------------------------- */

static size_t role_size(char role, limen_dtype dtype)
{
    switch (role) {
    case 'c':
        return limen_dtype_size(limen_cut_dtype(dtype));
    case 'T':
        return sizeof(int64_t);
    case 'I':
        return sizeof(uint32_t);
    case 'P':
        return 2;
    case 's':
    case 'v':
    case 'k':
    case 'K':
        return limen_dtype_size(dtype);
    default:
        return 1;
    }
}

/* The alignment that an array of a role must have: its pointer's type asks for it or not. */
static size_t role_step(char role)
{
    return role == 'T' ? sizeof(int64_t) : role == 'I' ? sizeof(uint32_t) : 1;
}

/* Fraction bits and exponent bits of the float dtypes. */
static int fraction_bits(limen_dtype dtype)
{
    return dtype == LIMEN_F16 ? 10 : dtype == LIMEN_BF16 ? 7 : dtype == LIMEN_F32 ? 23 : 52;
}

/* Bits of a float: special ones, values in [0, 1), small integers and their kin, or anything. NaN
 * only where `nan` says so. */
static uint64_t real_bits(limen_dtype dtype, int nan, uint64_t *state)
{
    int width = 8 * (int)limen_dtype_size(dtype), fraction = fraction_bits(dtype);
    uint64_t random = next_random(state), sign = (uint64_t)1 << (width - 1);
    uint64_t infinity = (sign - 1) >> fraction << fraction, least = (uint64_t)1 << fraction;
    uint64_t one = infinity >> (fraction + 1) << fraction, bits;
    const uint64_t special[] = {0,
                                1,
                                least - 1,
                                least,
                                infinity - 1,
                                infinity,
                                one,
                                one - 1,
                                one - least,
                                one + least,
                                infinity + 1,
                                infinity + least / 2,
                                sign - 1,
                                one + 3 * least / 2};

    switch (random >> 60 & 3) {
    case 0:
        bits = special[(random >> 8) % (sizeof special / sizeof special[0])] | (random & sign);
        break;
    case 1:
        bits = random & (sign | (sign - 1));
        break;
    default: /* from 1 / 16 to 2, with few different values */
        bits = one - 4 * least + (random >> 16 & 15) * (least / 8) * 3;
        break;
    }
    if (!nan && (bits & (sign - 1)) > infinity)
        bits = one;
    return bits;
}

/* Bits of a target: 0 or 1, the ignored value, or (seldom, where `bad` says so) another. */
static uint64_t target_bits(limen_dtype dtype, int64_t ignore, int bad, uint64_t *state)
{
    uint64_t random = next_random(state), bits;
    int64_t value = random >> 8 & 1;
    float single;
    double wide;

    if ((random & 7) == 0)
        value = ignore;
    if (bad && (random >> 16 & 63) == 0)
        value = (int64_t)(random >> 32 & 3) * 1000 - 1000;
    single = (float)value;
    wide = (double)value;
    if (value == 0 && (random & 16)) {
        single = -0.0f;
        wide = -0.0;
    }
    bits = (uint64_t)value;
    if (dtype == LIMEN_F32)
        memcpy(&bits, &single, sizeof single);
    if (dtype == LIMEN_F64)
        memcpy(&bits, &wide, sizeof wide);
    return bits;
}

static void fill(unsigned char *array, char role, const struct run *run, int odd, uint64_t *state)
{
    size_t size = role_size(role, run->dtype);

    for (size_t i = 0; i < run->n; i++) {
        uint64_t bits;

        switch (role) {
        case 's':
            bits = real_bits(run->dtype, odd, state);
            break;
        case 'c':
            bits = real_bits(limen_cut_dtype(run->dtype), odd, state);
            break;
        case 'v':
            bits = target_bits(run->dtype, odd ? ignored(run->choice) : 1, odd > 1, state);
            break;
        case 'f':
        case 'F':
            bits = next_random(state) >> 33 & 1;
            break;
        default:
            bits = next_random(state);
            break;
        }
        memcpy(array + i * size, &bits, size); /* the low bytes come first */
    }
}

/* Half of the cuts are their scores, so that they tie. */
static void tie_cuts(const struct run *run, uint64_t *state)
{
    size_t size = limen_dtype_size(run->dtype), cut_size = role_size('c', run->dtype);

    for (size_t i = 0; i < run->n; i++) {
        unsigned char *cut = (unsigned char *)run->arrays[1] + i * cut_size;
        const unsigned char *score = (unsigned char *)run->arrays[0] + i * size;
        uint16_t half;
        float wide;

        if (next_random(state) & 1)
            continue;
        if (size == cut_size) {
            memcpy(cut, score, size);
            continue;
        }
        memcpy(&half, score, sizeof half);
        wide = run->dtype == LIMEN_F16 ? limen_half_to_float(half) : limen_bfloat_to_float(half);
        memcpy(cut, &wide, sizeof wide);
    }
}

/* ---- Comparing ------------------------------------------------------------------------------ */

struct bench {
    const limen_kernels *sets[MOST_SETS]; /* asking the processor is slow in a virtual machine */
    guarded areas[ARRAYS];
    unsigned char *inputs[ARRAYS];
    unsigned char *expected[ARRAYS]; /* of the scalar set, with a margin on either side */
};

/* Bytes of an array's area that lie within a margin of it: they are compared too. */
static size_t window(const guarded *area, const unsigned char *array, size_t size,
                     const unsigned char **first)
{
    const unsigned char *start = area->memory + area->page, *end = start + area->room;
    const unsigned char *last =
        end - array - (ptrdiff_t)size > MARGIN ? array + size + MARGIN : end;

    *first = array - start > MARGIN ? array - MARGIN : start;
    return (size_t)(last - *first);
}

/* Runs a kernel on copies of the inputs at a placement. What the contract leaves open is set to 0.
 */
static int64_t run_at(const struct kernel *kernel, struct run *run, struct bench *bench,
                      placement where)
{
    size_t arrays = strlen(kernel->roles), last;
    int64_t result;

    for (size_t a = 0; a < arrays; a++) {
        size_t size = run->n * role_size(kernel->roles[a], run->dtype);
        guarded *area = &bench->areas[a];
        unsigned char *array = place(area, where, size, role_step(kernel->roles[a]));
        const unsigned char *first;
        size_t length = window(area, array, size, &first);

        memset(array - (array - first), 0xa5, length);
        memcpy(array, bench->inputs[a], size);
        run->arrays[a] = array;
    }
    result = kernel->call(run);
    last = role_size(kernel->roles[arrays - 1], run->dtype);
    if (kernel->tail && result >= 0 && (size_t)result <= run->n)
        memset((char *)run->arrays[arrays - 1] + (size_t)result * last, 0,
               (run->n - (size_t)result) * last);
    return result;
}

/* Of a target that is none, only the return value is specified. */
static int unspecified(const struct kernel *kernel, int64_t result)
{
    return kernel->roles[0] == 'v' && result != 0;
}

static void keep(const struct kernel *kernel, const struct run *run, struct bench *bench)
{
    for (size_t a = 0; kernel->roles[a]; a++) {
        const unsigned char *first;
        size_t size = run->n * role_size(kernel->roles[a], run->dtype);
        size_t length = window(&bench->areas[a], run->arrays[a], size, &first);

        memcpy(bench->expected[a], first, length);
    }
}

static int differs(const struct kernel *kernel, const struct run *run, const struct bench *bench)
{
    for (size_t a = 0; kernel->roles[a]; a++) {
        const unsigned char *first;
        size_t size = run->n * role_size(kernel->roles[a], run->dtype);
        size_t length = window(&bench->areas[a], run->arrays[a], size, &first);

        if (memcmp(bench->expected[a], first, length) != 0)
            return 1;
    }
    return 0;
}

/* One kernel, dtype, length and content in all sets and placements; returns the comparisons made,
 * or -1. */
static int64_t compare(const struct kernel *kernel, struct run *run, struct bench *bench)
{
    int64_t compared = 0;

    for (placement where = AT_START; where < PLACEMENTS; where++) {
        const limen_kernels *set;
        int64_t expected;

        run->kernels = bench->sets[0];
        expected = run_at(kernel, run, bench, where);
        keep(kernel, run, bench);
        for (int i = 1; (set = bench->sets[i]); i++, compared++) {
            int64_t result;

            run->kernels = set;
            result = run_at(kernel, run, bench, where);
            if (result == expected && (unspecified(kernel, result) || !differs(kernel, run, bench)))
                continue;
            fprintf(stderr, "%s: %s of %s, n = %zu, placement %d: %lld, scalar %lld\n", set->name,
                    kernel->name, limen_dtype_name(run->dtype), run->n, (int)where,
                    (long long)result, (long long)expected);
            return -1;
        }
    }
    return compared;
}

static int64_t compare_lengths(const struct kernel *kernel, limen_dtype dtype, struct bench *bench,
                               uint64_t *state)
{
    int64_t compared = 0, made;

    for (size_t n = 0; n <= LARGEST; n++) {
        for (int trial = 0; trial < TRIALS; trial++) {
            struct run run = {.dtype = dtype, .n = n, .choice = next_random(state)};
            int odd = (int)(next_random(state) % 3);

            for (size_t a = 0; kernel->roles[a]; a++) {
                run.arrays[a] = bench->inputs[a];
                fill(bench->inputs[a], kernel->roles[a], &run, odd, state);
            }
            if (kernel->roles[0] == 's' && kernel->roles[1] == 'c')
                tie_cuts(&run, state);
            made = compare(kernel, &run, bench);
            if (made < 0)
                return -1;
            compared += made;
        }
    }
    return compared;
}

static void *memory(size_t size)
{
    void *bytes = calloc(1, size);

    if (!bytes) {
        fprintf(stderr, "out of memory\n");
        exit(2);
    }
    return bytes;
}

int main(void)
{
    const size_t largest = (LARGEST + 1) * sizeof(double);
    uint64_t state = 1;
    int64_t compared = 0, made = 0;
    int count = 0;
    struct bench bench = {0};

    for (int i = 0; i < MOST_SETS - 1; i++)
        bench.sets[i] = limen_kernels_at(i);
    for (int a = 0; a < ARRAYS; a++) {
        bench.areas[a] = guarded_new(largest);
        bench.inputs[a] = memory(largest);
        bench.expected[a] = memory(largest + 2 * MARGIN);
    }
    for (size_t k = 0; made >= 0 && k < sizeof kernels / sizeof kernels[0]; k++) {
        for (limen_dtype dtype = LIMEN_BOOL; made >= 0 && dtype < LIMEN_DTYPE_COUNT; dtype++) {
            if (!kernels[k].has(dtype))
                continue;
            made = compare_lengths(&kernels[k], dtype, &bench, &state);
            compared += made;
            count++;
        }
    }
    for (int a = 0; a < ARRAYS; a++) {
        guarded_delete(&bench.areas[a]);
        free(bench.inputs[a]);
        free(bench.expected[a]);
    }
    if (made < 0)
        return 1;
    printf("kernels:");
    for (int i = 0; bench.sets[i]; i++)
        printf(" %s", bench.sets[i]->name);
    printf(": %lld comparisons with scalar (%d kernels by dtype, n = 0 .. %d, 3 placements): "
           "equal\n",
           (long long)compared, count, LARGEST);
    return 0;
}
