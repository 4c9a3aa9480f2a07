/* Preloaded: of all requests for memory the N-th is refused (FAIL_AT), or the N-th and all after it
 * (FAIL_FROM); with neither, they are counted and the count is written to descriptor 9. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);

static unsigned long asked, at, from;
static int is_ready;

static void get_ready(void)
{
    const char *a = getenv("FAIL_AT"), *f = getenv("FAIL_FROM");
    is_ready = 1;
    at = a ? strtoul(a, NULL, 10) : 0;
    from = f ? strtoul(f, NULL, 10) : 0;
}

static int is_refused(void)
{
    if (!is_ready) {
        get_ready();
    }
    asked++;
    int refused = asked == at || (from && asked >= from);
    if (refused) {
        errno = ENOMEM;
    }
    return refused;
}

void *malloc(size_t size)
{
    return is_refused() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return is_refused() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return is_refused() ? NULL : __libc_realloc(old, size);
}

__attribute__((destructor)) static void tell(void)
{
    char text[32];
    int n = snprintf(text, sizeof text, "%lu\n", asked);
    if (!at && !from && write(9, text, (size_t)n) != n) {
        return;
    }
}
