#!/bin/bash
# Measures the gateway against references on this machine: CPU time per delivered gigabit, loss, latency, memory.
#
# Benchmarks/run.sh [SCENARIO...]     make bench
#
#   rtp-1to1      100 RTP streams of 5 Mbit/s, each to one RTP output      against relay.c
#   rtp-1to10     10 RTP streams, each to ten RTP outputs                  against relay.c
#   monitoring    rtp-1to1 with metrics and status read every second       against the same, not read
#   srt-1to1      20 SRT streams of 5 Mbit/s, each to one SRT output       against srt-live-transmit, one a stream
#   srt-1to1-aes  the same with AES-128
#   srt-1to10     2 SRT streams, each to ten SRT outputs                   gateway only
#   rtmp-1to1     50 RTMP publishers of 5 Mbit/s, each with one player     against nginx-rtmp
#   rtmp-1to50    one RTMP publisher of 5 Mbit/s with 50 players           against nginx-rtmp
#   rtmp-memory   resident memory a publisher and a player, 1,000 of each  against nginx-rtmp
#   memory        resident memory a flow, 1,000 idle flows
#
# Without arguments all of them. ROUNDS (3) alternating rounds of SECONDS_EACH (6); the median counts. HEADGATE names
# a built executable; without it a release build is made. Everything stays on 127.0.0.1, on ports free at the time.
set -u -o pipefail
cd "$(dirname "$0")/.." || exit 1

ROUNDS=${ROUNDS:-3}
SECONDS_EACH=${SECONDS_EACH:-6}
MBITS=5
SRT_LATENCY=120
export PASSPHRASE=benchmark-passphrase
BIN=Benchmarks/bin
WORK=$(mktemp -d "${TMPDIR:-/tmp}/headgate-bench.XXXXXX") || exit 1
PIDS=()          # what runs at the moment
RESULT_LINES=()
MEMORY_LINES=()

stop_all() {
    local pid
    for pid in "${PIDS[@]}"; do kill "$pid" 2>/dev/null; done
    for pid in "${PIDS[@]}"; do
        for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
        kill -KILL "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    PIDS=()
}
trap 'stop_all; rm -rf "$WORK"' EXIT
trap 'exit 130' INT TERM

fail() {
    echo "run.sh: $1" >&2
    [ -n "${2:-}" ] && tail -n 20 "$2" >&2
    exit 1
}

make -s -C Benchmarks || fail "the load tools do not build"
if [ -z "${HEADGATE:-}" ]; then
    echo "Building a release of headgate…" >&2
    make -s build >&2 || fail "headgate does not build"
    HEADGATE=.build/release/headgate
fi

free_ports() { $BIN/udpload ports "$1" || fail "no $1 free ports in a row"; }

# field NAME < JSON: a number out of one line of JSON.
field() { awk -v name="\"$1\"" -F'[{},:]' '{ for (i = 1; i < NF; i++) if ($i == name) print $(i + 1) }'; }

median() { sort -n | awk '{ v[NR] = $1 } END { if (NR) print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# start_gateway FLOWS_DIR SRT_PORT [RTMP_ADDRESS] [HTTP_PORT]: sets GATEWAY to its process.
start_gateway() {
    local log=$WORK/gateway.log
    rm -rf "$WORK/state"
    mkdir -p "$WORK/state"
    "$HEADGATE" serve --flows "$1" --state-dir "$WORK/state" --http "127.0.0.1:${4:-0}" --srt "127.0.0.1:$2" \
        --rtmp "${3:-off}" --rtsp off >"$log" 2>&1 &
    GATEWAY=$!
    PIDS+=("$GATEWAY")
    for _ in $(seq 600); do
        grep -qw ready "$log" && return
        kill -0 "$GATEWAY" 2>/dev/null || fail "the gateway ended" "$log"
        sleep 0.1
    done
    fail "the gateway was not ready within a minute" "$log"
}

# One flow document each: flow_head NUMBER, then inputs and outputs.
flow_head() { printf -- 'apiVersion: headgate/v1\nname: bench-%s\nmaxBandwidth: 20Mbps\n' "$1"; }

rtp_flows() { # DIR INPUTS OUTPUTS LISTEN_PORT SEND_PORT
    local i k
    mkdir -p "$1"
    for ((i = 0; i < $2; i++)); do
        {
            flow_head "$i"
            printf 'inputs:\n  - {name: in, protocol: rtp, port: %s}\noutputs:\n' $(($4 + 2 * i))
            for ((k = 0; k < $3; k++)); do
                printf '  - {name: out-%s, protocol: rtp, host: 127.0.0.1, port: %s}\n' "$k" $(($5 + i * $3 + k))
            done
        } >"$1/flow-$i.yaml"
    done
}

srt_flows() { # DIR INPUTS OUTPUTS SEND_PORT KEY_LENGTH
    local i k in='' out=''
    if [ "$5" != 0 ]; then
        in=", decryption: {key: {env: PASSPHRASE}, keyLength: $5}"
        out=", encryption: {key: {env: PASSPHRASE}, keyLength: $5}"
    fi
    mkdir -p "$1"
    for ((i = 0; i < $2; i++)); do
        {
            flow_head "$i"
            printf 'inputs:\n  - {name: in, protocol: srt, mode: listener, latency: %sms%s}\n' $SRT_LATENCY "$in"
            [ "$3" = 0 ] || echo outputs:
            for ((k = 0; k < $3; k++)); do
                printf '  - {name: out-%s, protocol: srt, mode: caller, host: 127.0.0.1, port: %s, latency: %sms%s}\n' \
                    "$k" "$4" $SRT_LATENCY "$out"
            done
        } >"$1/flow-$i.yaml"
    done
}

# keep FILE JSON: notes a round's result and shows it.
keep() {
    local cpu gigabits
    [ -n "$2" ] || fail "the load tool gave no result"
    cpu=$(field cpuSeconds <<<"$2")
    gigabits=$(field gigabits <<<"$2")
    awk -v c="$cpu" -v g="$gigabits" 'BEGIN { printf "%.4f\n", (g > 0) ? c / g : 0 }' >>"$1.cpu"
    for name in lost duplicates reordered medianMs p99Ms maximumMs; do field $name <<<"$2" >>"$1.$name"; done
    printf '  %-10s %s s/Gbit  lost %s  median %s ms  p99 %s ms\n' "$(basename "$1")" "$(tail -n 1 "$1.cpu")" \
        "$(field lost <<<"$2")" "$(field medianMs <<<"$2")" "$(field p99Ms <<<"$2")" >&2
}

# report SCENARIO REFERENCE_LATENCY: the table's line out of the notes in $WORK; latency is what is above the argument.
report() {
    local ours reference ratio='' lost latency p99 reference_latency=''
    ours=$(median <"$WORK/headgate.cpu")
    lost=$(awk '{ n += $1 } END { print n + 0 }' "$WORK/headgate.lost")
    latency=$(median <"$WORK/headgate.medianMs" | awk -v l="$2" '{ printf "%.1f", $1 - l }')
    p99=$(median <"$WORK/headgate.p99Ms" | awk -v l="$2" '{ printf "%.1f", $1 - l }')
    if [ -e "$WORK/reference.cpu" ]; then
        reference=$(median <"$WORK/reference.cpu" | awk '{ printf "%.3f", $1 }')
        # Of each round's pair, as what else the machine does weighs on both.
        ratio=$(paste "$WORK/headgate.cpu" "$WORK/reference.cpu" | awk '$2 > 0 { print $1 / $2 }' | median |
            awk '{ printf "%.2f", $1 }')
        reference_latency=$(median <"$WORK/reference.medianMs" | awk -v l="$2" '{ printf "%.1f", $1 - l }')
    fi
    RESULT_LINES+=("$(printf '%-14s %9.3f %9s %7s %6s %9s %8s %9s' "$1" "$ours" "${reference:--}" "${ratio:--}" "$lost" \
        "$latency" "$p99" "${reference_latency:--}")")
}

rtp_scenario() { # NAME INPUTS OUTPUTS
    local ports listen send round
    echo "$1: $2 × $MBITS Mbit/s RTP, $3 output(s) each" >&2
    rm -f "$WORK"/headgate.* "$WORK"/reference.*
    for ((round = 0; round < ROUNDS; round++)); do
        ports=$(free_ports $((2 * $2 + $2 * $3 + 2)))
        listen=$ports send=$((ports + 2 * $2))
        rm -rf "$WORK/flows"
        rtp_flows "$WORK/flows" "$2" "$3" "$listen" "$send"
        start_gateway "$WORK/flows" $((send + $2 * $3))
        keep "$WORK/headgate" "$(MEASURED_PIDS=$GATEWAY $BIN/udpload "$2" "$3" "$listen" "$send" "$SECONDS_EACH" $MBITS)"
        stop_all
        $BIN/relay "$2" "$3" "$listen" "$send" >"$WORK/relay.log" 2>&1 &
        PIDS+=($!)
        until grep -q ready "$WORK/relay.log"; do
            kill -0 "${PIDS[0]}" 2>/dev/null || fail "the relay ended" "$WORK/relay.log"
            sleep 0.1
        done
        keep "$WORK/reference" "$(MEASURED_PIDS=${PIDS[0]} $BIN/udpload "$2" "$3" "$listen" "$send" "$SECONDS_EACH" $MBITS)"
        stop_all
    done
    report "$1" 0
}

# read_status PORT: reads what a monitoring system and a page read, every second, until it is ended.
read_status() {
    local path
    while sleep 1; do
        for path in /metrics /api/v1/flows; do
            exec 3<>"/dev/tcp/127.0.0.1/$1" || return
            printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n\r\n' "$path" "$1" >&3
            cat <&3 >/dev/null
            exec 3>&-
        done
    done
}

monitoring_scenario() {
    local ports send round name
    echo "monitoring: 100 × $MBITS Mbit/s RTP, metrics and status read every second, and not" >&2
    rm -f "$WORK"/headgate.* "$WORK"/reference.*
    for ((round = 0; round < ROUNDS; round++)); do
        for name in headgate reference; do
            ports=$(free_ports 302)
            send=$((ports + 200))
            rm -rf "$WORK/flows"
            rtp_flows "$WORK/flows" 100 1 "$ports" "$send"
            start_gateway "$WORK/flows" $((send + 100)) off $((send + 101))
            if [ "$name" = headgate ]; then
                read_status $((send + 101)) 2>/dev/null &
                PIDS+=($!)
            fi
            keep "$WORK/$name" "$(MEASURED_PIDS=$GATEWAY $BIN/udpload 100 1 "$ports" "$send" "$SECONDS_EACH" $MBITS)"
            stop_all
        done
    done
    report monitoring 0
}

srt_scenario() { # NAME INPUTS OUTPUTS KEY_LENGTH
    local ports listen send round i query
    echo "$1: $2 × $MBITS Mbit/s SRT, $3 output(s) each, key length $4" >&2
    rm -f "$WORK"/headgate.* "$WORK"/reference.*
    for ((round = 0; round < ROUNDS; round++)); do
        ports=$(free_ports $(($2 + 2)))
        listen=$ports send=$((ports + $2))
        rm -rf "$WORK/flows"
        srt_flows "$WORK/flows" "$2" "$3" "$send" "$4"
        start_gateway "$WORK/flows" $((send + 1))
        keep "$WORK/headgate" "$(MEASURED_PIDS=$GATEWAY $BIN/srtload "$2" "$3" $((send + 1)) "$send" "$SECONDS_EACH" \
            $MBITS $SRT_LATENCY bench-%d/in "$4")"
        stop_all
        # One process a stream has one output only.
        [ "$3" = 1 ] && command -v srt-live-transmit >/dev/null || continue
        query="latency=$SRT_LATENCY"
        [ "$4" = 0 ] || query="$query&passphrase=$PASSPHRASE&pbkeylen=$4"
        for ((i = 0; i < $2; i++)); do
            srt-live-transmit -q "srt://127.0.0.1:$((listen + i))?mode=listener&$query" \
                "srt://127.0.0.1:$send?mode=caller&$query" >>"$WORK/transmit.log" 2>&1 &
            PIDS+=($!)
        done
        sleep 1
        keep "$WORK/reference" "$(MEASURED_PIDS="${PIDS[*]}" $BIN/srtload "$2" 1 "$listen" "$send" "$SECONDS_EACH" \
            $MBITS $SRT_LATENCY - "$4")"
        stop_all
    done
    # SRT itself holds a packet for its latency on both of the two ways.
    report "$1" $((2 * SRT_LATENCY))
}

rtmp_flows() { # DIR FLOWS PLAYERS
    local i
    mkdir -p "$1"
    for ((i = 0; i < $2; i++)); do
        {
            flow_head "$i"
            printf 'inputs:\n  - {name: in, protocol: rtmp, streamKey: key%s}\n' "$i"
            [ "$3" = 0 ] || printf 'outputs:\n  - {name: watch, protocol: rtmp, maxConcurrent: %s}\n' "$3"
        } >"$1/flow-$i.yaml"
    done
}

# start_nginx PORT: sets NGINX to its worker.
start_nginx() {
    local main
    rm -rf "$WORK/nginx"
    mkdir -p "$WORK/nginx"
    cat >"$WORK/nginx/nginx.conf" <<EOF
load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
user root;
daemon off;
worker_processes 1;
worker_rlimit_nofile 8192;
pid $WORK/nginx/pid;
error_log $WORK/nginx/error.log error;
events { worker_connections 4096; }
rtmp {
    access_log off;
    server {
        listen 127.0.0.1:$1;
        chunk_size 4096;
        application live { live on; }
    }
}
EOF
    nginx -p "$WORK/nginx" -c "$WORK/nginx/nginx.conf" -e "$WORK/nginx/start.log" &
    main=$!
    PIDS+=("$main")
    for _ in $(seq 100); do
        NGINX=$(pgrep -P "$main" | head -n 1)
        [ -n "$NGINX" ] && [ -s "$WORK/nginx/pid" ] && return
        kill -0 "$main" 2>/dev/null || fail "nginx ended" "$WORK/nginx/start.log"
        sleep 0.1
    done
    fail "nginx did not start"
}

# rtmp_load PID PORT PUBLISH_APP PUBLISH_STREAM PLAY_STREAM ARGUMENTS...
rtmp_load() {
    local pid=$1 port=$2 app=$3 publish=$4 play=$5
    shift 5
    MEASURED_PIDS=$pid $BIN/rtmpload 127.0.0.1 "$port" --bitrate $((MBITS * 1000000)) --publish-app "$app" \
        --publish-stream "$publish" --play-app "$app" --play-stream "$play" "$@"
}

rtmp_scenario() { # NAME PUBLISHERS PLAYERS
    local port round load
    command -v nginx >/dev/null || fail "nginx with its RTMP module is needed: make test-deps"
    load=(--publishers "$2" --players "$3" --seconds "$SECONDS_EACH")
    echo "$1: $2 × $MBITS Mbit/s RTMP, $3 player(s) each" >&2
    rm -f "$WORK"/headgate.* "$WORK"/reference.*
    for ((round = 0; round < ROUNDS; round++)); do
        port=$(free_ports 2)
        rm -rf "$WORK/flows"
        rtmp_flows "$WORK/flows" "$2" "$3"
        start_gateway "$WORK/flows" "$port" "127.0.0.1:$((port + 1))"
        keep "$WORK/headgate" "$(rtmp_load "$GATEWAY" $((port + 1)) bench-%d key%d watch "${load[@]}")"
        stop_all
        start_nginx "$port"
        keep "$WORK/reference" "$(rtmp_load "$NGINX" "$port" live s%d s%d "${load[@]}")"
        stop_all
    done
    report "$1" 0
}

rtmp_memory_scenario() {
    command -v nginx >/dev/null || fail "nginx with its RTMP module is needed: make test-deps"
    rtmp_memory publishers 1000 0
    rtmp_memory players 1 1000
}

# rtmp_memory WHAT FLOWS PLAYERS: what a thousand publishers, or players of one, add to the server, each.
rtmp_memory() {
    local port ours theirs load=(--idle --publishers "$2" --players "$3" --seconds 3)
    echo "rtmp-memory: 1,000 $1" >&2
    port=$(free_ports 2)
    rm -rf "$WORK/flows"
    rtmp_flows "$WORK/flows" "$2" "$3"
    start_gateway "$WORK/flows" "$port" "127.0.0.1:$((port + 1))"
    ours=$(rtmp_load "$GATEWAY" $((port + 1)) bench-%d key%d watch "${load[@]}" | each_of_thousand)
    stop_all
    start_nginx "$port"
    theirs=$(rtmp_load "$NGINX" "$port" live s%d s%d "${load[@]}" | each_of_thousand)
    stop_all
    MEMORY_LINES+=("$(printf '%-22s %6s %-10s  %s each; nginx %s' rtmp 1000 "$1" "$ours" "$theirs")")
}

# each_of_thousand < JSON: resident memory that was added, by a thousand.
each_of_thousand() {
    local result
    result=$(cat)
    awk -v a="$(field residentBeforeKb <<<"$result")" -v b="$(field residentAfterKb <<<"$result")" \
        'BEGIN { printf "%.1f kB", (b - a) / 1000 }'
}

resident() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; }

# idle_memory NAME FLOWS MAKE_FLOWS...: kB of resident memory a flow.
idle_memory() {
    local name=$1 count=$2 base full
    shift 2
    rm -rf "$WORK/flows"
    mkdir -p "$WORK/flows"
    start_gateway "$WORK/flows" "$(free_ports 1)"
    sleep 2
    base=$(resident "$GATEWAY")
    stop_all
    "$@"
    start_gateway "$WORK/flows" "$(free_ports 1)"
    sleep 2
    full=$(resident "$GATEWAY")
    MEMORY_LINES+=("$(printf '%-22s %6s flows  %8s kB without, %8s kB with: %s kB a flow; %s threads' "$name" "$count" \
        "$base" "$full" "$(awk -v a="$base" -v b="$full" -v n="$count" 'BEGIN { printf "%.1f", (b - a) / n }')" \
        "$(ls "/proc/$GATEWAY/task" | wc -l)")")
    stop_all
}

memory_scenario() {
    local ports
    echo "memory: idle flows" >&2
    ports=$(free_ports 3001)
    idle_memory "rtp to rtp" 1000 rtp_flows "$WORK/flows" 1000 1 "$ports" $((ports + 2000))
    idle_memory "srt (shared port)" 1000 srt_flows "$WORK/flows" 1000 0 0 0
}

SCENARIOS=("$@")
[ $# -gt 0 ] || SCENARIOS=(rtp-1to1 rtp-1to10 monitoring srt-1to1 srt-1to1-aes srt-1to10 rtmp-1to1 rtmp-1to50 memory rtmp-memory)
for scenario in "${SCENARIOS[@]}"; do
    case $scenario in
    rtp-1to1) rtp_scenario "$scenario" 100 1 ;;
    rtp-1to10) rtp_scenario "$scenario" 10 10 ;;
    monitoring) monitoring_scenario ;;
    srt-1to1) srt_scenario "$scenario" 20 1 0 ;;
    srt-1to1-aes) srt_scenario "$scenario" 20 1 16 ;;
    srt-1to10) srt_scenario "$scenario" 2 10 0 ;;
    rtmp-1to1) rtmp_scenario "$scenario" 50 1 ;;
    rtmp-1to50) rtmp_scenario "$scenario" 1 50 ;;
    memory) memory_scenario ;;
    rtmp-memory) rtmp_memory_scenario ;;
    *) fail "no scenario is called $scenario" ;;
    esac
done

if [ ${#RESULT_LINES[@]} -gt 0 ]; then
    echo
    echo "CPU seconds per delivered gigabit, medians of $ROUNDS rounds of $SECONDS_EACH s; latency in ms (SRT: beyond its own)"
    printf '%-14s %9s %9s %7s %6s %9s %8s %9s\n' scenario headgate reference ratio lost 'latency' 'p99' 'reference'
    printf '%s\n' "${RESULT_LINES[@]}"
fi
if [ -n "${MEMORY_LINES[*]:-}" ]; then
    echo
    echo "Resident memory of idle flows"
    printf '%s\n' "${MEMORY_LINES[@]}"
fi
