#pragma once
/* What a call can fail with: POSIX's names, with numbers of our own so that a trace is the same
 * everywhere. A CODE_CLOSED or refusal carries one as body.len. */

enum errno_code {
    ERR_NONE,
    ERR_EADDRINUSE,
    ERR_EADDRNOTAVAIL,
    ERR_EAGAIN,
    ERR_EALREADY,
    ERR_EBADF,
    ERR_ECONNABORTED,
    ERR_ECONNREFUSED,
    ERR_ECONNRESET,
    ERR_EHOSTUNREACH,
    ERR_EINPROGRESS,
    ERR_EINVAL,
    ERR_EISCONN,
    ERR_EMFILE,
    ERR_ENETUNREACH,
    ERR_ENOPROTOOPT,
    ERR_ENOTCONN,
    ERR_EOPNOTSUPP,
    ERR_EPIPE,
    ERR_ETIMEDOUT,
    ERR_EAI_NONAME, /* of looking a name up: there is none, or it has no address */
    ERR_EAI_AGAIN,  /* nobody could say */
    ERR_CODE_COUNT,
};

const char *errno_code_name(unsigned code); /* "ECONNREFUSED"; "" for none; NULL: no such code */
