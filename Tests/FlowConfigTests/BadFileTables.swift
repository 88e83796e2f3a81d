// Lists of broken files. Columns are those of the value, or of the key where the key is wrong.

extension [BadFile] {
    static let shape: [BadFile] = [
        BadFile(
            "x",
            "a.yaml:1:1: error: expected an object, not \"x\" [schema/type]"
        ),
        BadFile(
            "apiVersion: headgate/v1",
            "a.yaml:1:1: error: required field \"name\" is missing [schema/required]",
            "a.yaml:1:1: error: required field \"maxBandwidth\" is missing [schema/required]",
            "a.yaml:1:1: error: required field \"inputs\" is missing [schema/required]"
        ),
        BadFile(
            "apiVersion: headgate/v1\nname: [\n",
            "a.yaml:3:1: error: did not find expected node content, while parsing a flow node at line 3, "
                + "column 1 [yaml/syntax]"
        ),
        BadFile(
            "apiVersion: headgate/v1\nname: a\nname: b\nmaxBandwidth: 1Mbps\ninputs: []\n",
            "a.yaml:3:1: error: the key \"name\" is there already, at line 2, column 1 [yaml/duplicate-key]",
            "a.yaml:5:9: error: inputs: 0 items; at least 1 is needed [schema/minItems]"
        ),
        BadFile(
            Fixture.flow().replacing("headgate/v1", with: "headgate/v2"),
            "a.yaml:1:13: error: apiVersion: headgate/v2 is not a format that this version reads: write "
                + "headgate/v1 [schema/const]"
        ),
        BadFile(
            Fixture.flow().replacing("name: a", with: "name: a b"),
            "a.yaml:2:7: error: name: \"a b\" is not a name: 1 to 64 letters, digits, - and _ "
                + "[schema/pattern]"
        ),
        BadFile(
            Fixture.flow().replacing("name: a", with: "name: \(String(repeating: "x", count: 65))"),
            "a.yaml:2:7: error: name: \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…\" "
                + "is not a name: 1 to 64 letters, digits, - and _ [schema/pattern]"
        ),
        BadFile(
            Fixture.flow().replacing("20Mbps", with: "20MBps"),
            "a.yaml:3:15: error: maxBandwidth: 20MBps is not a rate such as 20Mbps, 800kbps or 64000 (bits "
                + "per second) [schema/pattern]"
        ),
        BadFile(
            Fixture.flow().replacing("20Mbps", with: "0"),
            "a.yaml:3:15: error: maxBandwidth: 0 is not a rate such as 20Mbps, 800kbps or 64000 (bits per "
                + "second) [schema/minimum]"
        ),
        BadFile(
            Fixture.flow().replacing("20Mbps", with: "0Mbps"),
            "a.yaml:3:15: error: maxBandwidth: 0Mbps is not a rate such as 20Mbps of at least 1bps "
                + "[flow/bit-rate]"
        ),
        BadFile(
            Fixture.flow().replacing("20Mbps", with: "-5"),
            "a.yaml:3:15: error: maxBandwidth: -5 is not a rate such as 20Mbps, 800kbps or 64000 (bits per "
                + "second) [schema/minimum]"
        ),
        BadFile(
            Fixture.flow().replacing("20Mbps", with: "1.5"),
            "a.yaml:3:15: error: maxBandwidth: 1.5 is not a rate such as 20Mbps, 800kbps or 64000 (bits per "
                + "second) [schema/type]"
        ),
        BadFile(
            Fixture.flow().replacing("20Mbps", with: "99999999999999999999bps"),
            "a.yaml:3:15: error: maxBandwidth: 99999999999999999999bps is not a rate such as 20Mbps of at "
                + "least 1bps [flow/bit-rate]"
        ),
        BadFile(
            Fixture.flow().replacing("20Mbps", with: "0.3bps"),
            "a.yaml:3:15: error: maxBandwidth: 0.3bps is not a rate such as 20Mbps of at least 1bps "
                + "[flow/bit-rate]"
        ),
        .top(
            "suspend: yes",
            "a.yaml:6:10: error: suspend: expected true or false, not \"yes\" [schema/type]"
        ),
        .top(
            "suspended: true",
            "a.yaml:6:1: error: suspended: unknown field \"suspended\"; did you mean \"suspend\"? "
                + "[schema/additionalProperties]"
        ),
        .top(
            "colour: red",
            "a.yaml:6:1: error: colour: unknown field \"colour\"; known here are apiVersion, name, "
                + "description, maxBandwidth, suspend, inputs, failover, outputs [schema/additionalProperties]"
        ),
        .top(
            "description: \(String(repeating: "x", count: 256))",
            "a.yaml:6:14: error: description: "
                + "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…\" is longer than 255 "
                + "characters [schema/maxLength]"
        ),
        .top(
            "description: [x]",
            "a.yaml:6:14: error: description: expected a string, not a list [schema/type]"
        ),
        .top(
            "description:",
            "a.yaml:6:13: error: description: expected a string, not null [schema/type]"
        ),
        .top(
            "outputs: {}",
            "a.yaml:6:10: error: outputs: expected a list, not an empty object [schema/type]"
        ),
        .top(
            "failover: {lossAfter: 10ms}",
            "a.yaml:6:23: error: failover.lossAfter: 10ms is below the minimum of 50ms [schema/minimum]"
        ),
        .top(
            "failover: {lossAfter: 31s}",
            "a.yaml:6:23: error: failover.lossAfter: 31s is above the maximum of 30s [schema/maximum]"
        ),
        .top(
            "failover: {mode: hot}",
            "a.yaml:6:18: error: failover.mode: \"hot\" is not one of \"switch\" or \"merge\" [schema/enum]"
        ),
        .top(
            "failover: {mode: merge}",
            "a.yaml:6:18: error: failover.mode: merge wants two RTP legs or two SRT legs: one input with failover: "
                + "true, or two inputs (SRT callers not in cold standby) [flow/merge-legs]"
        ),
        .top(
            "failover: {mergeWindow: 90ms}",
            "a.yaml:6:25: error: failover.mergeWindow: 90ms is below the minimum of 100ms [schema/minimum]"
        ),
        .top(
            "failover: {active: studio}",
            "a.yaml:6:20: error: failover.active: no input has the name \"studio\" [flow/unknown-input]"
        ),
        .top(
            "failover: {active: in/backup}",
            "a.yaml:6:20: error: failover.active: the input \"in\" has no backup leg: it lacks failover: true "
                + "[flow/unknown-input]"
        ),
        .top(
            "failover: {active: in/third}",
            "a.yaml:6:20: error: failover.active: in/third is not an input's name, nor one with /main or /backup "
                + "[schema/pattern]"
        ),
        .top(
            "failover: {quality: {noVideoFor: 100ms, minBitrate: much}}",
            "a.yaml:6:34: error: failover.quality.noVideoFor: 100ms is below the minimum of 200ms [schema/minimum]",
            "a.yaml:6:53: error: failover.quality.minBitrate: much is not a rate such as 20Mbps, 800kbps or 64000 "
                + "(bits per second) [schema/pattern]"
        ),
        .top(
            "failover: {switchBack: true}",
            "a.yaml:6:24: error: failover.switchBack: \"true\" is not one of \"never\" or \"auto\" "
                + "[schema/enum]"
        ),
        .top(
            "failover: {recoverAfter: 2h}",
            "a.yaml:6:26: error: failover.recoverAfter: 2h is above the maximum of 1h [schema/maximum]"
        ),
        BadFile(
            "apiVersion: headgate/v1\nname: a\nmaxBandwidth: 1Mbps\ninputs: []\n",
            "a.yaml:4:9: error: inputs: 0 items; at least 1 is needed [schema/minItems]"
        ),
        BadFile(
            Fixture.flow(inputs: (0..<9).map { "  - {name: i\($0), protocol: srt}" }.joined(separator: "\n")),
            "a.yaml:5:3: error: inputs: 9 items; at most 8 are allowed [schema/maxItems]"
        ),
    ]

    static let inputs: [BadFile] = [
        .input(
            "protocol: rtp",
            "a.yaml:5:5: error: inputs[0]: required field \"name\" is missing [schema/required]"
        ),
        .input(
            "name: in",
            "a.yaml:5:5: error: inputs[0]: required field \"protocol\" is missing [schema/required]"
        ),
        .input(
            "name: in, protocol: rmtp",
            "a.yaml:5:26: error: inputs[0].protocol: \"rmtp\" is not one of \"rtmp\", \"rtmp-pull\", "
                + "\"srt\", \"rtp\", \"rtsp\", \"rtsp-pull\" or \"file\"; did you mean \"rtmp\"? [schema/enum]"
        ),
        .input(
            "name: in, protocol: rtmp-push",
            "a.yaml:5:26: error: inputs[0].protocol: \"rtmp-push\" is not one of \"rtmp\", \"rtmp-pull\", "
                + "\"srt\", \"rtp\", \"rtsp\", \"rtsp-pull\" or \"file\"; did you mean \"rtmp-pull\"? [schema/enum]"
        ),
        .input(
            "name: in, protocol: rtp, latency: 120ms",
            "a.yaml:5:31: error: inputs[0].latency: unknown field \"latency\"; known here are port, "
                + "failover, allow, fec, group, interface, idleTimeout [schema/additionalProperties]"
        ),
        .input(
            "name: in, protocol: srt, latncy: 120ms",
            "a.yaml:5:31: error: inputs[0].latncy: unknown field \"latncy\"; did you mean \"latency\"? "
                + "[schema/additionalProperties]"
        ),
        .input(
            "name: in, protocol: srt, latency: 90s",
            "a.yaml:5:40: error: inputs[0].latency: 90s is above the maximum of 10s [schema/maximum]"
        ),
        .input(
            "name: in, protocol: srt, latency: 120",
            "a.yaml:5:40: error: inputs[0].latency: 120 is not a duration such as 120ms, 5s or 2m "
                + "[schema/pattern]"
        ),
        .input(
            "name: in, protocol: srt, latency: 120 ms",
            "a.yaml:5:40: error: inputs[0].latency: \"120 ms\" is not a duration such as 120ms, 5s or 2m "
                + "[schema/pattern]"
        ),
        .input(
            "name: in, protocol: srt, latency: -1ms",
            "a.yaml:5:40: error: inputs[0].latency: -1ms is not a duration such as 120ms, 5s or 2m "
                + "[schema/pattern]"
        ),
        .input(
            "name: in, protocol: srt, latency: 99999999999999999999s",
            "a.yaml:5:40: error: inputs[0].latency: 99999999999999999999s is above the maximum of 10s "
                + "[schema/maximum]"
        ),
        .input(
            "name: in, protocol: srt, latency: [1]",
            "a.yaml:5:40: error: inputs[0].latency: a list is not a duration such as 120ms, 5s or 2m "
                + "[schema/type]"
        ),
        .input(
            "name: in, protocol: srt, peerIdleTimeout: 500ms",
            "a.yaml:5:48: error: inputs[0].peerIdleTimeout: 500ms is below the minimum of 1s [schema/minimum]"
        ),
        .input(
            "name: in, protocol: srt, mode: lisener",
            "a.yaml:5:37: error: inputs[0].mode: \"lisener\" is not one of \"listener\" or \"caller\"; did "
                + "you mean \"listener\"? [schema/enum]"
        ),
        .input(
            "name: in, protocol: srt, host: h, port: 1",
            "a.yaml:5:31: error: inputs[0].host: unknown field \"host\"; it goes with mode: caller "
                + "[schema/additionalProperties]"
        ),
        .input(
            "name: in, protocol: srt, mode: caller",
            "a.yaml:5:5: error: inputs[0]: required field \"host\" is missing [schema/required]",
            "a.yaml:5:5: error: inputs[0]: required field \"port\" is missing [schema/required]"
        ),
        .input(
            "name: in, protocol: srt, mode: caller, host: h, port: 1, allow: [1.2.3.4]",
            "a.yaml:5:63: error: inputs[0].allow: unknown field \"allow\"; known here are mode, host, port, standby, "
                + "streamId, latency, decryption, peerIdleTimeout [schema/additionalProperties]"
        ),
        .input(
            "name: in, protocol: srt, mode: caller, host: 1.2.3.400, port: 1",
            "a.yaml:5:51: error: inputs[0].host: 1.2.3.400 is not an IP address or a host name [flow/host]"
        ),
        .input(
            "name: in, protocol: srt, mode: caller, host: a b, port: 1",
            "a.yaml:5:51: error: inputs[0].host: \"a b\" is not an IP address or a host name [schema/pattern]"
        ),
        .input(
            "name: in, protocol: srt, mode: caller, host: -a, port: 1",
            "a.yaml:5:51: error: inputs[0].host: -a is not an IP address or a host name [flow/host]"
        ),
        .input(
            "name: in, protocol: srt, port: 0",
            "a.yaml:5:37: error: inputs[0].port: 0 is below the minimum of 1 [schema/minimum]"
        ),
        .input(
            "name: in, protocol: srt, port: 65536",
            "a.yaml:5:37: error: inputs[0].port: 65536 is above the maximum of 65535 [schema/maximum]"
        ),
        .input(
            "name: in, protocol: srt, port: '9000'",
            "a.yaml:5:37: error: inputs[0].port: expected a whole number, not \"9000\" [schema/type]"
        ),
        .input(
            "name: in, protocol: srt, port: 65535, failover: true",
            "a.yaml:5:37: error: inputs[0].port: 65535 leaves no port + 1 for the second leg "
                + "[flow/port-range]"
        ),
        .input(
            "name: in, protocol: srt, streamId: a b",
            "a.yaml:5:41: error: inputs[0].streamId: \"a b\" is not a stream ID: 1 to 512 of A-Z a-z 0-9 . # "
                + "! : & , = _ / - [schema/pattern]"
        ),
        .input(
            "name: in, protocol: srt, streamId: ''",
            "a.yaml:5:41: error: inputs[0].streamId: \"\" is not a stream ID: 1 to 512 of A-Z a-z 0-9 . # ! "
                + ": & , = _ / - [schema/minLength]"
        ),
        .input(
            "name: in, protocol: srt, streamId: \(String(repeating: "x", count: 513))",
            "a.yaml:5:41: error: inputs[0].streamId: "
                + "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…\" is not a stream ID: 1 to "
                + "512 of A-Z a-z 0-9 . # ! : & , = _ / - [schema/maxLength]"
        ),
        .input(
            "name: in, protocol: srt, decryption: {}",
            "a.yaml:5:43: error: inputs[0].decryption: expected a mapping with key and, unless it is 16, "
                + "keyLength [schema/required]"
        ),
        .input(
            "name: in, protocol: srt, decryption: {key: short}",
            "a.yaml:5:49: error: inputs[0].decryption.key: the value is not a passphrase: 10 to 79 ASCII "
                + "characters, {file: PATH} or {env: NAME} [schema/minLength]"
        ),
        .input(
            "name: in, protocol: srt, decryption: {key: \(String(repeating: "x", count: 80))}",
            "a.yaml:5:49: error: inputs[0].decryption.key: the value is not a passphrase: 10 to 79 ASCII "
                + "characters, {file: PATH} or {env: NAME} [schema/maxLength]"
        ),
        .input(
            "name: in, protocol: srt, decryption: {key: passphräse}",
            "a.yaml:5:49: error: inputs[0].decryption.key: the value is not a passphrase: 10 to 79 ASCII "
                + "characters, {file: PATH} or {env: NAME} [schema/pattern]"
        ),
        .input(
            "name: in, protocol: srt, decryption: {key: {env: X}, keyLength: 128}",
            "a.yaml:5:70: error: inputs[0].decryption.keyLength: the value is not a key length: 16, 24 or 32 "
                + "[schema/enum]"
        ),
        .input(
            "name: in, protocol: srt, decryption: {key: {vault: X}}",
            "a.yaml:5:50: error: inputs[0].decryption.key: unknown field; known here are file, env "
                + "[schema/additionalProperties]"
        ),
        .input(
            "name: in, protocol: srt, decryption: {key: {env: 1X}}",
            "a.yaml:5:55: error: inputs[0].decryption.key.env: the value is not the name of an environment "
                + "variable [schema/pattern]"
        ),
        .input(
            "name: in, protocol: srt, decryption: {key: {}}",
            "a.yaml:5:49: error: inputs[0].decryption.key: the value is not a passphrase: 10 to 79 ASCII "
                + "characters, {file: PATH} or {env: NAME} [schema/minProperties]"
        ),
        .input(
            "name: in, protocol: srt, encryption: {key: {env: X}}",
            "a.yaml:5:31: error: inputs[0].encryption: unknown field \"encryption\"; did you mean "
                + "\"decryption\"? [schema/additionalProperties]"
        ),
        .input(
            "name: in, protocol: srt, allow: [203.0.113.300/28]",
            "a.yaml:5:39: error: inputs[0].allow[0]: 203.0.113.300/28 is not an IP address or CIDR block "
                + "[flow/address]"
        ),
        .input(
            "name: in, protocol: srt, allow: [203.0.113.0/33, '::/129']",
            "a.yaml:5:39: error: inputs[0].allow[0]: 203.0.113.0/33 is not an IP address or CIDR block "
                + "[flow/address]",
            "a.yaml:5:55: error: inputs[0].allow[1]: ::/129 is not an IP address or CIDR block [flow/address]"
        ),
        .input(
            "name: in, protocol: srt, allow: '203.0.113.0/28, 10.0.0.1'",
            "a.yaml:5:38: error: inputs[0].allow: \"203.0.113.0/28, 10.0.0.1\" is not an IP address or CIDR "
                + "block; separate entries by ; or write a list [flow/address]"
        ),
        .input(
            "name: in, protocol: srt, allow: '203.0.113.0/28;'",
            "a.yaml:5:38: error: inputs[0].allow: \"\" is not an IP address or CIDR block [flow/address]"
        ),
        .input(
            "name: in, protocol: srt, allow: , port: 1",
            "a.yaml:5:38: error: inputs[0].allow: expected a string or a list, not null [schema/type]"
        ),
        .input(
            "name: in, protocol: rtp, group: 192.0.2.1",
            "a.yaml:5:38: error: inputs[0].group: 192.0.2.1 is not a multicast address (224.0.0.0/4 or "
                + "ff00::/8) [flow/multicast-group]"
        ),
        .input(
            "name: in, protocol: rtp, group: all",
            "a.yaml:5:38: error: inputs[0].group: all is not a multicast address [schema/pattern]"
        ),
        .input(
            "name: in, protocol: rtp, idleTimeout: 11s",
            "a.yaml:5:44: error: inputs[0].idleTimeout: 11s is above the maximum of 10s [schema/maximum]"
        ),
        .input(
            "name: in, protocol: rtp, port: 65526, failover: true, fec: 2022-1",
            "a.yaml:5:37: error: inputs[0].port: 65526 leaves no port + 10 for the second leg's FEC "
                + "[flow/port-range]"
        ),
        .input(
            "name: in, protocol: rtp, port: 65534, failover: true",
            "a.yaml:5:37: error: inputs[0].port: 65534 leaves no port + 2 for the second leg "
                + "[flow/port-range]"
        ),
        .input(
            "name: in, protocol: rtp, fec: 2022-2",
            "a.yaml:5:36: error: inputs[0].fec: \"2022-2\" is not one of \"none\" or \"2022-1\"; did you "
                + "mean \"2022-1\"? [schema/enum]"
        ),
        .input(
            "name: in, protocol: rtp, interface: 'eth 0'",
            "a.yaml:5:42: error: inputs[0].interface: \"eth 0\" is not the name of a network interface "
                + "[schema/pattern]"
        ),
        .input(
            "name: in, protocol: rtmp, streamKey: 'a b'",
            "a.yaml:5:43: error: inputs[0].streamKey: the value is not a stream key: 1 to 512 visible ASCII "
                + "characters, {file: PATH} or {env: NAME} [schema/pattern]"
        ),
        .input(
            "name: in, protocol: rtmp-pull",
            "a.yaml:5:5: error: inputs[0]: required field \"source\" is missing [schema/required]"
        ),
        .input(
            "name: in, protocol: rtmp-pull, source: 'http://h/live'",
            "a.yaml:5:45: error: inputs[0].source: the value is not an rtmp:// or rtmps:// URL "
                + "[schema/pattern]"
        ),
        .input(
            "name: in, protocol: rtmp-pull, source: 'rtmp://u:p@h/live'",
            "a.yaml:5:45: error: inputs[0].source: a user name or password in a URL would be shown; write "
                + "them into fields of their own [flow/url-credentials]"
        ),
        .input(
            "name: in, protocol: rtsp-pull, source: 'rtsp://h/1', transport: quic",
            "a.yaml:5:70: error: inputs[0].transport: \"quic\" is not one of \"auto\", \"tcp\" or \"udp\" "
                + "[schema/enum]"
        ),
        .input(
            "name: in, protocol: rtsp, password: ''",
            "a.yaml:5:42: error: inputs[0].password: the value is not a password: 1 to 255 characters, "
                + "{file: PATH} or {env: NAME} [schema/minLength]"
        ),
        .input(
            "name: in, protocol: file",
            "a.yaml:5:5: error: inputs[0]: required field \"path\" is missing [schema/required]"
        ),
        .input(
            "name: in, protocol: file, path: 'builtin:demp'",
            "a.yaml:5:38: error: inputs[0].path: builtin:demp is not a clip of the gateway's; there are "
                + "builtin:demo and builtin:slate [flow/builtin]"
        ),
        .input(
            "name: in, protocol: file, path: x, loop: 1",
            "a.yaml:5:47: error: inputs[0].loop: expected true or false, not 1 [schema/type]"
        ),
        .input(
            "name: in, protocol: rtp, enabled: no",
            "a.yaml:5:40: error: inputs[0].enabled: expected true or false, not \"no\" [schema/type]"
        ),
        BadFile(
            Fixture.flow(inputs: "  - {name: in, protocol: rtp}\n  - {name: in, protocol: srt}"),
            "a.yaml:6:12: error: inputs[1].name: the name \"in\" is taken by the input at line 5 "
                + "[flow/duplicate-name]"
        ),
        BadFile(
            Fixture.flow(
                inputs:
                    "  - {name: x, protocol: rtmp, streamKey: {env: K}}\n  - {name: y, protocol: rtmp, streamKey: {env: K}}"
            ),
            "a.yaml:6:42: error: inputs[1].streamKey: the stream key is that of \"x\" at line 5 as well "
                + "[flow/duplicate-stream-key]"
        ),
    ]

    static let outputs: [BadFile] = [
        .output(
            "name: out, protocol: file, path: x",
            "a.yaml:7:27: error: outputs[0].protocol: \"file\" is not one of \"srt\", \"rtmp\", "
                + "\"rtmp-push\", \"rtp\", \"udp\", \"rtsp\", \"rtsp-push\", \"hls\" or \"record\" [schema/enum]"
        ),
        .output(
            "name: out, protocol: rtp",
            "a.yaml:7:5: error: outputs[0]: required field \"host\" is missing [schema/required]",
            "a.yaml:7:5: error: outputs[0]: required field \"port\" is missing [schema/required]"
        ),
        .output(
            "name: out, protocol: rtp, host: h, port: 5000, ttl: 256",
            "a.yaml:7:58: error: outputs[0].ttl: 256 is above the maximum of 255 [schema/maximum]"
        ),
        .output(
            "name: out, protocol: rtp, host: h, port: 65532, fec: 2022-1",
            "a.yaml:7:47: error: outputs[0].port: 65532 leaves no port + 4 for FEC [flow/port-range]"
        ),
        .output(
            "name: out, protocol: rtp, host: h, port: 5000, fec: 2022-1, fecColumns: 20, fecRows: 6",
            "a.yaml:7:91: error: outputs[0].fecRows: 20 columns and 6 rows are 120 packets; a matrix has 100 at most "
                + "[flow/fec-matrix]"
        ),
        .output(
            "name: out, protocol: udp, host: h, port: 5000, fec: 2022-1",
            "a.yaml:7:58: error: outputs[0].fec: 2022-1 is not possible without RTP: choose protocol rtp, or "
                + "fec none [schema/enum]"
        ),
        .output(
            "name: out, protocol: srt, maxConcurrent: 0",
            "a.yaml:7:47: error: outputs[0].maxConcurrent: 0 is below the minimum of 1 [schema/minimum]"
        ),
        .output(
            "name: out, protocol: srt, maxConcurrent: 1001",
            "a.yaml:7:47: error: outputs[0].maxConcurrent: 1001 is above the maximum of 1000 [schema/maximum]"
        ),
        .output(
            "name: out, protocol: srt, decryption: {key: {env: X}}",
            "a.yaml:7:32: error: outputs[0].decryption: unknown field \"decryption\"; did you mean "
                + "\"description\"? [schema/additionalProperties]"
        ),
        .output(
            "name: out, protocol: srt, failover: true",
            "a.yaml:7:32: error: outputs[0].failover: unknown field \"failover\"; known here are mode, port, "
                + "streamId, latency, encryption, allow, maxConcurrent, peerIdleTimeout "
                + "[schema/additionalProperties]"
        ),
        .output(
            "name: out, protocol: rtmp-push, url: 'rtsp://h/'",
            "a.yaml:7:43: error: outputs[0].url: the value is not an rtmp:// or rtmps:// URL [schema/pattern]"
        ),
        .output(
            "name: out, protocol: hls, segmentDuration: 500ms",
            "a.yaml:7:49: error: outputs[0].segmentDuration: 500ms is below the minimum of 1s "
                + "[schema/minimum]"
        ),
        .output(
            "name: out, protocol: hls, window: 2",
            "a.yaml:7:40: error: outputs[0].window: 2 is below the minimum of 3 [schema/minimum]"
        ),
        BadFile(
            Fixture.flow(
                "outputs:\n  - {name: off, protocol: hls, enabled: false}\n  - {name: web, protocol: hls}\n"
                    + "  - {name: lobby, protocol: hls, segmentDuration: 4s}"
            ),
            "a.yaml:9:5: error: outputs[2]: a flow has one hls output, which is \"web\" at line 8 [flow/second-hls]"
        ),
        .output(
            "name: out, protocol: record",
            "a.yaml:7:5: error: outputs[0]: required field \"path\" is missing [schema/required]"
        ),
        .output(
            "name: out, protocol: record, path: /a/",
            "a.yaml:7:41: error: outputs[0].path: /a/ is not the path of a file [schema/pattern]"
        ),
        .output(
            "name: out, protocol: record, path: '%H', keep: 59s",
            "a.yaml:7:53: error: outputs[0].keep: 59s is below the minimum of 1m [schema/minimum]"
        ),
        .output(
            "name: out, protocol: record, path: '%H', segmentDuration: 25h",
            "a.yaml:7:64: error: outputs[0].segmentDuration: 25h is above the maximum of 24h [schema/maximum]"
        ),
    ]

    /// All problems of a file at once, in the order of the text.
    static let several: [BadFile] = [
        BadFile(
            """
            apiVersion: headgate/v2
            name: a b
            colour: red
            inputs:
              - name: in
                protocol: srt
                latency: 90s
                port: 99999
              - name: in
                protocol: rtp
                group: 10.0.0.1
            outputs:
              - protocol: hls
                window: 100
            """,
            "a.yaml:1:1: error: required field \"maxBandwidth\" is missing [schema/required]",
            "a.yaml:1:13: error: apiVersion: headgate/v2 is not a format that this version reads: write "
                + "headgate/v1 [schema/const]",
            "a.yaml:2:7: error: name: \"a b\" is not a name: 1 to 64 letters, digits, - and _ "
                + "[schema/pattern]",
            "a.yaml:3:1: error: colour: unknown field \"colour\"; known here are apiVersion, name, "
                + "description, maxBandwidth, suspend, inputs, failover, outputs [schema/additionalProperties]",
            "a.yaml:7:14: error: inputs[0].latency: 90s is above the maximum of 10s [schema/maximum]",
            "a.yaml:8:11: error: inputs[0].port: 99999 is above the maximum of 65535 [schema/maximum]",
            "a.yaml:9:11: error: inputs[1].name: the name \"in\" is taken by the input at line 5 "
                + "[flow/duplicate-name]",
            "a.yaml:11:12: error: inputs[1].group: 10.0.0.1 is not a multicast address (224.0.0.0/4 or "
                + "ff00::/8) [flow/multicast-group]",
            "a.yaml:13:5: error: outputs[0]: required field \"name\" is missing [schema/required]",
            "a.yaml:14:13: error: outputs[0].window: 100 is above the maximum of 60 [schema/maximum]"
        )
    ]
}
