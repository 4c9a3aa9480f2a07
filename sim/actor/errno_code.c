/* Names of what a call can fail with. */
#include "actor/errno_code.h"

#include <stddef.h>

const char *errno_code_name(unsigned code)
{
    static const char *const names[ERR_CODE_COUNT] = {
        [ERR_NONE] = "",
        [ERR_EADDRINUSE] = "EADDRINUSE",
        [ERR_EADDRNOTAVAIL] = "EADDRNOTAVAIL",
        [ERR_EAGAIN] = "EAGAIN",
        [ERR_EALREADY] = "EALREADY",
        [ERR_EBADF] = "EBADF",
        [ERR_ECONNABORTED] = "ECONNABORTED",
        [ERR_ECONNREFUSED] = "ECONNREFUSED",
        [ERR_ECONNRESET] = "ECONNRESET",
        [ERR_EHOSTUNREACH] = "EHOSTUNREACH",
        [ERR_EINPROGRESS] = "EINPROGRESS",
        [ERR_EINVAL] = "EINVAL",
        [ERR_EISCONN] = "EISCONN",
        [ERR_EMFILE] = "EMFILE",
        [ERR_ENETUNREACH] = "ENETUNREACH",
        [ERR_ENOPROTOOPT] = "ENOPROTOOPT",
        [ERR_ENOTCONN] = "ENOTCONN",
        [ERR_EOPNOTSUPP] = "EOPNOTSUPP",
        [ERR_EPIPE] = "EPIPE",
        [ERR_ETIMEDOUT] = "ETIMEDOUT",
        [ERR_EAI_NONAME] = "EAI_NONAME",
        [ERR_EAI_AGAIN] = "EAI_AGAIN",
    };
    return code < ERR_CODE_COUNT ? names[code] : NULL;
}
