/// Dates and times of RFC 3339 §5.6.
enum DateFormat {
    static func isDateTime(_ bytes: [UInt8]) -> Bool {
        guard bytes.count > 11, bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: "t") else { return false }
        return self.isDate(bytes[..<10]) && self.isTime(bytes[11...])
    }

    static func isDate(_ bytes: ArraySlice<UInt8>) -> Bool {
        var reader = Reader(bytes)
        guard let year = reader.number(4), reader.take("-"), let month = reader.number(2), reader.take("-"),
            let day = reader.number(2), reader.isAtEnd, (1...12).contains(month)
        else { return false }
        let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return day >= 1 && day <= days[month - 1]
    }

    static func isTime(_ bytes: ArraySlice<UInt8>) -> Bool {
        var reader = Reader(bytes)
        guard let hour = reader.number(2), reader.take(":"), let minute = reader.number(2), reader.take(":"),
            let second = reader.number(2), hour < 24, minute < 60, second <= 60
        else { return false }
        if reader.take("."), !reader.takeDigits() { return false }
        var offset = 0
        if !reader.take("Z"), !reader.take("z") {
            let isWest = reader.take("-")
            guard isWest || reader.take("+"), let hours = reader.number(2), reader.take(":"),
                let minutes = reader.number(2), hours < 24, minutes < 60
            else { return false }
            offset = (hours * 60 + minutes) * (isWest ? -1 : 1)
        }
        guard reader.isAtEnd else { return false }
        let minutesOfDay = ((hour * 60 + minute - offset) % 1440 + 1440) % 1440
        // A leap second comes at 23:59:60 UTC only.
        return second < 60 || minutesOfDay == 1439
    }

    private struct Reader {
        private var bytes: ArraySlice<UInt8>

        init(_ bytes: ArraySlice<UInt8>) {
            self.bytes = bytes
        }

        var isAtEnd: Bool { self.bytes.isEmpty }

        mutating func take(_ scalar: Unicode.Scalar) -> Bool {
            guard self.bytes.first == UInt8(ascii: scalar) else { return false }
            self.bytes.removeFirst()
            return true
        }

        mutating func number(_ count: Int) -> Int? {
            guard self.bytes.count >= count else { return nil }
            var value = 0
            for _ in 0..<count {
                let byte = self.bytes.removeFirst()
                guard ASCII.isDigit(byte) else { return nil }
                value = value * 10 + Int(byte) - 0x30
            }
            return value
        }

        mutating func takeDigits() -> Bool {
            let digits = self.bytes.prefix(while: ASCII.isDigit)
            self.bytes = self.bytes.dropFirst(digits.count)
            return !digits.isEmpty
        }
    }
}
