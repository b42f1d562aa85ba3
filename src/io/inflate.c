/* Streams that zlib unpacks: gzip files and members of zip archives. Stored members take the same
 * way, without the unpacking, because their size and checksum are verified as well. */
#include "io/stream.h"

#include <limits.h>
#include <string.h>
#include <zlib.h>

enum { INPUT_BYTES = 64 * 1024 };

struct packed {
    limen_stream stream;
    limen_allocator allocator;
    limen_file owned;       /* gzip: the file, which is ours */
    const limen_file *file; /* that, or the archive */
    limen_zip_member member;
    int gzip;
    int started;   /* zlib's state exists */
    int finished;  /* the end was seen and is right */
    int64_t begin; /* of the packed bytes in the file */
    int64_t taken; /* packed bytes read from the file */
    int64_t given; /* unpacked bytes */
    uLong crc;
    z_stream zlib;
    unsigned char input[INPUT_BYTES];
};

/* zlib does not say how much it releases, so the size stands before the memory. */
union block {
    size_t bytes;
    max_align_t align;
};

static void *zlib_allocate(void *context, unsigned count, unsigned size)
{
    const limen_allocator *allocator = context;
    size_t bytes = sizeof(union block) + (size_t)count * size;
    union block *block = limen_new(allocator, bytes, 1);

    if (!block)
        return NULL;
    block->bytes = bytes;
    return block + 1;
}

static void zlib_release(void *context, void *memory)
{
    union block *block = (union block *)memory - 1;

    limen_delete(context, block, block->bytes, 1);
}

static limen_status fail_short(const struct packed *packed, limen_error *error)
{
    return limen_fail_byte(error, LIMEN_ERR_FORMAT, packed->begin + packed->taken,
                           "the compressed data ends too early: the file was cut short");
}

static limen_status fill_input(struct packed *packed, limen_error *error)
{
    int64_t left = packed->member.compressed - packed->taken;
    size_t wanted = left < INPUT_BYTES ? (size_t)left : INPUT_BYTES;
    size_t got = 0;
    limen_status status = limen_file_read_at(packed->file, packed->begin + packed->taken,
                                             packed->input, wanted, &got, error);

    if (status != LIMEN_OK)
        return status;
    if (got == 0)
        return fail_short(packed, error);
    packed->taken += (int64_t)got;
    packed->zlib.next_in = packed->input;
    packed->zlib.avail_in = (uInt)got;
    return LIMEN_OK;
}

/* The end of a member: the size and the checksum of the directory have to hold. */
static limen_status finish_member(struct packed *packed, limen_error *error)
{
    packed->finished = 1;
    if (packed->given != packed->member.size)
        return limen_fail_byte(error, LIMEN_ERR_FORMAT, packed->begin,
                               "a member unpacks to %lld bytes where the archive says %lld",
                               (long long)packed->given, (long long)packed->member.size);
    if ((uint32_t)packed->crc != packed->member.crc)
        return limen_fail_byte(error, LIMEN_ERR_FORMAT, packed->begin,
                               "a member's checksum is wrong: the file is damaged");
    return LIMEN_OK;
}

/* The end of one gzip stream; another one may follow. */
static void finish_gzip(struct packed *packed)
{
    if (packed->zlib.avail_in == 0 && packed->taken == packed->member.compressed)
        packed->finished = 1;
    else
        (void)inflateReset(&packed->zlib);
}

static limen_status account(struct packed *packed, const void *bytes, size_t got, int ended,
                            limen_error *error)
{
    packed->given += (int64_t)got;
    if (packed->gzip)
        return LIMEN_OK;
    packed->crc = crc32(packed->crc, bytes, (uInt)got);
    return ended ? finish_member(packed, error) : LIMEN_OK;
}

static limen_status inflate_some(struct packed *packed, int *ended, limen_error *error)
{
    int all_taken = packed->taken == packed->member.compressed;
    int result;

    /* Without input zlib may still have output to give. */
    if (packed->zlib.avail_in == 0 && !all_taken) {
        limen_status status = fill_input(packed, error);

        if (status != LIMEN_OK)
            return status;
    }
    result = inflate(&packed->zlib, Z_NO_FLUSH);
    *ended = result == Z_STREAM_END;
    if (result == Z_BUF_ERROR && all_taken)
        return fail_short(packed, error);
    if (result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR)
        return LIMEN_OK;
    if (result == Z_MEM_ERROR)
        return limen_fail_memory(error, 0);
    return limen_fail_byte(
        error, LIMEN_ERR_FORMAT, packed->begin + packed->taken - (int64_t)packed->zlib.avail_in,
        "the compressed data is damaged (%s)", packed->zlib.msg ? packed->zlib.msg : "zlib");
}

static limen_status read_deflated(struct packed *packed, void *bytes, size_t count, size_t *got,
                                  limen_error *error)
{
    int ended = 0;

    packed->zlib.next_out = bytes;
    packed->zlib.avail_out = (uInt)count;
    while (*got == 0 && !ended && !packed->finished) {
        limen_status status = inflate_some(packed, &ended, error);

        if (status != LIMEN_OK)
            return status;
        *got = count - packed->zlib.avail_out;
        if (ended && packed->gzip) {
            finish_gzip(packed);
            ended = 0;
        }
    }
    return account(packed, bytes, *got, ended, error);
}

static limen_status read_stored(struct packed *packed, void *bytes, size_t count, size_t *got,
                                limen_error *error)
{
    int64_t left = packed->member.compressed - packed->taken;
    limen_status status;

    if (left < (int64_t)count)
        count = (size_t)left;
    if (count > 0) {
        status = limen_file_read_at(packed->file, packed->begin + packed->taken, bytes, count, got,
                                    error);
        if (status != LIMEN_OK)
            return status;
        if (*got == 0)
            return limen_fail_byte(error, LIMEN_ERR_FORMAT, packed->begin + packed->taken,
                                   "a member ends too early: the file was cut short");
    }
    packed->taken += (int64_t)*got;
    return account(packed, bytes, *got, *got == 0, error);
}

static limen_status packed_read(limen_stream *stream, void *bytes, size_t count, size_t *got,
                                limen_error *error)
{
    struct packed *packed = (struct packed *)stream;

    *got = 0;
    if (packed->finished)
        return LIMEN_OK;
    if (count > INT_MAX)
        count = INT_MAX;
    if (packed->member.method == 0)
        return read_stored(packed, bytes, count, got, error);
    return read_deflated(packed, bytes, count, got, error);
}

static limen_status packed_rewind(limen_stream *stream, limen_error *error)
{
    struct packed *packed = (struct packed *)stream;

    (void)error;
    packed->taken = packed->given = 0;
    packed->finished = 0;
    packed->crc = crc32(0, NULL, 0);
    packed->zlib.avail_in = 0;
    if (packed->started)
        (void)inflateReset(&packed->zlib);
    return LIMEN_OK;
}

static int64_t packed_position(const limen_stream *stream)
{
    const struct packed *packed = (const struct packed *)stream;

    return packed->taken - (int64_t)packed->zlib.avail_in;
}

static void packed_close(limen_stream *stream)
{
    struct packed *packed = (struct packed *)stream;
    limen_allocator allocator = packed->allocator;

    if (packed->started)
        (void)inflateEnd(&packed->zlib);
    limen_file_close(&packed->owned);
    limen_delete(&allocator, packed, 1, sizeof *packed);
}

/* window_bits as zlib has them: 31 for gzip, -15 for bare deflate, 0 here for stored. */
static limen_status open_packed(const limen_zip_member *member, int window_bits,
                                const limen_allocator *allocator, struct packed **out,
                                limen_error *error)
{
    struct packed *packed = limen_new(allocator, 1, sizeof *packed);

    if (!packed)
        return limen_fail_memory(error, sizeof *packed);
    packed->stream = (limen_stream){.read = packed_read,
                                    .rewind = packed_rewind,
                                    .position = packed_position,
                                    .close = packed_close,
                                    .size = member->compressed,
                                    .can_rewind = 1};
    packed->allocator = *allocator;
    packed->owned = LIMEN_FILE_CLOSED;
    packed->member = *member;
    packed->gzip = window_bits > 0;
    packed->crc = crc32(0, NULL, 0);
    packed->zlib.zalloc = zlib_allocate;
    packed->zlib.zfree = zlib_release;
    packed->zlib.opaque = &packed->allocator;
    if (window_bits != 0 && inflateInit2(&packed->zlib, window_bits) != Z_OK) {
        packed_close(&packed->stream);
        return limen_fail_memory(error, 0);
    }
    packed->started = window_bits != 0;
    *out = packed;
    return LIMEN_OK;
}

limen_status limen_stream_open_gzip(limen_file *file, const limen_allocator *allocator,
                                    limen_stream **stream, limen_error *error)
{
    limen_zip_member whole = {.compressed = file->size, .method = 8};
    struct packed *packed = NULL;
    limen_status status = open_packed(&whole, 31, allocator, &packed, error);

    if (status != LIMEN_OK) {
        limen_file_close(file);
        return status;
    }
    packed->owned = *file;
    packed->file = &packed->owned;
    *file = LIMEN_FILE_CLOSED;
    *stream = &packed->stream;
    return LIMEN_OK;
}

/* The local header repeats the name and has extra fields of its own; the data lies behind them. */
static limen_status find_member_data(const limen_file *archive, const limen_zip_member *member,
                                     int64_t *begin, limen_error *error)
{
    enum { LOCAL_HEADER = 30 };
    unsigned char header[LOCAL_HEADER];
    size_t got = 0;
    limen_status status = LIMEN_OK;

    if (member->header <= archive->size - LOCAL_HEADER)
        status = limen_file_read_at(archive, member->header, header, sizeof header, &got, error);
    if (status != LIMEN_OK)
        return status;
    if (got < sizeof header || memcmp(header, "PK\003\004", 4) != 0)
        return limen_fail_byte(error, LIMEN_ERR_FORMAT, member->header,
                               "no member begins where the archive says; the file is damaged");
    *begin = member->header + LOCAL_HEADER + (header[26] | header[27] << 8) +
             (header[28] | header[29] << 8);
    if (member->compressed > archive->size - *begin)
        return limen_fail_byte(error, LIMEN_ERR_FORMAT, archive->size,
                               "a member lacks %lld bytes: the file was cut short",
                               (long long)(member->compressed - (archive->size - *begin)));
    return LIMEN_OK;
}

limen_status limen_stream_open_member(const limen_file *archive, const limen_zip_member *member,
                                      const limen_allocator *allocator, limen_stream **stream,
                                      limen_error *error)
{
    struct packed *packed = NULL;
    int64_t begin = 0;
    limen_status status;

    if (member->encrypted)
        return limen_fail_byte(error, LIMEN_ERR_UNSUPPORTED, member->header,
                               "a member is encrypted; write the archive without a password");
    if (member->method != 0 && member->method != 8)
        return limen_fail_byte(error, LIMEN_ERR_UNSUPPORTED, member->header,
                               "a member is compressed with method %d; only stored and deflated "
                               "ones are read (numpy.savez, numpy.savez_compressed)",
                               member->method);
    status = find_member_data(archive, member, &begin, error);
    if (status == LIMEN_OK)
        status = open_packed(member, member->method == 8 ? -15 : 0, allocator, &packed, error);
    if (status != LIMEN_OK)
        return status;
    packed->file = archive;
    packed->begin = begin;
    *stream = &packed->stream;
    return LIMEN_OK;
}
