import CLinux
import Glibc
import NetworkAddress

/// An allowlist as a classic BPF program for a UDP socket: allowed sources pass, of strangers one datagram in
/// ``PacketIOLimits/kernelFilterSampling``, so that the program sees whether they are still there.
struct SourceFilterProgram: Equatable {
    let instructions: [Instruction]

    /// `struct sock_filter`.
    struct Instruction: Equatable {
        var code: UInt16
        var jumpTrue: UInt8 = 0
        var jumpFalse: UInt8 = 0
        var operand: UInt32
    }

    /// BPF_MAXINSNS.
    static let maximumInstructions = 4_096

    // Codes of <linux/bpf_common.h>: class | mode or operation | source.
    private static let loadWord: UInt16 = 0x00 | 0x00 | 0x20  // BPF_LD | BPF_W | BPF_ABS
    private static let and: UInt16 = 0x04 | 0x50 | 0x00  // BPF_ALU | BPF_AND | BPF_K
    private static let jumpAlways: UInt16 = 0x05 | 0x00  // BPF_JMP | BPF_JA
    private static let jumpEqual: UInt16 = 0x05 | 0x10 | 0x00  // BPF_JMP | BPF_JEQ | BPF_K
    private static let jumpGreater: UInt16 = 0x05 | 0x20 | 0x00  // BPF_JMP | BPF_JGT | BPF_K
    private static let returnConstant: UInt16 = 0x06 | 0x00  // BPF_RET | BPF_K

    // Magic offsets of <linux/filter.h>.
    private static let networkHeader = UInt32(bitPattern: -0x100000)  // SKF_NET_OFF
    private static let packetProtocol = UInt32(bitPattern: -0x1000)  // SKF_AD_OFF + SKF_AD_PROTOCOL
    private static let randomNumber = UInt32(bitPattern: -0x1000 + 56)  // SKF_AD_OFF + SKF_AD_RANDOM

    private static let ethernetProtocolIPv4: UInt32 = 0x0800
    private static let accept = Instruction(code: returnConstant, operand: .max)
    private static let refuse = Instruction(code: returnConstant, operand: 0)

    /// Nil when everyone is allowed or the list is longer than a program may be.
    init?(allow: Allowlist, sampling: Int = PacketIOLimits.kernelFilterSampling) {
        guard !allow.allowsEveryone, allow.networks.count <= Self.maximumInstructions / 4 else { return nil }
        let v4 = allow.networks.filter { $0.base.family == .v4 }.flatMap(Self.matchV4)
        let v6 = allow.networks.filter { $0.base.family == .v6 }.flatMap(Self.matchV6)
        var program: [Instruction] = [
            Instruction(code: Self.loadWord, operand: Self.packetProtocol),
            // IPv4: over the jump. IPv6: over the IPv4 part.
            Instruction(code: Self.jumpEqual, jumpTrue: 1, jumpFalse: 0, operand: Self.ethernetProtocolIPv4),
            Instruction(code: Self.jumpAlways, operand: UInt32(v4.count) + 1),
        ]
        program += v4
        program.append(Instruction(code: Self.jumpAlways, operand: UInt32(v6.count)))
        program += v6
        if sampling > 0 {
            program.append(Instruction(code: Self.loadWord, operand: Self.randomNumber))
            program.append(Instruction(code: Self.jumpGreater, jumpTrue: 1, operand: .max / UInt32(clamping: sampling)))
            program.append(Self.accept)
        }
        program.append(Self.refuse)
        guard program.count <= Self.maximumInstructions else { return nil }
        instructions = program
    }

    /// Accepts when the source address (offset 12 of the IPv4 header) is in the network, else falls through.
    private static func matchV4(_ network: IPNetwork) -> [Instruction] {
        guard network.prefixLength > 0 else { return [accept] }
        return matchWord(
            offset: 12,
            value: UInt32(truncatingIfNeeded: network.base.value),
            bits: network.prefixLength,
            skipOnMismatch: 1
        ) + [accept]
    }

    /// Accepts when the source address (offset 8 of the IPv6 header) is in the network, else falls through.
    private static func matchV6(_ network: IPNetwork) -> [Instruction] {
        var result = [accept]
        for word in (0..<4).reversed() where network.prefixLength > word * 32 {
            let part = matchWord(
                offset: 8 + UInt32(word) * 4,
                value: UInt32(truncatingIfNeeded: network.base.value >> UInt128(96 - word * 32)),
                bits: min(32, network.prefixLength - word * 32),
                skipOnMismatch: UInt8(result.count)
            )
            result = part + result
        }
        return result
    }

    private static func matchWord(offset: UInt32, value: UInt32, bits: Int, skipOnMismatch: UInt8) -> [Instruction] {
        let load = Instruction(code: loadWord, operand: networkHeader &+ offset)
        let mask = bits == 32 ? [] : [Instruction(code: and, operand: ~(UInt32.max >> UInt32(bits)))]
        return [load] + mask + [Instruction(code: jumpEqual, jumpFalse: skipOnMismatch, operand: value)]
    }

    /// Whether the kernel took the program. It replaces the one before.
    func attach(to socket: UDPSocket) -> Bool {
        withUnsafeTemporaryAllocation(of: sock_filter.self, capacity: instructions.count) { buffer in
            for (index, instruction) in instructions.enumerated() {
                buffer[index] = sock_filter(
                    code: instruction.code,
                    jt: instruction.jumpTrue,
                    jf: instruction.jumpFalse,
                    k: instruction.operand
                )
            }
            var program = sock_fprog(len: UInt16(instructions.count), filter: buffer.baseAddress)
            let length = socklen_t(MemoryLayout<sock_fprog>.size)
            return setsockopt(socket.descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, length) == 0
        }
    }

    static func detach(from socket: UDPSocket) {
        socket.set(SOL_SOCKET, SO_DETACH_FILTER, 0)
    }
}
