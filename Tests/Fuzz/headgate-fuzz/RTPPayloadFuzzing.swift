import Media
import NIOCore
import RTP

/// The first byte says how losses are recovered from; then come packets, each behind three bytes: whose it is and whether
/// it is RTP or RTCP, how much later it comes, and how long it is. They go the whole way to samples, and those to packets
/// again.
enum RTPPayloadFuzzing {
    static func run(_ input: UnsafeRawBufferPointer) {
        guard let first = input.first else { return }
        let recovery: RTPLossRecovery = first & 1 == 0 ? .nextKeyframe : .nextPicture
        guard var reader = try? RTPSampleReader(tracks, configuration: .init(recovery: recovery)) else {
            preconditionFailure("the tracks are refused")
        }
        var checker = SampleChecker()
        var time = MonotonicTime(nanoseconds: 1_000_000_000)
        var offset = 1
        while offset + 3 <= input.count {
            let kind = input[offset]
            let word = Int(input[offset + 1]) << 8 | Int(input[offset + 2])
            let end = min(input.count, offset + 3 + word & 0x07FF)
            let packet = UnsafeRawBufferPointer(rebasing: input[min(offset + 3, end)..<end])
            offset = end
            time.nanoseconds &+= Int64(word >> 11) * 5_000_000
            let track = Int(kind & 0x7F) % tracks.count
            if kind & 0x80 == 0 {
                reader.receive(packet, track: track, at: time) { checker.check($0) }
            } else {
                try? reader.receiveControl(packet, track: track, at: time) { checker.check($0) }
                var report = ByteBuffer()
                reader.writeReport(ofTrack: track, ssrc: 1, canonicalName: "fuzz", at: time, to: &report)
                precondition(report.withUnsafeReadableBytes { (try? RTCPPacket.decode($0))?.count == 2 })
            }
            if let deadline = reader.deadline, deadline <= time { reader.tick(at: time) { checker.check($0) } }
        }
        reader.finish(at: time) { checker.check($0) }
        precondition(reader.deadline == nil)
    }

    /// What later stages take for granted of samples.
    private struct SampleChecker {
        private var tracks: [MediaTrack.ID: MediaTrack] = [:]
        private var times: [MediaTrack.ID: MediaTime] = [:]
        private var packetizers: [MediaTrack.ID: RTPSamplePacketizer] = [:]

        mutating func check(_ event: RTPSampleReader.Event) {
            switch event {
            case .track(let track):
                tracks[track.id] = track
                packetizers[track.id] = packetizer(of: track)
            case .sample(let sample): check(sample)
            case .transportStream(let bytes): precondition(!bytes.isEmpty)
            case .unsupported, .ended: break
            }
        }

        private mutating func check(_ sample: MediaSample) {
            guard let track = tracks[sample.track] else { preconditionFailure("a sample came before its track") }
            precondition(sample.payload.readableBytes > 0 && sample.payload.readableBytes <= 8 << 20)
            precondition(sample.decodeTime >= times[sample.track] ?? .zero, "time went back")
            times[sample.track] = sample.decodeTime
            precondition(sample.isKeyframe || track.codec.isVideo)
            if track.codec == .h264 || track.codec == .hevc {
                sample.payload.withUnsafeReadableBytes { payload in
                    var units = NALUnits(payload, lengthSize: 4)
                    while units.next() != nil {}
                    precondition(!units.isBroken)
                }
            }
            guard let packets = packetizers[sample.track]?.packetize(sample) else { return }
            precondition(packets.allSatisfy { $0.withUnsafeReadableBytes { RTPHeader(decoding: $0) != nil } })
        }

        private func packetizer(of track: MediaTrack) -> RTPSamplePacketizer? {
            guard let clockRate = RTPSamplePacketizer.clockRate(of: track) else { return nil }
            return try? RTPSamplePacketizer(track, stream: RTPPayloadFuzzing.stream(clockRate), maximumPayload: 200)
        }
    }

    private static func stream(_ clockRate: RTPClockRate) -> RTPOutgoingStream {
        RTPOutgoingStream(
            payloadType: 96,
            clockRate: clockRate,
            ssrc: 1,
            firstSequenceNumber: 0,
            timestampOffset: 0
        )
    }

    private static let configuration = ByteBuffer(bytes: [0x11, 0x90])

    private static let tracks: [RTPSampleReader.Track] = {
        func track(_ id: UInt8, _ clockRate: RTPClockRate, _ format: RTPPayloadFormat) -> RTPSampleReader.Track {
            .init(id: MediaTrack.ID(id), payloadType: 96, clockRate: clockRate, format: format)
        }
        return [
            track(1, .video, .h264(parameterSets: sets264.map { ByteBuffer(bytes: $0) })),
            track(2, .video, .h265(parameterSets: [])),
            track(3, .opus, .aac(configuration: configuration, layout: .init())),
            track(4, .opus, .latm(configuration: nil, isConfigurationInBand: true)),
            track(5, .opus, .opus(channelCount: 2)),
            track(6, .g711, .g711(.g711ALaw, channelCount: 1)),
            track(7, .video, .transportStream),
        ]
    }()

    private static let sets264: [[UInt8]] = [
        [
            0x67, 0x64, 0x00, 0x1E, 0xAC, 0xD9, 0x40, 0xA0, 0x2F, 0xF9, 0x70, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01, 0x00,
            0x00, 0x03, 0x00, 0x32, 0x0F, 0x16, 0x2D, 0x96,
        ],
        [0x68, 0xEF, 0xBC, 0xB0],
    ]

    private static let sets265: [[UInt8]] = [
        [
            0x40, 0x01, 0x0C, 0x01, 0xFF, 0xFF, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00,
            0x03, 0x00, 0x3F, 0x95, 0x98, 0x09,
        ],
        [
            0x42, 0x01, 0x01, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03, 0x00, 0x3F,
            0xA0, 0x05, 0x02, 0x01, 0x71, 0xF2, 0xE5, 0x95, 0x95, 0x29, 0x30, 0xBC, 0x05, 0xA0, 0x20, 0x00, 0x00, 0x03,
            0x00, 0x20, 0x00, 0x00, 0x03, 0x03, 0x21,
        ],
        [0x44, 0x01, 0xC1, 0x72, 0xB4, 0x62, 0x40],
    ]

    static let seeds: [[UInt8]] = {
        var seed = SeedWriter()
        for number in 0..<4 as Range<UInt32> {
            let time = number * 3600
            let key = number % 3 == 0
            seed.add([0x78] + sets264.flatMap { [0, UInt8($0.count)] + $0 }, track: 0, time: time)
            seed.add([key ? 0x65 : 0x41, 0x88, 0x84, 0x11], track: 0, time: time)
            seed.add([0x7C, key ? 0x85 : 0x81, 0x46, 0x90], track: 0, time: time)
            seed.add([0x7C, key ? 0x45 : 0x41, 1, 2], track: 0, time: time, marker: true)
            seed.add([0x60, 0x01] + sets265.flatMap { [0, UInt8($0.count)] + $0 }, track: 1, time: time)
            seed.add([0x62, 0x01, key ? 0x93 : 0x81, 0xAF, 0x11], track: 1, time: time)
            seed.add([0x62, 0x01, key ? 0x53 : 0x41, 1, 2], track: 1, time: time, marker: true)
            seed.add([0, 32, 0, 16, 0, 8, 1, 2, 3], track: 2, time: number * 2048, marker: true)
            seed.add([0, 16, 0, 32, 1, 2], track: 2, time: number * 2048 + 1024)
            seed.add([0, 16, 0, 32, 3, 4], track: 2, time: number * 2048 + 1024, marker: true)
            // A configuration of one program, and a frame of two bytes.
            seed.add([0x20, 0x00, 0x11, 0x90, 0x1F, 0xE0, 0x10, 8, 16], track: 3, time: number * 1024, marker: true)
            seed.add([0xFC, 1, 2], track: 4, time: number * 960)
            seed.add([UInt8](repeating: 0xD5, count: 20), track: 5, time: number * 160)
            seed.add([0x47, 0x1F, 0xFF, 0x10], track: 6, time: time)
            for track in 0..<5 as Range<UInt8> {
                let info = RTCPSenderInfo(
                    time: NTPTime(unixNanoseconds: Int64(number) * 40_000_000),
                    timestamp: time,
                    packetCount: number,
                    byteCount: number
                )
                seed.add(RTCPReport(ssrc: 7, senderInfo: info), track: track)
            }
        }
        return [[0] + seed.bytes, [1] + seed.bytes]
    }()

    private struct SeedWriter {
        var bytes: [UInt8] = []
        private var sequence: [UInt8: UInt16] = [:]

        mutating func add(_ payload: [UInt8], track: UInt8, time: UInt32, marker: Bool = false) {
            var header = [UInt8](repeating: 0, count: RTPHeader.fixedByteCount)
            let number = sequence[track] ?? 0
            sequence[track] = number &+ 1
            header.withUnsafeMutableBytes { buffer in
                RTPHeader(marker: marker, payloadType: 96, sequenceNumber: number, timestamp: time, ssrc: 7)
                    .encode(into: buffer)
            }
            add(kind: track, header + payload)
        }

        mutating func add(_ report: RTCPReport, track: UInt8) {
            var buffer = ByteBuffer()
            report.write(canonicalName: "seed", to: &buffer)
            add(kind: 0x80 | track, Array(buffer.readableBytesView))
        }

        private mutating func add(kind: UInt8, _ packet: [UInt8]) {
            bytes += [kind, 0x08 | UInt8(packet.count >> 8), UInt8(packet.count & 0xFF)] + packet
        }
    }
}
