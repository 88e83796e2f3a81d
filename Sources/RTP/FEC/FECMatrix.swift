/// The matrix that FEC of SMPTE ST 2022-1 lays media packets into, row by row, and the streams that protect it.
public struct FECMatrix: Hashable, Sendable {
    /// Which FEC packets are sent.
    public enum Protection: Hashable, Sendable, CaseIterable {
        /// The first FEC stream only, ST 2022-1's one-dimensional protection: mends a burst of up to `columns` packets.
        case columns
        /// Both streams: also mends many of the losses that columns alone cannot.
        case columnsAndRows
        /// The second FEC stream only. ST 2022-1 does not have it; it costs the least delay, and mends single losses.
        case rows
    }

    /// L with columns alone, ST 2022-1.
    public static let columnLimits = 1...20
    /// L where there are rows, ST 2022-1.
    public static let columnLimitsOfRows = 4...20
    /// D, ST 2022-1.
    public static let rowLimits = 4...20
    /// L times D, ST 2022-1.
    public static let maximumPackets = 100

    /// L: how many packets a row has.
    public let columns: Int
    /// D: how many packets a column has.
    public let rows: Int
    public let protection: Protection

    /// Nil when the matrix is outside of the limits. `rows` does not matter with rows alone.
    public init?(columns: Int, rows: Int, protection: Protection = .columnsAndRows) {
        let limits = protection == .columns ? Self.columnLimits : Self.columnLimitsOfRows
        guard limits.contains(columns) else { return nil }
        if protection != .rows {
            guard Self.rowLimits.contains(rows), columns * rows <= Self.maximumPackets else { return nil }
        }
        self.columns = columns
        self.rows = protection == .rows ? 1 : rows
        self.protection = protection
    }

    var hasColumns: Bool { protection != .rows }
    var hasRows: Bool { protection != .columns }
    var packetCount: Int { columns * rows }
}
