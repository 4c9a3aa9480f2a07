/* Datagrams to the real network, and waiting for their time. The socket is connected to nobody, so
 * that an answer "nobody is there" to one datagram does not fail the next. */
#define _POSIX_C_SOURCE 200809L
#include "base/os.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

bool os_udp_open(struct os_udp *u)
{
    u->fd = socket(AF_INET, SOCK_DGRAM, 0);
    return u->fd >= 0;
}

bool os_udp_send(struct os_udp *u, uint32_t ip, uint16_t port, struct bytes datagram)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(ip);
    ssize_t sent;
    do {
        sent =
            sendto(u->fd, datagram.data, datagram.len, 0, (const struct sockaddr *)&to, sizeof to);
    } while (sent < 0 && (errno == EINTR || errno == ECONNREFUSED));
    return sent >= 0;
}

void os_udp_close(struct os_udp *u)
{
    close(u->fd);
}

void os_sleep_until(int64_t wall_ns)
{
    struct timespec until = {.tv_sec = (time_t)(wall_ns / 1000000000),
                             .tv_nsec = (long)(wall_ns % 1000000000)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {
    }
}
