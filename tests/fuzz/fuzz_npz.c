/* An archive. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    char path[128];
    limen_source_options options = {.size = sizeof options, .table = path, .block_bytes = 64};

    fuzz_write(path, ".npz", bytes, count);
    fuzz_source(&options);
    (void)unlink(path);
    return 0;
}
