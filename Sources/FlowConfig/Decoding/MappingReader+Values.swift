import FlowModel
import NetworkAddress
import YAML

extension MappingReader {
    /// A duration within its range; the default where it is missing or wrong.
    func duration(_ key: String, _ range: FieldRange) -> Duration? {
        guard let text = text(key) else { return nil }
        let shown = text.asSubject
        guard let duration = Duration(flowText: text) else {
            if let maximum = range.maximum, text.utf8.prefix(while: { $0 != UInt8(ascii: ".") }).count > 9 {
                // Too large to be read at all.
                refuse(key, "\(shown) is above the maximum of \(maximum.flowText)", rule: "schema/maximum")
            } else {
                refuse(key, "\(shown) is not a duration such as 120ms, 5s or 2m", rule: "flow/duration")
            }
            return nil
        }
        if duration < range.minimum {
            refuse(key, "\(shown) is below the minimum of \(range.minimum.flowText)", rule: "schema/minimum")
        } else if let maximum = range.maximum, duration > maximum {
            refuse(key, "\(shown) is above the maximum of \(maximum.flowText)", rule: "schema/maximum")
        }
        return duration
    }

    func bitRate(_ key: String) -> BitRate? {
        guard let node = node(key), case .scalar(let scalar) = node.content else { return nil }
        if case .integer(let number) = scalar.value { return number > 0 ? BitRate(bitsPerSecond: number) : nil }
        if let text = text(key), let rate = BitRate(text) { return rate }
        refuse(key, "\(scalar.text.asSubject) is not a rate such as 20Mbps of at least 1bps", rule: "flow/bit-rate")
        return nil
    }

    func port(_ key: String = "port") -> UInt16? {
        integer(key).flatMap(UInt16.init(exactly:))
    }

    func path(_ key: String) -> String? {
        text(key).map(context.resolved)
    }

    /// Text, `{file: PATH}` or `{env: NAME}`.
    func secret(_ key: String) -> Secret? {
        if let text = text(key) { return Secret(.literal(text)) }
        guard let reader = child(key, definition: "secret") else { return nil }
        if let file = reader.path("file") { return Secret(.file(file)) }
        return reader.text("env").map { Secret(.environment($0)) }
    }

    func encryption(_ key: String) -> SRTEncryption? {
        guard let reader = child(key, definition: key) else { return nil }
        let keyLength = reader.integer("keyLength").flatMap(Int.init(exactly:)) ?? 16
        return reader.secret("key").map { SRTEncryption(key: $0, keyLength: keyLength) }
    }

    /// A list of addresses and CIDR blocks, or one text with `;` between them.
    func allowlist(_ key: String = "allow") -> Allowlist {
        guard let node = node(key) else { return .everyone }
        var networks: [IPNetwork] = []
        func add(_ text: String, _ mark: YAMLMark, _ field: String) {
            if let network = IPNetwork(text) {
                networks.append(network)
            } else {
                let hint = text.utf8.contains(UInt8(ascii: ",")) ? "; separate entries by ; or write a list" : ""
                let message = "\(text.asSubject) is not an IP address or CIDR block\(hint)"
                sink.refuse(mark, field, message, rule: "flow/address")
            }
        }
        switch node.content {
        case .scalar(let scalar):
            guard let text = scalar.fieldText else { break }
            for part in text.split(separator: ";", omittingEmptySubsequences: false) {
                add(String(part), node.start, path(of: key))
            }
        case .sequence(let nodes):
            for (index, node) in nodes.enumerated() {
                guard case .scalar(let scalar) = node.content, let text = scalar.fieldText else { continue }
                add(text, node.start, "\(path(of: key))[\(index)]")
            }
        case .mapping:
            break
        }
        return Allowlist(networks: networks)
    }

    /// An IP address or a host name (RFC 1123 §2.1, with `_` as container networks have it).
    func host(_ key: String = "host") -> String? {
        guard let text = text(key) else { return nil }
        if !HostName.isValid(text) {
            refuse(key, "\(text.asSubject) is not an IP address or a host name", rule: "flow/host")
        }
        return text
    }

    func multicastGroup(_ key: String) -> IPAddress? {
        guard let text = text(key) else { return nil }
        guard let address = IPAddress(text), address.isMulticast else {
            let shown = text.asSubject
            refuse(key, "\(shown) is not a multicast address (224.0.0.0/4 or ff00::/8)", rule: "flow/multicast-group")
            return nil
        }
        return address
    }

    /// A URL of a stream server; user names and passwords in it are refused, because a URL is shown in status.
    func url(_ key: String) -> String? {
        guard let text = text(key) else { return nil }
        if URLAuthority(of: text).hasUserInformation {
            let message = "a user name or password in a URL would be shown; write them into fields of their own"
            refuse(key, message, rule: "flow/url-credentials")
        }
        return text
    }
}
