/// What a client publishes or plays: `rtmp://HOST/<flow>/<key>?<query>`, put together from what `connect` and `publish`
/// or `play` say, wherever the client made the cut.
///
/// Describing it in any way shows neither key nor query.
package struct RTMPStreamName: Hashable, Sendable {
    /// The first part of the path.
    package var flow: String
    /// The rest of the path; a secret. Empty when the client named none.
    package var key: String
    /// Without the question mark; treat it as a secret too.
    package var query: String
    /// The address that the client called, without key, query and user: for logs.
    package var address: String

    package init(flow: String, key: String, query: String = "", address: String = "") {
        self.flow = flow
        self.key = key
        self.query = query
        self.address = address
    }

    /// What servers of old call an application's default instance; it says nothing.
    private static let defaultInstance = "_definst_"

    /// - Returns: nil when a part is too long, or nothing names a flow.
    package init?(application: String, streamName: String, applicationURL: String) {
        guard
            [application, streamName, applicationURL].allSatisfy({ $0.utf8.count <= RTMPSessionLimits.nameBytes })
        else { return nil }
        let url = try? RTMPURL(parsing: applicationURL, streamName: "")
        // A client that leaves out `app` still says it in the address.
        let (path, pathQuery) = RTMPURL.split(application.isEmpty ? url?.application ?? "" : application)
        let (stream, streamQuery) = RTMPURL.split(streamName)
        var parts = path.split(separator: "/")
        if parts.count > 1, parts.last == Self.defaultInstance[...] { parts.removeLast() }
        parts += stream.split(separator: "/")
        guard let flow = parts.first else { return nil }
        self.flow = String(flow)
        key = parts.dropFirst().joined(separator: "/")
        query = [pathQuery, streamQuery].map { $0.dropFirst() }.filter { !$0.isEmpty }.joined(separator: "&")
        address =
            url.map { RTMPURL(scheme: $0.scheme, host: $0.host, port: $0.port, application: String(flow)) }
            .map { PeerText.clean($0.description) } ?? ""
    }
}

extension RTMPStreamName: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String {
        let rest = (key.isEmpty ? "" : "/***") + (query.isEmpty ? "" : "?***")
        return PeerText.clean(flow) + rest
    }

    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["name": description]) }
}
