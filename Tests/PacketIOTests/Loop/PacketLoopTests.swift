import Foundation
import Media
import NetworkAddress
import Synchronization
import Testing
import Threads

@testable import PacketIO

@Suite("A packet loop")
struct PacketLoopTests {
    private let localhost = UDPReceiverConfiguration(address: IPAddress(v4: 0x7f00_0001))

    @Test("calls a handler back when it asked, and not before")
    func tick() throws {
        let loop = try PacketLoop(threads: 1)
        let asked = Locked<MonotonicTime?>(nil)
        let called = Locked<MonotonicTime?>(nil)
        let handler = RecordingHandler(
            onReceive: { now in
                let time = now.advanced(by: .milliseconds(20))
                asked.withLock { $0 = time }
                return time
            },
            onTick: { now in
                called.withLock { $0 = now }
                return nil
            }
        )
        let receiver = try loop.addReceiver(localhost, handler: handler)
        try UDPSender(UDPSenderConfiguration(destination: loopback(receiver.localPort))).send([[1]])
        let seen = handler.wait("the tick comes") { $0.ticks > 0 }
        #expect(seen.ticks == 1)
        let times = try #require(asked.withLock { $0 }.flatMap { asked in called.withLock { $0 }.map { (asked, $0) } })
        #expect(times.1 >= times.0)
    }

    @Test("calls back without traffic: first tick, timers, ticks on request")
    func idle() throws {
        let loop = try PacketLoop(threads: 1)
        let first = RecordingHandler()
        let receiver = try loop.addReceiver(localhost, handler: first, firstTick: .now().advanced(by: .milliseconds(5)))
        let repeating = RecordingHandler(onTick: { $0.advanced(by: .milliseconds(1)) })
        let timer = try loop.addTimer(repeating)
        _ = first.wait("the first tick comes") { $0.ticks == 1 }
        _ = repeating.wait("the timer repeats") { $0.ticks >= 5 }
        timer.cancel()
        let ticks = repeating.current.ticks
        receiver.requestTick()
        _ = first.wait("the requested tick comes") { $0.ticks == 2 }
        #expect(repeating.current.ticks == ticks)
    }

    @Test("serves several threads' worth of receivers")
    func threads() throws {
        let loop = try PacketLoop(threads: 3, batchingInterval: .milliseconds(1))
        let handlers = (0..<30).map { _ in RecordingHandler() }
        let receivers = try handlers.map { try loop.addReceiver(localhost, handler: $0) }
        for (index, receiver) in receivers.enumerated() {
            try UDPSender(UDPSenderConfiguration(destination: loopback(receiver.localPort))).send([[UInt8(index)]])
        }
        for (index, handler) in handlers.enumerated() {
            #expect(handler.wait("\(index) arrives") { !$0.datagrams.isEmpty }.datagrams == [[UInt8(index)]])
        }
    }

    @Test("does not call a handler after its receiver was closed, under traffic, from another thread")
    func close() throws {
        let loop = try PacketLoop(threads: 2, batchingInterval: .zero)
        for _ in 0..<50 {
            let isClosed = Atomic(false)
            let lateCalls = Atomic(0)
            let handler = RecordingHandler(
                onReceive: { now in
                    if isClosed.load(ordering: .acquiring) { lateCalls.add(1, ordering: .relaxed) }
                    return now
                },
                onTick: { now in
                    if isClosed.load(ordering: .acquiring) { lateCalls.add(1, ordering: .relaxed) }
                    return now
                }
            )
            let receiver = try loop.addReceiver(localhost, handler: handler)
            let sender = try UDPSender(UDPSenderConfiguration(destination: loopback(receiver.localPort)))
            sender.send(Array(repeating: [1], count: 50))
            _ = handler.wait("traffic flows") { !$0.datagrams.isEmpty }
            receiver.close()
            isClosed.store(true, ordering: .releasing)
            sender.send(Array(repeating: [2], count: 50))
            receiver.close()
            #expect(receiver.counters.datagrams >= 1)
            #expect(lateCalls.load(ordering: .relaxed) == 0)
        }
    }

    @Test("lets a handler close its own receiver and open another one")
    func closeFromHandler() throws {
        let loop = try PacketLoop(threads: 1, batchingInterval: .milliseconds(1))
        let receivers = Locked<[UDPReceiver]>([])
        let second = RecordingHandler()
        let configuration = localhost
        let first = RecordingHandler(onReceive: { now in
            receivers.withLock { list in
                list[0].close()
                if let next = try? loop.addReceiver(configuration, handler: second) { list.append(next) }
            }
            return now
        })
        let receiver = try loop.addReceiver(localhost, handler: first)
        receivers.withLock { $0.append(receiver) }
        let sender = try UDPSender(UDPSenderConfiguration(destination: loopback(receiver.localPort)))
        sender.send([[1]])
        waitUntil("the handler opens a second receiver") { receivers.withLock { $0.count == 2 } }
        sender.send([[2]])
        let port = try #require(receivers.withLock { $0.last?.localPort })
        try UDPSender(UDPSenderConfiguration(destination: loopback(port))).send([[3]])
        _ = second.wait("the second receiver hears") { $0.datagrams == [[3]] }
        #expect(first.current.datagrams == [[1]])
        #expect(first.current.ticks == 0)
    }

    @Test("ends its threads and lets go of its receivers' handlers")
    func lifetime() throws {
        weak var handler: RecordingHandler?
        do {
            let loop = try PacketLoop(threads: 2)
            let strong = RecordingHandler()
            handler = strong
            let receiver = try loop.addReceiver(localhost, handler: strong)
            let timer = try loop.addTimer(strong)
            _ = strong.wait("the timer runs") { $0.ticks == 1 }
            withExtendedLifetime((receiver, timer)) {}
        }
        waitUntil("the handler is freed") { handler == nil }
    }

    @Test("does not let one busy socket keep the others from their turn")
    func fairness() throws {
        let loop = try PacketLoop(threads: 1, batchingInterval: .zero)
        let busy = RecordingHandler()
        let quiet = RecordingHandler()
        let busyReceiver = try loop.addReceiver(localhost, handler: busy)
        let quietReceiver = try loop.addReceiver(localhost, handler: quiet)
        let isDone = Atomic(false)
        let destination = loopback(busyReceiver.localPort)
        let flood = Thread {
            guard let sender = try? UDPSender(UDPSenderConfiguration(destination: destination)) else { return }
            while !isDone.load(ordering: .relaxed) { sender.send(Array(repeating: [1], count: 64)) }
        }
        flood.start()
        _ = busy.wait("the flood arrives") { $0.datagrams.count > 100 }
        try UDPSender(UDPSenderConfiguration(destination: loopback(quietReceiver.localPort))).send([[2]])
        _ = quiet.wait("the quiet socket is served") { !$0.datagrams.isEmpty }
        isDone.store(true, ordering: .relaxed)
    }
}
