/* Tallies as bytes; docs/FORMAT.md is the layout.
 *
 * What comes from elsewhere is checked from the outside in: length and checksum, the configuration
 * (as that of any tally), the length of every part, and only then is memory taken and the numbers
 * of each state read and checked. Last the configuration is written again: what the reader would
 * understand otherwise than it stands there is refused, so there is one way to write a tally. */
#include "tally/kept.h"
#include "tally/labels.h"
#include "tally/spec.h"

#define VERSION 1
#define CHECKSUM_SIZE 4

static const unsigned char magic[8] = {0x89, 'L', 'I', 'M', 'E', 'N', '\r', '\n'};

/* Integers of the head, in the order of the file; sizes in bytes. */
enum field {
    FILE_VERSION,
    STATES,
    FILE_SIZE,
    TASK,
    RULE,
    NAN_POLICY,
    SCORE_DTYPE,
    DECLARED_DTYPE,
    LOGITS,
    WEIGHTED,
    HAS_IGNORE_INDEX,
    HAS_BIN_EDGES,
    HAS_LABELS,
    ZERO,
    TOP_K,
    WIDTH,
    SETS,
    GROUPS,
    IGNORE_INDEX,
    BINS,
    CALIBRATION_BINS,
    BETA, /* the bits of a double */
    SAMPLES,
    FIELDS
};

static const unsigned char field_size[FIELDS] = {
    [FILE_VERSION] = 4,
    [STATES] = 4,
    [FILE_SIZE] = 8,
    [TASK] = 1,
    [RULE] = 1,
    [NAN_POLICY] = 1,
    [SCORE_DTYPE] = 1,
    [DECLARED_DTYPE] = 1,
    [LOGITS] = 1,
    [WEIGHTED] = 1,
    [HAS_IGNORE_INDEX] = 1,
    [HAS_BIN_EDGES] = 1,
    [HAS_LABELS] = 1,
    [ZERO] = 2,
    [TOP_K] = 4,
    [WIDTH] = 8,
    [SETS] = 8,
    [GROUPS] = 8,
    [IGNORE_INDEX] = 8,
    [BINS] = 8,
    [BETA] = 8,
    [CALIBRATION_BINS] = 8,
    [SAMPLES] = 8,
};

/* Magic; version, states and size; the configuration. */
enum { CONFIGURATION_SIZE = 16 + 64, HEAD_SIZE = sizeof magic + 16 + CONFIGURATION_SIZE };

/* ---- Writing ------------------------------------------------------------------------------- */

static uint64_t state_size(const limen_tally *tally, int kind)
{
    const limen_state_ops *ops = limen_state_ops_at(kind);

    if (ops->kept)
        return (uint64_t)limen_kept_size(tally, ops);
    return ops->packed_size(tally, tally->states[kind]);
}

uint64_t limen_tally_size(const limen_tally *tally)
{
    const limen_spec *spec = &tally->spec;
    uint64_t size = HEAD_SIZE + CHECKSUM_SIZE;

    size += (uint64_t)(spec->sets * spec->width) * sizeof(double) + limen_labels_size(tally);
    if (spec->bin_edges)
        size += (uint64_t)spec->bins * sizeof(double);
    for (int i = 0; i < LIMEN_STATE_KINDS; i++) {
        if (tally->states[i])
            size += sizeof(uint64_t) + state_size(tally, i);
    }
    return size;
}

static void head_of(const limen_tally *tally, uint64_t *fields)
{
    const limen_spec *spec = &tally->spec;
    const uint64_t values[FIELDS] = {
        [FILE_VERSION] = VERSION,
        [STATES] = spec->states,
        [FILE_SIZE] = limen_tally_size(tally),
        [TASK] = (uint64_t)spec->task,
        [RULE] = (uint64_t)spec->rule,
        [NAN_POLICY] = (uint64_t)spec->nan,
        [SCORE_DTYPE] = (uint64_t)spec->score_dtype,
        [DECLARED_DTYPE] = (uint64_t)tally->declared_dtype,
        [LOGITS] = (uint64_t)spec->logits,
        [WEIGHTED] = (uint64_t)spec->weighted,
        [HAS_IGNORE_INDEX] = (uint64_t)spec->has_ignore_index,
        [HAS_BIN_EDGES] = spec->bin_edges != NULL,
        [HAS_LABELS] = tally->labels != NULL,
        [TOP_K] = (uint64_t)spec->top_k,
        [WIDTH] = (uint64_t)spec->width,
        [SETS] = (uint64_t)spec->sets,
        [GROUPS] = (uint64_t)spec->groups,
        [IGNORE_INDEX] = (uint64_t)spec->ignore_index,
        [BINS] = (uint64_t)spec->bins,
        [CALIBRATION_BINS] = (uint64_t)spec->calibration_bins,
        [SAMPLES] = (uint64_t)tally->samples,
    };

    memcpy(fields, values, sizeof values);
    memcpy(&fields[BETA], &spec->beta, sizeof spec->beta);
}

static limen_status check_counts(const limen_tally *tally, limen_error *error)
{
    for (int i = 0; tally->attached && i < LIMEN_STATE_KINDS; i++) {
        const limen_state_ops *ops = limen_state_ops_at(i);
        const char *fault =
            tally->states[i] ? limen_kept_fault(tally, ops, tally->states[i]) : NULL;

        if (fault)
            return limen_fail(error, LIMEN_ERR_VALUE, "%s: %s", ops->name, fault);
    }
    return LIMEN_OK;
}

limen_status limen_tally_write(const limen_tally *tally, limen_write_bytes *write, void *context,
                               limen_error *error)
{
    const limen_spec *spec = &tally->spec;
    limen_status status = check_counts(tally, error);
    uint64_t fields[FIELDS];
    limen_packer packer;

    if (status != LIMEN_OK)
        return status;
    limen_packer_start(&packer, write, context, error);
    limen_pack_bytes(&packer, magic, sizeof magic);
    head_of(tally, fields);
    for (int i = 0; i < FIELDS; i++)
        limen_pack_integer(&packer, fields[i], field_size[i]);
    limen_pack_words(&packer, spec->thresholds, (size_t)(spec->sets * spec->width), sizeof(double));
    if (spec->bin_edges)
        limen_pack_words(&packer, spec->bin_edges, (size_t)spec->bins, sizeof(double));
    limen_labels_pack(tally, &packer);
    for (int i = 0; i < LIMEN_STATE_KINDS; i++) {
        const limen_state_ops *ops = limen_state_ops_at(i);

        if (!tally->states[i])
            continue;
        limen_pack_integer(&packer, state_size(tally, i), sizeof(uint64_t));
        if (ops->kept)
            limen_kept_pack(tally, ops, tally->states[i], &packer);
        else
            ops->pack(tally, tally->states[i], &packer);
    }
    return limen_packer_finish(&packer);
}

/* ---- Reading ------------------------------------------------------------------------------- */

struct reading {
    limen_unpacker bytes;
    uint64_t fields[FIELDS];
    limen_allocator memory;
    double *thresholds, *bin_edges;
    size_t threshold_count, edge_count;
    uint64_t lengths[LIMEN_STATE_KINDS]; /* looked at once: a mapped file may change under us */
    limen_tally *tally;
};

static limen_status check_envelope(const unsigned char *bytes, size_t size, limen_error *error)
{
    limen_unpacker head, tail;
    uint64_t version, whole;
    limen_crc32 crc;

    if (size < sizeof magic || memcmp(bytes, magic, sizeof magic) != 0)
        return limen_fail_byte(error, LIMEN_ERR_FORMAT, 0,
                               "not a tally, or changed on its way, as text is");
    if (size < HEAD_SIZE + CHECKSUM_SIZE)
        return limen_fail_byte(error, LIMEN_ERR_FORMAT, (int64_t)size, "the tally ends too early");
    head = (limen_unpacker){bytes, bytes + sizeof magic, bytes + size};
    tail = (limen_unpacker){bytes, bytes + size - CHECKSUM_SIZE, bytes + size};
    version = limen_unpack_integer(&head, field_size[FILE_VERSION]);
    if (version != VERSION)
        return limen_fail_byte(error, LIMEN_ERR_UNSUPPORTED, sizeof magic,
                               "version %llu of the format: this program reads version %d; use a "
                               "newer one",
                               (unsigned long long)version, VERSION);
    (void)limen_unpack_integer(&head, field_size[STATES]);
    whole = limen_unpack_integer(&head, field_size[FILE_SIZE]);
    if (whole != size)
        return limen_fail_byte(error, LIMEN_ERR_FORMAT, (int64_t)(whole < size ? whole : size),
                               "the tally has %llu bytes, but says that it has %llu",
                               (unsigned long long)size, (unsigned long long)whole);
    limen_crc32_start(&crc);
    limen_crc32_add(&crc, bytes, size - CHECKSUM_SIZE);
    if (limen_unpack_integer(&tail, CHECKSUM_SIZE) != limen_crc32_value(&crc))
        return limen_fail_byte(error, LIMEN_ERR_FORMAT, (int64_t)(size - CHECKSUM_SIZE),
                               "the checksum is that of other bytes: the tally is damaged");
    return LIMEN_OK;
}

/* `count` numbers in fresh memory, if there are as many. */
static limen_status take_numbers(struct reading *reading, uint64_t count, double **numbers,
                                 size_t *taken, limen_error *error)
{
    if (count > limen_unpacker_left(&reading->bytes) / sizeof(double))
        return limen_fail_byte(error, LIMEN_ERR_FORMAT, limen_unpacker_place(&reading->bytes),
                               "the tally is too short for %llu numbers",
                               (unsigned long long)count);
    *numbers = limen_new_raw(&reading->memory, count, sizeof(double));
    if (!*numbers)
        return limen_fail_memory(error, count * sizeof(double));
    *taken = count;
    limen_unpack_words(&reading->bytes, *numbers, count, sizeof(double));
    return LIMEN_OK;
}

/* A configuration that makes no sense is a fault of the bytes here. */
static limen_status as_format(limen_status status, limen_error *error)
{
    if (status != LIMEN_ERR_ARGUMENT && status != LIMEN_ERR_OVERFLOW)
        return status;
    if (error) {
        error->code = LIMEN_ERR_FORMAT;
        error->byte = HEAD_SIZE - CONFIGURATION_SIZE;
    }
    return LIMEN_ERR_FORMAT;
}

static limen_status open_tally(struct reading *reading, limen_error *error)
{
    const uint64_t *fields = reading->fields;
    uint64_t width = fields[WIDTH], sets = fields[SETS];
    uint64_t cells = width && sets <= UINT64_MAX / width ? sets * width : UINT64_MAX;
    limen_spec spec = {
        .size = sizeof spec,
        .task = (limen_task)fields[TASK],
        .states = (uint32_t)fields[STATES],
        .width = (int64_t)width,
        .sets = (int64_t)sets,
        .rule = (limen_rule)fields[RULE],
        .nan = (limen_nan)fields[NAN_POLICY],
        .logits = (int32_t)fields[LOGITS],
        .weighted = (int32_t)fields[WEIGHTED],
        .has_ignore_index = (int32_t)fields[HAS_IGNORE_INDEX],
        .top_k = (int32_t)(fields[TOP_K] & INT32_MAX),
        .ignore_index = (int64_t)fields[IGNORE_INDEX],
        .groups = (int64_t)fields[GROUPS],
        .bins = (int64_t)fields[BINS],
        .calibration_bins = (int64_t)fields[CALIBRATION_BINS],
        .score_dtype = (limen_dtype)fields[DECLARED_DTYPE],
    };
    limen_status status =
        take_numbers(reading, cells, &reading->thresholds, &reading->threshold_count, error);

    if (status == LIMEN_OK && fields[HAS_BIN_EDGES])
        status =
            take_numbers(reading, fields[BINS], &reading->bin_edges, &reading->edge_count, error);
    if (status != LIMEN_OK)
        return status;
    memcpy(&spec.beta, &fields[BETA], sizeof spec.beta);
    spec.thresholds = reading->thresholds;
    spec.threshold_count = (int64_t)reading->threshold_count;
    spec.bin_edges = reading->bin_edges;
    return as_format(limen_tally_open(&spec, &reading->memory, &reading->tally, error), error);
}

static limen_status set_history(struct reading *reading, limen_error *error)
{
    limen_tally *tally = reading->tally;
    limen_dtype dtype = (limen_dtype)reading->fields[SCORE_DTYPE];

    tally->samples = (int64_t)reading->fields[SAMPLES];
    if (tally->samples < 0 || (dtype != LIMEN_NONE && !limen_dtype_name(dtype)) ||
        (dtype == LIMEN_NONE && tally->samples > 0) ||
        (dtype != tally->declared_dtype && (tally->declared_dtype || !tally->samples)))
        return limen_fail_byte(error, LIMEN_ERR_FORMAT, sizeof magic + 16,
                               "samples and dtypes of the scores do not agree");
    tally->spec.score_dtype = dtype;
    return reading->fields[HAS_LABELS] ? limen_labels_unpack(tally, &reading->bytes, error)
                                       : LIMEN_OK;
}

/* The lengths of the states' parts: that they are what the configuration asks for, and that the
 * bytes end with the last of them. Only then do the states get memory. */
static limen_status take_lengths(struct reading *reading, limen_error *error)
{
    limen_unpacker bytes = reading->bytes;
    const limen_tally *tally = reading->tally;

    for (int i = 0; i < LIMEN_STATE_KINDS; i++) {
        const limen_state_ops *ops = limen_state_ops_at(i);
        uint64_t length = UINT64_MAX;

        if (!(tally->spec.states >> i & 1))
            continue;
        if (limen_unpacker_left(&bytes) >= sizeof length)
            length = limen_unpack_integer(&bytes, sizeof length);
        if (length > limen_unpacker_left(&bytes) ||
            (ops->kept ? (double)length != limen_kept_size(tally, ops)
                       : (double)length < ops->least_size(tally)))
            return limen_fail_byte(error, LIMEN_ERR_FORMAT, limen_unpacker_place(&bytes),
                                   "%s: not as long as the configuration asks for", ops->name);
        bytes.at += length;
        reading->lengths[i] = length;
    }
    if (limen_unpacker_left(&bytes) > 0)
        return limen_fail_byte(error, LIMEN_ERR_FORMAT, limen_unpacker_place(&bytes),
                               "the tally goes on behind its last state");
    return LIMEN_OK;
}

static limen_status read_states(struct reading *reading, limen_error *error)
{
    limen_tally *tally = reading->tally;
    limen_status status = LIMEN_OK;

    for (int i = 0; status == LIMEN_OK && i < LIMEN_STATE_KINDS; i++) {
        const limen_state_ops *ops = limen_state_ops_at(i);
        limen_unpacker part = reading->bytes;

        if (!tally->states[i])
            continue;
        part.at += sizeof reading->lengths[i];
        part.end = part.at + reading->lengths[i];
        reading->bytes.at = part.end;
        status = ops->kept ? limen_kept_unpack(tally, ops, tally->states[i], &part, error)
                           : ops->unpack(tally, tally->states[i], &part, error);
        if (status == LIMEN_OK && limen_unpacker_left(&part) > 0)
            status = limen_fail_byte(error, LIMEN_ERR_FORMAT, limen_unpacker_place(&part),
                                     "%s: goes on behind its end", ops->name);
    }
    return status;
}

static limen_status check_head(const struct reading *reading, limen_error *error)
{
    uint64_t fields[FIELDS];
    int64_t place = sizeof magic;

    head_of(reading->tally, fields);
    for (int i = 0; i < FIELDS; place += field_size[i++]) {
        if (fields[i] != reading->fields[i])
            return limen_fail_byte(error, LIMEN_ERR_FORMAT, place,
                                   "a number of the configuration is not as it is written");
    }
    return LIMEN_OK;
}

static limen_status read_all(struct reading *reading, limen_error *error)
{
    limen_status status;

    for (int i = 0; i < FIELDS; i++)
        reading->fields[i] = limen_unpack_integer(&reading->bytes, field_size[i]);
    status = open_tally(reading, error);
    if (status == LIMEN_OK)
        status = set_history(reading, error);
    if (status == LIMEN_OK)
        status = take_lengths(reading, error);
    if (status == LIMEN_OK)
        status = as_format(limen_tally_add_states(reading->tally, NULL, error), error);
    if (status == LIMEN_OK)
        status = read_states(reading, error);
    return status == LIMEN_OK ? check_head(reading, error) : status;
}

limen_status limen_tally_read(const void *bytes, size_t size, const limen_allocator *allocator,
                              limen_tally **tally, limen_error *error)
{
    const unsigned char *start = bytes;
    struct reading reading = {.memory = limen_allocator_or_default(allocator)};
    limen_status status = check_envelope(start, size, error);

    if (status != LIMEN_OK)
        return status;
    reading.bytes = (limen_unpacker){start, start + sizeof magic, start + size - CHECKSUM_SIZE};
    status = read_all(&reading, error);
    limen_delete(&reading.memory, reading.thresholds, reading.threshold_count, sizeof(double));
    limen_delete(&reading.memory, reading.bin_edges, reading.edge_count, sizeof(double));
    if (status == LIMEN_OK)
        *tally = reading.tally;
    else
        limen_tally_destroy(reading.tally);
    return status;
}
