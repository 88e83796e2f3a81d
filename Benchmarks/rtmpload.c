// Publishes video by RTMP to a server, plays it from there, and looks at what comes out.
//
// rtmpload HOST PORT [--publishers N] [--players M] [--bitrate BITS] [--seconds S] [--idle] [--pid LIST]
//          [--publish-app TEXT] [--publish-stream TEXT] [--play-app TEXT] [--play-stream TEXT]
//
// Opens N publishers and M players for each; in the texts one %d stands for the publisher's number. When all are
// connected, each publisher sends 30 H.264 frames a second, together BITS a second, spread over the frame's interval:
// for one second that does not count, and then for S seconds. With --idle it is one small frame a second. Prints one
// line of JSON.
//
// Each frame carries the publisher's number, a sequence number, and the time at which it was handed to the kernel;
// latency ends when this process reads the frame's last byte. CPU time and memory are those of the processes whose
// numbers stand in MEASURED_PIDS, or in LIST, where commas may separate them: CPU time from the first frame that counts
// until all have arrived, memory before the first connection and at the end.
//
// Calls to 127.0.0.0/8 come from 127.0.0.1, 127.0.0.2 and so on, as servers limit the connections of an address.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// Not all of it is used here.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include "stream.h"
#pragma GCC diagnostic pop

enum {
    FRAMES_A_SECOND = 30,
    WARM_UP_SECONDS = 1,
    CONNECT_SECONDS = 40,
    CONNECTING_AT_ONCE = 64,
    CONNECTIONS_AN_ADDRESS = 200,
    DRAIN_MILLISECONDS = 500,
    EVENTS = 256,
    READ_BYTES = 256 << 10,
    UNSENT_BYTES = 4 << 20,  // of a publisher; what would be more is not sent
    CHUNK_SIZE = 4096,
    NAME_BYTES = 512,
};

// RTMP 1.0 §5.4, §6 and §7.
enum { HANDSHAKE = 1536, HEADER_BYTES = 18, CHUNK_STREAMS = 64, DEFAULT_CHUNK_SIZE = 128 };
enum message_type {
    SET_CHUNK_SIZE = 1,
    ABORT = 2,
    ACKNOWLEDGEMENT = 3,
    USER_CONTROL = 4,
    WINDOW_SIZE = 5,
    PEER_BANDWIDTH = 6,
    VIDEO = 9,
    COMMAND = 20,
};
enum { PING = 6, PONG = 7 };
enum { ON_CONTROL = 2, ON_CONNECTION = 3, ON_STREAM = 5, ON_VIDEO = 6 };  // chunk streams

// A frame: FLV tag, length of the NAL unit, its header, and the numbers with one byte for four bits.
enum {
    TAG = 5,
    NAL_LENGTH = 4,
    NAL_HEADER = 1,
    NUMBERS = 2 * (4 + 8 + 8),
    FRAME_START = TAG + NAL_LENGTH + NAL_HEADER,
    SMALLEST_FRAME = FRAME_START + NUMBERS,
    MESSAGE_HEADER = 12,
    FILLER = 0x55,
};

// An AVCDecoderConfigurationRecord behind its tag: Constrained Baseline, level 3.1, 64x64.
static const unsigned char SEQUENCE_HEADER[] = {
    0x17, 0,    0,    0,    0,                                 // tag
    1,    0x42, 0xc0, 0x1f, 0xff,                              // profile and level, four bytes of length
    0xe1, 0,    7,    0x67, 0x42, 0xc0, 0x1f, 0xda, 0x10, 0x99,  // SPS
    1,    0,    4,    0x68, 0xce, 0x38, 0x80,                  // PPS
};

struct chunk_stream {
    uint32_t id, timestamp, delta, length, have, capacity;
    unsigned char type, is_extended;
    unsigned char *payload;
};

enum state { CALLING, SHAKING_HANDS, CONNECTING, CREATING, STARTING, READY, CLOSED };

struct connection {
    int descriptor, number, publisher, is_player;
    enum state state;
    uint32_t message_stream;

    unsigned char *unsent;
    size_t unsent_start, unsent_end, unsent_capacity;
    uint32_t sent_chunk_size;

    unsigned char *handshake;  // S0 to S2, while they come
    int handshake_have;
    unsigned char header[HEADER_BYTES];
    int header_have;
    struct chunk_stream *chunk_streams;
    int chunk_stream_count, current;
    uint32_t chunk_left, chunk_size;
    uint64_t received, acknowledged;
    uint32_t window;

    // Of a player.
    unsigned char *seen;  // a bit for each sequence number
    uint64_t newest;      // the highest sequence number + 1
    int64_t offset;       // of its timestamps to ours
    int has_offset;
};

// The connections of one thread.
struct loop {
    int epoll, count, ready, closed;
    struct connection *connections;
    unsigned char bytes[READ_BYTES];
};

static const char *host;
static int port, publishers = 1, players = 1;
static double seconds = 5, bits = 5e6;
static int is_idle, frame_rate = FRAMES_A_SECOND;
static const char *publish_app = "live", *publish_stream = "s%d", *play_app = "live", *play_stream = "s%d";
static struct sockaddr_storage address;
static socklen_t address_length;

static uint64_t uncounted, per_stream;  // frames of a publisher, before and within what counts
static struct loop publishing, playing;
static atomic_int is_sent, is_over;

// By the sending thread.
static uint64_t sent, unsent;
static int64_t cpu, counted_since;

// By the receiving thread.
enum { STEPS = 128 };  // of the histogram, for each power of two
static uint64_t received, duplicates, reordered, mistimed, foreign, bytes, histogram[64 * STEPS];
static int64_t highest_latency;

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "rtmpload: ");
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n");
    va_end(arguments);
    exit(1);
}

__attribute__((noreturn)) static void fail_connection(const struct connection *connection, const char *what) {
    fail("%s of %d: %s", connection->is_player ? "a player" : "the publisher", connection->publisher, what);
}

static void *allocate(size_t count, size_t size) {
    void *memory = calloc(count > 0 ? count : 1, size);
    if (memory == NULL) fail("out of memory");
    return memory;
}

static void *grow(void *memory, size_t size) {
    memory = realloc(memory, size);
    if (memory == NULL) fail("out of memory");
    return memory;
}

// Kilobytes in memory of the processes in MEASURED_PIDS.
static long resident(void) {
    const char *list = getenv("MEASURED_PIDS");
    long total = 0;
    for (char *end; list != NULL && *list != 0; list = end) {
        long pid = strtol(list, &end, 10), kilobytes;
        if (end == list) break;
        char line[256];
        snprintf(line, sizeof line, "/proc/%ld/status", pid);
        FILE *file = fopen(line, "r");
        if (file == NULL) fail("no process %ld", pid);
        while (fgets(line, sizeof line, file) != NULL)
            if (sscanf(line, "VmRSS: %ld", &kilobytes) == 1) total += kilobytes;
        fclose(file);
    }
    return total;
}

// MARK: Sending

static size_t unsent_bytes(const struct connection *connection) {
    return connection->unsent_end - connection->unsent_start;
}

static void close_connection(struct loop *loop, struct connection *connection, const char *why) {
    if (connection->state != READY) fail_connection(connection, why);
    close(connection->descriptor);
    connection->state = CLOSED;
    loop->closed++;
}

// What the kernel takes of the bytes; the connection's end is seen when it is read.
static size_t send_now(const struct connection *connection, const unsigned char *from, size_t length) {
    ssize_t count = send(connection->descriptor, from, length, MSG_NOSIGNAL);
    return count > 0 ? count : 0;
}

static void send_bytes(struct connection *connection, const unsigned char *from, size_t length) {
    size_t count = unsent_bytes(connection) == 0 ? send_now(connection, from, length) : 0;
    if (count == length) return;
    from += count;
    length -= count;
    if (connection->unsent_end + length > connection->unsent_capacity) {
        size_t waiting = unsent_bytes(connection);
        if (waiting > 0) memmove(connection->unsent, connection->unsent + connection->unsent_start, waiting);
        connection->unsent_start = 0;
        connection->unsent_end = waiting;
        if (waiting + length > connection->unsent_capacity) {
            connection->unsent_capacity = 2 * (waiting + length);
            connection->unsent = grow(connection->unsent, connection->unsent_capacity);
        }
    }
    memcpy(connection->unsent + connection->unsent_end, from, length);
    connection->unsent_end += length;
}

static void send_rest(struct connection *connection) {
    while (unsent_bytes(connection) > 0) {
        size_t count = send_now(connection, connection->unsent + connection->unsent_start, unsent_bytes(connection));
        if (count == 0) return;
        connection->unsent_start += count;
    }
    connection->unsent_start = connection->unsent_end = 0;
}

// A whole message in chunks, the first with a header of type 0; how many bytes that makes.
static size_t write_message(
    unsigned char *to, uint32_t chunk_size, int chunk_stream, enum message_type type, uint32_t message_stream,
    const unsigned char *payload, size_t length
) {
    unsigned char *start = to;
    put(to, chunk_stream, 1);
    put(to + 1, 0, 3);
    put(to + 4, length, 3);
    put(to + 7, type, 1);
    for (int i = 0; i < 4; i++) to[8 + i] = message_stream >> 8 * i;
    to += MESSAGE_HEADER;
    for (size_t at = 0; at < length;) {
        size_t count = length - at < chunk_size ? length - at : chunk_size;
        if (at > 0) *to++ = 0xc0 | chunk_stream;
        memcpy(to, payload + at, count);
        to += count;
        at += count;
    }
    return to - start;
}

static void send_message(
    struct connection *connection, int chunk_stream, enum message_type type, uint32_t message_stream,
    const unsigned char *payload, size_t length
) {
    unsigned char message[8192];
    if (length > sizeof message / 2) fail_connection(connection, "a command is too long");
    length = write_message(message, connection->sent_chunk_size, chunk_stream, type, message_stream, payload, length);
    send_bytes(connection, message, length);
}

static void send_control(struct connection *connection, enum message_type type, uint32_t value) {
    unsigned char payload[4];
    put(payload, value, 4);
    send_message(connection, ON_CONTROL, type, 0, payload, sizeof payload);
}

// MARK: Commands, in AMF 0

struct command {
    unsigned char bytes[4 * NAME_BYTES];
    size_t length;
};

static void add_text(struct command *command, const char *text, int has_marker) {
    size_t length = strlen(text);
    if (length > NAME_BYTES || command->length + length + 16 > sizeof command->bytes) fail("%s is too long", text);
    if (has_marker) command->bytes[command->length++] = 2;
    put(command->bytes + command->length, length, 2);
    memcpy(command->bytes + command->length + 2, text, length);
    command->length += 2 + length;
}

static void add_property(struct command *command, const char *name, const char *text) {
    add_text(command, name, 0);
    add_text(command, text, 1);
}

static void add_marker(struct command *command, unsigned char marker) {
    command->bytes[command->length++] = marker;
}

static struct command make_command(const char *name, double transaction) {
    struct command command = {.length = 0};
    uint64_t number;
    memcpy(&number, &transaction, sizeof number);
    add_text(&command, name, 1);
    add_marker(&command, 0);
    put(command.bytes + command.length, number, 8);
    command.length += 8;
    return command;
}

// The text with the number in place of its %d.
static void expand(char *to, const char *text, int number) {
    const char *place = strstr(text, "%d");
    int length = place == NULL ? snprintf(to, NAME_BYTES, "%s", text)
                               : snprintf(to, NAME_BYTES, "%.*s%d%s", (int)(place - text), text, number, place + 2);
    if (length >= NAME_BYTES) fail("%s is too long", text);
}

static void send_connect(struct connection *connection) {
    char app[NAME_BYTES], url[NAME_BYTES];
    expand(app, connection->is_player ? play_app : publish_app, connection->publisher);
    if (snprintf(url, sizeof url, "rtmp://%s:%d/%s", host, port, app) >= NAME_BYTES) fail("%s is too long", app);
    struct command command = make_command("connect", 1);
    add_marker(&command, 3);
    add_property(&command, "app", app);
    if (!connection->is_player) add_property(&command, "type", "nonprivate");
    add_property(&command, "flashVer", connection->is_player ? "LNX 9,0,124,2" : "FMLE/3.0 (compatible; rtmpload)");
    add_property(&command, "tcUrl", url);
    add_text(&command, "", 0);
    add_marker(&command, 9);
    send_message(connection, ON_CONNECTION, COMMAND, 0, command.bytes, command.length);
    connection->state = CONNECTING;
}

static void send_create_stream(struct connection *connection) {
    send_control(connection, SET_CHUNK_SIZE, CHUNK_SIZE);
    connection->sent_chunk_size = CHUNK_SIZE;
    struct command command = make_command("createStream", 2);
    add_marker(&command, 5);
    send_message(connection, ON_CONNECTION, COMMAND, 0, command.bytes, command.length);
    connection->state = CREATING;
}

static void send_start(struct connection *connection) {
    char name[NAME_BYTES];
    expand(name, connection->is_player ? play_stream : publish_stream, connection->publisher);
    struct command command = make_command(connection->is_player ? "play" : "publish", 3);
    add_marker(&command, 5);
    add_text(&command, name, 1);
    if (!connection->is_player) add_text(&command, "live", 1);
    send_message(connection, ON_STREAM, COMMAND, connection->message_stream, command.bytes, command.length);
    connection->state = STARTING;
}

// The text of a property of the object that an onStatus or an _error carries; empty if there is none.
static void find_property(char to[NAME_BYTES], const char *name, const unsigned char *payload, size_t length) {
    unsigned char sought[32];
    size_t count = strlen(name);
    put(sought, count, 2);
    memcpy(sought + 2, name, count);
    sought[2 + count] = 2;
    count += 3;
    to[0] = 0;
    const unsigned char *found = memmem(payload, length, sought, count), *end = payload + length;
    if (found == NULL || end - found < (ptrdiff_t)count + 2) return;
    found += count;
    size_t text = get(found, 2);
    if (text >= NAME_BYTES || (size_t)(end - found) < 2 + text) return;
    memcpy(to, found + 2, text);
    to[text] = 0;
}

static void read_command(
    struct loop *loop, struct connection *connection, const unsigned char *payload, size_t length
) {
    size_t name = length >= 3 && payload[0] == 2 ? get(payload + 1, 2) : length, after = 3 + name + 9;
    if (length < after || payload[3 + name] != 0) fail_connection(connection, "a command is malformed");
    uint64_t number = get(payload + 3 + name + 1, 8);
    double transaction;
    memcpy(&transaction, &number, sizeof transaction);
    int is_result = name == 7 && memcmp(payload + 3, "_result", name) == 0;
    int is_error = name == 6 && memcmp(payload + 3, "_error", name) == 0;
    int is_status = name == 8 && memcmp(payload + 3, "onStatus", name) == 0;

    char level[NAME_BYTES], code[NAME_BYTES];
    find_property(level, "level", payload, length);
    find_property(code, "code", payload, length);
    if (connection->state != READY && (is_error || (is_status && strcmp(level, "error") == 0)))
        fail_connection(connection, code[0] != 0 ? code : "refused");
    switch (connection->state) {
    case CONNECTING:
        if (is_result && transaction == 1) send_create_stream(connection);
        break;
    case CREATING:
        if (!is_result || transaction != 2) break;
        // Null, and the stream's number.
        if (length < after + 10 || payload[after + 1] != 0) fail_connection(connection, "it got no stream");
        number = get(payload + after + 2, 8);
        double stream;
        memcpy(&stream, &number, sizeof stream);
        connection->message_stream = stream;
        send_start(connection);
        break;
    case STARTING:
        if (!is_status || strcmp(code, connection->is_player ? "NetStream.Play.Start" : "NetStream.Publish.Start") != 0)
            break;
        connection->state = READY;
        loop->ready++;
        if (!connection->is_player)
            send_message(
                connection, ON_VIDEO, VIDEO, connection->message_stream, SEQUENCE_HEADER, sizeof SEQUENCE_HEADER
            );
        break;
    default: break;
    }
}

// MARK: Frames

// No byte is zero: there is nothing for emulation prevention to do.
static void put_nibbles(unsigned char *to, uint64_t value, int count) {
    for (int i = count - 1; i >= 0; i--, value >>= 4) to[i] = 0x40 | (value & 15);
}

static uint64_t get_nibbles(const unsigned char *from, int count) {
    uint64_t value = 0;
    for (int i = 0; i < count; i++) value = value << 4 | (from[i] & 15);
    return value;
}

static int bucket(int64_t microseconds) {
    uint64_t value = microseconds > 0 ? microseconds : 0;
    int shift = value < STEPS ? 0 : 63 - __builtin_clzll(value) - 7;
    return shift * STEPS + (int)(value >> shift);
}

// The middle of a bucket.
static double microseconds_in(int bucket) {
    if (bucket < 2 * STEPS) return bucket;
    int shift = bucket / STEPS - 1;
    return ((uint64_t)(STEPS + bucket % STEPS) << shift) + (1ull << shift) / 2.0;
}

static double percentile(uint64_t count, int percent) {
    uint64_t rank = count * percent / 100, below = 0;
    for (int i = 0; i < 64 * STEPS; i++)
        if ((below += histogram[i]) > rank) return microseconds_in(i);
    return 0;
}

static int is_seen(const struct connection *player, uint64_t sequence) {
    return player->seen[sequence / 8] >> sequence % 8 & 1;
}

static void count_frame(
    struct connection *player, uint32_t timestamp, const unsigned char *numbers, size_t length, int64_t arrival
) {
    uint64_t sequence = get_nibbles(numbers + 8, 16);
    if (get_nibbles(numbers, 8) != (uint64_t)player->publisher || sequence >= uncounted + per_stream) {
        foreign++;
        return;
    }
    // Whoever passes a stream on may begin it at another time.
    int64_t offset = timestamp - (int64_t)(sequence * 1000 / frame_rate);
    if (!player->has_offset) player->offset = offset;
    player->has_offset = 1;
    if (sequence < uncounted) return;
    if (is_seen(player, sequence)) {
        duplicates++;
        return;
    }
    player->seen[sequence / 8] |= 1 << sequence % 8;
    if (sequence < player->newest) reordered++;
    else player->newest = sequence + 1;
    if (llabs(offset - player->offset) > 1) mistimed++;
    received++;
    bytes += length;
    int64_t latency = arrival - (int64_t)get_nibbles(numbers + 24, 16);
    if (latency > highest_latency) highest_latency = latency;
    histogram[bucket(latency / 1000)]++;
}

// A server may have put other NAL units before the picture.
static void read_video(struct connection *player, const struct chunk_stream *stream, int64_t arrival) {
    const unsigned char *payload = stream->payload;
    size_t length = stream->have, at = TAG;
    if (length >= 2 && (payload[0] & 15) == 7 && payload[1] != 1) return;  // a sequence header, or the end
    if (length >= TAG && (payload[0] & 15) == 7)
        while (length - at > NAL_LENGTH) {
            size_t unit = get(payload + at, NAL_LENGTH);
            at += NAL_LENGTH;
            if (unit == 0 || unit > length - at) break;
            int type = payload[at] & 31, is_ours = unit >= NAL_HEADER + NUMBERS && (type == 1 || type == 5);
            for (int i = 0; is_ours && i < NUMBERS; i++) is_ours = (payload[at + NAL_HEADER + i] & 0xf0) == 0x40;
            if (is_ours) {
                count_frame(player, stream->timestamp, payload + at + NAL_HEADER, length, arrival);
                return;
            }
            at += unit;
        }
    foreign++;
}

// MARK: The chunk stream

static struct chunk_stream *find_chunk_stream(struct connection *connection, uint32_t id) {
    for (int i = 0; i < connection->chunk_stream_count; i++)
        if (connection->chunk_streams[i].id == id) return &connection->chunk_streams[i];
    return NULL;
}

static void read_message(
    struct loop *loop, struct connection *connection, const struct chunk_stream *stream, int64_t arrival
) {
    const unsigned char *payload = stream->payload;
    uint32_t value = stream->have >= 4 ? get(payload, 4) : 0;
    switch (stream->type) {
    case SET_CHUNK_SIZE:
        if ((value & 0x7fffffff) == 0) fail_connection(connection, "a chunk size is malformed");
        connection->chunk_size = value & 0x7fffffff;
        break;
    case ABORT: {
        struct chunk_stream *aborted = find_chunk_stream(connection, value);
        if (aborted != NULL) aborted->have = 0;
        break;
    }
    case USER_CONTROL:
        if (stream->have >= 6 && get(payload, 2) == PING) {
            unsigned char pong[6];
            memcpy(pong, payload, sizeof pong);
            put(pong, PONG, 2);
            send_message(connection, ON_CONTROL, USER_CONTROL, 0, pong, sizeof pong);
        }
        break;
    case WINDOW_SIZE: connection->window = value; break;
    case PEER_BANDWIDTH: send_control(connection, WINDOW_SIZE, value); break;
    case VIDEO:
        if (connection->is_player) read_video(connection, stream, arrival);
        break;
    case COMMAND: read_command(loop, connection, payload, stream->have); break;
    default: break;
    }
}

static int basic_header_bytes(const unsigned char *header) {
    int id = header[0] & 63;
    return id == 0 ? 2 : id == 1 ? 3 : 1;
}

static uint32_t chunk_stream_id(const unsigned char *header) {
    int id = header[0] & 63;
    return id == 0 ? 64u + header[1] : id == 1 ? 64u + header[1] + 256u * header[2] : (uint32_t)id;
}

// How long the chunk's header is, as far as can be seen from what is there of it.
static int header_bytes(struct connection *connection) {
    static const int message_header_bytes[] = {11, 7, 3, 0};
    const unsigned char *header = connection->header;
    if (connection->header_have == 0) return 1;
    int format = header[0] >> 6, basic = basic_header_bytes(header), total = basic + message_header_bytes[format];
    if (connection->header_have < total) return total;
    if (format < 3) return get(header + basic, 3) == 0xffffff ? total + 4 : total;
    struct chunk_stream *stream = find_chunk_stream(connection, chunk_stream_id(header));
    return stream != NULL && stream->is_extended ? total + 4 : total;
}

// Takes the whole header of a chunk.
static void begin_chunk(struct connection *connection) {
    const unsigned char *header = connection->header, *fields = header + basic_header_bytes(header);
    int format = header[0] >> 6;
    uint32_t id = chunk_stream_id(header);
    struct chunk_stream *stream = find_chunk_stream(connection, id);
    if (stream == NULL) {
        if (format != 0) fail_connection(connection, "a chunk stream begins without a whole header");
        if (connection->chunk_stream_count == CHUNK_STREAMS) fail_connection(connection, "too many chunk streams");
        connection->chunk_streams =
            grow(connection->chunk_streams, (connection->chunk_stream_count + 1) * sizeof *connection->chunk_streams);
        stream = &connection->chunk_streams[connection->chunk_stream_count++];
        *stream = (struct chunk_stream){.id = id};
    }
    if (format < 3) {
        if (stream->have > 0) fail_connection(connection, "a message begins within another one");
        uint32_t time = get(fields, 3);
        stream->is_extended = time == 0xffffff;
        if (stream->is_extended) time = get(header + connection->header_have - 4, 4);
        if (format < 2) {
            stream->length = get(fields + 3, 3);
            stream->type = fields[6];
        }
        stream->delta = time;
        stream->timestamp = format == 0 ? time : stream->timestamp + time;
    } else if (stream->have == 0) {
        stream->timestamp += stream->delta;
    }
    if (stream->length > stream->capacity) {
        stream->capacity = stream->length;
        stream->payload = grow(stream->payload, stream->capacity);
    }
    uint32_t left = stream->length - stream->have;
    connection->chunk_left = left < connection->chunk_size ? left : connection->chunk_size;
    connection->current = stream - connection->chunk_streams;
    connection->header_have = 0;
}

static void read_chunks(
    struct loop *loop, struct connection *connection, const unsigned char *from, size_t length, int64_t arrival
) {
    while (length > 0) {
        if (connection->chunk_left == 0) {
            connection->header[connection->header_have++] = *from++;
            length--;
            if (connection->header_have < header_bytes(connection)) continue;
            begin_chunk(connection);
        }
        struct chunk_stream *stream = &connection->chunk_streams[connection->current];
        size_t count = length < connection->chunk_left ? length : connection->chunk_left;
        if (count > 0) memcpy(stream->payload + stream->have, from, count);
        stream->have += count;
        connection->chunk_left -= count;
        from += count;
        length -= count;
        if (stream->have == stream->length) {
            read_message(loop, connection, stream, arrival);
            stream->have = 0;
        }
    }
}

// S0, S1 and S2; how many of the bytes belong to them.
static size_t read_handshake(struct connection *connection, const unsigned char *from, size_t length) {
    int had = connection->handshake_have;
    size_t left = 1 + 2 * HANDSHAKE - had, count = length < left ? length : left;
    memcpy(connection->handshake + had, from, count);
    connection->handshake_have += count;
    if (had <= HANDSHAKE && connection->handshake_have > HANDSHAKE) {
        if (connection->handshake[0] != 3) fail_connection(connection, "the far side does not speak RTMP");
        send_bytes(connection, connection->handshake + 1, HANDSHAKE);  // C2 repeats S1
    }
    if (count == left) {
        free(connection->handshake);
        connection->handshake = NULL;
        send_connect(connection);
    }
    return count;
}

// MARK: Connections

static void open_connection(struct loop *loop, int publisher, int is_player) {
    static int opened;
    struct connection *connection = &loop->connections[loop->count];
    *connection = (struct connection){
        .number = loop->count++,
        .publisher = publisher,
        .is_player = is_player,
        .sent_chunk_size = DEFAULT_CHUNK_SIZE,
        .chunk_size = DEFAULT_CHUNK_SIZE,
    };
    if (is_player) connection->seen = allocate((uncounted + per_stream) / 8 + 1, 1);
    int yes = 1, descriptor = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (descriptor < 0) fail("socket: %s", strerror(errno));
    connection->descriptor = descriptor;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    struct sockaddr_in *target = (struct sockaddr_in *)&address;
    if (address.ss_family == AF_INET && ntohl(target->sin_addr.s_addr) >> 24 == 127) {
        struct sockaddr_in source = {.sin_family = AF_INET};
        source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + opened / CONNECTIONS_AN_ADDRESS);
        setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
        if (bind(descriptor, (struct sockaddr *)&source, sizeof source) != 0) fail("bind: %s", strerror(errno));
    }
    opened++;
    if (connect(descriptor, (struct sockaddr *)&address, address_length) != 0 && errno != EINPROGRESS)
        fail_connection(connection, strerror(errno));
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.u32 = connection->number};
    if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, descriptor, &event) != 0) fail("epoll_ctl: %s", strerror(errno));
}

static void begin_handshake(struct connection *connection) {
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(connection->descriptor, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) fail_connection(connection, strerror(error));
    // Version 3, a time, four zeros: the handshake without digests. The rest may be anything.
    unsigned char hello[1 + HANDSHAKE];
    memset(hello, 0x5a, sizeof hello);
    hello[0] = 3;
    memset(hello + 1, 0, 8);
    connection->handshake = allocate(1 + 2 * HANDSHAKE, 1);
    connection->state = SHAKING_HANDS;
    send_bytes(connection, hello, sizeof hello);
}

static void read_connection(struct loop *loop, struct connection *connection, int is_ending) {
    ssize_t count;
    do {
        count = recv(connection->descriptor, loop->bytes, sizeof loop->bytes, 0);
        if (count == 0) {
            close_connection(loop, connection, "the far side closed the connection");
            return;
        }
        if (count < 0) {
            if (errno != EAGAIN && errno != EINTR) close_connection(loop, connection, strerror(errno));
            return;
        }
        int64_t arrival = now(CLOCK_MONOTONIC);
        connection->received += count;
        size_t used = connection->handshake != NULL ? read_handshake(connection, loop->bytes, count) : 0;
        read_chunks(loop, connection, loop->bytes + used, count - used, arrival);
        if (connection->window > 0 && connection->received - connection->acknowledged >= connection->window) {
            connection->acknowledged = connection->received;
            send_control(connection, ACKNOWLEDGEMENT, connection->received);
        }
        // Less than asked for is all that there was.
    } while (count == sizeof loop->bytes || is_ending);
}

static void serve(struct loop *loop, int milliseconds) {
    struct epoll_event events[EVENTS];
    int count = epoll_wait(loop->epoll, events, EVENTS, milliseconds);
    for (int i = 0; i < count; i++) {
        struct connection *connection = &loop->connections[events[i].data.u32];
        uint32_t what = events[i].events;
        if (connection->state == CLOSED) continue;
        if (connection->state == CALLING) {
            if (what & (EPOLLOUT | EPOLLERR)) begin_handshake(connection);
            continue;
        }
        if (what & EPOLLOUT) send_rest(connection);
        int is_ending = (what & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
        if (what & EPOLLIN || is_ending) read_connection(loop, connection, is_ending);
    }
}

// Opens the connections of a loop, `each` for every publisher, and waits until all are ready.
static void open_all(struct loop *loop, int each, int is_player) {
    int total = publishers * each;
    loop->connections = allocate(total, sizeof *loop->connections);
    int64_t limit = now(CLOCK_MONOTONIC) + CONNECT_SECONDS * 1000000000LL;
    while (loop->ready < total) {
        while (loop->count < total && loop->count - loop->ready < CONNECTING_AT_ONCE)
            open_connection(loop, loop->count / each, is_player);
        serve(loop, 10);
        if (loop != &publishing) serve(&publishing, 0);
        if (now(CLOCK_MONOTONIC) > limit)
            fail("%d of %d %s are ready", loop->ready, total, is_player ? "players" : "publishers");
    }
}

// MARK: The two threads

static void *send_all(void *unused) {
    (void)unused;
    int length = is_idle ? SMALLEST_FRAME : (int)(bits / frame_rate / 8);
    unsigned char *frame = allocate(length, 1);
    unsigned char *message = allocate(MESSAGE_HEADER + length + length / CHUNK_SIZE, 1);
    memset(frame, FILLER, length);
    put(frame, 0x1701000000, TAG);
    put(frame + TAG, length - TAG - NAL_LENGTH, NAL_LENGTH);
    size_t message_length = write_message(message, CHUNK_SIZE, ON_VIDEO, VIDEO, 0, frame, length);
    free(frame);

    // All of the fields that differ stand in the first chunk.
    unsigned char *timestamp = message + 1, *stream = message + 8, *tag = message + MESSAGE_HEADER;
    unsigned char *unit = tag + TAG + NAL_LENGTH, *numbers = unit + NAL_HEADER;
    int64_t start = now(CLOCK_MONOTONIC) + 1000000, next = start;
    uint64_t total = (uncounted + per_stream) * publishers;
    for (uint64_t i = 0; i <= total; i++) {
        // Publishers start spread over one interval.
        next = start + (int64_t)(i * (1e9 / frame_rate / publishers));
        for (int64_t wait; (wait = next - now(CLOCK_MONOTONIC)) > 0;) {
            struct pollfd wanted = {.fd = publishing.epoll, .events = POLLIN};
            struct timespec timeout = {.tv_sec = wait / 1000000000, .tv_nsec = wait % 1000000000};
            if (ppoll(&wanted, 1, &timeout, NULL) > 0) serve(&publishing, 0);
        }
        if (i % EVENTS == 0) serve(&publishing, 0);  // also when there is no time to wait
        if (i == uncounted * publishers) {
            cpu = measured_cpu();
            counted_since = now(CLOCK_MONOTONIC);
        }
        if (i == total) break;
        struct connection *publisher = &publishing.connections[i % publishers];
        uint64_t sequence = i / publishers;
        if (publisher->state == CLOSED || unsent_bytes(publisher) > UNSENT_BYTES) {
            if (sequence >= uncounted) unsent++;
            continue;
        }
        int is_key = sequence % frame_rate == 0;
        put(timestamp, sequence * 1000 / frame_rate, 3);
        for (int b = 0; b < 4; b++) stream[b] = publisher->message_stream >> 8 * b;
        tag[0] = is_key ? 0x17 : 0x27;
        unit[0] = is_key ? 0x65 : 0x41;
        put_nibbles(numbers, publisher->publisher, 8);
        put_nibbles(numbers + 8, sequence, 16);
        put_nibbles(numbers + 24, now(CLOCK_MONOTONIC), 16);
        send_bytes(publisher, message, message_length);
        if (sequence >= uncounted) sent++;
    }
    atomic_store(&is_sent, 1);
    while (!atomic_load(&is_over)) serve(&publishing, 10);
    free(message);
    return NULL;
}

static void receive_all(uint64_t expected) {
    int64_t deadline = INT64_MAX;
    for (;;) {
        serve(&playing, 10);
        if (!atomic_load(&is_sent)) continue;
        if (deadline == INT64_MAX) deadline = now(CLOCK_MONOTONIC) + DRAIN_MILLISECONDS * 1000000LL;
        if (received == expected || now(CLOCK_MONOTONIC) > deadline) return;
    }
}

// MARK: Beginning and end

// Frames that a player did not get between its first and its last.
static uint64_t count_gaps(void) {
    uint64_t gaps = 0;
    for (int i = 0; i < playing.count; i++) {
        const struct connection *player = &playing.connections[i];
        uint64_t sequence = uncounted;
        while (sequence < player->newest && !is_seen(player, sequence)) sequence++;
        for (; sequence < player->newest; sequence++) gaps += !is_seen(player, sequence);
    }
    return gaps;
}

static void print_results(uint64_t expected, double cpu_seconds, double time, long before, long after) {
    double median = percentile(received, 50), p99 = percentile(received, 99);
    printf("{\"publishers\":%d,\"players\":%d,\"seconds\":%.3f,\"sent\":%llu,\"unsent\":%llu,\"expected\":%llu,"
           "\"received\":%llu,\"lost\":%llu,\"gaps\":%llu,\"duplicates\":%llu,\"reordered\":%llu,\"mistimed\":%llu,"
           "\"foreign\":%llu,\"closed\":%d,\"bytes\":%llu,\"gigabits\":%.4f,\"cpuSeconds\":%.4f,\"medianUs\":%.0f,"
           "\"p99Us\":%.0f,\"medianMs\":%.3f,\"p99Ms\":%.3f,\"maximumMs\":%.3f,\"residentBeforeKb\":%ld,"
           "\"residentAfterKb\":%ld}\n",
           publishers, playing.count, time, (unsigned long long)sent, (unsigned long long)unsent,
           (unsigned long long)expected, (unsigned long long)received, (unsigned long long)(expected - received),
           (unsigned long long)count_gaps(), (unsigned long long)duplicates, (unsigned long long)reordered,
           (unsigned long long)mistimed, (unsigned long long)foreign, publishing.closed + playing.closed,
           (unsigned long long)bytes, bytes * 8 / 1e9, cpu_seconds, median, p99, median / 1e3, p99 / 1e3,
           highest_latency / 1e6, before, after);
}

__attribute__((noreturn)) static void explain(void) {
    fprintf(stderr, "usage: rtmpload HOST PORT [--publishers N] [--players M] [--bitrate BITS] [--seconds S] [--idle]\n"
                    "                [--pid LIST] [--publish-app TEXT] [--publish-stream TEXT] [--play-app TEXT]\n"
                    "                [--play-stream TEXT]\n");
    exit(2);
}

// A text may hold one %d, and no other percent sign.
static const char *check_text(const char *text) {
    const char *percent = strchr(text, '%');
    if (percent != NULL && (percent[1] != 'd' || strchr(percent + 1, '%') != NULL))
        fail("%s: one %%d is possible, and nothing else with a percent sign", text);
    if (strlen(text) >= NAME_BYTES - 16) fail("%s is too long", text);
    return text;
}

static double read_number(const char *text, double lowest, double highest) {
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != 0 || !(value >= lowest && value <= highest))
        fail("%s is not a number from %.0f to %.0f", text, lowest, highest);
    return value;
}

static void read_arguments(int count, char **arguments) {
    static const struct option options[] = {
        {"publishers", required_argument, NULL, 'n'},     {"players", required_argument, NULL, 'm'},
        {"bitrate", required_argument, NULL, 'b'},        {"seconds", required_argument, NULL, 's'},
        {"idle", no_argument, NULL, 'i'},                 {"pid", required_argument, NULL, 'p'},
        {"publish-app", required_argument, NULL, 'A'},    {"publish-stream", required_argument, NULL, 'S'},
        {"play-app", required_argument, NULL, 'a'},       {"play-stream", required_argument, NULL, 't'},
        {NULL, 0, NULL, 0},
    };
    int has_players = 0;
    for (int option; (option = getopt_long(count, arguments, "", options, NULL)) != -1;) switch (option) {
        case 'n': publishers = read_number(optarg, 1, 100000); break;
        case 'm':
            players = read_number(optarg, 0, 100000);
            has_players = 1;
            break;
        case 'b': bits = read_number(optarg, SMALLEST_FRAME * 8 * FRAMES_A_SECOND, 1e9); break;
        case 's': seconds = read_number(optarg, 1, 10000); break;
        case 'i': is_idle = 1; break;
        case 'p':
            for (char *c = optarg; *c != 0; c++)
                if (*c == ',') *c = ' ';
            setenv("MEASURED_PIDS", optarg, 1);
            break;
        case 'A': publish_app = check_text(optarg); break;
        case 'S': publish_stream = check_text(optarg); break;
        case 'a': play_app = check_text(optarg); break;
        case 't': play_stream = check_text(optarg); break;
        default: explain();
        }
    if (count - optind != 2) explain();
    host = arguments[optind];
    port = read_number(arguments[optind + 1], 1, 65535);
    if (is_idle) {
        frame_rate = 1;
        if (!has_players) players = 0;
    }
    uncounted = WARM_UP_SECONDS * frame_rate;
    per_stream = seconds * frame_rate;
    if ((int64_t)publishers * players > 1000000) fail("too many players");

    struct addrinfo *found, wanted = {.ai_socktype = SOCK_STREAM};
    int error = getaddrinfo(host, arguments[optind + 1], &wanted, &found);
    if (error != 0) fail("%s: %s", host, gai_strerror(error));
    memcpy(&address, found->ai_addr, found->ai_addrlen);
    address_length = found->ai_addrlen;
    freeaddrinfo(found);
}

int main(int count, char **arguments) {
    read_arguments(count, arguments);
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    long before = resident();
    publishing.epoll = epoll_create1(0);
    playing.epoll = epoll_create1(0);
    if (publishing.epoll < 0 || playing.epoll < 0) fail("epoll: %s", strerror(errno));
    open_all(&publishing, 1, 0);
    if (players > 0) open_all(&playing, players, 1);

    uint64_t expected = per_stream * publishers * players;
    pthread_t sender;
    if (pthread_create(&sender, NULL, send_all, NULL) != 0) fail("no thread");
    receive_all(expected);
    int64_t used = measured_cpu(), end = now(CLOCK_MONOTONIC);
    long after = resident();
    atomic_store(&is_over, 1);
    pthread_join(sender, NULL);
    print_results(expected, (used - cpu) / 1e9, (end - counted_since) / 1e9, before, after);
    return 0;
}
