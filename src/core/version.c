#include "limen.h"

const char *limen_version(void)
{
    return LIMEN_VERSION;
}
