import CLinux
import NetworkAddress

/// The classic BPF program that stands before a libsrt UDP socket and drops, in the kernel, what libsrt 1.5.1 trusts
/// too far: handshakes and control packets with numbers out of bounds, and strangers.
///
/// For a UDP socket the program's offsets count from the UDP header; the SRT packet begins behind it.
struct SRTGuardFilter: Hashable, Sendable {
    /// The source networks that may send; nil lets everyone through, none at all nobody.
    var sources: Set<IPNetwork>?

    static let everyone = SRTGuardFilter(sources: nil)
    /// For a port that nobody needs yet: nothing is answered, and nothing queues up in the kernel.
    static let nobody = SRTGuardFilter(sources: [])

    static let accepted: UInt32 = 0x4_0000
    /// The kernel's `BPF_MAXINSNS`.
    static let maximumInstructions = 4_096
    static let segmentSizes: ClosedRange<UInt32> = 300...1_500
    static let flowWindows: ClosedRange<UInt32> = 32...65_536
    static let keyMaterialBytes: UInt32 = 104
    /// Extension blocks of one handshake that are looked at; libsrt sends four at most.
    static let extensionBlocks = 8

    /// Offsets from the UDP header.
    private enum Offset {
        static let srt: UInt32 = 8
        static let body = srt + 16
        static let handshakeVersion = body
        static let handshakeSegmentSize = body + 12
        static let handshakeFlowWindow = body + 16
        static let handshakeType = body + 20
        static let handshakeEnd = body + 48
    }

    /// The filter for these allowlists: everyone when one of them allows everyone, when they do not fit, or when there
    /// are none, so that who calls is told that nobody is there.
    init(allowlists: some Sequence<Allowlist>) {
        var union: Set<IPNetwork> = []
        for list in allowlists {
            guard !list.allowsEveryone else {
                self.init(sources: nil)
                return
            }
            union.formUnion(list.networks)
        }
        self.init(sources: union.isEmpty ? nil : union)
    }

    init(sources: Set<IPNetwork>?) {
        self.sources = sources
    }

    /// The instructions; without the source part when it does not fit.
    var program: [sock_filter] {
        let packet = Self.packetPart()
        guard let sources else { return packet }
        let source = Self.sourcePart(sources)
        guard source.count + packet.count <= Self.maximumInstructions else { return packet }
        return source + packet
    }

    // MARK: - The packet

    /// Every path ends in a return.
    private static func packetPart() -> [sock_filter] {
        var code = BPFAssembler()
        code.emit(BPF_LD | BPF_W | BPF_LEN)
        code.drop(unless: .atLeast(Offset.body))
        code.emit(BPF_LD | BPF_H | BPF_ABS, Offset.srt)
        code.acceptIf(.lacksAnyBit(0x8000))  // a data packet
        code.emit(BPF_ALU | BPF_AND | BPF_K, 0x7fff)
        code.branch(.equals(0)) { handshake(&$0) }
        code.branch(.equals(7)) { dropRequest(&$0) }
        code.branch(.equals(0x7fff)) { extended(&$0) }
        code.accept()
        return code.instructions
    }

    private static func handshake(_ code: inout BPFAssembler) {
        code.emit(BPF_LD | BPF_W | BPF_LEN)
        code.drop(unless: .atLeast(Offset.handshakeEnd))
        code.emit(BPF_LD | BPF_W | BPF_ABS, Offset.handshakeSegmentSize)
        code.drop(unless: .atLeast(segmentSizes.lowerBound))
        code.drop(if: .above(segmentSizes.upperBound))
        code.emit(BPF_LD | BPF_W | BPF_ABS, Offset.handshakeFlowWindow)
        code.drop(unless: .atLeast(flowWindows.lowerBound))
        code.drop(if: .above(flowWindows.upperBound))
        code.emit(BPF_LD | BPF_W | BPF_ABS, Offset.handshakeType)
        // Induction and refusals carry no extension blocks. Rendezvous has types of its own; nobody here uses it.
        code.acceptIf(.equals(1))
        code.branch(.equals(0xffff_ffff)) { extensionBlocks(&$0) }
        code.drop(if: .atLeast(0x8000_0000))
        code.drop(unless: .atLeast(1_000))
        code.accept()
    }

    /// Walks the blocks behind a conclusion handshake: type and length in words, 16 bits each, then the words.
    private static func extensionBlocks(_ code: inout BPFAssembler) {
        code.emit(BPF_LD | BPF_IMM, Offset.handshakeEnd)
        code.emit(BPF_MISC | BPF_TAX)
        for _ in 0..<extensionBlocks {
            code.emit(BPF_LD | BPF_W | BPF_LEN)
            code.emit(BPF_ALU | BPF_SUB | BPF_X)
            code.acceptIf(.equals(0))  // the end
            code.drop(if: .above(0x7fff_ffff))  // the block before overran the packet
            code.drop(unless: .atLeast(4))
            code.emit(BPF_LD | BPF_H | BPF_IND, 0)
            // Key material requests and responses
            code.emit(BPF_JMP | BPF_JEQ | BPF_K, 3, 1, 0)
            code.emit(BPF_JMP | BPF_JEQ | BPF_K, 4, 0, 3)
            code.emit(BPF_LD | BPF_H | BPF_IND, 2)
            code.drop(if: .above(keyMaterialBytes / 4))
            // A packet filter's parameters make libsrt allocate what they say.
            code.emit(BPF_LD | BPF_H | BPF_IND, 0)
            code.drop(if: .equals(7))
            code.emit(BPF_LD | BPF_H | BPF_IND, 2)
            code.emit(BPF_ALU | BPF_LSH | BPF_K, 2)
            code.emit(BPF_ALU | BPF_ADD | BPF_K, 4)
            code.emit(BPF_ALU | BPF_ADD | BPF_X)
            code.emit(BPF_MISC | BPF_TAX)
        }
        code.drop()
    }

    /// Type 7: the message's first and last sequence number.
    private static func dropRequest(_ code: inout BPFAssembler) {
        code.emit(BPF_LD | BPF_W | BPF_LEN)
        code.drop(unless: .atLeast(Offset.body + 8))
        code.emit(BPF_LD | BPF_W | BPF_ABS, Offset.body)
        code.drop(if: .atLeast(0x8000_0000))
        code.emit(BPF_MISC | BPF_TAX)
        code.emit(BPF_LD | BPF_W | BPF_ABS, Offset.body + 4)
        code.drop(if: .atLeast(0x8000_0000))
        // The distance on the 31-bit circle; a reversed pair is nearly a whole turn apart.
        code.emit(BPF_ALU | BPF_SUB | BPF_X)
        code.emit(BPF_ALU | BPF_AND | BPF_K, 0x7fff_ffff)
        code.drop(if: .above(flowWindows.upperBound))
        code.accept()
    }

    /// Type 0x7FFF: an extension message; subtypes 3 and 4 carry key material.
    private static func extended(_ code: inout BPFAssembler) {
        code.emit(BPF_LD | BPF_H | BPF_ABS, Offset.srt + 2)
        code.emit(BPF_JMP | BPF_JEQ | BPF_K, 3, 1, 0)
        code.emit(BPF_JMP | BPF_JEQ | BPF_K, 4, 0, 3)
        code.emit(BPF_LD | BPF_W | BPF_LEN)
        code.drop(if: .above(Offset.body + keyMaterialBytes))
        code.accept()
    }

    // MARK: - The source

    /// Falls through to what follows it for a source in one of the networks, and drops the rest.
    private static func sourcePart(_ networks: Set<IPNetwork>) -> [sock_filter] {
        let network = UInt32(bitPattern: SKF_NET_OFF)
        let v4 = networks.filter { $0.base.family == .v4 }.sorted { $0.base.value < $1.base.value }
        let v6 = networks.filter { $0.base.family == .v6 }.sorted { $0.base.value < $1.base.value }
        // The v4 block, then the v6 block; a match jumps over the rest to the packet part.
        var blocks: [[sock_filter]] = []
        for entry in v4 {
            let mask = UInt32(truncatingIfNeeded: UInt64(0xffff_ffff) << UInt64(32 - entry.prefixLength))
            var block = BPFAssembler()
            block.emit(BPF_LD | BPF_W | BPF_ABS, network &+ 12)
            if entry.prefixLength < 32 { block.emit(BPF_ALU | BPF_AND | BPF_K, mask) }
            // Behind it stands the jump to the packet part.
            block.emit(BPF_JMP | BPF_JEQ | BPF_K, UInt32(truncatingIfNeeded: entry.base.value), 0, 1)
            blocks.append(block.instructions)
        }
        let v4End = blocks.count
        for entry in v6 {
            let words = (entry.prefixLength + 31) / 32
            var block = BPFAssembler()
            // A network of the whole address space has no word to compare and always matches.
            for word in 0..<words {
                let bits = min(32, entry.prefixLength - word * 32)
                let mask = UInt32(truncatingIfNeeded: UInt64(0xffff_ffff) << UInt64(32 - bits))
                let value = UInt32(truncatingIfNeeded: entry.base.value >> UInt128(96 - word * 32))
                block.emit(BPF_LD | BPF_W | BPF_ABS, network &+ 8 &+ UInt32(word * 4))
                if bits < 32 { block.emit(BPF_ALU | BPF_AND | BPF_K, mask) }
                let left = ((word + 1)..<words).reduce(0) { $0 + (entry.prefixLength - $1 * 32 < 32 ? 3 : 2) }
                block.emit(BPF_JMP | BPF_JEQ | BPF_K, value, 0, UInt8(left + 1))
            }
            blocks.append(block.instructions)
        }
        // The IP version picks the block: 3 instructions and a long jump.
        let blockLengths = blocks.map { $0.count + 1 }
        let v4Length = blockLengths[..<v4End].reduce(0, +) + 1
        let v6Length = blockLengths[v4End...].reduce(0, +) + 1
        var code = BPFAssembler()
        code.emit(BPF_LD | BPF_B | BPF_ABS, network)
        code.emit(BPF_ALU | BPF_AND | BPF_K, 0xf0)
        code.emit(BPF_JMP | BPF_JEQ | BPF_K, 0x40, 1, 0)
        code.emit(BPF_JMP | BPF_JA, UInt32(v4Length))
        let end = code.instructions.count + v4Length + v6Length
        for (index, block) in blocks.enumerated() {
            if index == v4End { code.drop() }
            code.instructions += block
            code.emit(BPF_JMP | BPF_JA, UInt32(end - code.instructions.count - 1))
        }
        if v4End == blocks.count { code.drop() }
        code.drop()
        return code.instructions
    }
}
