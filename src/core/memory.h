/* Memory through a limen_allocator. Handles keep a copy of it and pass its address here. */
#ifndef LIMEN_CORE_MEMORY_H
#define LIMEN_CORE_MEMORY_H

#include "limen.h"

/* A copy of *allocator, or malloc and free when NULL. */
limen_allocator limen_allocator_or_default(const limen_allocator *allocator);

/* count * size bytes set to zero; NULL when there are none or the product overflows. A count of 0
 * gives a valid pointer, so NULL always means out of memory. */
void *limen_new(const limen_allocator *allocator, size_t count, size_t size);

/* As limen_new without the zeroing, for memory that is written before it is read. */
void *limen_new_raw(const limen_allocator *allocator, size_t count, size_t size);

/* Releases what either gave, with the same count and size; NULL is fine. */
void limen_delete(const limen_allocator *allocator, void *memory, size_t count, size_t size);

/* Moves to new_count elements (the first min(old, new) are kept, the rest is not set) and returns
 * the new memory; NULL when out of memory, and then the old one stands. */
void *limen_resize(const limen_allocator *allocator, void *memory, size_t old_count,
                   size_t new_count, size_t size);

/* A copy of a string with its NUL, released by limen_delete(a, s, strlen(s) + 1, 1). */
char *limen_copy_string(const limen_allocator *allocator, const char *string);
void limen_delete_string(const limen_allocator *allocator, char *string);

#endif
