// The reference that the gateway is measured against: the least that a UDP relay has to do.
//
// relay INPUTS OUTPUTS LISTEN_PORT SEND_PORT [WAIT_MS]
//
// Receives INPUTS streams on 127.0.0.1, every second port from LISTEN_PORT (RTCP has the others), and sends each to
// OUTPUTS ports of 127.0.0.1: input i's output k goes to SEND_PORT + i * OUTPUTS + k. With WAIT_MS it sleeps that long after each turn, so that more
// datagrams go through each system call. Ends with SIGTERM.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, DATAGRAM = 2048, EVENTS = 256, BUFFER = 4 << 20 };

static volatile sig_atomic_t stopping;

static void stop(int signal) {
    (void)signal;
    stopping = 1;
}

static int open_socket(int port, int is_sender) {
    int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    int bytes = BUFFER;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (setsockopt(descriptor, SOL_SOCKET, is_sender ? SO_SNDBUFFORCE : SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
        setsockopt(descriptor, SOL_SOCKET, is_sender ? SO_SNDBUF : SO_RCVBUF, &bytes, sizeof bytes);
    int result = is_sender ? connect(descriptor, (struct sockaddr *)&address, sizeof address)
                           : bind(descriptor, (struct sockaddr *)&address, sizeof address);
    if (descriptor < 0 || result != 0) {
        perror("relay: socket");
        exit(1);
    }
    return descriptor;
}

int main(int count, char **arguments) {
    if (count < 5) {
        fprintf(stderr, "usage: relay INPUTS OUTPUTS LISTEN_PORT SEND_PORT [WAIT_MS]\n");
        return 2;
    }
    int inputs = atoi(arguments[1]), outputs = atoi(arguments[2]);
    int listen_port = atoi(arguments[3]), send_port = atoi(arguments[4]);
    long wait = count > 5 ? atol(arguments[5]) : 0;

    static unsigned char bytes[BATCH][DATAGRAM];
    static struct mmsghdr messages[BATCH];
    static struct iovec vectors[BATCH];
    static struct epoll_event events[EVENTS];
    int *receivers = calloc(inputs, sizeof(int)), *senders = calloc((size_t)inputs * outputs, sizeof(int));
    if (receivers == NULL || senders == NULL) return 1;
    int epoll = epoll_create1(0);
    for (int i = 0; i < inputs; i++) {
        receivers[i] = open_socket(listen_port + 2 * i, 0);
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
        epoll_ctl(epoll, EPOLL_CTL_ADD, receivers[i], &event);
    }
    for (int i = 0; i < inputs * outputs; i++) senders[i] = open_socket(send_port + i, 1);
    for (int i = 0; i < BATCH; i++) {
        vectors[i].iov_base = bytes[i];
        messages[i].msg_hdr.msg_iov = &vectors[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGTERM, &action, NULL);
    printf("ready\n");
    fflush(stdout);

    while (!stopping) {
        int ready = epoll_wait(epoll, events, EVENTS, -1);
        for (int e = 0; e < ready; e++) {
            int input = events[e].data.u32, received;
            do {
                for (int i = 0; i < BATCH; i++) vectors[i].iov_len = DATAGRAM;
                received = recvmmsg(receivers[input], messages, BATCH, MSG_DONTWAIT, NULL);
                for (int i = 0; i < received; i++) vectors[i].iov_len = messages[i].msg_len;
                for (int k = 0; received > 0 && k < outputs; k++)
                    sendmmsg(senders[input * outputs + k], messages, received, MSG_DONTWAIT);
            } while (received == BATCH);
        }
        if (wait > 0) nanosleep(&(struct timespec){.tv_nsec = wait * 1000000}, NULL);
    }
    return 0;
}
