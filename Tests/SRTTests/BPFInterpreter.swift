import CLinux

/// Runs classic BPF the way the kernel does, on a datagram with its IP header apart.
struct BPFInterpreter {
    enum Failure: Error {
        case unknownInstruction(UInt16)
        case noReturn
        case tooLong
    }

    var program: [sock_filter]
    /// From the UDP header on.
    var datagram: [UInt8]
    var networkHeader: [UInt8]

    /// What the program returns: 0 drops. A load beyond the packet drops, as in the kernel.
    func run() throws -> UInt32 {
        guard program.count <= 4_096 else { throw Failure.tooLong }
        var accumulator: UInt32 = 0
        var index: UInt32 = 0
        var position = 0
        while position < program.count {
            let instruction = program[position]
            position += 1
            let constant = instruction.k
            switch Int32(instruction.code) {
            case BPF_LD | BPF_W | BPF_LEN: accumulator = UInt32(datagram.count)
            case BPF_LD | BPF_IMM: accumulator = constant
            case BPF_LD | BPF_W | BPF_ABS:
                guard let value = load(constant, 4) else { return 0 }
                accumulator = value
            case BPF_LD | BPF_H | BPF_ABS:
                guard let value = load(constant, 2) else { return 0 }
                accumulator = value
            case BPF_LD | BPF_B | BPF_ABS:
                guard let value = load(constant, 1) else { return 0 }
                accumulator = value
            case BPF_LD | BPF_H | BPF_IND:
                guard let value = load(constant &+ index, 2) else { return 0 }
                accumulator = value
            case BPF_MISC | BPF_TAX: index = accumulator
            case BPF_ALU | BPF_AND | BPF_K: accumulator &= constant
            case BPF_ALU | BPF_ADD | BPF_K: accumulator &+= constant
            case BPF_ALU | BPF_ADD | BPF_X: accumulator &+= index
            case BPF_ALU | BPF_SUB | BPF_X: accumulator &-= index
            case BPF_ALU | BPF_LSH | BPF_K: accumulator <<= constant
            case BPF_JMP | BPF_JA: position += Int(constant)
            case BPF_JMP | BPF_JEQ | BPF_K: position += Int(accumulator == constant ? instruction.jt : instruction.jf)
            case BPF_JMP | BPF_JGT | BPF_K: position += Int(accumulator > constant ? instruction.jt : instruction.jf)
            case BPF_JMP | BPF_JGE | BPF_K: position += Int(accumulator >= constant ? instruction.jt : instruction.jf)
            case BPF_JMP | BPF_JSET | BPF_K:
                position += Int(accumulator & constant != 0 ? instruction.jt : instruction.jf)
            case BPF_RET | BPF_K: return constant
            default: throw Failure.unknownInstruction(instruction.code)
            }
        }
        throw Failure.noReturn
    }

    private func load(_ offset: UInt32, _ size: Int) -> UInt32? {
        let network = UInt32(bitPattern: SKF_NET_OFF)
        let bytes = offset >= network ? networkHeader : datagram
        let start = Int(offset >= network ? offset - network : offset)
        guard start + size <= bytes.count else { return nil }
        return bytes[start..<start + size].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
