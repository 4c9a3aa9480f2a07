#pragma once
/* HTTP over the project's own TCP (RFC 9110, 9112): a browser that fetches a page and what it
 * refers to, and a server that has them. Real bytes on the wire. */

#include "actor/fx.h"

extern const struct traffic_type http_traffic;
extern const struct actor_type http_client_type, http_server_type;

/* Reasons of both ends. */
enum http_why {
    HTTP_NO_WHY,
    HTTP_ASKS_PAGE,
    HTTP_ASKS_OBJECT,
    HTTP_ASKS_BEHIND, /* pipelined: answers are still due on this connection */
    HTTP_ASKS_AGAIN,
    HTTP_ANSWERS,
    HTTP_REFUSES,
    HTTP_ANSWERS_ALL, /* and the end of the connection will be the end of the body */
    HTTP_ANSWER_READ,
    HTTP_REQUEST_READ,
    HTTP_PAGE_WHOLE,
    HTTP_STANDS_STILL, /* nothing of the answer for too long */
    HTTP_GIVES_UP,
};
extern const struct reason http_reasons[];

#define HTTP_OBJECT_NAME "/object" /* and a number from 1 */
