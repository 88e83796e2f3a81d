/// Rows in columns that are as wide as their widest cell.
struct TextTable {
    struct Cell {
        var text: String
        var tone: TextStyle.Tone = .plain
        var alignsRight = false
    }

    /// Spaces between columns.
    private static let gap = 2

    var header: [String]
    var rows: [[Cell]]

    /// Lines without white space at their ends, each with a line feed.
    func render(_ style: TextStyle) -> String {
        let heading = header.enumerated().map { column, title in
            Cell(text: title, tone: .heading, alignsRight: rows.first.map { $0[column].alignsRight } ?? false)
        }
        let all = [heading] + rows
        let widths = header.indices.map { column in all.map { $0[column].text.count }.max() ?? 0 }
        return all.map { row in line(row, widths, style) + "\n" }.joined()
    }

    private func line(_ row: [Cell], _ widths: [Int], _ style: TextStyle) -> String {
        var line = ""
        var pending = 0
        for (cell, width) in zip(row, widths) {
            let padding = width - cell.text.count
            if cell.alignsRight { pending += padding }
            if !cell.text.isEmpty {
                line += String(repeating: " ", count: pending) + style.paint(cell.text, cell.tone)
                pending = 0
            }
            pending += (cell.alignsRight ? 0 : padding) + Self.gap
        }
        return line
    }
}
