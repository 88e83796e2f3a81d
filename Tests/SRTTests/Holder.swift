import SRT
import Synchronization

/// Lets a sink know its input, which is made after it.
final class Holder: Sendable {
    let value = Mutex<SRTInput?>(nil)
    let reasons = Mutex<[String]>([])
}
