# Every source file, by layer. tests/layering fails when one is missing here.

set(LIMEN_SOURCES
    src/core/array.c
    src/core/buffer.c
    src/core/cpu.c
    src/core/memory.c
    src/core/numeric.c
    src/core/status.c
    src/core/threads.c
    src/core/version.c
    src/kernels/bins.c
    src/kernels/scalar.c
    src/kernels/select.c
    src/kernels/sort.c
)

set(LIMEN_IO_SOURCES
)

set(LIMEN_CLI_SOURCES
)

set(LIMEN_PYTHON_SOURCES
    python/src/arguments.c
    python/src/arrow.c
    python/src/batch.c
    python/src/dlpack.c
    python/src/error.c
    python/src/ingest.c
    python/src/module.c
    python/src/result.c
    python/src/spec.c
    python/src/tally.c
    python/src/torch.c
)
