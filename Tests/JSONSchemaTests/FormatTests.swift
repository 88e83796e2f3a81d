import Testing

@Suite("Formats")
struct FormatTests {
    @Test("Formats", arguments: Self.formatVectors)
    func formats(_ vector: Vector) throws { try vector.check() }

    static func format(_ name: String, valid: [String], invalid: [String]) -> Vector {
        func quoted(_ text: String) -> String {
            "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        }
        return Vector(
            name,
            "{\"format\": \"\(name)\"}",
            valid: valid.map(quoted) + ["12", "null"],
            invalid: invalid.map(quoted)
        )
    }

    static let formatVectors: [Vector] = [
        format(
            "ipv4",
            valid: ["192.168.0.1", "0.0.0.0", "255.255.255.255"],
            invalid: [
                "127.0.0.0.1", "256.1.1.1", "127.0", "0x7f000001", "01.2.3.4", "1.2.3.", "1.2.3.4 ", "1২7.0.0.1", "",
                "192.168.1.0/24",
            ]
        ),
        format(
            "ipv6",
            valid: [
                "::1", "::", "1::", "2001:db8::8a2e:370:7334", "1:2:3:4:5:6:7:8", "::ffff:192.168.0.1",
                "1:2::192.168.0.1", "1::d6:192.168.0.1", "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8",
            ],
            invalid: [
                "12345::", "1:1:1:1:1:1:1:1:1", "::laptop", ":2:3:4:5:6:7:8", "1:2:3:4:5:6:7:", "1::2::3", "::1.2.3",
                "1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:::8", "fe80::1%eth0", "1:2:3:4:5:6:7", "", ":", ":::",
                "1:2:3:4:5:6:7:8::", "1.2.3.4", "::1.2.3.4:1",
            ]
        ),
        format(
            "hostname",
            valid: [
                "www.example.com", "xn--4gbwdl.xn--wgbh1c", "a-b", "a", "1host",
                String(repeating: "a", count: 63) + ".com",
            ],
            invalid: [
                "-bad", "bad-", "a_b", "", ".", "a..b", "a.b.", "exa mple", "ex\u{E4}mple",
                String(repeating: "a", count: 64), String(repeating: "a.", count: 127),
            ]
        ),
        format(
            "email",
            valid: [
                "joe.bloggs@example.com", "te~st@example.com", "\"joe bloggs\"@example.com", "\"a@b\"@example.com",
                "j@[127.0.0.1]", "j@[IPv6:::1]",
            ],
            invalid: [
                "2962", ".a@b.com", "a.@b.com", "a..b@c.com", "joe bloggs@example.com", "joe@example com", "@a.com",
                "a@", "j@[127.0.0.300]", "\"a@b.com",
            ]
        ),
        format("idn-email", valid: ["\u{C2E4}\u{B840}@\u{C2E4}\u{B840}.\u{D14C}\u{C2A4}\u{D2B8}"], invalid: ["2962"]),
        format(
            "date-time",
            valid: [
                "1963-06-19T08:30:06.283185Z", "1990-12-31T15:59:50.123-08:00", "1998-12-31T23:59:60Z",
                "1998-12-31T15:59:60.123-08:00", "2020-02-29t00:00:00z", "1937-01-01T12:00:27.87+00:20",
            ],
            invalid: [
                "1998-12-31T23:58:60Z", "1998-12-31T22:59:60Z", "1990-02-31T15:59:59Z", "1990-12-31T15:59:59-24:00",
                "1963-06-19T08:30:06.28123+01:00Z", "06/19/1963 08:30:06 PST", "2013-350T01:01:01",
                "1963-6-19T08:30:06Z", "1963-06-19 08:30:06Z", "1963-06-19T08:30:06", "1963-06-1\u{9EA}T00:00:00Z",
                "2021-02-29T00:00:00Z", "1963-06-19T24:00:00Z", "1963-06-19T08:30:06.Z",
            ]
        ),
        format(
            "date",
            valid: ["1963-06-19", "2000-02-29", "2020-12-31"],
            invalid: [
                "06/19/1963", "2013-350", "1998-1-20", "1998-13-01", "1900-02-29", "2020-04-31", "2020-00-01",
                "2020-01-00", "1963-06-1", "",
            ]
        ),
        format(
            "time",
            valid: [
                "08:30:06Z", "08:30:06.283185Z", "23:59:60Z", "01:29:60+01:30", "00:29:60+00:30", "08:30:06+00:20",
            ],
            invalid: [
                "22:59:60Z", "01:02:03", "01:02:03Z+00:30", "24:00:00Z", "00:60:00Z", "00:00:61Z", "1:02:03Z",
                "08:30:06 PST", "01:02:03+24:00",
            ]
        ),
        format(
            "uri",
            valid: [
                "http://foo.bar/?baz=qux#quux", "http://foo.bar/?q=Test%20URL-encoded%20stuff",
                "http://xn--nw2a.xn--j6w193g/", "http://-.~_!$&'()*+,;=:%40:80%2f::::::@example.com",
                "http://223.255.255.254", "ftp://ftp.is.co.za/rfc/rfc1808.txt",
                "ldap://[2001:db8::7]/c=GB?objectClass?one", "mailto:a@b.c", "news:comp.x", "tel:+1-816",
                "urn:oasis:names", "srt://host:9000?mode=caller", "a:",
            ],
            invalid: [
                "//foo.bar/?baz", "/abc", "\\\\WIN\\share", "abc", "http:// shouldfail.com", ":// should fail",
                "bar,baz:foo", "https://[@example.org/test.txt", "https://example.org/foobar\\.txt", "http://a/<x>",
                "http://a/{x}", "http://a/^", "http://a/|", "http://a/%zz", "http://a:b/", "1a:b", "http://\u{E4}/",
                "http://[::1", "http://[zz]/", "http://a/#b#c", "",
            ]
        ),
        format(
            "uri-reference",
            valid: ["http://a/b#c", "//foo.bar/x", "/abc", "abc", "#frag", "", "?q", "a/b:c"],
            invalid: ["\\\\WIN\\share", "#frag\\ment", "a b", "1:b"]
        ),
        format("iri", valid: ["http://\u{192}\u{F8}\u{F8}.\u{DF}\u{E5}r/?\u{2202}"], invalid: ["/abc", "http:// x"]),
        format("iri-reference", valid: ["/\u{E2}ππ", "#\u{192}"], invalid: ["\\\\WIN\\\u{E9}"]),
        format(
            "uri-template",
            valid: ["http://e.com/dictionary/{term:1}/{term}", "x/{?q,lang}", "plain", "{+path}/here"],
            invalid: ["http://e.com/{term:1}/{term", "a}b", "{}", "{a{b}}", "a b"]
        ),
        format(
            "json-pointer",
            valid: ["/foo/bar~0/baz~1/%a", "", "/", "/foo//bar", "/a~1b", "/~01"],
            invalid: ["/foo/bar~", "/~2", "a", "#/a", "0", "/~~"]
        ),
        format(
            "relative-json-pointer",
            valid: ["1", "0/foo/bar", "2/0/baz/1/zip", "0#", "120/a"],
            invalid: ["/foo", "-1/a", "0##", "01/a", "01#", "", "1a"]
        ),
        format(
            "regex",
            valid: ["([abc])+\\s+$", "^(?=a)b?$", "a{2,3}?", "(a)\\1", "\\p{L}+"],
            invalid: [
                "^(abc]", "a**", "(", ")", "[z-a]", "a{3,2}", "\\", "\\a", "^\\S(|(.|\\n)*\\S)\\Z", "(?<n", "(?P<n>a)",
                "[a",
            ]
        ),
        format("no-such-format", valid: ["anything"], invalid: []),
    ]
}
