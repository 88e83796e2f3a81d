import Glibc

/// How many files and sockets the process may have open.
enum OpenFileLimit {
    /// Lets it have as many as the system grants, as each connection takes one: shells and systemd start processes with
    /// 1,024, for the sake of those that use `select`, and a gateway may have ten thousand connections. Nothing here
    /// does; what cannot be raised stays.
    static func raise() {
        var limit = rlimit()
        let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(files, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(files, &limit)
    }
}
