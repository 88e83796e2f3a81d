import Testing

@testable import RTSP

@Suite("RTSP header: Transport")
struct TransportHeaderTests {
    private static func udp(_ change: (inout TransportHeader) -> Void) -> TransportHeader {
        var header = TransportHeader(.udp)
        change(&header)
        return header
    }

    private static func tcp(_ change: (inout TransportHeader) -> Void = { _ in }) -> TransportHeader {
        var header = TransportHeader(.tcp)
        change(&header)
        return header
    }

    @Test(
        "What clients and servers write",
        arguments: [
            // ffmpeg
            (
                "RTP/AVP/TCP;unicast;interleaved=0-1;mode=record",
                [tcp { ($0.interleaved, $0.mode) = (RTPChannelPair(rtp: 0, rtcp: 1), .record) }]
            ),
            (
                "RTP/AVP/UDP;unicast;client_port=15446-15447",
                [udp { ($0.namesUDP, $0.clientPorts) = (true, RTPPortPair(rtp: 15_446, rtcp: 15_447)) }]
            ),
            // GStreamer
            ("RTP/AVP;multicast", [udp { $0.isMulticast = true }]),
            (
                "RTP/AVP;unicast;client_port=34286-34287",
                [udp { $0.clientPorts = RTPPortPair(rtp: 34_286, rtcp: 34_287) }]
            ),
            // Several, with quotes, in capitals
            (
                "RTP/AVP;unicast;client_port=3456-3457;mode=\"PLAY\", RTP/SAVP;unicast, RTP/AVP/TCP;unicast;interleaved=4",
                [
                    udp { ($0.clientPorts, $0.mode) = (RTPPortPair(rtp: 3_456, rtcp: 3_457), .play) },
                    tcp { $0.interleaved = RTPChannelPair(rtp: 4, rtcp: 5) },
                ]
            ),
            // Out of order
            (
                "client_port=3456-3457;rtp/avp;unicast",
                [udp { $0.clientPorts = RTPPortPair(rtp: 3_456, rtcp: 3_457) }]
            ),
            // Cameras: single ports, empty source, odd SSRCs
            (
                "RTP/AVP/UDP;unicast;client_port=14186;server_port=8052;ssrc= 4317f;mode=play",
                [
                    udp {
                        $0.namesUDP = true
                        $0.clientPorts = RTPPortPair(rtp: 14_186, rtcp: 14_187)
                        $0.serverPorts = RTPPortPair(rtp: 8_052, rtcp: 8_053)
                        ($0.ssrc, $0.mode) = (0x4317F, .play)
                    }
                ]
            ),
            (
                "RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=     D93FF",
                [tcp { ($0.interleaved, $0.ssrc) = (RTPChannelPair(rtp: 0, rtcp: 1), 0xD93FF) }]
            ),
            ("RTP/AVP/TCP;source=;destination=;ssrc=1449463210", [tcp()]),
            (
                "RTP/AVP;unicast;source=172.16.8.2;destination=10.0.0.1;mode=receive",
                [udp { ($0.source, $0.destination, $0.mode) = ("172.16.8.2", "10.0.0.1", .record) }]
            ),
            // RFC 7826
            (
                "RTP/AVP/TCP;unicast;interleaved=0-1;RTCP-mux;dest_addr=\":1,2;3\"/\":4\"",
                [tcp { $0.interleaved = RTPChannelPair(rtp: 0, rtcp: 1) }]
            ),
            // Channels that make no sense are none
            ("RTP/AVP/TCP;interleaved=255", [tcp()]), ("RTP/AVP/TCP;interleaved=3-3", [tcp()]),
            ("RTP/AVP/TCP;interleaved=256-257", [tcp()]), ("RTP/AVP/TCP;interleaved", [tcp()]),
        ] as [(String, [TransportHeader])]
    )
    func reading(_ text: String, _ headers: [TransportHeader]) {
        #expect(TransportHeader.list(text) == headers)
    }

    @Test(
        "What is left out",
        arguments: [
            "", ";", "x-real-rdt/udp;client_port=1-2", "RAW/RAW/UDP", "RTP/AVP;client_port=0-1",
            "RTP/AVP;client_port=70000",
            "RTP/AVP;client_port=65535", "RTP/AVP;client_port=a-b", "RTP/AVP;client_port=1-2-3", "RTP/AVP;server_port=",
            "RTP/AVP;client_port=-5-6", "\"RTP/AVP",
        ]
    )
    func leftOut(_ text: String) {
        #expect(TransportHeader.list(text) == [])
    }

    @Test("Writing and reading again is the same")
    func writing() {
        let headers = [
            Self.tcp { ($0.interleaved, $0.ssrc, $0.mode) = (RTPChannelPair(rtp: 2, rtcp: 3), 0x1F, .record) },
            Self.udp {
                $0.clientPorts = RTPPortPair(rtp: 1, rtcp: 2)
                $0.serverPorts = RTPPortPair(rtp: 3, rtcp: 4)
                ($0.source, $0.destination, $0.mode) = ("1.2.3.4", "5.6.7.8", .play)
            },
            Self.udp { ($0.namesUDP, $0.isMulticast) = (true, true) },
        ]
        #expect(TransportHeader.list(headers.map(\.description).joined(separator: ",")) == headers)
        #expect(headers[0].description == "RTP/AVP/TCP;unicast;interleaved=2-3;ssrc=0000001F;mode=record")
    }

    @Test("A list of thousands is read as far as it may go")
    func bounded() {
        let many = Array(repeating: "RTP/AVP/TCP", count: 10_000).joined(separator: ",")
        #expect(TransportHeader.list(many).count == HeaderParameters.maximumCount)
    }
}
