/* The last part of template.h: the true labels of rows, by rank.
 *
 * Some rows take each step together, so that what a step stores has left the processor when the
 * next one loads it. The score of each true label, its level, is held against the scores of its
 * row, a span of labels at a time; the truths, a bit a label, are counted in a later step. A file
 * that defines HAS_RANKS has its own store_quarter, count_reached and sum_ranks. */

#define WORD 64 /* labels, a bit each */
#define SPAN (2 * WORD)
#define QUARTER 16 /* of a word: some vectors, whose truths are stored at once */
#define GROUP_ROWS 8

/* Some rows, with room for the levels of each. */
typedef struct rank_group {
    limen_span_words words[GROUP_ROWS];
    uint64_t reached[GROUP_ROWS][2][LIMEN_RANKED];
    uint64_t ranks[GROUP_ROWS][LIMEN_RANKED]; /* and the ranks among true labels << 32 */
} rank_group;

/* The rows to rank, from the first one of a group on. */
typedef struct rank_rows {
    const char *scores;
    const uint8_t *flags, *valid;
    size_t labels, rows;
} rank_rows;

/* Up to SPAN labels of a row; whole words of them can be read. */
typedef struct rank_span {
    const char *scores;
    const uint8_t *flags, *valid;
    size_t labels;
} rank_span;

typedef struct rank_copy {
    char scores[SPAN * sizeof(double)];
    uint8_t flags[SPAN], valid[SPAN];
} rank_copy;

/* In place, but where that would be read past the end: then a copy, filled up with 0. */
INLINE rank_span find_span(const rank_rows *in, size_t row, size_t first, size_t size,
                           rank_copy *copy)
{
    const size_t cell = row * in->labels + first, left = in->labels - first;
    const size_t n = left < SPAN ? left : SPAN;
    const rank_span span = {in->scores + cell * size, in->flags + cell,
                            in->valid ? in->valid + cell : NULL, n};

    if ((n <= WORD ? WORD : SPAN) <= in->rows * in->labels - cell)
        return span;
    *copy = (rank_copy){0};
    memcpy(copy->scores, span.scores, n * size);
    memcpy(copy->flags, span.flags, n);
    if (span.valid)
        memcpy(copy->valid, span.valid, n);
    return (rank_span){copy->scores, copy->flags, span.valid ? copy->valid : NULL, n};
}

/* n > 0 ones. */
INLINE uint64_t ones(size_t n)
{
    return n < WORD ? ((uint64_t)1 << n) - 1 : UINT64_MAX;
}

INLINE limen_span_words find_words(const rank_span *span)
{
    limen_span_words words = {{ones(span->labels), 0}, {flag_word(span->flags), 0}};

    if (span->valid)
        words.valid[0] &= flag_word(span->valid);
    words.truth[0] &= words.valid[0];
    if (span->labels <= WORD)
        return words;
    words.valid[1] = ones(span->labels - WORD);
    if (span->valid)
        words.valid[1] &= flag_word(span->valid + WORD);
    words.truth[1] = flag_word(span->flags + WORD) & words.valid[1];
    return words;
}

INLINE uint32_t ones_of(const uint64_t words[2])
{
    return (uint32_t)(__builtin_popcountll(words[0]) + __builtin_popcountll(words[1]));
}

#ifndef HAS_RANKS
INLINE void store_quarter(void *to, unsigned truths)
{
    const uint16_t quarter = (uint16_t)truths;

    memcpy(to, &quarter, sizeof quarter);
}

INLINE void count_reached(uint64_t (*reached)[LIMEN_RANKED], const limen_span_words *words,
                          int more, uint64_t *ranks, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t a = reached[0][i] & words->valid[0], b = reached[1][i] & words->valid[1];
        uint64_t rank = (uint64_t)(__builtin_popcountll(a) + __builtin_popcountll(b));

        a &= words->truth[0];
        b &= words->truth[1];
        rank |= (uint64_t)(__builtin_popcountll(a) + __builtin_popcountll(b)) << 32;
        ranks[i] = more ? ranks[i] + rank : rank;
    }
}

INLINE void sum_ranks(const uint64_t *ranks, size_t n, limen_row_ranks *out)
{
    limen_add_ranks(ranks, n, out);
}
#endif

#define DEFINE_RANK(DTYPE, name, real, real_name, bits)                                            \
    enum { LANES_##name = LANES(bits), QUARTER_##name = QUARTER / LANES_##name };                  \
                                                                                                   \
    /* Whether one of the valid labels has a NaN. */                                               \
    TARGET static int has_nan_##name(const rank_span *span, const limen_span_words *words)         \
    {                                                                                              \
        uint64_t nan = 0;                                                                          \
                                                                                                   \
        for (size_t i = 0; i < span->labels; i += LANES_##name) {                                  \
            const reals_##real_name score = load_##name(span->scores, i);                          \
                                                                                                   \
            nan |=                                                                                 \
                bits_##bits(nan_##real_name(score, score)) & words->valid[i / WORD] >> i % WORD;   \
        }                                                                                          \
        return nan != 0;                                                                           \
    }                                                                                              \
                                                                                                   \
    /* Writes the levels of a span; 0 when there is a NaN. */                                      \
    INLINE int find_levels_##name(const rank_span *span, const limen_span_words *words,            \
                                  real *levels)                                                    \
    {                                                                                              \
        mask_##bits nan = none_##bits();                                                           \
                                                                                                   \
        for (size_t i = 0; i < span->labels; i += LANES_##name) {                                  \
            const reals_##real_name score = load_##name(span->scores, i);                          \
                                                                                                   \
            nan = or_##bits(nan, nan_##real_name(score, score));                                   \
            levels += gather_##real_name(levels, words->truth[i / WORD] >> i % WORD, score);       \
        }                                                                                          \
        return !any_##bits(nan) || !has_nan_##name(span, words);                                   \
    }                                                                                              \
                                                                                                   \
    /* Levels against so many quarters. */                                                         \
    INLINE void meet_quarters_##name(const char *row, const size_t quarters, const real *levels,   \
                                     size_t count, uint64_t(*reached)[LIMEN_RANKED])               \
    {                                                                                              \
        reals_##real_name scores[SPAN / LANES_##name];                                             \
                                                                                                   \
        for (size_t k = 0; k < quarters * QUARTER_##name; k++)                                     \
            scores[k] = load_##name(row, k * LANES_##name);                                        \
        for (size_t i = 0; i < count; i++) {                                                       \
            const reals_##real_name level = splat_##real_name(levels[i]);                          \
                                                                                                   \
            for (size_t q = 0; q < quarters; q++) {                                                \
                uint64_t *word = &reached[q * QUARTER / WORD][i];                                  \
                unsigned truths = 0;                                                               \
                                                                                                   \
                for (size_t k = 0; k < QUARTER_##name; k++)                                        \
                    truths |= bits_##bits(ge_##real_name(scores[q * QUARTER_##name + k], level))   \
                              << (k * LANES_##name);                                               \
                store_quarter((char *)word + q % (WORD / QUARTER) * (QUARTER / 8), truths);        \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    INLINE void meet_##name(const rank_span *span, const real *levels, size_t count,               \
                            uint64_t(*reached)[LIMEN_RANKED])                                      \
    {                                                                                              \
        switch ((span->labels + QUARTER - 1) / QUARTER) {                                          \
            QUARTER_CASES(meet_quarters_##name, span->scores, levels, count, reached)              \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    /* Those of one row; it is not ranked when there are too many, or a NaN. */                    \
    INLINE void find_row_levels_##name(const rank_rows *in, size_t row, real *levels,              \
                                       limen_span_words *words, limen_row_ranks *out)              \
    {                                                                                              \
        uint32_t labels = 0, true_labels = 0;                                                      \
        int ranked = 1;                                                                            \
                                                                                                   \
        for (size_t first = 0; first < in->labels && ranked; first += SPAN) {                      \
            rank_copy copy;                                                                        \
            const rank_span span = find_span(in, row, first, SIZE_##name, &copy);                  \
            const uint32_t before = true_labels;                                                   \
                                                                                                   \
            *words = find_words(&span);                                                            \
            labels += ones_of(words->valid);                                                       \
            true_labels += ones_of(words->truth);                                                  \
            ranked =                                                                               \
                true_labels <= LIMEN_RANKED && find_levels_##name(&span, words, levels + before);  \
        }                                                                                          \
        out->ranked = ranked;                                                                      \
        out->labels = ranked ? labels : 0;                                                         \
        out->true_labels = ranked ? true_labels : 0;                                               \
    }                                                                                              \
                                                                                                   \
    INLINE void rank_group_##name(const rank_rows *in, size_t rows, limen_row_ranks *out)          \
    {                                                                                              \
        real levels[GROUP_ROWS][LIMEN_RANKED + LIMEN_SPLIT_SLACK];                                 \
        rank_group group;                                                                          \
                                                                                                   \
        for (size_t i = 0; i < rows; i++)                                                          \
            find_row_levels_##name(in, i, levels[i], &group.words[i], &out[i]);                    \
        for (size_t first = 0; first < in->labels; first += SPAN) {                                \
            for (size_t i = 0; i < rows; i++) {                                                    \
                rank_copy copy;                                                                    \
                const rank_span span = find_span(in, i, first, SIZE_##name, &copy);                \
                                                                                                   \
                if (in->labels > SPAN)                                                             \
                    group.words[i] = find_words(&span);                                            \
                meet_##name(&span, levels[i], out[i].true_labels, group.reached[i]);               \
            }                                                                                      \
            for (size_t i = 0; i < rows; i++)                                                      \
                count_reached(group.reached[i], &group.words[i], first > 0, group.ranks[i],        \
                              out[i].true_labels);                                                 \
        }                                                                                          \
        for (size_t i = 0; i < rows; i++)                                                          \
            sum_ranks(group.ranks[i], out[i].true_labels, &out[i]);                                \
    }                                                                                              \
                                                                                                   \
    TARGET static void rank_##name(const void *scores, const uint8_t *flags, const uint8_t *valid, \
                                   size_t labels, size_t rows, limen_row_ranks *out)               \
    {                                                                                              \
        for (size_t row = 0; row < rows; row += GROUP_ROWS) {                                      \
            const rank_rows in = {(const char *)scores + row * labels * SIZE_##name,               \
                                  flags + row * labels, valid ? valid + row * labels : NULL,       \
                                  labels, rows - row};                                             \
                                                                                                   \
            rank_group_##name(&in, in.rows < GROUP_ROWS ? in.rows : GROUP_ROWS, out + row);        \
        }                                                                                          \
    }

/* Constants, so that the scores stay in registers. */
#define QUARTER_CASE(k, meet, scores, levels, count, reached) \
    case k:                                                   \
        meet(scores, k, levels, count, reached);              \
        break;
#define QUARTER_CASES(...)       \
    QUARTER_CASE(1, __VA_ARGS__) \
    QUARTER_CASE(2, __VA_ARGS__) \
    QUARTER_CASE(3, __VA_ARGS__) \
    QUARTER_CASE(4, __VA_ARGS__) \
    QUARTER_CASE(5, __VA_ARGS__) \
    QUARTER_CASE(6, __VA_ARGS__) \
    QUARTER_CASE(7, __VA_ARGS__) \
    default:                     \
        QUARTER_LAST(__VA_ARGS__)
#define QUARTER_LAST(meet, scores, levels, count, reached) meet(scores, 8, levels, count, reached);

DEFINE_RANK(F16, f16, float, f32, 32)
DEFINE_RANK(BF16, bf16, float, f32, 32)
DEFINE_RANK(F32, f32, float, f32, 32)
DEFINE_RANK(F64, f64, double, f64, 64)
