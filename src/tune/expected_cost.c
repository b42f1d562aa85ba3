/* Multiclass by a cost matrix: the class whose expected cost is least, the scores being
 * probabilities. Nothing is searched (Elkan 2001); the cost on these data is told. */
#include "core/numeric.h"
#include "tally/row_rules.h"
#include "tune/class_board.h"
#include "tune/class_rows.h"

#include <math.h>

/* Counts by class, and to each class what the decisions on its samples cost. */
static void decide(const limen_plan *plan, const limen_class_rows *data, limen_class_board *board,
                   limen_solution *solution)
{
    int64_t classes = data->classes;
    limen_sum cost = {0.0, 0.0};

    for (int32_t k = 0; k < classes; k++)
        solution->choices[k].value = (limen_ratio){0.0, 1};
    for (int64_t i = 0; i < data->rows; i++) {
        int32_t actual = data->actual[i];
        int32_t predicted =
            limen_row_least_cost(data->scores + i * classes, plan->cost_matrix, classes);
        double price = data->weights[i] * plan->cost_matrix[actual * classes + predicted];

        limen_class_board_add(board, actual, predicted, data->weights[i]);
        solution->choices[actual].value.value += price;
        limen_sum_add(&cost, price);
    }
    (void)limen_class_board_settle(board);
    for (int32_t k = 0; k < classes; k++) {
        limen_ratio value = solution->choices[k].value;

        limen_class_board_choice(board, k, LIMEN_OUTCOME_FIXED, &solution->choices[k]);
        solution->choices[k].value = value;
    }
    solution->value = (limen_ratio){limen_sum_of(&cost), 1};
    solution->gap = 0.0;
    solution->outcome = LIMEN_OUTCOME_FIXED;
}

limen_status limen_solve_expected_cost(const limen_plan *plan, const limen_feed *feed,
                                       limen_solution *solution, limen_error *error)
{
    limen_class_rows data;
    limen_class_board board;
    limen_status status = limen_class_rows_read(feed->rows, &plan->allocator, &data, error);

    if (status != LIMEN_OK)
        return status;
    status = limen_class_board_make(plan, !feed->rows->spec.weighted, &board, error);
    if (status == LIMEN_OK) {
        decide(plan, &data, &board, solution);
        limen_class_board_release(&board);
    }
    limen_class_rows_release(&data);
    return status;
}
