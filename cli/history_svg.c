/* The curves of runs as an SVG picture. */
#include "history.h"
#include "writer.h"

#include <math.h>
#include <stdio.h>

/* The picture, and the frame within it that holds the curves. */
enum { WIDTH = 800, HEIGHT = 460, LEFT = 70, RIGHT = 780, TOP = 20, BOTTOM = 350 };
enum { LEGEND = 400, LEGEND_ROW = 20, LEGEND_COLUMNS = 2 };

/* Colours that also the colour-blind tell apart (Okabe and Ito 2008), each with its dashes. */
static const struct {
    const char *colour, *dashes;
} strokes[HISTORY_MOST] = {
    {"#0072b2", "none"},    {"#d55e00", "6 3"},  {"#009e73", "2 2"},
    {"#cc79a7", "8 2 2 2"}, {"#e69f00", "12 4"}, {"#56b4e9", "4 6"},
};

struct scale {
    double low, high, step;
};

/* A range with round ends that has about `count` steps of 1, 2 or 5 times a power of ten. */
static struct scale round_scale(double low, double high, int count)
{
    double span = high > low ? high - low : (low != 0 ? fabs(low) : 1);
    double power = pow(10, floor(log10(span / count)));
    double step = 10 * power;
    static const double factors[] = {5, 2, 1};

    for (int i = 0; i < 3; i++)
        if (span / (factors[i] * power) <= count)
            step = factors[i] * power;
    return (struct scale){floor(low / step) * step, ceil(high / step + 1e-9) * step, step};
}

static double across(const struct scale *x, double value)
{
    return LEFT + (RIGHT - LEFT) * (value - x->low) / (x->high - x->low);
}

static double down(const struct scale *y, double value)
{
    return BOTTOM - (BOTTOM - TOP) * (value - y->low) / (y->high - y->low);
}

static void put_axes(struct writer *out, const struct history *history, const struct scale *x,
                     const struct scale *y)
{
    int ticks = (int)lround((y->high - y->low) / y->step);

    for (int i = 0; i <= ticks; i++) {
        double value = y->low + i * y->step, at = down(y, value);

        writer_print(out, "<path d=\"M%d %.1fH%d\" stroke=\"#ddd\"/>\n", LEFT, at, RIGHT);
        writer_print(out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.6g</text>\n", LEFT - 8,
                     at + 4, fabs(value) < y->step * 1e-6 ? 0 : value);
    }
    ticks = (int)lround((x->high - x->low) / x->step);
    for (int i = 0; i <= ticks; i++)
        writer_print(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.6g</text>\n",
                     across(x, x->low + i * x->step), BOTTOM + 18, x->low + i * x->step);
    writer_print(out, "<path d=\"M%d %dV%dH%d\" stroke=\"#333\" fill=\"none\"/>\n", LEFT, TOP,
                 BOTTOM, RIGHT);
    writer_print(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", RIGHT, BOTTOM + 36,
                 history_x_name(history));
}

/* Pieces of the curve between rows without a number, and a circle at the best. */
static void put_curve(struct writer *out, const struct history *history, size_t index,
                      const struct scale *x, const struct scale *y)
{
    const struct series *series = &history->series[index];
    const struct run *run = series->run;
    int drawing = 0;

    writer_print(out,
                 "<path fill=\"none\" stroke=\"%s\" stroke-width=\"2\" stroke-dasharray=\"%s\" "
                 "d=\"",
                 strokes[index].colour, strokes[index].dashes);
    for (size_t row = 0; row < run->rows; row++) {
        double at = history_x(history, run, row), value = run_value(run, row, series->column);

        if (isfinite(at) && isfinite(value))
            writer_print(out, "%c%.1f %.1f", drawing ? 'L' : 'M', across(x, at), down(y, value));
        drawing = isfinite(at) && isfinite(value);
    }
    writer_put(out, "\"/>\n");
    if (series->best < run->rows) {
        double at = history_x(history, run, series->best);
        double value = run_value(run, series->best, series->column);

        if (isfinite(at) && isfinite(value))
            writer_print(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"%s\"/>\n",
                         across(x, at), down(y, value), strokes[index].colour);
    }
}

static void put_legend(struct writer *out, const struct history *history, size_t index)
{
    const struct series *series = &history->series[index];
    int left = LEFT + (int)(index % LEGEND_COLUMNS) * (RIGHT - LEFT) / LEGEND_COLUMNS;
    int top = LEGEND + (int)(index / LEGEND_COLUMNS) * LEGEND_ROW;
    char label[48];

    history_label(history, index, label, sizeof label);
    writer_print(out,
                 "<path d=\"M%d %dh30\" stroke=\"%s\" stroke-width=\"2\" "
                 "stroke-dasharray=\"%s\"/>\n<text x=\"%d\" y=\"%d\">",
                 left, top, strokes[index].colour, strokes[index].dashes, left + 38, top + 4);
    writer_xml(out, label);
    if (series->best < series->run->rows)
        writer_print(out, ": best %.4f at %g", run_value(series->run, series->best, series->column),
                     history_x(history, series->run, series->best));
    writer_put(out, "</text>\n");
}

int history_svg(const struct history *history, const char *path)
{
    struct frame frame = history_frame(history);
    struct scale x = round_scale(frame.x_low, frame.x_high, 8);
    struct scale y = round_scale(frame.y_low, frame.y_high, 6);
    struct writer out;

    writer_open(&out, path);
    writer_print(&out,
                 "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
                 "height=\"%d\" font-family=\"sans-serif\" font-size=\"13\">\n"
                 "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
                 WIDTH, HEIGHT, WIDTH, HEIGHT);
    put_axes(&out, history, &x, &y);
    for (size_t i = 0; i < history->series_count; i++) {
        put_curve(&out, history, i, &x, &y);
        put_legend(&out, history, i);
    }
    writer_put(&out, "</svg>\n");
    return writer_close(&out);
}
