import Glibc

/// The C library's sentence for an error number, in lower case: `connection refused`.
///
/// glibc keeps the sentence per thread, so it can be copied without a lock.
func systemMessage(_ code: Int32) -> String {
    String(cString: strerror(code)).lowercased()
}
