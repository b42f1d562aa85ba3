/* Delimited text: with the usual columns, and with patterns that take everything. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    char path[128];
    limen_source_options options = {.size = sizeof options, .table = path, .block_bytes = 64};

    fuzz_write(path, ".csv", bytes, count);
    fuzz_source(&options);
    options.score_columns = "[!y]*";
    options.target_columns = "y*";
    fuzz_source(&options);
    (void)unlink(path);
    return 0;
}
