import NIOCore
import Testing

@testable import RTMP

@Suite("The group of pictures for whoever comes in the middle")
struct RTMPGroupTests {
    private var group = RTMPGroup()

    private mutating func add(_ sequence: UInt64, byteCount: Int = 100, isStart: Bool = false) {
        let message = RTMPMessage(type: .video, payload: ByteBuffer(repeating: 0, count: byteCount))
        group.add(RTMPFrame(FLVTag(prefix: MessagePrefix(), body: message), sequence: sequence, isStart: isStart))
    }

    private var sequences: [UInt64] { group.frames.map(\.sequence) }

    @Test("It begins with the last frame at which a decoder can start")
    mutating func start() {
        add(0)
        #expect(sequences == [])
        add(1, isStart: true)
        add(2)
        #expect(sequences == [1, 2])
        add(3, isStart: true)
        add(4)
        #expect(sequences == [3, 4])
    }

    @Test("After forgetting there is nothing before the next start")
    mutating func forget() {
        add(0, isStart: true)
        group.forget()
        add(1)
        #expect(sequences == [])
        add(2, isStart: true)
        #expect(sequences == [2])
    }

    @Test("Bytes are counted for each group, and a group that is too long is not kept")
    mutating func bytes() {
        let half = RTMPGroup.maximumBytes / 2
        add(0, byteCount: half, isStart: true)
        add(1, byteCount: half - 4_096)
        #expect(sequences == [0, 1])
        add(2, byteCount: 4_096)
        #expect(sequences == [])
        add(3)
        #expect(sequences == [])
        add(4, byteCount: half, isStart: true)
        #expect(sequences == [4])
    }

    @Test("A group of too many frames is not kept")
    mutating func frames() {
        add(0, isStart: true)
        for sequence in 1..<UInt64(RTMPGroup.maximumFrames) { add(sequence, byteCount: 1) }
        #expect(group.frames.count == RTMPGroup.maximumFrames)
        add(9_999)
        #expect(sequences == [])
    }
}
