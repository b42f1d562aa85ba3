/* Curves of small data that can be worked out by hand, and the map of scores to bins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kernels/sort.h"
#include "tally/bin_map.h"
#include "tally/histogram.h"

static limen_tally *tally_of(const limen_spec *spec)
{
    limen_tally *tally = NULL;

    assert_int_equal(limen_tally_create(spec, NULL, &tally, NULL), LIMEN_OK);
    return tally;
}

static limen_spec binary_spec(uint32_t states)
{
    return (limen_spec){.size = sizeof(limen_spec), .task = LIMEN_BINARY, .states = states};
}

static void add_doubles(limen_tally *tally, const double *scores, const uint8_t *targets, int64_t n)
{
    limen_batch batch = {.size = sizeof batch,
                         .scores = {scores, LIMEN_F64, {n, 1, 1}, {8, 8, 0}},
                         .targets = {targets, LIMEN_U8, {n, 1, 1}, {1, 1, 0}}};

    assert_int_equal(limen_tally_update(tally, &batch, NULL), LIMEN_OK);
}

/* von Glischinski et al. 2016: a screening score against suicide attempts. */
static const int suicide[][2] = {{2, 376}, {2, 52}, {3, 12}, {1, 12}, {8, 28}, {4, 10},
                                 {9, 5},   {3, 0},  {1, 0},  {1, 0},  {1, 1},  {1, 0}};
#define SUICIDE_SCORES 12

static void add_suicide(limen_tally *tally)
{
    for (int score = 0; score < SUICIDE_SCORES; score++) {
        for (int class = 0; class < 2; class ++) {
            for (int i = 0; i < suicide[score][class]; i++) {
                double value = score;
                uint8_t target = class == 0;

                add_doubles(tally, &value, &target, 1);
            }
        }
    }
}

static void test_published_area(void **state)
{
    static const uint32_t states[] = {LIMEN_SCORES, LIMEN_HISTOGRAM};

    (void)state;
    for (int i = 0; i < 2; i++) {
        limen_spec spec = binary_spec(states[i]);
        limen_tally *tally = tally_of(&spec);
        double area;

        add_suicide(tally);
        assert_int_equal(limen_metric_values(limen_metric_find("auroc"), tally, 0, -1,
                                             LIMEN_AVERAGE_MICRO, NULL, &area, NULL, NULL),
                         LIMEN_OK);
        assert_true(fabs(area - 0.923779) < 5e-7);
        limen_tally_destroy(tally);
    }
}

static void test_published_points(void **state)
{
    limen_spec spec = binary_spec(LIMEN_SCORES);
    limen_tally *tally = tally_of(&spec);
    limen_curve_options options = {.size = sizeof options, .group = -1, .label = -1};
    const limen_curve_point *points;
    limen_curve *curve = NULL;
    int tp = 0, fp = 0;

    (void)state;
    add_suicide(tally);
    assert_int_equal(limen_curve_create(tally, &options, NULL, &curve, NULL), LIMEN_OK);
    limen_tally_destroy(tally); /* the curve stands without it */
    points = limen_curve_points(curve);
    assert_int_equal(limen_curve_describe(curve)->count, SUICIDE_SCORES + 1);
    assert_true(isinf(points[0].threshold) && points[0].tp == 0.0 && points[0].fp == 0.0);
    for (int i = 1; i <= SUICIDE_SCORES; i++) {
        int score = SUICIDE_SCORES - i;

        tp += suicide[score][0];
        fp += suicide[score][1];
        assert_true(points[i].threshold == score);
        assert_true(points[i].tp == tp && points[i].fp == fp);
    }
    limen_curve_destroy(curve);
}

static uint32_t bin_of(const limen_bin_map *map, double score)
{
    uint64_t key = limen_score_key(LIMEN_F64, score);
    uint32_t index;

    limen_bin_map_index(map, limen_kernels_select(), &score, &key, &index, 1);
    return index;
}

/* Never falls when the score rises, whatever the number of bins. */
static void test_bins_ascend(void **state)
{
    static const int64_t counts[] = {1, 4, 5, 100, 1000, 16384, 100000};

    (void)state;
    for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
        limen_spec spec = binary_spec(LIMEN_HISTOGRAM);
        limen_bin_map map;
        limen_tally *tally;
        uint32_t last = 0;

        spec.bins = counts[k];
        tally = tally_of(&spec);
        assert_int_equal(limen_bin_map_create(tally, LIMEN_F64, &map, NULL), LIMEN_OK);
        assert_int_equal(bin_of(&map, -INFINITY), 0);
        for (int step = 6000; step > -6000; step--) {
            assert_true(bin_of(&map, -exp2(step / 100.0)) >= last);
            last = bin_of(&map, -exp2(step / 100.0));
        }
        for (int step = -6000; step < 6000; step++) {
            assert_true(bin_of(&map, exp2(step / 100.0)) >= last);
            last = bin_of(&map, exp2(step / 100.0));
        }
        assert_true(bin_of(&map, INFINITY) == map.count - 1);
        assert_true(last == map.count - 1);
        limen_bin_map_destroy(tally, &map);
        limen_tally_destroy(tally);
    }
}

/* How many edges a score reaches, by looking at each. */
static void check_edges(const double *edges, int64_t count, const double *scores, int64_t n)
{
    limen_spec spec = binary_spec(LIMEN_HISTOGRAM);
    limen_bin_map map;
    limen_tally *tally;

    spec.bins = count;
    spec.bin_edges = edges;
    tally = tally_of(&spec);
    assert_int_equal(limen_bin_map_create(tally, LIMEN_F64, &map, NULL), LIMEN_OK);
    for (int64_t i = 0; i < n; i++) {
        uint32_t reached = 0;

        for (int64_t k = 0; k < count; k++)
            reached += scores[i] >= edges[k] && !(isinf(edges[k]) && edges[k] > 0);
        assert_int_equal(bin_of(&map, scores[i]), reached);
    }
    limen_bin_map_destroy(tally, &map);
    limen_tally_destroy(tally);
}

static void test_given_edges(void **state)
{
    static const double sets[][5] = {{0.0, 0.25, 0.5, 0.75, 1.0},
                                     {0.5, 0.5000000001, 0.5000000002, 0.9, 0.95},
                                     {-3.0, -1.0, 0.0, 0.5, 700.0},
                                     {-INFINITY, -0.5, 0.0, 1e-300, INFINITY}};

    (void)state;
    for (size_t s = 0; s < sizeof sets / sizeof sets[0]; s++) {
        double scores[5 * 3 + 4] = {-INFINITY, INFINITY, -1e300, 0.3};
        int64_t n = 4;

        for (int k = 0; k < 5; k++) {
            scores[n++] = sets[s][k];
            scores[n++] = nextafter(sets[s][k], -INFINITY);
            scores[n++] = nextafter(sets[s][k], INFINITY);
        }
        check_edges(sets[s], 5, scores, n);
        check_edges(sets[s], 1, scores, n);
    }
}

/* Against counting by hand, for edges that scores lie on; NaN reaches no edge. */
static void test_edge_counts(void **state)
{
    static const double edges[] = {0.0, 0.25, 0.5, 2.0};
    static const double scores[] = {0.25, 0.2, 0.5, 0.75, (double)NAN, -1.0};
    static const uint8_t targets[] = {1, 0, 0, 1, 1, 0};
    limen_spec spec = binary_spec(LIMEN_HISTOGRAM);
    limen_counts counts[4] = {{1.0, 1.0, 1.0, 1.0}};
    limen_tally *tally;

    (void)state;
    spec.bins = 4;
    spec.bin_edges = edges;
    spec.nan = LIMEN_NAN_NEGATIVE;
    tally = tally_of(&spec);
    assert_int_equal(limen_tally_edge_counts(tally, -1, 0, counts, NULL), LIMEN_OK);
    assert_true(counts[0].tp + counts[0].fp + counts[0].tn + counts[0].fn == 0.0);
    add_doubles(tally, scores, targets, 6);
    assert_int_equal(limen_tally_edge_counts(tally, 0, 0, counts, NULL), LIMEN_OK);
    for (int k = 0; k < 4; k++) {
        limen_counts known = {0};

        for (int i = 0; i < 6; i++) {
            if (scores[i] >= edges[k])
                *(targets[i] ? &known.tp : &known.fp) += 1.0;
            else
                *(targets[i] ? &known.fn : &known.tn) += 1.0;
        }
        assert_true(counts[k].tp == known.tp && counts[k].fp == known.fp);
        assert_true(counts[k].tn == known.tn && counts[k].fn == known.fn);
    }
    limen_tally_reset(tally);
    assert_int_equal(limen_tally_edge_counts(tally, 0, 0, counts, NULL), LIMEN_OK);
    assert_true(counts[0].tp + counts[0].fp + counts[0].tn + counts[0].fn == 0.0);
    limen_tally_destroy(tally);
}

/* Each label and group by itself, and all groups together. */
static void test_edge_counts_of_groups(void **state)
{
    static const double edges[] = {0.5, 0.75};
    static const double scores[] = {0.6, 0.1, 0.8, 0.9, 0.2, 0.7};
    static const uint8_t targets[] = {1, 0, 1, 1, 0, 1};
    static const uint8_t groups[] = {0, 1, 1};
    limen_spec spec = {.size = sizeof spec,
                       .task = LIMEN_MULTILABEL,
                       .width = 2,
                       .states = LIMEN_HISTOGRAM,
                       .groups = 2,
                       .bins = 2,
                       .bin_edges = edges};
    limen_batch batch = {.size = sizeof batch,
                         .scores = {scores, LIMEN_F64, {3, 2, 1}, {16, 8, 0}},
                         .targets = {targets, LIMEN_U8, {3, 2, 1}, {2, 1, 0}},
                         .groups = {groups, LIMEN_U8, {3, 1, 1}, {1, 0, 0}}};
    limen_tally *tally = tally_of(&spec);
    limen_counts counts[2];

    (void)state;
    assert_int_equal(limen_tally_update(tally, &batch, NULL), LIMEN_OK);
    assert_int_equal(limen_tally_edge_counts(tally, 1, 0, counts, NULL), LIMEN_OK);
    assert_true(counts[0].tp == 1.0 && counts[0].tn == 1.0 && counts[1].tp == 1.0);
    assert_int_equal(limen_tally_edge_counts(tally, 0, 1, counts, NULL), LIMEN_OK);
    assert_true(counts[0].tn == 1.0 && counts[0].tp + counts[0].fp + counts[0].fn == 0.0);
    assert_int_equal(limen_tally_edge_counts(tally, -1, 1, counts, NULL), LIMEN_OK);
    assert_true(counts[0].tp == 2.0 && counts[1].tp == 1.0 && counts[1].fn == 1.0);
    limen_tally_destroy(tally);
}

static void test_edge_counts_of_weights(void **state)
{
    static const double edges[] = {0.5}, scores[] = {0.5, 0.4, 0.9}, weights[] = {0.25, 2.0, 0.5};
    static const uint8_t targets[] = {1, 1, 0};
    limen_spec spec = binary_spec(LIMEN_HISTOGRAM);
    limen_batch batch = {.size = sizeof batch,
                         .scores = {scores, LIMEN_F64, {3, 1, 1}, {8, 8, 0}},
                         .targets = {targets, LIMEN_U8, {3, 1, 1}, {1, 1, 0}},
                         .weights = {weights, LIMEN_F64, {3, 1, 1}, {8, 8, 0}}};
    limen_counts counts;
    limen_tally *tally;

    (void)state;
    spec.bins = 1;
    spec.bin_edges = edges;
    spec.weighted = 1;
    tally = tally_of(&spec);
    assert_int_equal(limen_tally_update(tally, &batch, NULL), LIMEN_OK);
    assert_int_equal(limen_tally_edge_counts(tally, -1, 0, &counts, NULL), LIMEN_OK);
    assert_true(counts.tp == 0.25 && counts.fn == 2.0 && counts.fp == 0.5 && counts.tn == 0.0);
    limen_tally_destroy(tally);
}

static void test_edge_counts_refused(void **state)
{
    limen_spec spec = binary_spec(LIMEN_HISTOGRAM);
    limen_counts counts;
    limen_error error;
    limen_tally *tally = tally_of(&spec);

    (void)state;
    assert_int_equal(limen_tally_edge_counts(tally, 0, 0, &counts, &error), LIMEN_ERR_ARGUMENT);
    assert_string_equal(error.message, "the bins of the tally have no given edges");
    assert_int_equal(limen_tally_edge_counts(tally, 1, 0, &counts, &error), LIMEN_ERR_ARGUMENT);
    assert_int_equal(limen_tally_edge_counts(tally, 0, 1, &counts, &error), LIMEN_ERR_ARGUMENT);
    limen_tally_destroy(tally);
    spec = binary_spec(LIMEN_COUNTS);
    tally = tally_of(&spec);
    assert_int_equal(limen_tally_edge_counts(tally, 0, 0, &counts, &error), LIMEN_ERR_STATE);
    limen_tally_destroy(tally);
}

static void test_ends_of_bins(void **state)
{
    static const double scores[] = {0.50001, 0.50002, 0.50003, -7.0, 12.0};
    static const uint8_t targets[] = {1, 0, 1, 0, 1};
    limen_spec spec = binary_spec(LIMEN_HISTOGRAM);
    limen_tally *tally;
    int64_t filled = 0;

    (void)state;
    spec.bins = 64;
    tally = tally_of(&spec);
    add_doubles(tally, scores, targets, 5);
    for (int64_t i = 0; i < limen_histogram_bins(tally); i++) {
        limen_bin bin;

        limen_histogram_read(tally, -1, 0, i, 1, &bin);
        filled += bin.positives + bin.negatives > 0.0;
        if (bin.positives + bin.negatives == 3.0) {
            assert_true(bin.least == 0.50001 && bin.greatest == 0.50003);
            assert_true(bin.positives == 2.0);
        } else if (bin.positives + bin.negatives == 1.0) {
            assert_true(bin.least == bin.greatest);
        } else {
            assert_true(bin.least > bin.greatest);
        }
    }
    assert_int_equal(filled, 3);
    limen_tally_destroy(tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_area),
        cmocka_unit_test(test_published_points),
        cmocka_unit_test(test_bins_ascend),
        cmocka_unit_test(test_given_edges),
        cmocka_unit_test(test_ends_of_bins),
        cmocka_unit_test(test_edge_counts),
        cmocka_unit_test(test_edge_counts_refused),
        cmocka_unit_test(test_edge_counts_of_groups),
        cmocka_unit_test(test_edge_counts_of_weights),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
