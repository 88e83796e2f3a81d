// Sends MPEG-TS streams by SRT through a relay and looks at what comes out.
//
// srtload INPUTS OUTPUTS SEND_PORT RECEIVE_PORT SECONDS MBITS LATENCY_MS STREAM_ID KEY_LENGTH
//
// Calls 127.0.0.1 INPUTS times: port SEND_PORT + i, or with a STREAM_ID other than "-" always SEND_PORT with that text,
// in which %d stands for i. Listens on RECEIVE_PORT for INPUTS * OUTPUTS callers. With a KEY_LENGTH of 16, 24 or 32
// both ways are encrypted with the passphrase of the environment variable PASSPHRASE; 0 is clear. When all are
// connected it sends MBITS Mbit/s on each for SECONDS, and prints one line of JSON.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <srt/srt.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "stream.h"

enum { TICK = 1000000, CONNECT_SECONDS = 40, SLOT = 2048 };

static int inputs, outputs, latency, key_length;
static uint64_t per_stream;
static int64_t interval;
static SRTSOCKET *senders;
static atomic_int is_sent, is_refused;
static struct tally tally;

static void fail(const char *what) {
    fprintf(stderr, "srtload: %s: %s\n", what, srt_getlasterror_str());
    exit(1);
}

static struct sockaddr_in loopback(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static SRTSOCKET make_socket(void) {
    SRTSOCKET socket = srt_create_socket();
    int no = 0;
    srt_setsockflag(socket, SRTO_LATENCY, &latency, sizeof latency);
    srt_setsockflag(socket, SRTO_RCVSYN, &no, sizeof no);
    const char *passphrase = getenv("PASSPHRASE");
    if (key_length > 0) {
        if (passphrase == NULL || srt_setsockflag(socket, SRTO_PASSPHRASE, passphrase, strlen(passphrase)) != 0)
            fail("passphrase");
        srt_setsockflag(socket, SRTO_PBKEYLEN, &key_length, sizeof key_length);
    }
    return socket;
}

static SRTSOCKET call(int port, const char *stream_id) {
    struct sockaddr_in address = loopback(port);
    int no = 0, yes = 1;
    for (int attempt = 0; attempt < CONNECT_SECONDS * 5; attempt++) {
        SRTSOCKET socket = make_socket();
        srt_setsockflag(socket, SRTO_RCVSYN, &yes, sizeof yes);
        srt_setsockflag(socket, SRTO_SNDSYN, &no, sizeof no);
        srt_setsockflag(socket, SRTO_SENDER, &yes, sizeof yes);
        if (stream_id != NULL) srt_setsockflag(socket, SRTO_STREAMID, stream_id, strlen(stream_id));
        if (srt_connect(socket, (struct sockaddr *)&address, sizeof address) != SRT_ERROR) return socket;
        srt_close(socket);
        usleep(200000);
    }
    fail("connect");
    return SRT_INVALID_SOCK;
}

static void *send_all(void *unused) {
    (void)unused;
    struct stream *streams = calloc(inputs, sizeof *streams);
    for (int i = 0; i < inputs; i++) streams[i].number = i;
    unsigned char bytes[PAYLOAD];
    int64_t start = now(CLOCK_MONOTONIC) + TICK;
    for (uint64_t left = per_stream * inputs; left > 0;) {
        int64_t time = now(CLOCK_MONOTONIC);
        for (int i = 0; i < inputs; i++) {
            int64_t phase = start + interval * i / inputs;
            while (streams[i].sequence < per_stream && phase + (int64_t)streams[i].sequence * interval <= time) {
                write_transport_packets(bytes, &streams[i], interval);
                if (srt_sendmsg2(senders[i], (char *)bytes, PAYLOAD, NULL) == SRT_ERROR) atomic_fetch_add(&is_refused, 1);
                left--;
            }
        }
        nanosleep(&(struct timespec){.tv_nsec = TICK}, NULL);
    }
    atomic_store(&is_sent, 1);
    return NULL;
}

static void receive_all(const SRTSOCKET *receivers) {
    int ports = inputs * outputs;
    int *streams = malloc(ports * sizeof *streams);
    for (int i = 0; i < ports; i++) streams[i] = -1;
    int64_t deadline = INT64_MAX;
    while (now(CLOCK_MONOTONIC) < deadline && !tally_is_complete(&tally)) {
        for (int i = 0; i < ports; i++) {
            unsigned char bytes[SLOT];
            int length;
            while ((length = srt_recvmsg2(receivers[i], (char *)bytes, SLOT, NULL)) > 0) {
                if (streams[i] < 0 && length == PAYLOAD) streams[i] = get(bytes + 12, 4);
                count_payload(&tally, i, streams[i], bytes, length, now(CLOCK_REALTIME));
            }
        }
        if (atomic_load(&is_sent) && deadline == INT64_MAX)
            deadline = now(CLOCK_MONOTONIC) + 2000000000LL + 4000000LL * latency;
        nanosleep(&(struct timespec){.tv_nsec = TICK}, NULL);
    }
}

int main(int count, char **arguments) {
    if (count < 10) {
        fprintf(stderr, "usage: srtload INPUTS OUTPUTS SEND_PORT RECEIVE_PORT SECONDS MBITS LATENCY_MS STREAM_ID "
                        "KEY_LENGTH\n");
        return 2;
    }
    inputs = atoi(arguments[1]), outputs = atoi(arguments[2]);
    int send_port = atoi(arguments[3]), receive_port = atoi(arguments[4]);
    interval = PAYLOAD * 8 * 1e9 / (atof(arguments[6]) * 1e6);
    per_stream = atof(arguments[5]) * 1e9 / interval;
    latency = atoi(arguments[7]), key_length = atoi(arguments[9]);
    const char *stream_id = strcmp(arguments[8], "-") == 0 ? NULL : arguments[8];
    srt_startup();
    srt_setloglevel(0);

    struct sockaddr_in address = loopback(receive_port);
    SRTSOCKET listener = make_socket();
    if (srt_bind(listener, (struct sockaddr *)&address, sizeof address) == SRT_ERROR ||
        srt_listen(listener, inputs * outputs) == SRT_ERROR)
        fail("listen");
    senders = calloc(inputs, sizeof *senders);
    for (int i = 0; i < inputs; i++) {
        char text[512];
        // Only one %d, and that from our own script.
        if (stream_id != NULL) snprintf(text, sizeof text, stream_id, i);
        senders[i] = call(stream_id == NULL ? send_port + i : send_port, stream_id == NULL ? NULL : text);
    }
    SRTSOCKET *receivers = calloc((size_t)inputs * outputs, sizeof *receivers);
    int64_t limit = now(CLOCK_MONOTONIC) + CONNECT_SECONDS * 1000000000LL;
    for (int i = 0; i < inputs * outputs;) {
        receivers[i] = srt_accept(listener, NULL, NULL);
        if (receivers[i] != SRT_INVALID_SOCK) i++;
        else usleep(10000);
        if (now(CLOCK_MONOTONIC) > limit) fail("waiting for the outputs");
    }
    usleep(500000);

    tally_init(&tally, inputs * outputs, per_stream);
    pthread_t sender;
    pthread_create(&sender, NULL, send_all, NULL);
    receive_all(receivers);
    pthread_join(sender, NULL);
    tally_print(&tally);
    if (atomic_load(&is_refused) > 0) fprintf(stderr, "srtload: %d messages not sent\n", atomic_load(&is_refused));
    fflush(stdout);
    // Not srt_cleanup: it lingers for each socket.
    _exit(0);
}
