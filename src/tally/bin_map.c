#include "tally/bin_map.h"

#include "kernels/sort.h"
#include "tally/cuts.h"

#define VALUES_16 65536

/* Coarse bins for each edge: few of them hold an edge, and all other scores need no search. */
#define COARSE_PER_EDGE 16
#define COARSE_MOST (1u << 16)

/* Octaves that the outer bins reach at least: scores up to 65,536 beyond [0, 1] are told apart. */
#define OUTER_OCTAVES 16

static uint32_t power_of_two_from(uint32_t least, uint32_t most)
{
    uint32_t power = 1;

    while (power < least && power < most)
        power *= 2;
    return power;
}

static limen_bin_kind kind_of(const limen_spec *spec, limen_dtype scores)
{
    if (spec->bin_edges)
        return LIMEN_BIN_EDGES;
    if (!limen_dtype_is_float(scores))
        return LIMEN_BIN_DECISION;
    return limen_dtype_size(scores) == 2 ? LIMEN_BIN_VALUE : LIMEN_BIN_MIXED;
}

/* Half of all bins, rounded down to a power of two. */
static uint32_t uniform_count(const limen_spec *spec)
{
    int64_t half = spec->bins / 2;
    uint32_t most = half < (int64_t)LIMEN_BINS_LIMIT ? (uint32_t)half : LIMEN_BINS_LIMIT;
    uint32_t power = 1;

    while (2 * power <= most)
        power *= 2;
    return power;
}

static int64_t outer_count(const limen_spec *spec)
{
    int64_t outer = (spec->bins - (int64_t)uniform_count(spec)) / 2;

    return outer < 1 ? 1 : outer;
}

int64_t limen_bin_count(const limen_spec *spec, limen_dtype scores)
{
    switch (kind_of(spec, scores)) {
    case LIMEN_BIN_EDGES:
        return spec->bins + 1;
    case LIMEN_BIN_DECISION:
        return 2;
    case LIMEN_BIN_VALUE:
        return VALUES_16;
    default:
        return (int64_t)uniform_count(spec) + 2 * outer_count(spec);
    }
}

static void make_mixed(const limen_spec *spec, limen_bin_map *map)
{
    int64_t steps = map->outer = outer_count(spec);

    map->uniform = limen_bins_of_unit(map->dtype, uniform_count(spec));
    map->shift = 52; /* the fraction of a double: one bin an octave */
    for (; steps >= 2 * OUTER_OCTAVES; steps /= 2)
        map->shift--;
}

/* The bins that show where to look among the edges: uniform when all edges are probabilities. */
static limen_bins coarse_bins(const limen_bin_map *map, double low, double high)
{
    uint32_t most = power_of_two_from(
        (uint32_t)(map->edges < COARSE_MOST ? map->edges : COARSE_MOST) * COARSE_PER_EDGE,
        COARSE_MOST);

    if (low >= 0.0 && high <= 1.0)
        return limen_bins_of_unit(map->dtype, most);
    return limen_bins_between(map->dtype, low, high, most);
}

static limen_status make_edges(const limen_tally *tally, limen_dtype scores, limen_bin_map *map,
                               limen_error *error)
{
    const limen_allocator *a = &tally->allocator;
    const limen_spec *spec = &tally->spec;
    double low, high;
    int64_t edge = 0;

    map->edges = spec->bins;
    map->edge_keys = limen_new_raw(a, (size_t)map->edges, sizeof *map->edge_keys);
    if (!map->edge_keys)
        return limen_fail_memory(error, (size_t)map->edges * sizeof *map->edge_keys);
    for (int64_t i = 0; i < map->edges; i++) {
        double value = limen_effective_threshold(spec, scores, spec->bin_edges[i]);

        /* By definition no score reaches +inf; no key is as great as this. */
        map->edge_keys[i] = value == INFINITY
                                ? UINT64_MAX
                                : limen_score_key(map->dtype, limen_round_to(map->dtype, value));
    }
    low = limen_effective_threshold(spec, scores, spec->bin_edges[0]);
    high = limen_effective_threshold(spec, scores, spec->bin_edges[map->edges - 1]);
    map->coarse =
        coarse_bins(map, limen_round_to(map->dtype, low), limen_round_to(map->dtype, high));
    map->first = limen_new_raw(a, (size_t)map->coarse.count + 1, sizeof *map->first);
    if (!map->first) {
        limen_bin_map_destroy(tally, map);
        return limen_fail_memory(error, (size_t)map->coarse.count * sizeof *map->first);
    }
    for (uint32_t bin = 0; bin <= map->coarse.count; bin++) {
        while (edge < map->edges && bin > 0 && map->edge_keys[edge] != UINT64_MAX &&
               limen_bins_find(&map->coarse, limen_key_score(map->dtype, map->edge_keys[edge])) <
                   bin)
            edge++;
        map->first[bin] = (uint32_t)edge;
    }
    map->first[map->coarse.count] = (uint32_t)map->edges;
    return LIMEN_OK;
}

limen_status limen_bin_map_create(const limen_tally *tally, limen_dtype scores, limen_bin_map *map,
                                  limen_error *error)
{
    *map = (limen_bin_map){
        .kind = kind_of(&tally->spec, scores),
        .dtype = limen_dtype_is_float(scores) ? scores : LIMEN_BF16,
        .count = limen_bin_count(&tally->spec, scores),
    };
    if (map->kind == LIMEN_BIN_EDGES)
        return make_edges(tally, scores, map, error);
    if (map->kind == LIMEN_BIN_MIXED)
        make_mixed(&tally->spec, map);
    return LIMEN_OK;
}

void limen_bin_map_destroy(const limen_tally *tally, limen_bin_map *map)
{
    limen_delete(&tally->allocator, map->edge_keys, (size_t)map->edges, sizeof *map->edge_keys);
    limen_delete(&tally->allocator, map->first, (size_t)map->coarse.count + 1, sizeof *map->first);
    map->edge_keys = NULL;
    map->first = NULL;
}

/* How far `size` >= 1 is above 1, in steps of the key of a double: even steps just above 1, then
 * ever longer ones. */
static int64_t outer_bin(const limen_bin_map *map, double size)
{
    uint64_t bits;
    int64_t bin;

    memcpy(&bits, &size, sizeof bits);
    bin = (int64_t)((bits - 0x3ff0000000000000u) >> map->shift);
    return bin < map->outer ? bin : map->outer - 1;
}

static uint32_t mixed_bin(const limen_bin_map *map, uint32_t uniform, double score)
{
    if (score < 0.0)
        return (uint32_t)(map->outer - 1 - outer_bin(map, 1.0 - score));
    if (score > 1.0)
        return (uint32_t)(map->outer + map->uniform.count + outer_bin(map, score));
    return (uint32_t)map->outer + uniform;
}

/* Scores outside [0, 1] are among those that the uniform bins have put in the first or the last. */
static void index_mixed(const limen_bin_map *map, const limen_kernels *kernels, const void *scores,
                        uint32_t *index, size_t n)
{
    size_t size = limen_dtype_size(map->dtype);
    uint32_t last = map->uniform.count - 1;

    (void)limen_bins_index(kernels, &map->uniform, scores, NULL, index, n);
    for (size_t i = 0; i < n; i++) {
        if (index[i] > 0 && index[i] < last)
            index[i] += (uint32_t)map->outer;
        else
            index[i] =
                mixed_bin(map, index[i],
                          limen_load_number(map->dtype, (const unsigned char *)scores + i * size));
    }
}

/* How many edges are at most `key`, given that it is from low to high. */
static uint32_t search_edges(const limen_bin_map *map, uint32_t low, uint32_t high, uint64_t key)
{
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (map->edge_keys[middle] <= key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void index_edges(const limen_bin_map *map, const limen_kernels *kernels, const void *scores,
                        const void *keys, uint32_t *index, size_t n)
{
    (void)limen_bins_index(kernels, &map->coarse, scores, NULL, index, n);
    for (size_t i = 0; i < n; i++) {
        uint32_t low = map->first[index[i]];
        uint32_t high = map->first[index[i] + 1];

        index[i] =
            low == high ? low : search_edges(map, low, high, limen_key_at(map->dtype, keys, i));
    }
}

void limen_bin_map_index(const limen_bin_map *map, const limen_kernels *kernels, const void *scores,
                         const void *keys, uint32_t *index, size_t n)
{
    const uint16_t *keys16 = keys;

    switch (map->kind) {
    case LIMEN_BIN_EDGES:
        index_edges(map, kernels, scores, keys, index, n);
        break;
    case LIMEN_BIN_MIXED:
        index_mixed(map, kernels, scores, index, n);
        break;
    case LIMEN_BIN_VALUE:
        for (size_t i = 0; i < n; i++)
            index[i] = keys16[i];
        break;
    default:
        for (size_t i = 0; i < n; i++)
            index[i] = limen_key_score(map->dtype, keys16[i]) > 0.5;
        break;
    }
}
