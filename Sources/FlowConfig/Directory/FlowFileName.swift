/// Which names in a flow directory count.
///
/// The first letter keeps out what editors, rsync, Ansible and kubelet leave behind while they write: `.a.yaml.swp`,
/// `#a.yaml#`, `..data`, `~a.yaml`.
public enum FlowFileName {
    /// `[A-Za-z0-9_][^/]*\.ya?ml`, for the last component of a path.
    public static func counts(_ name: some StringProtocol) -> Bool {
        guard countsAsFolder(name) else { return false }
        return (name.utf8.count > 5 && name.hasSuffix(".yaml")) || (name.utf8.count > 4 && name.hasSuffix(".yml"))
    }

    /// A sub-folder is entered by the same first letter.
    public static func countsAsFolder(_ name: some StringProtocol) -> Bool {
        guard let first = name.utf8.first, !name.utf8.contains(UInt8(ascii: "/")) else { return false }
        switch first {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            return true
        default:
            return false
        }
    }
}
