package import NIOCore

/// Reads values of Action Message Format 0 from a whole message.
///
/// Invalid UTF-8 is repaired. The class of a typed object and the time zone of a date, which nobody uses, are dropped;
/// an XML document is read as a string. After an error the position in the buffer means nothing.
package struct AMFDecoder: Sendable {
    package let limits: AMFLimits

    package init(limits: AMFLimits = .default) {
        self.limits = limits
    }

    /// Reads one value. The limits hold for it alone: use `decodeAll` for a message.
    package func decode(_ buffer: inout ByteBuffer) throws(AMFDecodeError) -> AMFValue {
        var pass = Pass(limits: limits)
        return try pass.value(&buffer, depth: 0)
    }

    /// Reads values to the end of the buffer.
    package func decodeAll(_ buffer: inout ByteBuffer) throws(AMFDecodeError) -> [AMFValue] {
        var pass = Pass(limits: limits)
        var values: [AMFValue] = []
        while buffer.readableBytes > 0 {
            values.append(try pass.value(&buffer, depth: 0))
        }
        return values
    }

    /// The values of a command or data message. Those of the AMF3 types carry AMF0 behind a byte 0.
    package func decodeAll(of message: RTMPMessage) throws(AMFDecodeError) -> [AMFValue] {
        var payload = message.payload
        switch message.type {
        case .commandAMF0, .dataAMF0: break
        case .commandAMF3, .dataAMF3:
            guard let format = payload.readInteger(as: UInt8.self) else { throw .truncated }
            guard format != AMFMarker.switchToAMF3.rawValue else { throw .actionMessageFormat3 }
            guard format == 0 else { throw .invalidEnvelope(format) }
        default: throw .unexpectedMessageType(message.type)
        }
        return try decodeAll(&payload)
    }
}

extension AMFDecoder {
    /// One way through a message, which counts what it finds.
    private struct Pass {
        let limits: AMFLimits
        var entries = 0

        init(limits: AMFLimits) {
            self.limits = limits
        }

        mutating func value(_ buffer: inout ByteBuffer, depth: Int) throws(AMFDecodeError) -> AMFValue {
            entries += 1
            guard entries <= limits.maximumEntries else { throw .tooManyEntries }
            let byte: UInt8 = try integer(&buffer)
            guard let marker = AMFMarker(rawValue: byte) else { throw .unsupportedMarker(byte) }
            switch marker {
            case .number: return .number(Double(bitPattern: try integer(&buffer)))
            case .boolean:
                let flag: UInt8 = try integer(&buffer)
                return .boolean(flag != 0)
            case .string: return .string(try shortString(&buffer))
            case .longString, .document: return .string(try longString(&buffer))
            case .null: return .null
            case .undefined, .unsupported: return .undefined
            case .date:
                let milliseconds = Double(bitPattern: try integer(&buffer))
                let _: UInt16 = try integer(&buffer)
                return .date(milliseconds)
            case .object: return .object(try properties(&buffer, depth: depth))
            case .typedObject:
                _ = try shortString(&buffer)
                return .object(try properties(&buffer, depth: depth))
            case .array:
                // The count is only a hint: the end is marked.
                let _: UInt32 = try integer(&buffer)
                return .array(try properties(&buffer, depth: depth))
            case .strictArray: return .strictArray(try elements(&buffer, depth: depth))
            case .objectEnd: throw .misplacedObjectEnd
            case .switchToAMF3: throw .actionMessageFormat3
            }
        }

        /// Names and values up to an empty name with the end marker.
        private mutating func properties(
            _ buffer: inout ByteBuffer,
            depth: Int
        ) throws(AMFDecodeError) -> [AMFProperty] {
            guard depth < limits.maximumDepth else { throw .tooDeep }
            var properties: [AMFProperty] = []
            while true {
                let name = try shortString(&buffer)
                if name.isEmpty {
                    guard let marker = buffer.getInteger(at: buffer.readerIndex, as: UInt8.self) else {
                        throw .truncated
                    }
                    if marker == AMFMarker.objectEnd.rawValue {
                        buffer.moveReaderIndex(forwardBy: 1)
                        return properties
                    }
                }
                properties.append(AMFProperty(name, try value(&buffer, depth: depth + 1)))
            }
        }

        private mutating func elements(_ buffer: inout ByteBuffer, depth: Int) throws(AMFDecodeError) -> [AMFValue] {
            guard depth < limits.maximumDepth else { throw .tooDeep }
            let count: UInt32 = try integer(&buffer)
            var elements: [AMFValue] = []
            // Not reserved: the count is the peer's. Elements take a byte at least, so this ends with the buffer.
            for _ in 0..<count {
                elements.append(try value(&buffer, depth: depth + 1))
            }
            return elements
        }

        private func shortString(_ buffer: inout ByteBuffer) throws(AMFDecodeError) -> String {
            let count: UInt16 = try integer(&buffer)
            return try string(&buffer, count: Int(count))
        }

        private func longString(_ buffer: inout ByteBuffer) throws(AMFDecodeError) -> String {
            let count: UInt32 = try integer(&buffer)
            return try string(&buffer, count: Int(count))
        }

        private func string(_ buffer: inout ByteBuffer, count: Int) throws(AMFDecodeError) -> String {
            guard count <= limits.maximumStringBytes else { throw .stringTooLong(count) }
            guard let string = buffer.readString(length: count) else { throw .truncated }
            return string
        }

        private func integer<T: FixedWidthInteger>(_ buffer: inout ByteBuffer) throws(AMFDecodeError) -> T {
            guard let value = buffer.readInteger(as: T.self) else { throw .truncated }
            return value
        }
    }
}
