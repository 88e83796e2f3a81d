import Testing

@testable import FlowRuntime

@Suite("The legs of an input")
struct LegPairTests {
    @Test("Those that run are told, main first")
    func running() {
        var legs = LegPair<Int>()
        #expect(legs.running.isEmpty)
        legs.backup = 2
        #expect(legs.running == [2])
        legs.main = 1
        #expect(legs.running == [1, 2])
    }

    @Test("A leg is taken once")
    func taking() {
        var legs = LegPair(main: 1, backup: 2)
        #expect(legs.takeBackup() == 2)
        #expect(legs.takeBackup() == nil)
        #expect(legs.takeAll() == [1])
        #expect(legs.takeAll() == [])
    }
}
