/* Tallies as bytes: what comes back is equal in bits and goes on as the other; what was damaged is
 * refused, and what was damaged with a fitting checksum is refused or a tally that is written so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/kept_cases.h"
#include "support/packed.h"
#include "support/tally.h"
#include "tally/state.h"

#define ROWS 37

static packed pack(const limen_tally *tally)
{
    packed bytes = pack_tally(tally);

    assert_non_null(bytes.bytes);
    return bytes;
}

static limen_tally *unpack(const packed *from)
{
    limen_error error = {0};
    limen_tally *tally = NULL;

    if (limen_tally_read(from->bytes, from->size, NULL, &tally, &error) != LIMEN_OK)
        fail_msg("read: byte %lld: %s", (long long)error.byte, error.message);
    return tally;
}

static void assert_same(const limen_tally *ours, const limen_tally *theirs)
{
    packed a = pack(ours), b = pack(theirs);

    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.bytes, b.bytes, a.size);
    free(a.bytes);
    free(b.bytes);
}

/* Every metric that the states give, in every average, set and group. */
static void assert_same_metrics(const limen_tally *ours, const limen_tally *theirs)
{
    const limen_spec *spec = limen_tally_spec(theirs);

    for (int64_t i = 0; i < limen_metric_count() * 6 * spec->sets; i++) {
        const limen_metric *metric = limen_metric_at(i / 6 / spec->sets);
        limen_average average = (limen_average)(1 << i / spec->sets % 6);
        limen_compute_options options = {.size = sizeof options, .floor = 0.5, .pt = 0.25};
        double a[16] = {0}, b[16] = {0};

        if (!(metric->averages & average))
            continue;
        for (int64_t group = -1; group < spec->groups; group++) {
            limen_status first = limen_metric_values(metric, theirs, i % spec->sets, group, average,
                                                     &options, a, NULL, NULL);

            assert_int_equal(limen_metric_values(metric, ours, i % spec->sets, group, average,
                                                 &options, b, NULL, NULL),
                             first);
            assert_memory_equal(a, b, sizeof a);
        }
    }
}

static const char *const names[] = {"joy", "", "anger, or \"rage\"", "\xc3\xa9t\xc3\xa9", "e", "f",
                                    "g",   "h"};

static limen_tally *filled(const struct kept_case *from, int64_t rows, uint64_t seed)
{
    struct problem problem;
    limen_tally *tally;

    make_kept_problem(from, rows, seed, &problem);
    tally = create(&problem.spec);
    update(tally, &problem.batch);
    free_problem(&problem);
    return tally;
}

static void add(limen_tally *tally, const struct kept_case *from, uint64_t seed)
{
    struct problem problem;

    make_kept_problem(from, ROWS, seed, &problem);
    update(tally, &problem.batch);
    free_problem(&problem);
}

static void test_round_trip(void **state)
{
    (void)state;
    for (int i = 0; i < KEPT_CASES; i++) {
        for (int64_t rows = 0; rows <= ROWS; rows += ROWS) {
            limen_tally *tally = filled(&kept_cases[i], rows, 1);
            limen_tally *other = filled(&kept_cases[i], ROWS, 2);
            packed bytes;
            limen_tally *back;

            if (rows)
                assert_int_equal(limen_tally_set_labels(tally, names, NULL), LIMEN_OK);
            bytes = pack(tally);
            back = unpack(&bytes);
            assert_same(back, tally);
            assert_int_equal(limen_tally_samples(back), rows);
            assert_int_equal(limen_tally_spec(back)->score_dtype,
                             rows ? kept_cases[i].scores : LIMEN_NONE);
            assert_same_metrics(back, tally);

            /* It goes on as the other. */
            add(tally, &kept_cases[i], 3);
            add(back, &kept_cases[i], 3);
            assert_same(back, tally);
            assert_int_equal(limen_tally_merge(tally, other, NULL), LIMEN_OK);
            assert_int_equal(limen_tally_merge(back, other, NULL), LIMEN_OK);
            assert_same(back, tally);
            assert_same_metrics(back, tally);
            limen_tally_reset(tally);
            limen_tally_reset(back);
            assert_same(back, tally);
            limen_tally_destroy(tally);
            limen_tally_destroy(other);
            limen_tally_destroy(back);
            free(bytes.bytes);
        }
    }
}

/* Several blocks of scores, cut at other rows than those of the reader. */
static void test_many_scores(void **state)
{
    const struct kept_case many = {
        "", LIMEN_MULTILABEL, LIMEN_SCORES, 40, 1, 2, 0, LIMEN_F32, 1, 1, 1, 0, 0};
    limen_tally *tally = filled(&many, 15000, 5);
    packed bytes = pack(tally);
    limen_tally *back = unpack(&bytes);

    (void)state;
    assert_same(back, tally);
    assert_int_equal(bytes.size,
                     8 + 16 + 16 + 64 + 40 * 8 + 8 + 15000 * (40 * (4 + 1) + 4 + 8) + 4);
    add(tally, &many, 6);
    add(back, &many, 6);
    assert_same(back, tally);
    limen_tally_destroy(tally);
    limen_tally_destroy(back);
    free(bytes.bytes);
}

static void test_any_alignment(void **state)
{
    limen_tally *tally = filled(&kept_cases[11], ROWS, 1);
    packed bytes = pack(tally);
    unsigned char *odd = malloc(bytes.size + 1);
    limen_tally *back = NULL;

    (void)state;
    memcpy(odd + 1, bytes.bytes, bytes.size);
    assert_int_equal(limen_tally_read(odd + 1, bytes.size, NULL, &back, NULL), LIMEN_OK);
    assert_same(back, tally);
    limen_tally_destroy(tally);
    limen_tally_destroy(back);
    free(bytes.bytes);
    free(odd);
}

/* The layout is fixed: these bytes are read on every machine, and by later versions. */
static void test_known_bytes(void **state)
{
    /* clang-format off */
    const unsigned char known[] = {
        0x89, 'L', 'I', 'M', 'E', 'N', '\r', '\n', 1, 0, 0, 0, 1, 0, 0, 0, /* version, states */
        166, 0, 0, 0, 0, 0, 0, 0,                               /* size */
        1, 0, 0, 12, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0,        /* binary, float32, named, top-1 */
        1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,         /* width, sets */
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,         /* groups, ignore index */
        0, 0x40, 0, 0, 0, 0, 0, 0, 15, 0, 0, 0, 0, 0, 0, 0,     /* bins */
        0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 4, 0, 0, 0, 0, 0, 0, 0,   /* beta, samples */
        0, 0, 0, 0, 0, 0, 0xe0, 0x3f,                           /* threshold 0.5 */
        2, 0, 0, 0, 0, 0, 0, 0, 'o', 'k',                       /* name */
        32, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0,        /* counts: tp 2 */
        0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,         /* fp 0, tn 1 */
        1, 0, 0, 0, 0, 0, 0, 0, 0x0e, 0x71, 0xa7, 0xff};        /* fn 1, CRC-32 */
    /* clang-format on */
    const float scores[] = {0.5f, 0.75f, 0.25f, 0.0f};
    const uint8_t targets[] = {1, 1, 1, 0};
    const char *const label[] = {"ok"};
    limen_spec spec = {.size = sizeof spec, .task = LIMEN_BINARY, .states = LIMEN_COUNTS};
    limen_batch batch = {.size = sizeof batch,
                         .scores = {scores, LIMEN_F32, {4, 1, 1}, {4, 4, 4}},
                         .targets = {targets, LIMEN_U8, {4, 1, 1}, {1, 1, 1}}};
    limen_tally *tally = create(&spec);
    packed bytes;

    (void)state;
    update(tally, &batch);
    assert_int_equal(limen_tally_set_labels(tally, label, NULL), LIMEN_OK);
    bytes = pack(tally);
    assert_int_equal(bytes.size, sizeof known);
    assert_memory_equal(bytes.bytes, known, sizeof known);
    free(bytes.bytes);
    limen_tally_destroy(tally);
}

/* ---- Damage ---------------------------------------------------------------------------------- */

/* Refuses what would be a bomb, and counts what is out. */
struct budget {
    size_t out;
};

#define BUDGET ((size_t)64 << 20)

static void *allocate(void *context, size_t size)
{
    struct budget *budget = context;

    if (size > BUDGET - budget->out)
        return NULL;
    budget->out += size;
    return malloc(size);
}

static void release(void *context, void *memory, size_t size)
{
    ((struct budget *)context)->out -= size;
    free(memory);
}

/* The status of reading `size` bytes that lie at the end of their memory. */
static limen_status read_exactly(const unsigned char *bytes, size_t size, limen_error *error)
{
    struct budget budget = {0};
    limen_allocator allocator = {&budget, allocate, release};
    unsigned char *exact = malloc(size ? size : 1);
    limen_tally *tally = NULL;
    limen_status status;

    memcpy(exact, bytes, size);
    status = limen_tally_read(exact, size, &allocator, &tally, error);
    if (status == LIMEN_OK) {
        packed again = pack(tally);

        assert_int_equal(again.size, size);
        assert_memory_equal(again.bytes, exact, size);
        free(again.bytes);
    } else {
        assert_null(tally);
    }
    limen_tally_destroy(tally);
    assert_int_equal(budget.out, 0);
    free(exact);
    return status;
}

static void test_truncated(void **state)
{
    (void)state;
    for (int i = 0; i < KEPT_CASES; i++) {
        limen_tally *tally = filled(&kept_cases[i], 5, 1);
        packed bytes = pack(tally);

        for (size_t size = 0; size < bytes.size; size++)
            assert_int_equal(read_exactly(bytes.bytes, size, NULL), LIMEN_ERR_FORMAT);
        free(bytes.bytes);
        limen_tally_destroy(tally);
    }
}

static void test_flipped(void **state)
{
    (void)state;
    for (int i = 0; i < KEPT_CASES; i++) {
        limen_tally *tally = filled(&kept_cases[i], 5, 1);
        packed bytes = pack(tally);

        for (size_t at = 0; at < bytes.size; at++) {
            limen_error error = {0};
            limen_status status;

            bytes.bytes[at] ^= (unsigned char)(1u << at % 8);
            status = read_exactly(bytes.bytes, bytes.size, &error);
            assert_true(status == LIMEN_ERR_FORMAT || status == LIMEN_ERR_UNSUPPORTED);
            assert_int_equal(error.code, status);
            assert_true(error.byte >= 0);
            bytes.bytes[at] ^= (unsigned char)(1u << at % 8);
        }
        free(bytes.bytes);
        limen_tally_destroy(tally);
    }
}

/* Changes a byte, and back. The checksum fits: every number has to be looked at. */
static void assert_sound(const packed *bytes, size_t at, unsigned char change)
{
    limen_status status;

    bytes->bytes[at] ^= change;
    seal(bytes->bytes, bytes->size);
    status = read_exactly(bytes->bytes, bytes->size, NULL);
    assert_true(status == LIMEN_OK || status == LIMEN_ERR_FORMAT ||
                status == LIMEN_ERR_UNSUPPORTED || status == LIMEN_ERR_MEMORY);
    bytes->bytes[at] ^= change;
}

static void test_forged(void **state)
{
    static const unsigned char changes[] = {0x01, 0x80, 0xff};
    enum { HEAD = 104 };

    (void)state;
    for (int i = 0; i < KEPT_CASES; i++) {
        limen_tally *tally = filled(&kept_cases[i], 5, 1);
        packed bytes = pack(tally);

        for (size_t at = 8; at < HEAD; at++) {
            for (size_t k = 0; k < sizeof changes; k++)
                assert_sound(&bytes, at, changes[k]);
        }
        for (size_t at = HEAD; at < bytes.size - 4; at++)
            assert_sound(&bytes, at, changes[at % sizeof changes]);
        free(bytes.bytes);
        limen_tally_destroy(tally);
    }
}

static void forge(const struct kept_case *from, size_t at, int64_t value, size_t size,
                  const char *message)
{
    limen_tally *tally = filled(from, 5, 1);
    packed bytes = pack(tally);
    limen_error error = {0};

    for (size_t i = 0; i < size; i++)
        bytes.bytes[at + i] = (unsigned char)((uint64_t)value >> 8 * i);
    seal(bytes.bytes, bytes.size);
    assert_int_equal(read_exactly(bytes.bytes, bytes.size, &error), LIMEN_ERR_FORMAT);
    assert_string_equal(error.message, message);
    assert_true(error.byte >= 0);
    free(bytes.bytes);
    limen_tally_destroy(tally);
}

static void test_messages(void **state)
{
    enum { HEAD = 104, WIDTH = 40, SETS = 48, BINS = 72, SAMPLES = 96 };

    (void)state;
    forge(&kept_cases[0], WIDTH, INT64_MAX, 8,
          "the tally is too short for 9223372036854775807 numbers");
    forge(&kept_cases[0], SETS, 0, 8, "counts: not as long as the configuration asks for");
    forge(&kept_cases[0], SAMPLES, -1, 8, "samples and dtypes of the scores do not agree");
    forge(&kept_cases[0], 24, 9, 1, "task is 9: it is binary, multiclass or multilabel");
    forge(&kept_cases[0], 34, 1, 1, "a number of the configuration is not as it is written");
    forge(&kept_cases[0], HEAD + 5 * 8 + 8, -1, 8, "counts: a count is negative or above 2^56");
    forge(&kept_cases[4], BINS, (int64_t)1 << 60, 8,
          "histogram: not as long as the configuration asks for");
    forge(&kept_cases[7], HEAD + 8 + 8, (int64_t)0xfff0000000000000, 8,
          "calibration: a sum is negative or no number");
}

static void test_envelope(void **state)
{
    limen_tally *tally = filled(&kept_cases[0], 5, 1);
    packed bytes = pack(tally);
    unsigned char *longer = malloc(bytes.size + 1);
    limen_error error = {0};

    (void)state;
    memcpy(longer, bytes.bytes, bytes.size);
    longer[bytes.size] = 0;
    assert_int_equal(read_exactly(longer, bytes.size + 1, &error), LIMEN_ERR_FORMAT);
    assert_string_equal(error.message, "the tally has 317 bytes, but says that it has 316");
    assert_int_equal(error.byte, 316);
    assert_int_equal(read_exactly(bytes.bytes, 0, &error), LIMEN_ERR_FORMAT);
    assert_string_equal(error.message, "not a tally, or changed on its way, as text is");
    bytes.bytes[8] = 2;
    assert_int_equal(read_exactly(bytes.bytes, bytes.size, &error), LIMEN_ERR_UNSUPPORTED);
    assert_string_equal(error.message, "version 2 of the format: this program reads version 1; use "
                                       "a newer one");
    free(longer);
    free(bytes.bytes);
    limen_tally_destroy(tally);
}

/* ---- Names, attached counts, writers that fail -------------------------------------------------
 */

static void test_labels(void **state)
{
    const char *const others[] = {"joy", "fear", "anger, or \"rage\"", "d", "e"};
    const char *const holed[] = {"joy", NULL, "c", "d", "e"};
    limen_tally *tally = filled(&kept_cases[0], 5, 1);
    limen_tally *other = filled(&kept_cases[0], 5, 2);
    packed bytes;
    limen_tally *back;
    limen_error error;

    (void)state;
    assert_null(limen_tally_labels(tally));
    assert_int_equal(limen_tally_set_labels(tally, names, NULL), LIMEN_OK);
    assert_int_equal(limen_tally_set_labels(tally, holed, &error), LIMEN_ERR_ARGUMENT);
    assert_string_equal(error.message, "the name of label 1 is NULL: give a name for each label");
    bytes = pack(tally);
    back = unpack(&bytes);
    for (int i = 0; i < 5; i++)
        assert_string_equal(limen_tally_labels(back)[i], names[i]);

    /* A merge hands names on, and refuses others. */
    assert_int_equal(limen_tally_merge(other, tally, NULL), LIMEN_OK);
    assert_string_equal(limen_tally_labels(other)[0], "joy");
    assert_int_equal(limen_tally_set_labels(other, others, NULL), LIMEN_OK);
    assert_int_equal(limen_tally_merge(tally, other, &error), LIMEN_ERR_CONFIG);
    assert_string_equal(error.message, "the name of label 1 differs:  and fear");
    assert_int_equal(limen_tally_samples(tally), 5);
    assert_int_equal(limen_tally_set_labels(other, NULL, NULL), LIMEN_OK);
    assert_null(limen_tally_labels(other));
    assert_int_equal(limen_tally_merge(tally, other, NULL), LIMEN_OK);
    limen_tally_destroy(tally);
    limen_tally_destroy(other);
    limen_tally_destroy(back);
    free(bytes.bytes);
}

static void test_labels_in_results(void **state)
{
    limen_tally *tally = filled(&kept_cases[3], 30, 1);
    limen_result *result = NULL;

    (void)state;
    assert_int_equal(limen_tally_set_labels(tally, names, NULL), LIMEN_OK);
    assert_int_equal(limen_tune(tally, NULL, NULL, &result, NULL), LIMEN_OK);
    assert_string_equal(
        limen_node_string(limen_node_find(limen_result_root(result), "labels.0.name")), "joy");
    limen_result_destroy(result);
    limen_tally_destroy(tally);
    tally = filled(&kept_cases[0], 30, 1);
    assert_int_equal(limen_tally_set_labels(tally, names, NULL), LIMEN_OK);
    assert_int_equal(limen_compute(tally, NULL, NULL, &result, NULL), LIMEN_OK);
    assert_string_equal(
        limen_node_string(limen_node_find(limen_result_root(result), "labels.3.name")), names[3]);
    limen_result_destroy(result);
    limen_tally_destroy(tally);
}

static void test_attached(void **state)
{
    int64_t tp[1] = {3}, fp[1] = {4}, tn[1] = {5}, fn[1] = {-6};
    limen_count_arrays arrays = {.size = sizeof arrays, .tp = tp, .fp = fp, .tn = tn, .fn = fn};
    limen_spec spec = {.size = sizeof spec, .task = LIMEN_BINARY, .states = LIMEN_COUNTS};
    unsigned char room[512];
    packed to = {room, 0, sizeof room};
    limen_tally *tally = NULL, *back;
    limen_error error;
    limen_counts counts;

    (void)state;
    assert_int_equal(limen_tally_attach(&spec, &arrays, NULL, &tally, NULL), LIMEN_OK);
    assert_int_equal(limen_tally_write(tally, take_bytes, &to, &error), LIMEN_ERR_VALUE);
    assert_string_equal(error.message, "counts: a count is negative or above 2^56");
    assert_int_equal(to.size, 0);
    fn[0] = 6;
    assert_int_equal(limen_tally_write(tally, take_bytes, &to, NULL), LIMEN_OK);
    back = unpack(&to);
    limen_tally_reset(tally); /* the copy has counts of its own */
    counts = counts_of(back, 0, 0, 0);
    assert_true(counts.tp == 3 && counts.fp == 4 && counts.tn == 5 && counts.fn == 6);
    limen_tally_destroy(tally);
    limen_tally_destroy(back);
}

static void test_writer_fails(void **state)
{
    limen_tally *tally = filled(&kept_cases[11], 500, 1);
    packed all = pack(tally);

    (void)state;
    for (size_t room = 0; room < all.size; room += 1 + room / 3) {
        packed to = {malloc(all.size), 0, room};

        assert_int_equal(limen_tally_write(tally, take_bytes, &to, NULL), LIMEN_ERR_OVERFLOW);
        assert_memory_equal(to.bytes, all.bytes, to.size);
        free(to.bytes);
    }
    free(all.bytes);
    limen_tally_destroy(tally);
}

/* Tallies of one shard each, written and read, add up to that of all rows. */
static void test_shards(void **state)
{
    (void)state;
    for (int i = 0; i < KEPT_CASES; i++) {
        struct problem problem;
        limen_tally *whole, *sum = NULL;
        packed bytes;

        if (kept_cases[i].weighted)
            continue;
        make_kept_problem(&kept_cases[i], ROWS, 9, &problem);
        whole = create(&problem.spec);
        update(whole, &problem.batch);
        for (int64_t first = 0; first < ROWS; first += 10) {
            int64_t count = ROWS - first < 10 ? ROWS - first : 10;
            limen_batch part = part_of(&problem.batch, first, count);
            limen_tally *shard = create(&problem.spec), *back;

            update(shard, &part);
            bytes = pack(shard);
            back = unpack(&bytes);
            if (sum)
                assert_int_equal(limen_tally_merge(sum, back, NULL), LIMEN_OK);
            if (sum)
                limen_tally_destroy(back);
            else
                sum = back;
            free(bytes.bytes);
            limen_tally_destroy(shard);
        }
        if (kept_cases[i].states & (LIMEN_CALIBRATION | LIMEN_HINGE | LIMEN_RANKING))
            assert_int_equal(limen_tally_samples(sum), ROWS); /* sums of doubles */
        else
            assert_same(sum, whole);
        limen_tally_destroy(whole);
        limen_tally_destroy(sum);
        free_problem(&problem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_many_scores),
        cmocka_unit_test(test_any_alignment),
        cmocka_unit_test(test_known_bytes),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_flipped),
        cmocka_unit_test(test_forged),
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_envelope),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_labels_in_results),
        cmocka_unit_test(test_attached),
        cmocka_unit_test(test_writer_fails),
        cmocka_unit_test(test_shards),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
