import Glibc

/// How many files and sockets the process may have open.
enum OpenFileLimit {
    /// Lets it have as many as the system grants: each connection takes one. Shells and systemd start processes with 1,024
    /// for the sake of programs that use `select`, which neither this one nor its libraries do. What cannot be raised
    /// stays.
    static func raise() {
        var limit = rlimit()
        let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(files, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(files, &limit)
    }
}
