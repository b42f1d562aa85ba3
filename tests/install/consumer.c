/* A program as a user of the library would write it: counts, and two metrics of them. Its output
 * is checked, so every way of building it must give a library that works. */
#include <limen.h>

#include <stdio.h>

int main(void)
{
    const float scores[] = {0.9f, 0.2f, 0.6f, 0.4f, 0.8f, 0.7f};
    const uint8_t targets[] = {1, 0, 1, 1, 0, 1};
    const double thresholds[] = {0.5, 0.7};
    limen_spec spec = {.size = sizeof spec,
                       .task = LIMEN_MULTILABEL,
                       .states = LIMEN_COUNTS,
                       .width = 2,
                       .thresholds = thresholds,
                       .threshold_count = 2};
    limen_batch batch = {
        .size = sizeof batch,
        .scores = {scores, LIMEN_F32, {3, 2, 1}, {2 * sizeof(float), sizeof(float), 0}},
        .targets = {targets, LIMEN_U8, {3, 2, 1}, {2, 1, 0}},
    };
    limen_tally *tally = NULL;
    limen_result *result = NULL;
    limen_error error;

    if (limen_tally_create(&spec, NULL, &tally, &error) ||
        limen_tally_update(tally, &batch, &error) ||
        limen_compute(tally, NULL, NULL, &result, &error)) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    const limen_node *root = limen_result_root(result);
    printf("%.4f %.4f\n", limen_node_number(limen_node_find(root, "averages.micro.f1")),
           limen_node_number(limen_node_find(root, "averages.macro.f1")));
    limen_result_destroy(result);
    limen_tally_destroy(tally);
    return 0;
}
