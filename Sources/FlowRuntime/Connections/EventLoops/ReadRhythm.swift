import Media

/// Decides whether an event loop reads its connections in rounds. A pure value: time is an argument.
///
/// Waking up for each frame of each stream costs about as much as handling the frame. So a loop with much to read looks
/// at its connections every `interval`, and each round serves what came on all of them meanwhile. A loop with a single
/// stream, or with little to read, reads at once what comes.
struct ReadRhythm {
    /// From one round to the next.
    let interval: Duration
    /// How many intervals are looked at together.
    let span: Int
    /// Rounds begin when there are as many reads as this within a span,
    let readsToBegin: Int
    /// and end when there are fewer than this: more than one stream has, a read in each round.
    let readsToGoOn: Int

    private var start = MonotonicTime.zero
    /// The connection that was read from first.
    private var firstReader: ObjectIdentifier?
    private var hasOthers = false
    private var reads = 0
    private var rounds = 0

    init(interval: Duration = .milliseconds(5), span: Int = 32, readsToBegin: Int = 64, readsToGoOn: Int = 40) {
        self.interval = interval
        self.span = span
        self.readsToBegin = readsToBegin
        self.readsToGoOn = readsToGoOn
    }

    /// A connection was read from on its own.
    ///
    /// - Returns: Whether rounds are due.
    mutating func readEnded(by reader: ObjectIdentifier, at now: MonotonicTime) -> Bool {
        if firstReader == nil || now >= start.advanced(by: interval * span) {
            startOver()
            start = now
            firstReader = reader
        }
        reads += 1
        if reader != firstReader { hasOthers = true }
        guard hasOthers, reads >= readsToBegin else { return false }
        startOver()
        return true
    }

    /// - Parameter reads: from how many connections something was read.
    /// - Returns: Whether there is to be another round.
    mutating func roundEnded(reads: Int) -> Bool {
        self.reads += reads
        rounds += 1
        guard rounds == span else { return true }
        defer { startOver() }
        return self.reads >= readsToGoOn
    }

    private mutating func startOver() {
        firstReader = nil
        hasOthers = false
        reads = 0
        rounds = 0
    }
}
