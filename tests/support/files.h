/* Files for tests of readers and writers: a folder of their own, .npy and .zip images in memory.
 * Include it after cmocka.h. */
#ifndef LIMEN_TESTS_FILES_H
#define LIMEN_TESTS_FILES_H

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

typedef struct test_folder {
    char path[256];
    char file[512]; /* of the last test_file */
} test_folder;

static inline void test_folder_make(test_folder *folder)
{
    const char *parent = getenv("TMPDIR");

    (void)snprintf(folder->path, sizeof folder->path, "%s/limen-test-XXXXXX",
                   parent ? parent : "/tmp");
    assert_non_null(mkdtemp(folder->path));
}

/* How many files the folder holds. */
static inline int test_folder_count(const test_folder *folder)
{
    DIR *open = opendir(folder->path);
    int count = 0;

    assert_non_null(open);
    for (struct dirent *entry; (entry = readdir(open));)
        count += entry->d_name[0] != '.';
    closedir(open);
    return count;
}

static inline const char *test_path(test_folder *folder, const char *name)
{
    (void)snprintf(folder->file, sizeof folder->file, "%s/%s", folder->path, name);
    return folder->file;
}

static inline void test_folder_remove(test_folder *folder)
{
    DIR *open = opendir(folder->path);

    assert_non_null(open);
    for (struct dirent *entry; (entry = readdir(open));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            assert_int_equal(unlink(test_path(folder, entry->d_name)), 0);
    closedir(open);
    assert_int_equal(rmdir(folder->path), 0);
}

/* Bytes that grow: by doubling, as some tools move them on every realloc. */
typedef struct test_image {
    unsigned char *bytes;
    size_t length, capacity;
} test_image;

static inline void test_add(test_image *image, const void *bytes, size_t count)
{
    if (image->length + count >= image->capacity) {
        image->capacity = 2 * (image->length + count) + 64;
        image->bytes = realloc(image->bytes, image->capacity);
        assert_non_null(image->bytes);
    }
    if (count)
        memcpy(image->bytes + image->length, bytes, count);
    image->length += count;
}

static inline void test_add_text(test_image *image, const char *text)
{
    test_add(image, text, strlen(text));
}

/* Writes the image and releases it; the path lives until the next one is made. */
static inline const char *test_write(test_folder *folder, const char *name, test_image *image)
{
    const char *path = test_path(folder, name);
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(image->bytes, 1, image->length, file), image->length);
    assert_int_equal(fclose(file), 0);
    free(image->bytes);
    *image = (test_image){NULL, 0, 0};
    return path;
}

static inline const char *test_write_text(test_folder *folder, const char *name, const char *text)
{
    test_image image = {NULL, 0, 0};

    test_add_text(&image, text);
    return test_write(folder, name, &image);
}

/* An .npy image of a version, with the dictionary as given. */
static inline test_image test_npy(int version, const char *dictionary, const void *data,
                                  size_t count)
{
    test_image image = {NULL, 0, 0};
    size_t length = strlen(dictionary) + 1;
    const unsigned char prefix[12] = {0x93,
                                      'N',
                                      'U',
                                      'M',
                                      'P',
                                      'Y',
                                      (unsigned char)version,
                                      0,
                                      (unsigned char)(length & 0xff),
                                      (unsigned char)(length >> 8)};

    test_add(&image, prefix, version == 1 ? 10 : 12);
    test_add_text(&image, dictionary);
    test_add_text(&image, "\n");
    test_add(&image, data, count);
    return image;
}

static inline void test_add_number(test_image *image, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        unsigned char byte = (unsigned char)(value >> (8 * i));

        test_add(image, &byte, 1);
    }
}

/* A zip archive under construction: members go to `body`, the directory to `directory`. */
typedef struct test_zip {
    test_image body, directory;
    int members;
} test_zip;

static inline void test_zip_add(test_zip *zip, const char *name, test_image *content, int deflated)
{
    uint32_t crc = (uint32_t)crc32(crc32(0, NULL, 0), content->bytes, (uInt)content->length);
    uint64_t at = zip->body.length;
    unsigned char *packed = content->bytes;
    size_t count = content->length;

    if (deflated) {
        z_stream stream = {.next_in = content->bytes, .avail_in = (uInt)content->length};

        packed = malloc(content->length + 1000);
        assert_non_null(packed);
        assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
        stream.next_out = packed;
        stream.avail_out = (uInt)content->length + 1000;
        assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
        count = stream.total_out;
        deflateEnd(&stream);
    }
    for (int part = 0; part < 2; part++) {
        test_image *to = part == 0 ? &zip->body : &zip->directory;

        test_add(to, part == 0 ? "PK\3\4" : "PK\1\2", 4);
        if (part == 1)
            test_add_number(to, 20, 2);
        test_add_number(to, 20, 2);
        test_add_number(to, 0, 2);
        test_add_number(to, deflated ? 8 : 0, 2);
        test_add_number(to, 0, 4);
        test_add_number(to, crc, 4);
        test_add_number(to, count, 4);
        test_add_number(to, content->length, 4);
        test_add_number(to, strlen(name), 2);
        test_add_number(to, 0, 2);
        if (part == 1) {
            test_add(to, "\0\0\0\0\0\0\0\0\0\0", 10);
            test_add_number(to, at, 4);
        }
        test_add_text(to, name);
    }
    test_add(&zip->body, packed, count);
    if (deflated)
        free(packed);
    free(content->bytes);
    *content = (test_image){NULL, 0, 0};
    zip->members++;
}

/* The archive as one image; the parts are released. */
static inline test_image test_zip_end(test_zip *zip)
{
    test_image image = zip->body;
    uint64_t at = image.length;

    test_add(&image, zip->directory.bytes, zip->directory.length);
    test_add(&image, "PK\5\6", 4);
    test_add_number(&image, 0, 4);
    test_add_number(&image, (uint64_t)zip->members, 2);
    test_add_number(&image, (uint64_t)zip->members, 2);
    test_add_number(&image, zip->directory.length, 4);
    test_add_number(&image, at, 4);
    test_add_number(&image, 0, 2);
    free(zip->directory.bytes);
    *zip = (test_zip){{NULL, 0, 0}, {NULL, 0, 0}, 0};
    return image;
}

#endif
