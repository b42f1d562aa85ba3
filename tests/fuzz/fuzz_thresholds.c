/* A SPEC, and the same bytes as a thresholds file. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static const char *const labels[] = {"joy", "fear", "a,b"};
    char path[128];
    char *spec = malloc(count + 1);

    if (!spec)
        abort();
    memcpy(spec, bytes, count);
    spec[count] = '\0';
    fuzz_write(path, ".json", bytes, count);
    for (int named = 0; named < 2; named++)
        for (int form = 0; form < 2; form++) {
            limen_thresholds *thresholds = NULL;
            limen_error error;

            /* No names of other files. */
            if (form == 0 && strchr(spec, '.') && (strstr(spec, ".json") || strstr(spec, ".npy")))
                continue;
            if (limen_thresholds_read(form ? path : spec, 3, named ? labels : NULL, NULL,
                                      &thresholds, NULL, &error) == LIMEN_OK) {
                const limen_thresholds_info *info = limen_thresholds_describe(thresholds);

                for (int64_t i = 0; i < 3; i++)
                    if (info->values[i] != info->values[i])
                        abort();
            }
            limen_thresholds_destroy(thresholds);
        }
    (void)unlink(path);
    free(spec);
    return 0;
}
