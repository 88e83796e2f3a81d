package import Delivery
package import Media

/// Hears how one connection to an RTMP server fares. Called on its event loop; must not block.
package protocol RTMPClientDelegate: AnyObject, Sendable {
    /// The server agreed: the stream runs.
    func ready(_ connection: PeerConnection)
    /// Of a stream that is played the first track or sample is there, which the sink gets next.
    func mediaArrives(_ connection: PeerConnection)
    /// Once, last.
    func ended(_ end: RTMPClientEnd)
    /// A track of the played stream is in a codec that the gateway does not carry.
    func unsupportedCodec(_ name: String, _ connection: PeerConnection)
    /// An error of the connection as a clause for people, without secrets.
    func explain(_ error: any Error) -> String
}

/// How a connection to an RTMP server ended.
package enum RTMPClientEnd: Hashable, Sendable {
    /// The stream came to its regular end.
    case ended
    /// The server asks to go elsewhere.
    case redirected(RTMPURL)
    /// In words that may be shown.
    case failed(String)
    /// The gateway cut it.
    case refused(Refusal)
    /// The gateway needs it no more.
    case stopped
}

extension RTMPClientFailure {
    /// The failure as a clause for people; what the far side said of it is cleaned already.
    var sentence: String {
        let what =
            switch (kind, step) {
            case (.refused, .publish): "the server refused to take the stream"
            case (.refused, .play): "the server refused to play the stream"
            case (.refused, _): "the server refused the connection"
            case (.ended, _): "the server ended the stream"
            case (.timeout, .media): "no media came in time"
            case (.timeout, _): "the server did not answer \(step.rawValue) in time"
            case (.malformedMessage, _): "a message of the server is malformed"
            }
        let words = [code, description].filter { !$0.isEmpty }.joined(separator: ": ")
        return words.isEmpty ? what : "\(what) (\(words))"
    }
}
