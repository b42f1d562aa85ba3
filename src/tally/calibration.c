#include "tally/calibration.h"

#include "tally/row_sums.h"

/* The sums of a label, then those of each of its bins. */
enum { WEIGHT, POSITIVES, SQUARES, LOG_LOSS, LABEL_SUMS };
enum { BIN_WEIGHT, BIN_CONFIDENCE, BIN_POSITIVES, BIN_SUMS };

struct calibration {
    limen_row_sums sums;
    double *edges;   /* lower edges of the bins, rounded to the dtype of the scores */
    double *numbers; /* probabilities of a row */
    limen_dtype edges_dtype;
    double epsilon;
};

int64_t limen_calibration_bins(const limen_tally *tally)
{
    return tally->spec.calibration_bins + 1;
}

static int64_t label_sums(const limen_tally *tally)
{
    return LABEL_SUMS + BIN_SUMS * limen_calibration_bins(tally);
}

/* Labels that are kept, and for multiclass the predicted class behind them. */
static int64_t slots(const limen_tally *tally)
{
    return tally->spec.width + (tally->spec.task == LIMEN_MULTICLASS);
}

static int64_t group_sums(const limen_tally *tally)
{
    return slots(tally) * label_sums(tally);
}

static limen_tile_adder add_tile;

static int64_t sum_count(const limen_tally *tally)
{
    int64_t groups_slots = limen_tally_groups(tally) * slots(tally);
    int64_t bins = limen_product(BIN_SUMS, tally->spec.calibration_bins);

    /* One bin more than calibration_bins, and some room below the greatest number. */
    if (bins > INT64_MAX / 2)
        return INT64_MAX;
    return limen_product(groups_slots, LABEL_SUMS + BIN_SUMS + bins);
}

static void destroy(const limen_tally *tally, void *state)
{
    const limen_allocator *a = &tally->allocator;
    struct calibration *c = state;

    limen_row_sums_destroy(tally, &c->sums);
    limen_delete(a, c->edges, (size_t)limen_calibration_bins(tally), sizeof *c->edges);
    limen_delete(a, c->numbers, (size_t)tally->spec.width, sizeof *c->numbers);
    limen_delete(a, c, 1, sizeof *c);
}

static limen_status create(const limen_tally *tally, const limen_count_arrays *arrays, void **state,
                           limen_error *error)
{
    const limen_allocator *a = &tally->allocator;
    struct calibration *c = limen_new(a, 1, sizeof *c);
    limen_status status;

    (void)arrays;
    if (!c)
        return limen_fail_memory(error, sizeof *c);
    status = limen_row_sums_create(tally, sum_count(tally), add_tile, &c->sums, error);
    if (status != LIMEN_OK) {
        limen_delete(a, c, 1, sizeof *c);
        return status;
    }
    c->edges = limen_new_raw(a, (size_t)limen_calibration_bins(tally), sizeof *c->edges);
    c->numbers = limen_new_raw(a, (size_t)tally->spec.width, sizeof *c->numbers);
    if (!c->edges || !c->numbers) {
        destroy(tally, c);
        return limen_fail_memory(error, 0);
    }
    *state = c;
    return LIMEN_OK;
}

static void set_edges(const limen_tally *tally, struct calibration *c, limen_dtype dtype)
{
    int64_t bins = tally->spec.calibration_bins;

    if (c->edges_dtype == dtype)
        return;
    for (int64_t i = 0; i <= bins; i++)
        c->edges[i] = tally->spec.logits ? (double)i / (double)bins
                                         : limen_round_to(dtype, (double)i / (double)bins);
    c->epsilon = dtype == LIMEN_F32 && !tally->spec.logits ? 0x1p-23 : 0x1p-52;
    c->edges_dtype = dtype;
}

/* The bin with edge <= p < next edge. */
static int64_t bin_of(const limen_tally *tally, const struct calibration *c, double p)
{
    int64_t bin = (int64_t)(p * (double)tally->spec.calibration_bins);

    while (c->edges[bin] > p)
        bin--;
    while (bin < tally->spec.calibration_bins && c->edges[bin + 1] <= p)
        bin++;
    return bin;
}

static double clipped_log(const struct calibration *c, double p)
{
    if (p < c->epsilon)
        p = c->epsilon;
    return log(p < 1.0 - c->epsilon ? p : 1.0 - c->epsilon);
}

static void add_to_bin(const limen_tally *tally, const struct calibration *c, limen_sum *sums,
                       double p, int truth, double weight)
{
    limen_sum *bin = sums + LABEL_SUMS + BIN_SUMS * bin_of(tally, c, p);

    limen_sum_add(&sums[WEIGHT], weight);
    limen_sum_add(&bin[BIN_WEIGHT], weight);
    limen_sum_add(&bin[BIN_CONFIDENCE], weight * p);
    if (truth) {
        limen_sum_add(&sums[POSITIVES], weight);
        limen_sum_add(&bin[BIN_POSITIVES], weight);
    }
}

static void add_cell(const limen_tally *tally, const struct calibration *c, limen_sum *sums,
                     double p, int truth, double weight)
{
    double error = p - truth;

    add_to_bin(tally, c, sums, p, truth, weight);
    limen_sum_add(&sums[SQUARES], weight * (error * error));
    limen_sum_add(&sums[LOG_LOSS], -weight * clipped_log(c, truth ? p : 1.0 - p));
}

/* The class with the greatest probability, the first of equal ones. */
static void add_top(const limen_tally *tally, const struct calibration *c, limen_sum *sums,
                    int64_t class, double weight)
{
    int64_t classes = tally->spec.width, top = 0;
    double squares = 0.0;

    for (int64_t k = 0; k < classes; k++) {
        double error = c->numbers[k] - (k == class);

        squares += error * error;
        if (c->numbers[k] > c->numbers[top])
            top = k;
    }
    add_to_bin(tally, c, sums, c->numbers[top], top == class, weight);
    limen_sum_add(&sums[SQUARES], weight * squares);
    limen_sum_add(&sums[LOG_LOSS], -weight * clipped_log(c, c->numbers[class]));
}

static double sigmoid(double x)
{
    return x >= 0.0 ? 1.0 / (1.0 + exp(-x)) : exp(x) / (1.0 + exp(x));
}

/* Shifted by the greatest, so that nothing overflows; an infinite one takes all. */
static void softmax(double *numbers, int64_t count)
{
    double greatest = -INFINITY, total = 0.0;

    for (int64_t i = 0; i < count; i++)
        greatest = numbers[i] > greatest ? numbers[i] : greatest;
    for (int64_t i = 0; i < count; i++) {
        numbers[i] = isinf(greatest) ? numbers[i] == greatest : exp(numbers[i] - greatest);
        total += numbers[i];
    }
    for (int64_t i = 0; i < count; i++)
        numbers[i] /= total;
}

/* The row's scores to probabilities. Returns the first label whose score is none, or -1. */
static int64_t read_row(const limen_tally *tally, struct calibration *c,
                        const limen_score_tile *tile, int64_t row, int *nan)
{
    size_t size = limen_dtype_size(tile->dtype);
    const unsigned char *cell =
        (const unsigned char *)tile->scores + (size_t)(row * tile->labels) * size;
    const uint8_t *valid = tile->valid ? tile->valid + row * tile->labels : NULL;
    int logits = tally->spec.logits;

    for (int64_t label = 0; label < tile->labels; label++, cell += size) {
        double score = limen_load_number(tile->dtype, cell);

        if (isnan(score)) {
            *nan = 1;
            score = logits ? -INFINITY : 0.0;
        }
        if (valid && !valid[label])
            score = 0.0;
        if (!logits && !(score >= 0.0 && score <= 1.0))
            return label;
        c->numbers[label] = logits && tally->spec.task != LIMEN_MULTICLASS ? sigmoid(score) : score;
    }
    if (logits && tally->spec.task == LIMEN_MULTICLASS)
        softmax(c->numbers, tile->labels);
    return -1;
}

static void add_row(const limen_tally *tally, struct calibration *c, const limen_score_tile *tile,
                    int64_t row)
{
    int64_t group = tile->groups ? tile->groups[row] : 0;
    double weight = tile->weights ? tile->weights[row] : 1.0;
    limen_sum *sums = c->sums.next + group * group_sums(tally);
    int64_t first = row * tile->labels;

    for (int64_t label = 0; label < tile->labels; label++, sums += label_sums(tally)) {
        int truth = tile->classes ? tile->classes[row] == label : tile->truth[first + label];

        if (!tile->valid || tile->valid[first + label])
            add_cell(tally, c, sums, c->numbers[label], truth, weight);
    }
    if (tile->classes)
        add_top(tally, c, sums, tile->classes[row], weight);
}

static limen_status add_tile(const limen_tally *tally, limen_row_sums *sums,
                             const limen_score_tile *tile, int *nan, limen_error *error)
{
    struct calibration *c = (struct calibration *)sums;

    set_edges(tally, c, tile->dtype);
    for (int64_t row = 0; row < tile->rows; row++) {
        int64_t bad;

        if (tile->classes && tile->classes[row] < 0)
            continue;
        bad = read_row(tally, c, tile, row, nan);
        if (bad >= 0)
            return limen_fail_cell(error, LIMEN_ERR_VALUE, LIMEN_INPUT_SCORES,
                                   limen_score_reader_sample(&c->sums.reader, row), bad,
                                   "score is not from 0 to 1: calibration needs probabilities; set "
                                   "logits where scores are logits");
        add_row(tally, c, tile, row);
    }
    return LIMEN_OK;
}

static int kept(const limen_tally *tally, void *state, limen_kept *arrays)
{
    return limen_row_sums_kept(state, sum_count(tally), arrays);
}

const limen_state_ops limen_calibration_ops = {
    .name = "calibration",
    .create = create,
    .destroy = destroy,
    .collect = limen_row_sums_collect,
    .commit = limen_row_sums_commit,
    .kept = kept,
};

static double read_sum(const limen_tally *tally, int64_t group, int64_t slot, int64_t index)
{
    const struct calibration *c = tally->states[LIMEN_STATE_CALIBRATION];

    return limen_row_sum_of_groups(tally, &c->sums, group, group_sums(tally),
                                   slot * label_sums(tally) + index);
}

void limen_calibration_read(const limen_tally *tally, int64_t group, int64_t label,
                            limen_calibration_sums *sums, limen_calibration_bin *bins)
{
    int64_t count = limen_calibration_bins(tally);
    int64_t first = label == LIMEN_TOP_LABEL ? tally->spec.width : label < 0 ? 0 : label;
    int64_t last = label == -1 ? tally->spec.width : first + 1;

    *sums = (limen_calibration_sums){0};
    for (int64_t i = 0; bins && i < count; i++)
        bins[i] = (limen_calibration_bin){0};
    for (int64_t slot = first; slot < last; slot++) {
        sums->weight += read_sum(tally, group, slot, WEIGHT);
        sums->positives += read_sum(tally, group, slot, POSITIVES);
        sums->squares += read_sum(tally, group, slot, SQUARES);
        sums->log_loss += read_sum(tally, group, slot, LOG_LOSS);
        for (int64_t i = 0; bins && i < count; i++) {
            int64_t bin = LABEL_SUMS + BIN_SUMS * i;

            bins[i].weight += read_sum(tally, group, slot, bin + BIN_WEIGHT);
            bins[i].confidence += read_sum(tally, group, slot, bin + BIN_CONFIDENCE);
            bins[i].positives += read_sum(tally, group, slot, bin + BIN_POSITIVES);
        }
    }
}

limen_status limen_tally_reliability(const limen_tally *tally, int64_t group, int64_t label,
                                     limen_reliability_bin *bins, limen_error *error)
{
    const limen_allocator *a = &tally->allocator;
    size_t count = (size_t)limen_calibration_bins(tally);
    double width = 1.0 / (double)tally->spec.calibration_bins;
    limen_calibration_bin *read;
    limen_calibration_sums sums;

    if (!tally->states[LIMEN_STATE_CALIBRATION])
        return limen_fail(error, LIMEN_ERR_STATE, "the tally does not keep calibration");
    if (group < -1 || group >= limen_tally_groups(tally))
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "group is %lld: the tally has %lld",
                          (long long)group, (long long)limen_tally_groups(tally));
    if (label < -1 || label >= tally->spec.width)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "label is %lld: the tally has %lld",
                          (long long)label, (long long)tally->spec.width);
    read = limen_new_raw(a, count, sizeof *read);
    if (!read)
        return limen_fail_memory(error, count * sizeof *read);
    if (label < 0 && tally->spec.task == LIMEN_MULTICLASS)
        label = LIMEN_TOP_LABEL;
    limen_calibration_read(tally, group, label, &sums, read);
    for (size_t i = 0; i < count; i++) {
        double low = (double)i * width;

        bins[i] = (limen_reliability_bin){
            .low = i + 1 < count ? low : 1.0,
            .high = i + 2 < count ? (double)(i + 1) * width : 1.0,
            .weight = read[i].weight,
            .confidence = read[i].confidence,
            .positives = read[i].positives,
        };
    }
    limen_delete(a, read, count, sizeof *read);
    return LIMEN_OK;
}
