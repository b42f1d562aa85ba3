/* What decisions cost: --cost "fp=1,fn=5,joy:fn=20" (items.h), and --cost-matrix. */
#ifndef LIMEN_CLI_COSTS_H
#define LIMEN_CLI_COSTS_H

#include "input.h"

/* Costs of a tp, fp, tn, fn; those not named are 0. One row for all labels, or where an item names
 * a label a row each: what is named for a label goes before what is named for all. *costs, to be
 * freed, is NULL when nothing is given. Returns 0, or prints what is wrong and returns the exit
 * code. */
int costs_read(const struct text_list *lists, int64_t width, const char *const *labels,
               double **costs, int64_t *rows);

/* The same of a list that names no label. */
int costs_read_plain(const char *text, double costs[4]);

/* The C x C numbers of a .npy, or of a CSV whose columns have the classes' names (rows are in the
 * order of the columns), to be freed. */
int cost_matrix_read(const char *path, const struct input *input, double **matrix);

#endif
