public import FlowModel

/// The table of `headgate status --show-keys`: where to publish and play.
public enum StreamAddressTable {
    public static func render(_ addresses: [StreamAddress], style: TextStyle) -> String {
        TextTable(
            header: ["FLOW", "STREAM", "ADDRESS"],
            rows: addresses.map { address in
                [address.flow, address.component, address.address].map { TextTable.Cell(text: $0.escapedForOneLine) }
            }
        ).render(style)
    }
}
