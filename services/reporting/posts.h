/* What people call a post. Pure. */
#pragma once

#include <stdbool.h>

/* NULL for NULL; the code itself where it is no post of ours. */
const char *posts_text(const char *code, bool english);
