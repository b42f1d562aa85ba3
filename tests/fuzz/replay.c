/* Stands in for libFuzzer: gives every file of the folders on the command line to the target, whole
 * and cut at a few places. */
#include "fuzz.h"

#include <dirent.h>

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = malloc(1 << 20);
    size_t count;

    if (!file || !bytes) {
        (void)fprintf(stderr, "%s cannot be read\n", path);
        return 0;
    }
    count = fread(bytes, 1, 1 << 20, file);
    (void)fclose(file);
    for (size_t part = 0; part <= 16; part++) {
        size_t length = count * part / 16;
        uint8_t *exact = malloc(length ? length : 1);

        if (!exact)
            abort();
        memcpy(exact, bytes, length);
        (void)LLVMFuzzerTestOneInput(exact, length);
        free(exact);
    }
    free(bytes);
    return 1;
}

int main(int count, char **folders)
{
    int files = 0;

    for (int i = 1; i < count; i++) {
        DIR *folder = opendir(folders[i]);

        if (!folder) {
            (void)fprintf(stderr, "%s cannot be opened\n", folders[i]);
            return 1;
        }
        for (struct dirent *entry; (entry = readdir(folder));) {
            char path[4096];

            if (entry->d_name[0] == '.')
                continue;
            (void)snprintf(path, sizeof path, "%s/%s", folders[i], entry->d_name);
            if (!replay_file(path))
                return 1;
            files++;
        }
        (void)closedir(folder);
    }
    (void)printf("%d files\n", files);
    return files == 0;
}
