import FlowModel
import NetworkAddress

/// What of a component cannot change while it runs.
///
/// Two specs with equal identities differ only in fields that a running component takes over, so the change is an
/// update; otherwise the component restarts. A new field in a spec restarts until it is normalised here.
extension InputSpec {
    var restartIdentity: InputSpec {
        var identity = self
        identity.description = nil
        identity.isEnabled = true
        identity.source = source.restartIdentity
        return identity.mapSecrets { secret, _ in secret.identity }
    }

    /// The same input with one leg, so that the second leg can be compared on its own.
    var withoutBackupLeg: InputSpec {
        var copy = self
        copy.source = source.settingFailover(false)
        return copy
    }

    func settingFailover(_ failover: Bool) -> InputSpec {
        var copy = self
        copy.source = source.settingFailover(failover)
        return copy
    }
}

extension OutputSpec {
    var restartIdentity: OutputSpec {
        var identity = self
        identity.description = nil
        identity.isEnabled = true
        identity.destination = destination.restartIdentity
        return identity.mapSecrets { secret, _ in secret.identity }
    }
}

extension InputSource {
    fileprivate var restartIdentity: InputSource {
        switch settingFailover(false) {
        case .rtmp(var input):
            input.allow = .everyone
            return .rtmp(input)
        case .srtListener(var input):
            input.allow = .everyone
            return .srtListener(input)
        case .rtp(var input):
            // The sources of a multicast group are what was joined, so they stay part of the identity.
            if input.group == nil { input.allow = .everyone }
            return .rtp(input)
        case .rtsp(var input):
            input.allow = .everyone
            return .rtsp(input)
        case .rtmpPull, .srtCaller, .rtspPull, .file:
            return self
        }
    }

    fileprivate func settingFailover(_ failover: Bool) -> InputSource {
        switch self {
        case .rtmp(var input):
            input.failover = failover
            return .rtmp(input)
        case .srtListener(var input):
            input.failover = failover
            return .srtListener(input)
        case .rtp(var input):
            input.failover = failover
            return .rtp(input)
        case .rtsp(var input):
            input.failover = failover
            return .rtsp(input)
        case .rtmpPull, .srtCaller, .rtspPull, .file:
            return self
        }
    }
}

extension OutputDestination {
    /// Stands for any limit, since a limit changes while the output runs.
    private static let anyMaximum = 0

    fileprivate var restartIdentity: OutputDestination {
        switch self {
        case .srtListener(var output):
            output.allow = .everyone
            output.maxConcurrent = Self.anyMaximum
            return .srtListener(output)
        case .rtmp(var output):
            output.allow = .everyone
            output.maxConcurrent = Self.anyMaximum
            return .rtmp(output)
        case .rtsp(var output):
            output.allow = .everyone
            output.maxConcurrent = Self.anyMaximum
            return .rtsp(output)
        case .srtCaller, .rtmpPush, .rtp, .udp, .rtspPush, .hls, .record:
            return self
        }
    }
}

extension Secret {
    /// The value alone: a key that moves from the flow file to a file of its own is still the same key.
    fileprivate var identity: Secret {
        value.map { Secret(.literal($0)) } ?? self
    }
}
