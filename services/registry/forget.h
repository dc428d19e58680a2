/* Deletes reporters' names and numbers when their time is over: in slices, one a second while a
 * round lasts, a round an hour. Several instances do it side by side without harm. */
#pragma once

#include <stdint.h>

struct registry;

/* A timer's work, once a second. */
void forget_sweep(void *registry);
