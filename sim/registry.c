/* What the simulator can run: a line a type. Actor types that only `traffic` opens stand there. */
#include "registry.h"

#include "app/bulk.h"
#include "app/dns.h"
#include "app/framed.h"
#include "app/http.h"
#include "app/mqtt.h"
#include "app/ping.h"
#include "app/rtp_tcp.h"
#include "app/rtsp.h"
#include "app/socket.h"
#include "app/traceroute.h"
#include "app/udp.h"
#include "proto/arp/arp.h"
#include "proto/arq/arq.h"
#include "proto/bluetooth/a2dp.h"
#include "proto/bluetooth/acl.h"
#include "proto/bucket/bucket.h"
#include "proto/dhcp/dhcp.h"
#include "proto/nat/nat.h"
#include "proto/rsvp/rsvp.h"
#include "proto/rtp/ends.h"
#include "proto/rtp/rtp.h"
#include "proto/tcp/tcp.h"

/* One line each, so that a new one is one line: */
/* clang-format off */
static const struct actor_type *const actors[] = {
    &tcp_type,
    &socket_type,
    &arp_type,
    &dhcp_client_type,
    &dhcp_server_type,
    &dhcp_relay_type,
    &dhcp_ping_type,
    &rtcp_type,
    &rtcp_relay_type,
    &nat_type,
    &token_bucket_type,
    &rsvp_type,
    &probe_udp_type,
    &probe_icmp_type,
    &resolver_type,
    &dns_server_type,
    NULL,
};

static const struct actor_type *const media_parts[] = {&rtp_source_type, &rtp_sink_type, NULL};
static const struct traffic_type rtsp_traffic = {.name = "rtsp", .source = &rtsp_client_type, .sink = &rtsp_server_type,
                                                 .parts = media_parts, .has_port = true, .port = 554};
static const struct traffic_type rtp_over_tcp = {.name = "rtp-over-tcp", .source = &rtp_tcp_sender_type, .sink = &rtp_tcp_receiver_type,
                                                 .parts = media_parts, .has_port = true, .port = 5004};

static const struct actor_type *const a2dp_parts[] = {&acl_master_type, &acl_slave_type, &rtp_agreed_source_type, &rtp_agreed_sink_type, NULL};
static const struct traffic_type a2dp_traffic = {.name = "a2dp", .source = &a2dp_source_type, .sink = &a2dp_sink_type, .parts = a2dp_parts};

static const struct traffic_type *const traffic[] = {
    &arq_stop_and_wait,
    &arq_go_back_n,
    &arq_selective_repeat,
    &bluetooth_acl,
    &a2dp_traffic,
    &udp_constant_rate,
    &bulk_tcp,
    &dns_traffic,
    &http_traffic,
    &mqtt_traffic,
    &framed_traffic,
    &rtp_media,
    &rtsp_traffic,
    &rtp_over_tcp,
    &rtp_conference,
    &rtp_mixer_traffic,
    &rtp_translator_traffic,
    &dhcp_starvation,
    &ping_traffic,
    &traceroute_traffic,
    NULL,
};
/* clang-format on */

const struct catalogue *registry(void)
{
    static const struct catalogue all = {.actors = actors, .traffic = traffic};
    return &all;
}
