import Media
import Testing

@testable import PacketIO

@Suite("When the allowlist moves into the kernel")
struct KernelFilterSwitchTests {
    private let start = MonotonicTime(nanoseconds: 50_000_000_000)
    private let many = PacketIOLimits.strangersBeforeKernelFilter

    @Test("A few strangers are dealt with in user space")
    func few() {
        var machine = KernelFilterSwitch()
        #expect(machine.strangersRefused(many - 1, at: start) == .doNothing)
        // The window is over: counting begins again.
        #expect(machine.strangersRefused(many - 1, at: start.advanced(by: .milliseconds(100))) == .doNothing)
        #expect(machine.deadline == nil)
    }

    @Test("Many within a window attach the filter, once")
    func attach() {
        var machine = KernelFilterSwitch()
        #expect(machine.strangersRefused(many - 1, at: start) == .doNothing)
        #expect(machine.strangersRefused(1, at: start.advanced(by: .milliseconds(99))) == .attach)
        #expect(machine.strangersRefused(many, at: start.advanced(by: .milliseconds(100))) == .doNothing)
    }

    @Test("The filter stays while a sample shows strangers, and goes when none came for a while")
    func detach() {
        var machine = KernelFilterSwitch()
        #expect(machine.strangersRefused(many, at: start) == .attach)
        #expect(machine.timePassed(start.advanced(by: .seconds(9))) == .doNothing)
        #expect(machine.strangersRefused(1, at: start.advanced(by: .seconds(9))) == .doNothing)
        #expect(machine.deadline == start.advanced(by: .seconds(19)))
        #expect(machine.timePassed(start.advanced(by: .seconds(18))) == .doNothing)
        #expect(machine.timePassed(start.advanced(by: .seconds(19))) == .detach)
        #expect(machine.timePassed(start.advanced(by: .seconds(30))) == .doNothing)
        #expect(machine.strangersRefused(many, at: start.advanced(by: .seconds(31))) == .attach)
    }

    @Test("A new allowlist takes an attached filter off")
    func update() {
        var machine = KernelFilterSwitch()
        #expect(machine.allowlistChanged() == .doNothing)
        #expect(machine.strangersRefused(many, at: start) == .attach)
        #expect(machine.allowlistChanged() == .detach)
        #expect(machine.allowlistChanged() == .doNothing)
    }

    @Test("A kernel that refuses the filter is not asked again until the allowlist changes")
    func unavailable() {
        var machine = KernelFilterSwitch()
        #expect(machine.strangersRefused(many, at: start) == .attach)
        machine.attachFailed()
        #expect(machine.strangersRefused(many, at: start.advanced(by: .seconds(1))) == .doNothing)
        #expect(machine.deadline == nil)
        #expect(machine.allowlistChanged() == .doNothing)
        #expect(machine.strangersRefused(many, at: start.advanced(by: .seconds(2))) == .attach)
    }

    @Test("A handler hears about strangers once a second, with all of them counted")
    func notice() {
        var notice = RefusalNotice()
        #expect(notice.strangersRefused(3, at: start) == 3)
        #expect(notice.strangersRefused(4, at: start.advanced(by: .milliseconds(999))) == nil)
        #expect(notice.strangersRefused(5, at: start.advanced(by: .milliseconds(1_000))) == 9)
    }
}
