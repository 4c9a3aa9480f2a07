/* libfyaml 0.8 loses a buffer of its own where it refuses some quoted texts. What we forget to give
 * back to it, the other tests find under the address sanitizer. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfyaml";
}
