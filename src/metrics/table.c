#include "metrics/metric.h"

#include <string.h>

static const limen_metric_rows *const files[] = {
#define XX(file) &limen_##file##_metrics,
    LIMEN_METRIC_FILES(XX)
#undef XX
};

#define FILE_COUNT (sizeof files / sizeof files[0])

/* Other names that the literature has for the same row. */
static const struct {
    const char *alias, *name;
} aliases[] = {
    {"youden", "informedness"},
    {"sensitivity", "recall"},
    {"tpr", "recall"},
    {"tnr", "specificity"},
    {"ppv", "precision"},
    {"iou", "jaccard"},
    {"subset_accuracy", "exact_match"},
};

int64_t limen_metric_count(void)
{
    int64_t count = 0;

    for (size_t i = 0; i < FILE_COUNT; i++)
        count += files[i]->count;
    return count;
}

const limen_metric *limen_metric_at(int64_t index)
{
    if (index < 0)
        return NULL;
    for (size_t i = 0; i < FILE_COUNT; i++) {
        if (index < files[i]->count)
            return &files[i]->rows[index].metric;
        index -= files[i]->count;
    }
    return NULL;
}

static const limen_metric *find_row(const char *name)
{
    for (size_t i = 0; i < FILE_COUNT; i++) {
        for (int64_t k = 0; k < files[i]->count; k++) {
            if (strcmp(files[i]->rows[k].metric.name, name) == 0)
                return &files[i]->rows[k].metric;
        }
    }
    return NULL;
}

const limen_metric *limen_metric_find(const char *name)
{
    if (name == NULL)
        return NULL;
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++) {
        if (strcmp(aliases[i].alias, name) == 0)
            return find_row(aliases[i].name);
    }
    return find_row(name);
}
