/* A tally with the k-th allocation refused, for every k: create, attach, apply; and update, which
 * takes no memory at all for states of fixed size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "oom/failing_allocator.h"
#include "support/tally.h"

#define WIDTH 3
#define ROWS 40

static const uint32_t label_states[] = {LIMEN_COUNTS, LIMEN_SAMPLES, LIMEN_COUNTS | LIMEN_SAMPLES};
static const uint32_t class_states[] = {LIMEN_COUNTS, LIMEN_CONFUSION,
                                        LIMEN_COUNTS | LIMEN_CONFUSION};

static struct problem make_case(limen_task task, uint32_t states, int with_rows)
{
    struct generator random = {41};
    struct problem problem = {.rows = ROWS, .extra = 1};

    problem.spec = (limen_spec){.size = sizeof problem.spec,
                                .task = task,
                                .states = states,
                                .width = WIDTH,
                                .sets = 2,
                                .weighted = with_rows,
                                .groups = with_rows ? 2 : 0,
                                .threads = 2};
    random_thresholds(&problem, &random);
    make_problem(&problem, &random, LIMEN_F32, LIMEN_U8, LAYOUT_C, LAYOUT_C);
    return problem;
}

/* Creates, updates, merges and destroys. Once there is a tally, nothing may fail or allocate. */
static limen_status live(const struct problem *problem, failing_allocator *memory)
{
    limen_allocator allocator = failing_allocator_of(memory);
    limen_tally *tally = NULL;
    limen_error error = {0};
    int64_t calls;
    limen_status status = limen_tally_create(&problem->spec, &allocator, &tally, &error);

    if (status != LIMEN_OK) {
        assert_null(tally);
        assert_int_equal(error.code, status);
        return status;
    }
    calls = memory->calls;
    memory->fail_at = calls + 1;
    update(tally, &problem->batch);
    assert_int_equal(limen_tally_merge(tally, tally, &error), LIMEN_OK);
    limen_tally_reset(tally);
    assert_int_equal(memory->calls, calls);
    limen_tally_destroy(tally);
    return LIMEN_OK;
}

static void refuse_each(limen_task task, uint32_t states, int with_rows)
{
    struct problem problem = make_case(task, states, with_rows);
    limen_status status = LIMEN_ERR_MEMORY;

    for (int64_t k = 1; status != LIMEN_OK; k++) {
        failing_allocator memory = {.fail_at = k};

        status = live(&problem, &memory);
        assert_true(status == LIMEN_OK || status == LIMEN_ERR_MEMORY);
        assert_int_equal(memory.blocks, 0);
        assert_true(k < 1000);
    }
    free_problem(&problem);
}

static void test_create(void **unused)
{
    (void)unused;
    for (int i = 0; i < 3; i++) {
        for (int with_rows = 0; with_rows < 2; with_rows++) {
            refuse_each(LIMEN_MULTILABEL, label_states[i], with_rows);
            refuse_each(LIMEN_MULTICLASS, class_states[i], with_rows);
        }
    }
}

static void test_attach(void **unused)
{
    limen_status status = LIMEN_ERR_MEMORY;
    limen_spec spec = {.size = sizeof spec,
                       .task = LIMEN_MULTICLASS,
                       .states = LIMEN_COUNTS | LIMEN_CONFUSION,
                       .width = WIDTH};
    int64_t cells[4][WIDTH] = {{0}};
    int64_t matrix[WIDTH * WIDTH] = {0};
    limen_count_arrays arrays = {sizeof arrays, cells[0], cells[1], cells[2], cells[3], matrix};

    (void)unused;
    for (int64_t k = 1; status != LIMEN_OK; k++) {
        failing_allocator memory = {.fail_at = k};
        limen_allocator allocator = failing_allocator_of(&memory);
        limen_tally *tally = NULL;

        status = limen_tally_attach(&spec, &arrays, &allocator, &tally, NULL);
        assert_true(status == LIMEN_OK || status == LIMEN_ERR_MEMORY);
        limen_tally_destroy(tally);
        assert_int_equal(memory.blocks, 0);
    }
}

static void test_apply(void **unused)
{
    (void)unused;
    for (limen_task task = LIMEN_MULTICLASS; task <= LIMEN_MULTILABEL; task++) {
        struct problem problem = make_case(task, LIMEN_COUNTS, 0);
        limen_status status = LIMEN_ERR_MEMORY;
        int64_t decisions[ROWS * WIDTH];

        memset(decisions, 7, sizeof decisions);
        for (int64_t k = 1; status != LIMEN_OK; k++) {
            failing_allocator memory = {.fail_at = k};
            limen_allocator allocator = failing_allocator_of(&memory);

            status = limen_apply(&problem.spec, 1, &problem.batch, decisions, &allocator, NULL);
            assert_true(status == LIMEN_OK || status == LIMEN_ERR_MEMORY);
            assert_true(status == LIMEN_OK || ((unsigned char *)decisions)[0] == 7);
            assert_int_equal(memory.blocks, 0);
        }
        free_problem(&problem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_create),
        cmocka_unit_test(test_attach),
        cmocka_unit_test(test_apply),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
