import CLinux

/// Writes classic BPF: what `SRTGuardFilter` says, in instructions.
struct BPFAssembler {
    /// A comparison of the accumulator with a constant.
    enum Condition {
        case equals(UInt32)
        case atLeast(UInt32)
        case above(UInt32)
        case lacksAnyBit(UInt32)
    }

    var instructions: [sock_filter] = []

    mutating func emit(_ code: Int32, _ value: UInt32 = 0, _ ifTrue: UInt8 = 0, _ ifFalse: UInt8 = 0) {
        instructions.append(sock_filter(code: UInt16(truncatingIfNeeded: code), jt: ifTrue, jf: ifFalse, k: value))
    }

    mutating func accept() { emit(BPF_RET | BPF_K, SRTGuardFilter.accepted) }
    mutating func drop() { emit(BPF_RET | BPF_K, 0) }

    mutating func drop(if condition: Condition) {
        test(condition, skipWhenTrue: 0, skipWhenFalse: 1)
        drop()
    }

    mutating func drop(unless condition: Condition) {
        test(condition, skipWhenTrue: 1, skipWhenFalse: 0)
        drop()
    }

    mutating func acceptIf(_ condition: Condition) {
        test(condition, skipWhenTrue: 0, skipWhenFalse: 1)
        accept()
    }

    /// Runs `body`, which ends in a return on every path, when the condition holds; goes on behind it otherwise, with
    /// the accumulator as it was.
    mutating func branch(_ condition: Condition, _ body: (inout BPFAssembler) -> Void) {
        var inner = BPFAssembler()
        body(&inner)
        // A long jump, because a condition reaches 255 instructions only.
        test(condition, skipWhenTrue: 1, skipWhenFalse: 0)
        emit(BPF_JMP | BPF_JA, UInt32(inner.instructions.count))
        instructions += inner.instructions
    }

    private mutating func test(_ condition: Condition, skipWhenTrue: UInt8, skipWhenFalse: UInt8) {
        switch condition {
        case .equals(let value): emit(BPF_JMP | BPF_JEQ | BPF_K, value, skipWhenTrue, skipWhenFalse)
        case .atLeast(let value): emit(BPF_JMP | BPF_JGE | BPF_K, value, skipWhenTrue, skipWhenFalse)
        case .above(let value): emit(BPF_JMP | BPF_JGT | BPF_K, value, skipWhenTrue, skipWhenFalse)
        case .lacksAnyBit(let mask): emit(BPF_JMP | BPF_JSET | BPF_K, mask, skipWhenFalse, skipWhenTrue)
        }
    }
}
