/// What a secret in a spec is for; it decides what values it may have.
public enum SecretUse: Hashable, Sendable {
    /// 10 to 79 ASCII characters.
    case srtPassphrase
    case streamKey
    case password
}

extension FlowSpec {
    /// The same flow with every secret of its inputs and outputs replaced.
    public func mapSecrets<Failure: Error>(
        _ transform: (Secret, SecretUse) throws(Failure) -> Secret
    ) throws(Failure) -> FlowSpec {
        var copy = self
        for index in copy.inputs.indices {
            copy.inputs[index] = try copy.inputs[index].mapSecrets(transform)
        }
        for index in copy.outputs.indices {
            copy.outputs[index] = try copy.outputs[index].mapSecrets(transform)
        }
        return copy
    }
}

extension InputSpec {
    /// The same input with every secret replaced.
    public func mapSecrets<Failure: Error>(
        _ transform: (Secret, SecretUse) throws(Failure) -> Secret
    ) throws(Failure) -> InputSpec {
        var copy = self
        switch source {
        case .rtmp(var input):
            guard let key = input.streamKey else { return self }
            input.streamKey = try transform(key, .streamKey)
            copy.source = .rtmp(input)
        case .rtmpPull(var input):
            guard let key = input.streamKey else { return self }
            input.streamKey = try transform(key, .streamKey)
            copy.source = .rtmpPull(input)
        case .srtListener(var input):
            guard let decryption = input.decryption else { return self }
            input.decryption?.key = try transform(decryption.key, .srtPassphrase)
            copy.source = .srtListener(input)
        case .srtCaller(var input):
            guard let decryption = input.decryption else { return self }
            input.decryption?.key = try transform(decryption.key, .srtPassphrase)
            copy.source = .srtCaller(input)
        case .rtsp(var input):
            guard let password = input.password else { return self }
            input.password = try transform(password, .password)
            copy.source = .rtsp(input)
        case .rtspPull(var input):
            guard let password = input.password else { return self }
            input.password = try transform(password, .password)
            copy.source = .rtspPull(input)
        case .rtp, .file:
            return self
        }
        return copy
    }
}

extension OutputSpec {
    /// The same output with every secret replaced.
    public func mapSecrets<Failure: Error>(
        _ transform: (Secret, SecretUse) throws(Failure) -> Secret
    ) throws(Failure) -> OutputSpec {
        var copy = self
        switch destination {
        case .srtListener(var output):
            guard let encryption = output.encryption else { return self }
            output.encryption?.key = try transform(encryption.key, .srtPassphrase)
            copy.destination = .srtListener(output)
        case .srtCaller(var output):
            guard let encryption = output.encryption else { return self }
            output.encryption?.key = try transform(encryption.key, .srtPassphrase)
            copy.destination = .srtCaller(output)
        case .rtmp(var output):
            guard let key = output.streamKey else { return self }
            output.streamKey = try transform(key, .streamKey)
            copy.destination = .rtmp(output)
        case .rtmpPush(var output):
            guard let key = output.streamKey else { return self }
            output.streamKey = try transform(key, .streamKey)
            copy.destination = .rtmpPush(output)
        case .rtsp(var output):
            guard let password = output.password else { return self }
            output.password = try transform(password, .password)
            copy.destination = .rtsp(output)
        case .rtspPush(var output):
            guard let password = output.password else { return self }
            output.password = try transform(password, .password)
            copy.destination = .rtspPush(output)
        case .rtp, .udp, .hls, .record:
            return self
        }
        return copy
    }
}
