/* Sources of arrays: .npy files, or the members of an .npz archive, read side by side in batches of
 * equal rows. */
#include "core/array.h"
#include "io/source.h"
#include "io/zip.h"

/* Views of mapped files take no memory of their own, so they may be longer. */
enum { ROLES = 5, MAPPED_FACTOR = 16 };

struct arrays {
    limen_reader reader;
    limen_source *source;
    limen_rows rows[ROLES]; /* by role; 0 is not used */
    int present[ROLES];
    int extra[ROLES]; /* axis 1 as stored is axis 2: (N, X) beside scores (N, L, X) */
    limen_zip zip;
    int has_zip;
    int64_t count; /* rows in all */
    int64_t step;  /* rows a batch */
    int64_t row;   /* the next one */
};

static const char *const role_names[ROLES] = {NULL, "scores", "targets", "weights", "groups"};

static limen_status arrays_next(limen_reader *reader, limen_batch *batch, limen_error *error)
{
    struct arrays *arrays = (struct arrays *)reader;
    limen_array *const views[ROLES] = {NULL, &batch->scores, &batch->targets, &batch->weights,
                                       &batch->groups};
    int64_t left = arrays->count - arrays->row;
    int64_t count = left < arrays->step ? left : arrays->step;

    for (int role = 1; role < ROLES; role++) {
        limen_array *view = views[role];
        limen_status status = LIMEN_OK;

        if (!arrays->present[role])
            continue;
        arrays->source->at_fault = (limen_role)role;
        if (count > 0)
            status = limen_rows_next(&arrays->rows[role], count, view, error);
        else
            *view = arrays->rows[role].array;
        if (status != LIMEN_OK)
            return status;
        view->shape[0] = count;
        if (arrays->extra[role]) {
            view->shape[2] = view->shape[1];
            view->stride[2] = view->stride[1];
            view->shape[1] = 1;
        }
    }
    batch->row_offset = arrays->row * batch->scores.shape[2];
    arrays->row += count;
    return LIMEN_OK;
}

static limen_status arrays_rewind(limen_reader *reader, limen_error *error)
{
    struct arrays *arrays = (struct arrays *)reader;

    for (int role = 1; role < ROLES; role++) {
        limen_status status = LIMEN_OK;

        arrays->source->at_fault = (limen_role)role;
        if (arrays->present[role])
            status = limen_rows_rewind(&arrays->rows[role], error);
        if (status != LIMEN_OK)
            return status;
    }
    arrays->row = 0;
    return LIMEN_OK;
}

static int64_t arrays_position(const limen_reader *reader)
{
    const struct arrays *arrays = (const struct arrays *)reader;
    int64_t position = 0;

    for (int role = 1; role < ROLES; role++)
        if (arrays->present[role])
            position += limen_rows_position(&arrays->rows[role]);
    return position;
}

static void arrays_close(limen_reader *reader)
{
    struct arrays *arrays = (struct arrays *)reader;
    limen_allocator allocator = arrays->source->allocator;

    for (int role = 1; role < ROLES; role++)
        if (arrays->present[role])
            limen_rows_close(&arrays->rows[role]);
    if (arrays->has_zip)
        limen_zip_close(&arrays->zip);
    limen_delete(&allocator, arrays, 1, sizeof *arrays);
}

static limen_status check_scores(const limen_rows *rows, limen_error *error)
{
    if (rows->npy.ndim == 0)
        return limen_fail(error, LIMEN_ERR_SHAPE,
                          "scores are a single number; (samples) or (samples, labels) is wanted");
    if (rows->npy.shape[1] == 0 || rows->npy.shape[2] == 0)
        return limen_fail(error, LIMEN_ERR_SHAPE, "scores have no labels: an axis is empty");
    return LIMEN_OK;
}

/* The widths that role's array may have beside scores of `width` columns: its own, or one column
 * (class numbers; weights; groups). */
static limen_status check_shape(struct arrays *arrays, int role, limen_error *error)
{
    const int64_t *scores = arrays->rows[LIMEN_ROLE_SCORES].npy.shape;
    limen_npy *npy = &arrays->rows[role].npy;
    int64_t width = npy->shape[1];
    int64_t extra = npy->shape[2];
    const char *name = role_names[role];

    if (npy->ndim == 0 || npy->shape[0] != scores[0])
        return limen_fail(error, LIMEN_ERR_SHAPE,
                          "%s have %lld rows, scores have %lld; each row is one sample", name,
                          (long long)(npy->ndim ? npy->shape[0] : 0), (long long)scores[0]);
    if (npy->ndim == 2 && scores[2] > 1 && width == scores[2]) {
        arrays->extra[role] = 1;
        extra = width;
        width = 1;
    }
    if (width != 1 && !(role == LIMEN_ROLE_TARGETS && width == scores[1]))
        return limen_fail(error, LIMEN_ERR_SHAPE,
                          role == LIMEN_ROLE_TARGETS
                              ? "%s have %lld columns, scores have %lld; give one a label, or one "
                                "of class numbers"
                              : "%s have %lld columns, scores have %lld; give one column",
                          name, (long long)width, (long long)scores[1]);
    if (extra != scores[2] && !(role != LIMEN_ROLE_TARGETS && extra == 1))
        return limen_fail(error, LIMEN_ERR_SHAPE,
                          "%s have %lld on the third axis, scores have %lld", name,
                          (long long)extra, (long long)scores[2]);
    return LIMEN_OK;
}

static limen_status check_role(struct arrays *arrays, int role, limen_error *error)
{
    arrays->source->at_fault = (limen_role)role;
    if (arrays->rows[role].npy.kind != LIMEN_NPY_NUMBER)
        return limen_fail(error, LIMEN_ERR_DTYPE, "%s are strings; numbers are wanted",
                          role_names[role]);
    if (role == LIMEN_ROLE_SCORES)
        return check_scores(&arrays->rows[role], error);
    return check_shape(arrays, role, error);
}

static void describe(struct arrays *arrays)
{
    limen_source_info *info = &arrays->source->info;
    const limen_npy *scores = &arrays->rows[LIMEN_ROLE_SCORES].npy;
    const limen_npy *targets = &arrays->rows[LIMEN_ROLE_TARGETS].npy;
    limen_dtype *const dtypes[ROLES] = {NULL, &info->scores, &info->targets, &info->weights,
                                        &info->groups};

    info->format = arrays->has_zip ? "npz" : "npy";
    info->rows = scores->shape[0] * scores->shape[2];
    info->width = scores->shape[1];
    info->scores_ndim = scores->ndim;
    for (int role = 1; role < ROLES; role++) {
        const limen_rows *rows = &arrays->rows[role];

        if (!arrays->present[role])
            continue;
        *dtypes[role] = rows->npy.dtype;
        info->bytes = info->bytes < 0 || rows->bytes < 0 ? -1 : info->bytes + rows->bytes;
    }
    if (arrays->present[LIMEN_ROLE_TARGETS]) {
        info->target_width = arrays->extra[LIMEN_ROLE_TARGETS] ? 1 : targets->shape[1];
        info->targets_ndim = targets->ndim;
    }
}

static void set_step(struct arrays *arrays, int64_t block_bytes)
{
    int64_t row_bytes = 0;
    int buffered = 0;

    for (int role = 1; role < ROLES; role++) {
        if (!arrays->present[role])
            continue;
        row_bytes += limen_rows_row_bytes(&arrays->rows[role]);
        buffered |= limen_rows_is_buffered(&arrays->rows[role]);
    }
    if (!buffered && block_bytes <= INT64_MAX / MAPPED_FACTOR)
        block_bytes *= MAPPED_FACTOR;
    arrays->step = block_bytes / row_bytes;
    if (arrays->step < 1)
        arrays->step = 1;
}

/* The arrays are open: do they go together? */
static limen_status pair_arrays(struct arrays *arrays, int64_t block_bytes, limen_error *error)
{
    for (int role = 1; role < ROLES; role++) {
        limen_status status = LIMEN_OK;

        if (arrays->present[role])
            status = check_role(arrays, role, error);
        if (status != LIMEN_OK)
            return status;
    }
    arrays->count = arrays->rows[LIMEN_ROLE_SCORES].npy.shape[0];
    set_step(arrays, block_bytes);
    describe(arrays);
    return LIMEN_OK;
}

static limen_status make_arrays(limen_source *source, struct arrays **out, limen_error *error)
{
    struct arrays *arrays = limen_new(&source->allocator, 1, sizeof *arrays);

    if (!arrays)
        return limen_fail_memory(error, sizeof *arrays);
    arrays->reader = (limen_reader){.next = arrays_next,
                                    .rewind = arrays_rewind,
                                    .position = arrays_position,
                                    .close = arrays_close};
    arrays->source = source;
    *out = arrays;
    return LIMEN_OK;
}

limen_status limen_npy_open(limen_source *source, const limen_source_options *options,
                            limen_reader **reader, limen_error *error)
{
    const char *const paths[ROLES] = {NULL, options->scores,
                                      options->without_targets ? NULL : options->targets,
                                      options->weights, options->groups};
    struct arrays *arrays = NULL;
    limen_status status = make_arrays(source, &arrays, error);

    if (status != LIMEN_OK)
        return status;
    *reader = &arrays->reader;
    for (int role = 1; role < ROLES && status == LIMEN_OK; role++) {
        if (!paths[role])
            continue;
        source->at_fault = (limen_role)role;
        status = limen_rows_open_file(&arrays->rows[role], paths[role], options->keep,
                                      &source->allocator, error);
        arrays->present[role] = status == LIMEN_OK;
    }
    return status == LIMEN_OK ? pair_arrays(arrays, options->block_bytes, error) : status;
}

/* Opens the member of a name; *found is 0 when the archive has none. */
static limen_status open_member(struct arrays *arrays, const char *name, limen_rows *rows,
                                int *found, limen_error *error)
{
    const limen_allocator *allocator = &arrays->source->allocator;
    limen_zip_member member;
    limen_stream *stream = NULL;
    limen_status status = limen_zip_find(&arrays->zip, name, &member, found, error);

    if (status != LIMEN_OK || !*found)
        return status;
    *found = 0;
    status = limen_stream_open_member(&arrays->zip.file, &member, allocator, &stream, error);
    if (status == LIMEN_OK)
        status = limen_rows_open_stream(rows, stream, allocator, error);
    *found = status == LIMEN_OK;
    return status;
}

static limen_status open_members(struct arrays *arrays, int without_targets, limen_error *error)
{
    for (int role = 1; role < ROLES; role++) {
        int needed = role == LIMEN_ROLE_SCORES || role == LIMEN_ROLE_TARGETS;
        limen_status status = LIMEN_OK;

        if (role == LIMEN_ROLE_TARGETS && without_targets)
            continue;
        status = open_member(arrays, role_names[role], &arrays->rows[role], &arrays->present[role],
                             error);
        if (status != LIMEN_OK)
            return status;
        if (needed && !arrays->present[role]) {
            char list[300];

            limen_zip_list(&arrays->zip, list, sizeof list);
            return limen_fail(error, LIMEN_ERR_FORMAT,
                              "has no array \"%s\"; it has: %s; save it as numpy.savez(file, "
                              "scores=..., targets=...)",
                              role_names[role], list[0] ? list : "nothing");
        }
    }
    return LIMEN_OK;
}

static limen_status read_labels(struct arrays *arrays, limen_error *error)
{
    limen_rows rows;
    int found = 0;
    limen_status status = open_member(arrays, "labels", &rows, &found, error);

    if (status != LIMEN_OK || !found)
        return status;
    status = limen_names_read_rows(&arrays->source->labels, &rows, error);
    limen_rows_close(&rows);
    return status;
}

limen_status limen_npz_open(limen_source *source, const limen_source_options *options,
                            limen_file *file, limen_reader **reader, limen_error *error)
{
    struct arrays *arrays = NULL;
    limen_status status = make_arrays(source, &arrays, error);

    if (status == LIMEN_OK && file->size < 0) {
        limen_delete(&source->allocator, arrays, 1, sizeof *arrays);
        status = limen_fail(error, LIMEN_ERR_UNSUPPORTED,
                            "an .npz archive cannot come through a pipe, and an empty file is "
                            "none; write it to a file");
    }
    if (status != LIMEN_OK) {
        limen_file_close(file);
        return status;
    }
    *reader = &arrays->reader;
    status = limen_zip_open(&arrays->zip, file, &source->allocator, error);
    if (status != LIMEN_OK)
        return status;
    arrays->has_zip = 1;
    status = open_members(arrays, options->without_targets, error);
    if (status == LIMEN_OK && !options->labels)
        status = read_labels(arrays, error);
    return status == LIMEN_OK ? pair_arrays(arrays, options->block_bytes, error) : status;
}
