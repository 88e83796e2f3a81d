import NIOCore
import Testing

@testable import RTMP

@Suite("AMF0")
struct AMFTests {
    struct Vector: CustomTestStringConvertible {
        let name: String
        let hex: String
        let value: AMFValue
        /// Whether the value is written as it was read.
        var isCanonical = true
        var testDescription: String { name }

        init(_ name: String, _ hex: String, _ value: AMFValue, isCanonical: Bool = true) {
            (self.name, self.hex, self.value, self.isCanonical) = (name, hex, value, isCanonical)
        }
    }

    static let vectors: [Vector] = [
        Vector("number", "00 3FF0000000000000", .number(1)),
        Vector("true", "01 01", .boolean(true)),
        Vector("false", "01 00", .boolean(false)),
        Vector("true as another byte", "01 7F", .boolean(true), isCanonical: false),
        Vector("string", "02 0004 6C697665", .string("live")),
        Vector("empty string", "02 0000", .string("")),
        Vector("null", "05", .null),
        Vector("undefined", "06", .undefined),
        Vector("unsupported", "0D", .undefined, isCanonical: false),
        Vector("empty object", "03 0000 09", .object([])),
        Vector(
            "object in an object",
            "03 0003 617070 02 0001 61 0001 6F 03 0001 78 05 0000 09 0000 09",
            .object([AMFProperty("app", .string("a")), AMFProperty("o", .object([AMFProperty("x", .null)]))])
        ),
        Vector("property without a name", "03 0000 05 0000 09", .object([AMFProperty("", .null)]), isCanonical: false),
        Vector(
            "array",
            "08 00000001 0005 7769647468 00 4094000000000000 0000 09",
            .array([AMFProperty("width", .number(1280))])
        ),
        Vector(
            "array with another count",
            "08 FFFFFFFF 0001 61 05 0000 09",
            .array([AMFProperty("a", .null)]),
            isCanonical: false
        ),
        Vector("strict array", "0A 00000002 05 01 01", .strictArray([.null, .boolean(true)])),
        Vector("empty strict array", "0A 00000000", .strictArray([])),
        Vector("date", "0B 4072C00000000000 0000", .date(300)),
        Vector("date with a time zone", "0B 4072C00000000000 FFC4", .date(300), isCanonical: false),
        Vector("short long string", "0C 00000002 6162", .string("ab"), isCanonical: false),
        Vector("XML document", "0F 00000004 3C612F3E", .string("<a/>"), isCanonical: false),
        Vector(
            "typed object",
            "10 0003 466F6F 0001 61 06 0000 09",
            .object([AMFProperty("a", .undefined)]),
            isCanonical: false
        ),
        Vector("invalid UTF-8", "02 0003 61FF62", .string("a\u{FFFD}b"), isCanonical: false),
    ]

    @Test("reads each type, whole", arguments: vectors)
    func whole(_ vector: Vector) throws {
        var buffer = ByteBuffer(hex: vector.hex)
        #expect(try AMFDecoder().decode(&buffer) == vector.value)
        #expect(buffer.readableBytes == 0)
    }

    @Test("writes what it read", arguments: vectors.filter(\.isCanonical))
    func written(_ vector: Vector) {
        var buffer = ByteBuffer()
        vector.value.write(to: &buffer)
        #expect(buffer == ByteBuffer(hex: vector.hex))
    }

    @Test("finds each value cut at each length too short", arguments: vectors)
    func truncated(_ vector: Vector) {
        let whole = ByteBuffer(hex: vector.hex)
        for length in 0..<whole.readableBytes {
            var cut = whole.getSlice(at: 0, length: length)!
            #expect(throws: AMFDecodeError.truncated) { try AMFDecoder().decode(&cut) }
        }
    }

    @Test("reads all values of a message, and leaves what is behind one value")
    func joined() throws {
        var all = ByteBuffer()
        for vector in Self.vectors { all.write(ByteBuffer(hex: vector.hex)) }
        var copy = all
        #expect(try AMFDecoder().decodeAll(&copy) == Self.vectors.map(\.value))
        for vector in Self.vectors { #expect(try AMFDecoder().decode(&all) == vector.value) }
        #expect(try AMFDecoder().decodeAll(&all) == [])
    }

    @Test(
        "refuses what does not occur in RTMP",
        arguments: [
            ("04", .unsupportedMarker(0x04)), ("07 0000", .unsupportedMarker(0x07)), ("0E", .unsupportedMarker(0x0E)),
            ("FF", .unsupportedMarker(0xFF)), ("09", .misplacedObjectEnd), ("11 05", .actionMessageFormat3),
            ("03 0001 61 09", .misplacedObjectEnd), ("03 0001 61 11", .actionMessageFormat3),
            ("0A FFFFFFFF 05 05", .truncated), ("0C FFFFFFFF", .stringTooLong(0xFFFF_FFFF)),
        ] as [(String, AMFDecodeError)]
    )
    func refused(_ hex: String, _ error: AMFDecodeError) {
        var buffer = ByteBuffer(hex: hex)
        #expect(throws: error) { try AMFDecoder().decode(&buffer) }
    }

    @Test("goes down 32 levels and no further", arguments: ["03 0001 61", "08 00000000 0001 61", "0A 00000001"])
    func depth(_ opening: String) throws {
        let ending = opening.hasPrefix("0A") ? "" : "0000 09"
        func nested(_ depth: Int) -> ByteBuffer {
            let openings = String(repeating: opening, count: depth)
            return ByteBuffer(hex: openings + "05" + String(repeating: ending, count: depth))
        }
        var deepest = nested(32)
        _ = try AMFDecoder().decode(&deepest)
        var tooDeep = nested(33)
        #expect(throws: AMFDecodeError.tooDeep) { try AMFDecoder().decode(&tooDeep) }
        var bottomless = nested(20_000)
        #expect(throws: AMFDecodeError.tooDeep) { try AMFDecoder().decodeAll(&bottomless) }
    }

    @Test("takes 1,000 values in a message and no more")
    func entries() throws {
        var most = ByteBuffer(repeating: 0x05, times: 1_000)
        #expect(try AMFDecoder().decodeAll(&most).count == 1_000)
        var tooMany = ByteBuffer(repeating: 0x05, times: 1_001)
        #expect(throws: AMFDecodeError.tooManyEntries) { try AMFDecoder().decodeAll(&tooMany) }
        var spread = ByteBuffer(hex: String(repeating: "0A 00000001 05", count: 501))
        #expect(throws: AMFDecodeError.tooManyEntries) { try AMFDecoder().decodeAll(&spread) }
        var array = ByteBuffer(hex: "0A 000003E8")
        array.write(ByteBuffer(repeating: 0x05, times: 1_000))
        #expect(throws: AMFDecodeError.tooManyEntries) { try AMFDecoder().decode(&array) }
    }

    @Test("takes strings of 65,536 bytes and no longer ones")
    func strings() throws {
        var longest = ByteBuffer(hex: "0C 00010000")
        longest.write(ByteBuffer(repeating: 0x61, times: 65_536))
        var written = ByteBuffer()
        let copy = longest
        let value = try AMFDecoder().decode(&longest)
        #expect(value.string?.utf8.count == 65_536)
        value.write(to: &written)
        #expect(written == copy)
        var tooLong = ByteBuffer(hex: "0C 00010001")
        tooLong.write(ByteBuffer(repeating: 0x61, times: 65_537))
        #expect(throws: AMFDecodeError.stringTooLong(65_537)) { try AMFDecoder().decode(&tooLong) }
        var narrow = ByteBuffer(hex: "03 0005 6162636465 05 0000 09")
        #expect(throws: AMFDecodeError.stringTooLong(5)) {
            try AMFDecoder(limits: AMFLimits(maximumStringBytes: 4)).decode(&narrow)
        }
    }

    @Test("writes 65,535 bytes as a short string, one more as a long one; cuts names")
    func longStrings() throws {
        var short = ByteBuffer()
        AMFValue.string(String(repeating: "a", count: 65_535)).write(to: &short)
        #expect(short.readableBytes == 3 + 65_535)
        var named = ByteBuffer()
        AMFValue.object([AMFProperty(String(repeating: "n", count: 70_000), .null)]).write(to: &named)
        #expect(try AMFDecoder().decode(&named) == .object([AMFProperty(String(repeating: "n", count: 65_535), .null)]))
    }

    @Test(
        "reads AMF0 from the message types that may carry it",
        arguments: [
            (.commandAMF0, "05", .success([.null])), (.dataAMF0, "05 06", .success([.null, .undefined])),
            (.commandAMF3, "00 05", .success([.null])), (.dataAMF3, "00", .success([])),
            (.commandAMF3, "", .failure(.truncated)), (.commandAMF3, "11", .failure(.actionMessageFormat3)),
            (.commandAMF3, "02 0000", .failure(.invalidEnvelope(2))),
            (.dataAMF3, "00 11", .failure(.actionMessageFormat3)),
            (.audio, "05", .failure(.unexpectedMessageType(.audio))),
        ] as [(RTMPMessageType, String, Result<[AMFValue], AMFDecodeError>)]
    )
    func envelope(_ type: RTMPMessageType, _ hex: String, _ expected: Result<[AMFValue], AMFDecodeError>) {
        let message = RTMPMessage(type: type, payload: ByteBuffer(hex: hex))
        let result = Result { () throws(AMFDecodeError) in try AMFDecoder().decodeAll(of: message) }
        #expect(result == expected)
    }

    @Test("reads what it wrote", arguments: 1...40 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = WireRandom(seed: seed)
        let values = (0..<Int.random(in: 1...6, using: &random)).map { _ in Self.value(depth: 0, &random) }
        var buffer = ByteBuffer()
        AMFValue.write(values, to: &buffer)
        #expect(try AMFDecoder().decodeAll(&buffer) == values)
    }

    @Test("survives whatever comes", arguments: 1...20 as ClosedRange<UInt64>)
    func garbage(seed: UInt64) {
        var random = WireRandom(seed: seed)
        var refused = 0
        for _ in 0..<200 {
            var whole = ByteBuffer()
            AMFValue.write([Self.value(depth: 0, &random), Self.value(depth: 0, &random)], to: &whole)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 0..<whole.readableBytes, using: &random)
                whole.setInteger(UInt8.random(in: 0...20, using: &random), at: index)
            }
            do { _ = try AMFDecoder().decodeAll(&whole) } catch { refused += 1 }
            var noise = ByteBuffer(bytes: random.bytes(64).map { $0 % 24 })
            do { _ = try AMFDecoder().decodeAll(&noise) } catch { refused += 1 }
        }
        #expect(refused > 100)
    }

    private static func value(depth: Int, _ random: inout WireRandom) -> AMFValue {
        func properties() -> [AMFProperty] {
            (0..<Int.random(in: 0...3, using: &random)).map { AMFProperty("p\($0)ü", value(depth: depth + 1, &random)) }
        }
        switch Int.random(in: 0..<(depth < 5 ? 9 : 6), using: &random) {
        case 0: return .number(Double.random(in: -1e9...1e9, using: &random))
        case 1: return .boolean(Bool.random(using: &random))
        case 2: return .string(String(repeating: "é", count: Int.random(in: 0...40, using: &random)))
        case 3: return .null
        case 4: return .undefined
        case 5: return .date(Double.random(in: 0...1e12, using: &random))
        case 6: return .object(properties())
        case 7: return .array(properties())
        default: return .strictArray(properties().map(\.value))
        }
    }
}
