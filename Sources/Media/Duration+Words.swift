extension Duration {
    /// For messages: `5 s`, or `300 ms` when it is no whole number of seconds.
    package var words: String {
        let (seconds, attoseconds) = components
        return attoseconds == 0 ? "\(seconds) s" : "\(Int64((self / .milliseconds(1)).rounded())) ms"
    }
}
