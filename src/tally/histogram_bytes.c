/* A histogram as bytes: of each label which bins hold something, a bit a bin, then those bins. */
#include "kernels/sort.h"
#include "tally/histogram_state.h"
#include "tally/kept.h"

static int64_t bin_bytes(const struct histogram *h)
{
    return (h->sums ? 2 * (int64_t)sizeof *h->sums : 2 * (int64_t)sizeof *h->counts) +
           (h->ends ? 2 * (int64_t)sizeof *h->ends : 0);
}

static int is_used(const struct histogram *h, size_t bin)
{
    if (h->ends && h->ends[2 * bin] <= h->ends[2 * bin + 1])
        return 1;
    if (h->sums)
        return h->sums[2 * bin].value != 0.0 || h->sums[2 * bin + 1].value != 0.0;
    return h->counts[2 * bin] != 0 || h->counts[2 * bin + 1] != 0;
}

/* A bit for each bin, and for NaN. */
static int64_t bitmap_bytes(int64_t bins)
{
    return bins / 8 + 1;
}

double limen_histogram_least_size(const limen_tally *tally)
{
    limen_dtype scores = tally->spec.score_dtype;

    if (scores == LIMEN_NONE)
        return 0.0;
    return (double)limen_tally_groups(tally) * (double)tally->spec.width *
           (double)bitmap_bytes(limen_bin_count(&tally->spec, scores));
}

uint64_t limen_histogram_packed_size(const limen_tally *tally, const void *state)
{
    const struct histogram *h = state;
    uint64_t size;

    if (tally->spec.score_dtype == LIMEN_NONE)
        return 0;
    size = (uint64_t)limen_histogram_least_size(tally);
    for (size_t bin = 0; h->used && bin < limen_histogram_pairs(tally, h); bin++)
        size += is_used(h, bin) ? (uint64_t)bin_bytes(h) : 0;
    return size;
}

static void pack_label(const struct histogram *h, size_t first, limen_packer *packer)
{
    size_t stride = (size_t)h->stride;

    for (size_t bin = 0; bin < stride; bin += 8) {
        unsigned bits = 0;

        for (size_t i = 0; i < 8 && bin + i < stride; i++)
            bits |= (unsigned)is_used(h, first + bin + i) << i;
        limen_pack_integer(packer, bits, 1);
    }
    for (size_t bin = first; bin < first + stride; bin++) {
        if (!is_used(h, bin))
            continue;
        if (h->sums)
            limen_pack_words(packer, &h->sums[2 * bin], 4, sizeof(double));
        else
            limen_pack_words(packer, &h->counts[2 * bin], 2, sizeof(int64_t));
        if (h->ends)
            limen_pack_words(packer, &h->ends[2 * bin], 2, sizeof(uint64_t));
    }
}

void limen_histogram_pack(const limen_tally *tally, const void *state, limen_packer *packer)
{
    const struct histogram *h = state;

    if (tally->spec.score_dtype == LIMEN_NONE)
        return;
    for (size_t first = 0; first < limen_histogram_pairs(tally, h); first += (size_t)h->stride)
        pack_label(h, first, packer);
}

/* Whether the scores of two keys belong in a bin. */
static int lie_in(const limen_tally *tally, const struct histogram *h, int64_t bin,
                  const uint64_t *ends)
{
    limen_dtype dtype = h->map.dtype;
    double scores[2] = {limen_key_score(dtype, ends[0]), limen_key_score(dtype, ends[1])};
    float narrow[2] = {(float)scores[0], (float)scores[1]};
    uint32_t index[2];

    if (bin == h->map.count)
        return ends[0] == 0 && ends[1] == 0 && tally->spec.nan == LIMEN_NAN_NEGATIVE;
    for (int i = 0; i < 2; i++) {
        if (isnan(scores[i]) || limen_score_key(dtype, scores[i]) != ends[i])
            return 0;
    }
    limen_bin_map_index(&h->map, tally->kernels,
                        dtype == LIMEN_F32 ? (const void *)narrow : (const void *)scores, NULL,
                        index, 2);
    return ends[0] <= ends[1] && index[0] == bin && index[1] == bin;
}

/* Reads a bin of a label; 0 when its numbers cannot have come from batches. */
static int unpack_bin(const limen_tally *tally, struct histogram *h, size_t first, int64_t bin,
                      limen_unpacker *bytes)
{
    size_t at = 2 * (first + (size_t)bin);

    if (h->sums) {
        limen_unpack_words(bytes, &h->sums[at], 4, sizeof(double));
        if (!limen_sum_is_sound(&h->sums[at]) || !limen_sum_is_sound(&h->sums[at + 1]))
            return 0;
    } else {
        limen_unpack_words(bytes, &h->counts[at], 2, sizeof(int64_t));
        if (h->counts[at] < 0 || h->counts[at] > tally->samples || h->counts[at + 1] < 0 ||
            h->counts[at + 1] > tally->samples)
            return 0;
    }
    if (h->ends)
        limen_unpack_words(bytes, &h->ends[at], 2, sizeof(uint64_t));
    if (bin == h->map.count && tally->spec.nan != LIMEN_NAN_NEGATIVE)
        return 0;
    return is_used(h, at / 2) && (!h->ends || lie_in(tally, h, bin, &h->ends[at]));
}

static limen_status unpack_label(const limen_tally *tally, struct histogram *h, size_t first,
                                 limen_unpacker *bytes, limen_error *error)
{
    const unsigned char *bits = bytes->at;
    int64_t place = limen_unpacker_place(bytes);
    uint64_t bitmap = (uint64_t)bitmap_bytes(h->map.count);
    int good = limen_unpacker_left(bytes) >= bitmap;

    if (good)
        bytes->at += bitmap;
    for (int64_t bin = 0; good && bin < (int64_t)bitmap * 8; bin++) {
        if (bits[bin / 8] >> bin % 8 & 1)
            good = bin <= h->map.count && limen_unpacker_left(bytes) >= (uint64_t)bin_bytes(h) &&
                   unpack_bin(tally, h, first, bin, bytes);
    }
    if (!good)
        return limen_fail_byte(error, LIMEN_ERR_FORMAT, place,
                               "histogram: bins that no scores have, or too few");
    return LIMEN_OK;
}

limen_status limen_histogram_unpack(const limen_tally *tally, void *state, limen_unpacker *bytes,
                                    limen_error *error)
{
    struct histogram *h = state;
    limen_status status = LIMEN_OK;

    if (tally->spec.score_dtype == LIMEN_NONE)
        return LIMEN_OK;
    status = limen_histogram_make_bins(tally, h, tally->spec.score_dtype, error);
    h->used = tally->samples > 0;
    for (size_t first = 0; status == LIMEN_OK && first < limen_histogram_pairs(tally, h);
         first += (size_t)h->stride)
        status = unpack_label(tally, h, first, bytes, error);
    return status;
}
