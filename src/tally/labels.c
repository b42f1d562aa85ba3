#include "tally/labels.h"

#include <string.h>

static void release(const limen_tally *tally, char **labels)
{
    size_t width = (size_t)tally->spec.width;

    for (size_t i = 0; labels && i < width; i++)
        limen_delete_string(&tally->allocator, labels[i]);
    limen_delete(&tally->allocator, labels, width, sizeof *labels);
}

void limen_labels_release(limen_tally *tally)
{
    release(tally, tally->labels);
    tally->labels = NULL;
}

static limen_status copy(const limen_tally *tally, const char *const *labels, char ***copies,
                         limen_error *error)
{
    size_t width = (size_t)tally->spec.width;

    for (size_t i = 0; i < width; i++) {
        if (!labels[i])
            return limen_fail(error, LIMEN_ERR_ARGUMENT,
                              "the name of label %zu is NULL: give a name for each label", i);
    }
    *copies = limen_new(&tally->allocator, width, sizeof **copies);
    for (size_t i = 0; *copies && i < width; i++) {
        (*copies)[i] = limen_copy_string(&tally->allocator, labels[i]);
        if (!(*copies)[i]) {
            release(tally, *copies);
            *copies = NULL;
        }
    }
    return *copies ? LIMEN_OK : limen_fail_memory(error, width * sizeof **copies);
}

limen_status limen_tally_set_labels(limen_tally *tally, const char *const *labels,
                                    limen_error *error)
{
    char **copies = NULL;
    limen_status status = labels ? copy(tally, labels, &copies, error) : LIMEN_OK;

    if (status != LIMEN_OK)
        return status;
    limen_labels_release(tally);
    tally->labels = copies;
    return LIMEN_OK;
}

const char *const *limen_tally_labels(const limen_tally *tally)
{
    return (const char *const *)tally->labels;
}

limen_status limen_labels_compare(const limen_tally *into, const limen_tally *from,
                                  limen_error *error)
{
    if (!into->labels || !from->labels)
        return LIMEN_OK;
    for (int64_t i = 0; i < into->spec.width; i++) {
        if (strcmp(into->labels[i], from->labels[i]) != 0)
            return limen_fail(error, LIMEN_ERR_CONFIG,
                              "the name of label %lld differs: %.200s and %.200s", (long long)i,
                              into->labels[i], from->labels[i]);
    }
    return LIMEN_OK;
}

/* ---- As bytes: length and bytes of each ------------------------------------------------------ */

uint64_t limen_labels_size(const limen_tally *tally)
{
    uint64_t size = 0;

    for (int64_t i = 0; tally->labels && i < tally->spec.width; i++)
        size += sizeof(uint64_t) + strlen(tally->labels[i]);
    return size;
}

void limen_labels_pack(const limen_tally *tally, limen_packer *packer)
{
    for (int64_t i = 0; tally->labels && i < tally->spec.width; i++) {
        size_t length = strlen(tally->labels[i]);

        limen_pack_integer(packer, length, sizeof(uint64_t));
        limen_pack_bytes(packer, tally->labels[i], length);
    }
}

static limen_status unpack_name(const limen_tally *tally, limen_unpacker *bytes, char **name,
                                limen_error *error)
{
    int64_t place = limen_unpacker_place(bytes);
    uint64_t length = sizeof length;

    if (limen_unpacker_left(bytes) >= sizeof length)
        length = limen_unpack_integer(bytes, sizeof length);
    if (length > limen_unpacker_left(bytes) || memchr(bytes->at, '\0', length))
        return limen_fail_byte(error, LIMEN_ERR_FORMAT, place, "this is no name of a label");
    *name = limen_new_raw(&tally->allocator, length + 1, 1);
    if (!*name)
        return limen_fail_memory(error, length + 1);
    limen_unpack_words(bytes, *name, length, 1);
    (*name)[length] = '\0';
    return LIMEN_OK;
}

limen_status limen_labels_unpack(limen_tally *tally, limen_unpacker *bytes, limen_error *error)
{
    size_t width = (size_t)tally->spec.width;
    limen_status status = LIMEN_OK;

    tally->labels = limen_new(&tally->allocator, width, sizeof *tally->labels);
    if (!tally->labels)
        return limen_fail_memory(error, width * sizeof *tally->labels);
    for (size_t i = 0; status == LIMEN_OK && i < width; i++)
        status = unpack_name(tally, bytes, &tally->labels[i], error);
    return status;
}
