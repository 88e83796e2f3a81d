package import NIOCore

extension AMFValue {
    /// The longest string whose length fits the short form, which is also the longest name.
    private static let maximumShortStringBytes = Int(UInt16.max)

    /// Writes the value in AMF0.
    ///
    /// A property without a name is left out, as it would be read as the end of its object; a name of more than 65,535
    /// bytes is cut.
    package func write(to buffer: inout ByteBuffer) {
        switch self {
        case .number(let number):
            buffer.writeMarker(.number)
            buffer.writeInteger(number.bitPattern)
        case .boolean(let flag):
            buffer.writeMarker(.boolean)
            buffer.writeInteger(flag ? 1 : 0, as: UInt8.self)
        case .string(let text): Self.write(text, to: &buffer)
        case .object(let properties):
            buffer.writeMarker(.object)
            Self.write(properties, to: &buffer)
        case .null: buffer.writeMarker(.null)
        case .undefined: buffer.writeMarker(.undefined)
        case .array(let properties):
            buffer.writeMarker(.array)
            buffer.writeInteger(UInt32(clamping: properties.count { !$0.name.isEmpty }))
            Self.write(properties, to: &buffer)
        case .strictArray(let elements):
            buffer.writeMarker(.strictArray)
            buffer.writeInteger(UInt32(clamping: elements.count))
            for element in elements { element.write(to: &buffer) }
        case .date(let milliseconds):
            buffer.writeMarker(.date)
            buffer.writeInteger(milliseconds.bitPattern)
            // The time zone, which is reserved and must be 0, AMF0 §2.13
            buffer.writeInteger(0, as: UInt16.self)
        }
    }

    /// Writes values one after the other, as commands carry them.
    package static func write(_ values: [AMFValue], to buffer: inout ByteBuffer) {
        for value in values { value.write(to: &buffer) }
    }

    private static func write(_ text: String, to buffer: inout ByteBuffer) {
        let count = text.utf8.count
        if count <= maximumShortStringBytes {
            buffer.writeMarker(.string)
            buffer.writeInteger(UInt16(count))
        } else {
            buffer.writeMarker(.longString)
            buffer.writeInteger(UInt32(clamping: count))
        }
        buffer.writeString(text)
    }

    private static func write(_ properties: [AMFProperty], to buffer: inout ByteBuffer) {
        for property in properties where !property.name.isEmpty {
            let name = property.name.utf8.prefix(maximumShortStringBytes)
            buffer.writeInteger(UInt16(name.count))
            buffer.writeBytes(name)
            property.value.write(to: &buffer)
        }
        buffer.writeInteger(0, as: UInt16.self)
        buffer.writeMarker(.objectEnd)
    }
}

extension ByteBuffer {
    fileprivate mutating func writeMarker(_ marker: AMFMarker) {
        writeInteger(marker.rawValue)
    }
}
