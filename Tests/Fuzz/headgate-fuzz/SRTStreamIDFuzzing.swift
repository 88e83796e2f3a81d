import SRT

enum SRTStreamIDFuzzing {
    static func run(_ input: UnsafeRawBufferPointer) {
        guard let identifier = try? SRTStreamID(parsing: Array(input)) else { return }
        precondition(identifier.resource.utf8.count <= 512)
        expectOneSafeLine(identifier.resource)
    }

    static let seeds = [
        "", "stadium-a/venue", "#!::r=stadium-a/venue,m=publish",
        "#!::u=admin,r=bluesbrothers1_hi,h=host,s=id,t=stream,m=request",
        "#!::m=bidirectional", "#!::r=a,r=b", "#!::=,,=", "#!:{a}", "#!::m=teleport",
    ].map { Array($0.utf8) }
}
