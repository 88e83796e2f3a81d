import Media
import Threads

/// Carries payloads from the packet path to the writer: bounded, copied once, in chunks that are used again.
///
/// The packet path holds the lock for a copy; the writer only to exchange chunks. A payload that does not fit is dropped
/// whole and counted.
final class PayloadQueue: Sendable {
    static let defaultLimit = 4 * 1024 * 1024
    static let chunkByteCount = 64 * 1024
    /// Empty chunks kept for later.
    static let maximumSpareChunks = 4

    /// Payloads one after another, each behind its length and arrival.
    final class Chunk: @unchecked Sendable {
        // One owner at a time: the queue's lock hands it over.
        static let headerByteCount = 12

        fileprivate let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkByteCount, alignment: 16)
        fileprivate(set) var used = 0

        deinit { bytes.deallocate() }

        fileprivate func append(_ payload: UnsafeRawBufferPointer, at arrival: MonotonicTime) {
            bytes.storeBytes(of: UInt32(truncatingIfNeeded: payload.count), toByteOffset: used, as: UInt32.self)
            bytes.storeBytes(of: arrival.nanoseconds, toByteOffset: used + 4, as: Int64.self)
            UnsafeMutableRawBufferPointer(rebasing: bytes[(used + Self.headerByteCount)...]).copyMemory(from: payload)
            used += Self.headerByteCount + payload.count
        }

        func forEach(_ body: (UnsafeRawBufferPointer, MonotonicTime) -> Void) {
            var offset = 0
            while offset + Self.headerByteCount <= used {
                let count = Int(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
                let arrival = bytes.loadUnaligned(fromByteOffset: offset + 4, as: Int64.self)
                offset += Self.headerByteCount
                body(
                    UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count]),
                    MonotonicTime(nanoseconds: arrival)
                )
                offset += count
            }
        }
    }

    private struct State: Sendable {
        var full: [Chunk] = []
        var current: Chunk?
        var spare: [Chunk] = []
        var queuedBytes = 0
        var droppedPayloads: UInt64 = 0
        var droppedBytes: UInt64 = 0
        var isClosed = false
    }

    private let limit: Int
    private let state = Locked(State())

    init(limit: Int = defaultLimit) {
        self.limit = limit
    }

    /// Copies the payloads; true when a chunk became full, so that the writer should be woken.
    func append(_ batch: PacketBatch) -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            var filledChunk = false
            for payload in batch.payloads where !payload.isEmpty {
                let needed = payload.count + Chunk.headerByteCount
                guard state.queuedBytes + needed <= limit, needed <= Self.chunkByteCount else {
                    state.droppedPayloads &+= 1
                    state.droppedBytes &+= UInt64(payload.count)
                    continue
                }
                if let current = state.current, current.used + needed > Self.chunkByteCount {
                    state.full.append(current)
                    state.current = nil
                    filledChunk = true
                }
                let chunk = state.current ?? state.spare.popLast() ?? Chunk()
                state.current = chunk
                chunk.append(payload, at: batch.arrival)
                state.queuedBytes += needed
            }
            return filledChunk
        }
    }

    /// Takes everything that waits.
    func takeAll() -> [Chunk] {
        state.withLock { state in
            var chunks = state.full
            if let current = state.current { chunks.append(current) }
            state.full = []
            state.current = nil
            return chunks
        }
    }

    /// Gives a chunk back after it was written; until then its bytes count as queued.
    func giveBack(_ chunk: Chunk) {
        state.withLock { state in
            state.queuedBytes -= chunk.used
            chunk.used = 0
            if state.spare.count < Self.maximumSpareChunks { state.spare.append(chunk) }
        }
    }

    /// Takes no more.
    func close() {
        state.withLock { $0.isClosed = true }
    }

    var figures: (queuedBytes: Int, droppedPayloads: UInt64, droppedBytes: UInt64) {
        state.withLock { ($0.queuedBytes, $0.droppedPayloads, $0.droppedBytes) }
    }
}
