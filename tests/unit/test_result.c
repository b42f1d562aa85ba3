/* The result tree: building, walking, paths. */
#include "result/result.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static limen_result *finish(limen_builder *builder)
{
    limen_result *result = NULL;
    limen_error error;

    assert_int_equal(limen_builder_finish(builder, &result, &error), LIMEN_OK);
    assert_non_null(result);
    return result;
}

static void test_empty_root(void **state)
{
    limen_builder builder;
    limen_result *result;
    const limen_node *root;

    (void)state;
    limen_builder_start(&builder, NULL);
    result = finish(&builder);
    root = limen_result_root(result);
    assert_int_equal(limen_node_type(root), LIMEN_NODE_OBJECT);
    assert_string_equal(limen_node_name(root), "");
    assert_int_equal(limen_node_count(root), 0);
    assert_null(limen_node_at(root, 0));
    assert_null(limen_node_at(root, -1));
    assert_null(limen_node_find(root, "a"));
    assert_ptr_equal(limen_node_find(root, ""), root);
    limen_result_destroy(result);
    limen_result_destroy(NULL);
}

static void test_every_kind(void **state)
{
    limen_builder builder;
    limen_result *result;
    const limen_node *root, *node;
    limen_node *array;
    double low = -1.0, high = -1.0;

    (void)state;
    limen_builder_start(&builder, NULL);
    limen_add_string(&builder, limen_builder_root(&builder), "task", "binary");
    limen_add_integer(&builder, limen_builder_root(&builder), "samples", INT64_C(1) << 60);
    limen_add_boolean(&builder, limen_builder_root(&builder), "weighted", 7);
    limen_node_set_interval(limen_add_number(&builder, limen_builder_root(&builder), "f1", 0.25, 1),
                            0.125, 0.5);
    limen_add_number(&builder, limen_builder_root(&builder), "recall", (double)NAN, 0);
    array = limen_add_array(&builder, limen_builder_root(&builder), "notes");
    limen_add_string(&builder, array, NULL, "");
    result = finish(&builder);
    root = limen_result_root(result);

    assert_int_equal(limen_node_count(root), 6);
    node = limen_node_find(root, "task");
    assert_int_equal(limen_node_type(node), LIMEN_NODE_STRING);
    assert_string_equal(limen_node_string(node), "binary");
    assert_true(isnan(limen_node_number(node)));
    assert_int_equal(limen_node_count(node), 0);
    assert_null(limen_node_at(node, 0));
    assert_null(limen_node_find(root, "task.x"));

    node = limen_node_find(root, "samples");
    assert_int_equal(limen_node_type(node), LIMEN_NODE_INTEGER);
    assert_true(limen_node_number(node) == 1152921504606846976.0);
    assert_null(limen_node_string(node));
    node = limen_node_find(root, "weighted");
    assert_int_equal(limen_node_type(node), LIMEN_NODE_BOOLEAN);
    assert_true(limen_node_number(node) == 1.0);

    node = limen_node_find(root, "f1");
    assert_true(limen_node_number(node) == 0.25);
    assert_int_equal(limen_node_defined(node), 1);
    assert_int_equal(limen_node_interval(node, &low, &high), 1);
    assert_true(low == 0.125 && high == 0.5);
    node = limen_node_find(root, "recall");
    assert_int_equal(limen_node_defined(node), 0);
    assert_true(isnan(limen_node_number(node)));
    low = -1.0;
    assert_int_equal(limen_node_interval(node, &low, &high), 0);
    assert_true(low == -1.0);

    node = limen_node_find(root, "notes");
    assert_int_equal(limen_node_type(node), LIMEN_NODE_ARRAY);
    assert_string_equal(limen_node_string(limen_node_at(node, 0)), "");
    assert_string_equal(limen_node_name(limen_node_at(node, 0)), "");
    limen_result_destroy(result);
}

/* More labels than one block of the arena holds; every child where it was put. */
static void test_wide_tree(void **state)
{
    enum { LABELS = 3000 };
    limen_builder builder;
    limen_result *result;
    const limen_node *labels;
    limen_node *array;
    char path[64];

    (void)state;
    limen_builder_start(&builder, NULL);
    array = limen_add_array(&builder, limen_builder_root(&builder), "labels");
    for (int i = 0; i < LABELS; i++) {
        limen_node *label = limen_add_object(&builder, array, NULL);

        (void)snprintf(path, sizeof path, "label %d", i);
        limen_add_string(&builder, label, "name", path);
        limen_add_number(&builder, label, "f1", i, 1);
    }
    limen_add_integer(&builder, limen_builder_root(&builder), "last", 9);
    result = finish(&builder);
    labels = limen_node_find(limen_result_root(result), "labels");
    assert_int_equal(limen_node_count(labels), LABELS);
    for (int i = 0; i < LABELS; i++) {
        const limen_node *label = limen_node_at(labels, i);

        (void)snprintf(path, sizeof path, "label %d", i);
        assert_int_equal(limen_node_count(label), 2);
        assert_string_equal(limen_node_string(limen_node_at(label, 0)), path);
        (void)snprintf(path, sizeof path, "labels.%d.f1", i);
        assert_true(limen_node_number(limen_node_find(limen_result_root(result), path)) == i);
    }
    assert_null(limen_node_find(labels, "3000"));
    assert_null(limen_node_find(labels, "x"));
    assert_null(limen_node_find(labels, "99999999999999999999"));
    assert_null(limen_node_find(limen_result_root(result), "label"));
    assert_true(limen_node_number(limen_node_find(limen_result_root(result), "last")) == 9.0);
    limen_result_destroy(result);
}

/* A string longer than a block has a block of its own. */
static void test_long_string(void **state)
{
    enum { LENGTH = 200000 };
    static char text[LENGTH + 1];
    limen_builder builder;
    limen_result *result;

    (void)state;
    memset(text, 'x', LENGTH);
    limen_builder_start(&builder, NULL);
    limen_add_string(&builder, limen_builder_root(&builder), "long", text);
    limen_add_string(&builder, limen_builder_root(&builder), "short", "y");
    result = finish(&builder);
    assert_string_equal(limen_node_string(limen_node_find(limen_result_root(result), "long")),
                        text);
    assert_string_equal(limen_node_string(limen_node_find(limen_result_root(result), "short")),
                        "y");
    limen_result_destroy(result);
}

static void test_cancel(void **state)
{
    limen_builder builder;
    limen_result *result = NULL;

    (void)state;
    limen_builder_start(&builder, NULL);
    limen_add_object(&builder, limen_builder_root(&builder), "averages");
    limen_builder_cancel(&builder);
    assert_null(limen_builder_root(&builder));
    assert_null(limen_add_array(&builder, NULL, "x"));
    assert_int_equal(limen_builder_finish(&builder, &result, NULL), LIMEN_ERR_MEMORY);
    assert_null(result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty_root), cmocka_unit_test(test_every_kind),
        cmocka_unit_test(test_wide_tree),  cmocka_unit_test(test_long_string),
        cmocka_unit_test(test_cancel),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
