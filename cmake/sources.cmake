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
    src/result/result.c
    src/metrics/agreement.c
    src/metrics/average.c
    src/metrics/compute.c
    src/metrics/confusion.c
    src/metrics/counts.c
    src/metrics/diagnostic.c
    src/metrics/groups.c
    src/metrics/notes.c
    src/metrics/options.c
    src/metrics/samples.c
    src/metrics/section.c
    src/metrics/table.c
    src/metrics/values.c
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
