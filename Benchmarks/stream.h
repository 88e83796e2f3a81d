// The test stream: seven TS packets a datagram that say which stream they are, where in it, and when they were sent;
// and the count of what arrives.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TS_PACKET = 188, TS_PACKETS = 7, PAYLOAD = TS_PACKET * TS_PACKETS, PID_PMT = 0x20, PID_VIDEO = 0x100 };

static const char MAGIC[8] = "headgate";

static int64_t now(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

// The CPU time in nanoseconds, user and system, of the processes whose numbers stand in MEASURED_PIDS. Each process's
// own CPU clock is exact, not counted in ticks, and keeps what ended threads used.
static int64_t measured_cpu(void) {
    const char *list = getenv("MEASURED_PIDS");
    int64_t total = 0;
    for (char *end; list != NULL && *list != 0; list = end) {
        clockid_t clock;
        long pid = strtol(list, &end, 10);
        if (end == list) break;
        if (clock_getcpuclockid(pid, &clock) != 0) {
            fprintf(stderr, "no process %ld\n", pid);
            exit(1);
        }
        total += now(clock);
    }
    return total;
}

struct stream {
    uint32_t number;
    uint64_t sequence;
    unsigned video_counter, table_counter;
};

static void put(unsigned char *to, uint64_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; i--, value >>= 8) to[i] = value;
}

static uint64_t get(const unsigned char *from, int bytes) {
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++) value = value << 8 | from[i];
    return value;
}

// RFC 3550 §5.1, payload type 33 (MP2T).
__attribute__((unused)) static int write_rtp_header(unsigned char *to, const struct stream *stream) {
    put(to, 0x8021, 2);
    put(to + 2, stream->sequence, 2);
    put(to + 4, now(CLOCK_MONOTONIC) * 9 / 100000, 4);
    put(to + 8, 0x48470000 + stream->number, 4);
    return 12;
}

// A PSI section in a packet of its own, with the CRC of ISO/IEC 13818-1 annex A.
static void write_table(unsigned char *to, int pid, unsigned counter, const unsigned char *section, int length) {
    memset(to, 0xff, TS_PACKET);
    put(to, 0x47400010u | (unsigned)pid << 8 | (counter & 15), 4);
    to[4] = 0;
    memcpy(to + 5, section, length);
    uint32_t crc = 0xffffffff;
    for (int i = 0; i < length; i++)
        for (int bit = 7; bit >= 0; bit--)
            crc = crc << 1 ^ ((crc >> 31 ^ (section[i] >> bit & 1)) ? 0x04c11db7 : 0);
    put(to + 5 + length, crc, 4);
}

// Advances the stream by one datagram.
static void write_transport_packets(unsigned char *to, struct stream *stream, int64_t interval) {
    static const unsigned char pat[] = {0x00, 0xb0, 0x0d, 0, 1, 0xc1, 0, 0, 0, 1, 0xe0, PID_PMT};
    static const unsigned char pmt[] = {0x02, 0xb0, 0x12, 0, 1, 0xc1, 0, 0, 0xe1, 0x00, 0xf0, 0, 0x1b, 0xe1, 0x00, 0xf0, 0};
    for (int i = 0; i < TS_PACKETS; i++) {
        unsigned char *packet = to + i * TS_PACKET;
        if (i >= 5 && stream->sequence % 32 == 0) {
            if (i == 5) write_table(packet, 0, stream->table_counter, pat, sizeof pat);
            if (i == 6) write_table(packet, PID_PMT, stream->table_counter++, pmt, sizeof pmt);
            continue;
        }
        int has_clock = i == 1 && stream->sequence % 16 == 0;
        put(packet, 0x47000010u | PID_VIDEO << 8 | (has_clock ? 0x20 : 0) | (stream->video_counter++ & 15), 4);
        if (has_clock) {
            uint64_t clock = (uint64_t)interval * stream->sequence * 27 / 1000;
            packet[4] = 7;
            packet[5] = 0x10;
            put(packet + 6, (clock / 300) << 15 | 0x7e00 | clock % 300, 6);
        }
    }
    memcpy(to + 4, MAGIC, sizeof MAGIC);
    put(to + 12, stream->number, 4);
    put(to + 16, stream->sequence++, 8);
    put(to + 24, now(CLOCK_REALTIME), 8);
}

// What arrived on each of `ports` ports, of `expected` datagrams each.
struct tally {
    int ports;
    uint64_t expected, received, duplicates, reordered, foreign, bytes, samples;
    int64_t cpu;
    uint64_t *newest;     // per port: the highest sequence number + 1
    unsigned char *seen;  // per port: a bit for each sequence number
    float *latencies;     // milliseconds
};

static size_t bitmap_bytes(const struct tally *tally) { return tally->expected / 8 + 1; }

static void tally_init(struct tally *tally, int ports, uint64_t expected) {
    *tally = (struct tally){.ports = ports, .expected = expected};
    tally->newest = calloc(ports, sizeof *tally->newest);
    tally->seen = calloc(ports, bitmap_bytes(tally));
    tally->latencies = calloc(ports * expected, sizeof *tally->latencies);
    tally->cpu = measured_cpu();
    if (tally->newest == NULL || tally->seen == NULL || tally->latencies == NULL) exit(1);
}

static void count_payload(
    struct tally *tally, int port, uint32_t stream, const unsigned char *payload, int length, int64_t arrival
) {
    uint64_t sequence = length == PAYLOAD ? get(payload + 16, 8) : UINT64_MAX;
    if (length != PAYLOAD || memcmp(payload + 4, MAGIC, sizeof MAGIC) != 0 || get(payload + 12, 4) != stream ||
        sequence >= tally->expected) {
        tally->foreign++;
        return;
    }
    unsigned char *byte = tally->seen + port * bitmap_bytes(tally) + sequence / 8, bit = 1 << sequence % 8;
    if (*byte & bit) {
        tally->duplicates++;
        return;
    }
    *byte |= bit;
    if (sequence < tally->newest[port]) tally->reordered++;
    else tally->newest[port] = sequence + 1;
    tally->received++;
    tally->bytes += length;
    tally->latencies[tally->samples++] = (arrival - (int64_t)get(payload + 24, 8)) / 1e6;
}

static int tally_is_complete(const struct tally *tally) { return tally->received == tally->ports * tally->expected; }

static int compare_floats(const void *left, const void *right) {
    float a = *(const float *)left, b = *(const float *)right;
    return (a > b) - (a < b);
}

static void tally_print(struct tally *tally) {
    double cpu = (measured_cpu() - tally->cpu) / 1e9;
    uint64_t expected = tally->ports * tally->expected;
    qsort(tally->latencies, tally->samples, sizeof *tally->latencies, compare_floats);
    double median = 0, p99 = 0, highest = 0;
    if (tally->samples > 0) {
        median = tally->latencies[tally->samples / 2];
        p99 = tally->latencies[tally->samples * 99 / 100];
        highest = tally->latencies[tally->samples - 1];
    }
    printf("{\"expected\":%llu,\"received\":%llu,\"lost\":%llu,\"duplicates\":%llu,\"reordered\":%llu,\"foreign\":%llu,"
           "\"cpuSeconds\":%.4f,\"gigabits\":%.4f,\"medianMs\":%.3f,\"p99Ms\":%.3f,\"maximumMs\":%.3f}\n",
           (unsigned long long)expected, (unsigned long long)tally->received,
           (unsigned long long)(expected - tally->received), (unsigned long long)tally->duplicates,
           (unsigned long long)tally->reordered, (unsigned long long)tally->foreign, cpu, tally->bytes * 8 / 1e9, median, p99,
           highest);
}
