// Sends MPEG-TS streams through a relay and looks at what comes out.
//
// udpload INPUTS OUTPUTS SEND_PORT RECEIVE_PORT SECONDS MBITS [ts]
//     Sends INPUTS streams of MBITS Mbit/s to 127.0.0.1, every second port from SEND_PORT (RTCP has the others): RTP
//     datagrams of 1,328 bytes, or with `ts` plain ones of 1,316. Expects each on OUTPUTS ports, input i's output k on
//     RECEIVE_PORT + i * OUTPUTS + k, as RTP or plain. Prints one line of JSON.
// udpload ports COUNT
//     Prints the first of COUNT consecutive UDP ports that are free on 127.0.0.1.
//
// Each datagram's first TS packet carries the stream's number, a sequence number and the time at which it was sent;
// latency ends when the kernel queues the datagram for this process, so that this process may be lazy.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "stream.h"

enum { BATCH = 64, SLOT = 2048, EVENTS = 256, BUFFER = 8 << 20, TICK = 500000, FIRST_PORT = 10000, LAST_PORT = 32000 };

static int inputs, outputs, send_port, receive_port, plain;
static uint64_t per_stream;  // datagrams
static int64_t interval;     // nanoseconds
static atomic_int is_sent;
static struct tally tally;

static struct sockaddr_in loopback(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static int open_receiver(int port, int *error) {
    int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), bytes = BUFFER, on = 1;
    struct sockaddr_in address = loopback(port);
    if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    setsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    *error = bind(descriptor, (struct sockaddr *)&address, sizeof address);
    return descriptor;
}

static int print_free_ports(int count) {
    unsigned start = FIRST_PORT + (unsigned)(now(CLOCK_REALTIME) / 1000 + getpid()) % (LAST_PORT - FIRST_PORT - count);
    for (int attempt = 0; attempt < 1000; attempt++) {
        // Even, for RTP.
        int base = FIRST_PORT + (start + attempt * 64) % (LAST_PORT - FIRST_PORT - count) / 2 * 2, error = 0;
        for (int i = 0; i < count && !error; i++) close(open_receiver(base + i, &error));
        if (error) continue;
        printf("%d\n", base);
        return 0;
    }
    return 1;
}

static void *send_all(void *unused) {
    (void)unused;
    static unsigned char bytes[BATCH][SLOT];
    static struct mmsghdr messages[BATCH];
    static struct iovec vectors[BATCH];
    struct sockaddr_in *addresses = calloc(inputs, sizeof *addresses);
    struct stream *streams = calloc(inputs, sizeof *streams);
    for (int i = 0; i < inputs; i++) {
        addresses[i] = loopback(send_port + 2 * i);
        streams[i] = (struct stream){.number = i};
    }
    int descriptor = socket(AF_INET, SOCK_DGRAM, 0), buffer = BUFFER;
    setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    int64_t start = now(CLOCK_MONOTONIC) + TICK;
    for (uint64_t left = per_stream * inputs; left > 0;) {
        int64_t time = now(CLOCK_MONOTONIC);
        int count = 0;
        for (int i = 0; i < inputs; i++) {
            // Streams start spread over one interval.
            int64_t phase = start + interval * i / inputs;
            while (streams[i].sequence < per_stream && phase + (int64_t)streams[i].sequence * interval <= time) {
                unsigned char *datagram = bytes[count];
                int header = plain ? 0 : write_rtp_header(datagram, &streams[i]);
                write_transport_packets(datagram + header, &streams[i], interval);
                vectors[count] = (struct iovec){datagram, header + PAYLOAD};
                messages[count].msg_hdr = (struct msghdr){
                    .msg_name = &addresses[i],
                    .msg_namelen = sizeof addresses[i],
                    .msg_iov = &vectors[count],
                    .msg_iovlen = 1,
                };
                left--;
                if (++count == BATCH) {
                    for (int sent = 0; sent < count;) sent += abs(sendmmsg(descriptor, messages + sent, count - sent, 0));
                    count = 0;
                }
            }
        }
        for (int sent = 0; sent < count;) sent += abs(sendmmsg(descriptor, messages + sent, count - sent, 0));
        nanosleep(&(struct timespec){.tv_nsec = TICK}, NULL);
    }
    atomic_store(&is_sent, 1);
    return NULL;
}

static int64_t arrival_of(struct msghdr *message) {
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
            struct timespec time;
            memcpy(&time, CMSG_DATA(c), sizeof time);
            return time.tv_sec * 1000000000LL + time.tv_nsec;
        }
    return now(CLOCK_REALTIME);
}

static void receive_all(int epoll, const int *receivers) {
    static unsigned char bytes[BATCH][SLOT], controls[BATCH][64];
    static struct mmsghdr messages[BATCH];
    static struct iovec vectors[BATCH];
    struct epoll_event events[EVENTS];
    int64_t deadline = INT64_MAX;
    for (;;) {
        int ready = epoll_wait(epoll, events, EVENTS, 100);
        for (int e = 0; e < ready; e++) {
            int port = events[e].data.u32, received;
            do {
                for (int i = 0; i < BATCH; i++) {
                    vectors[i] = (struct iovec){bytes[i], SLOT};
                    messages[i].msg_hdr = (struct msghdr){
                        .msg_iov = &vectors[i], .msg_iovlen = 1, .msg_control = controls[i], .msg_controllen = 64};
                }
                received = recvmmsg(receivers[port], messages, BATCH, MSG_DONTWAIT, NULL);
                for (int i = 0; i < received; i++) {
                    int length = messages[i].msg_len, header = length % 188 == 12 ? 12 : 0;
                    count_payload(&tally, port, port / outputs, bytes[i] + header, length - header,
                                  arrival_of(&messages[i].msg_hdr));
                }
            } while (received == BATCH);
        }
        if (atomic_load(&is_sent) && deadline == INT64_MAX) deadline = now(CLOCK_MONOTONIC) + 1000000000LL;
        if (now(CLOCK_MONOTONIC) > deadline || tally_is_complete(&tally)) return;
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    }
}

int main(int count, char **arguments) {
    if (count == 3 && strcmp(arguments[1], "ports") == 0) return print_free_ports(atoi(arguments[2]));
    if (count < 7) {
        fprintf(stderr, "usage: udpload INPUTS OUTPUTS SEND_PORT RECEIVE_PORT SECONDS MBITS [ts]\n"
                        "       udpload ports COUNT\n");
        return 2;
    }
    inputs = atoi(arguments[1]), outputs = atoi(arguments[2]);
    send_port = atoi(arguments[3]), receive_port = atoi(arguments[4]);
    double seconds = atof(arguments[5]), bits = atof(arguments[6]) * 1e6;
    plain = count > 7 && strcmp(arguments[7], "ts") == 0;
    interval = PAYLOAD * 8 * 1e9 / bits;
    per_stream = seconds * 1e9 / interval;
    tally_init(&tally, inputs * outputs, per_stream);

    int epoll = epoll_create1(0), *receivers = calloc((size_t)inputs * outputs, sizeof(int));
    for (int i = 0; i < inputs * outputs; i++) {
        int error;
        receivers[i] = open_receiver(receive_port + i, &error);
        if (error) {
            perror("udpload: bind");
            return 1;
        }
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
        epoll_ctl(epoll, EPOLL_CTL_ADD, receivers[i], &event);
    }
    pthread_t sender;
    pthread_create(&sender, NULL, send_all, NULL);
    receive_all(epoll, receivers);
    pthread_join(sender, NULL);
    tally_print(&tally);
    return 0;
}
