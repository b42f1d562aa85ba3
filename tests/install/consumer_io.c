/* The same with limen_io: reads a thresholds spec, and renders the table of metrics. */
#include <limen_io.h>

#include <stdio.h>
#include <string.h>

int main(void)
{
    const char *const labels[] = {"joy", "anger"};
    limen_thresholds *thresholds = NULL;
    limen_error error;
    char *text = NULL;
    size_t length = 0;

    if (limen_thresholds_read("joy=0.25,*=0.5", 2, labels, NULL, &thresholds, NULL, &error) ||
        limen_metrics_render(LIMEN_FORMAT_JSON, NULL, &text, &length, &error)) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    const double *values = limen_thresholds_describe(thresholds)->values;
    printf("%g %g %s\n", values[0], values[1], strstr(text, "\"f1\"") ? "f1" : "no f1");
    limen_report_release(text, length, NULL);
    limen_thresholds_destroy(thresholds);
    return 0;
}
