/* A fuzz target without its fuzzer: every file of the given folders goes through it once, so that
 * what was found stays mended in every build, and under every tool. Of these folders one at least
 * holds something. */
#include "fuzz/fuzz.h"

#include "base/os.h"

static void feed(void *context, const char *name)
{
    struct buf path = {0}, bytes = {0};
    buf_printf(&path, "%s/%s", (const char *)context, name);
    CLAIM(os_read_file(buf_cstr(&path), 1u << 24, &bytes));
    /* A copy of exactly that size, so that reading past its end shows. */
    uint8_t *input = os_alloc(bytes.len);
    for (size_t i = 0; i < bytes.len; i++) {
        input[i] = bytes.data[i];
    }
    LLVMFuzzerTestOneInput(input, bytes.len);
    free(input);
    buf_free(&path);
    buf_free(&bytes);
}

int main(int argc, char **argv)
{
    bool some = false;
    for (int i = 1; i < argc; i++) {
        some = os_list(argv[i], feed, argv[i]) || some;
    }
    return some ? EXIT_SUCCESS : EXIT_FAILURE;
}
