/* An .npy file as scores, as targets beside itself, and as label names. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    char path[128];
    limen_source_options options = {.size = sizeof options, .block_bytes = 64};

    fuzz_write(path, ".npy", bytes, count);
    options.scores = path;
    options.targets = path;
    fuzz_source(&options);
    options.labels = path;
    options.targets = NULL;
    options.without_targets = 1;
    fuzz_source(&options);
    (void)unlink(path);
    return 0;
}
