// swift-tools-version: 6.2
import PackageDescription

/// `make test` sets this so that a warning fails the build in CI, but not on a newer compiler at a user's.
let warningsAreErrors = Context.environment["HEADGATE_WARNINGS_AS_ERRORS"] != nil

let swiftSettings: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ] + (warningsAreErrors ? [.treatAllWarnings(as: .error)] : [])

func room(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: swiftSettings)
}

func tests(of name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: [.target(name: name)] + dependencies,
        swiftSettings: swiftSettings
    )
}

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")

let package = Package(
    name: "headgate",
    products: [
        .executable(name: "headgate", targets: ["headgate"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        // Layer 0: C libraries and plain values
        .systemLibrary(name: "CLibSRT", pkgConfig: "srt", providers: [.apt(["libsrt-openssl-dev", "libssl-dev"])]),
        .systemLibrary(name: "CLibCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CLinux"),
        room("Cryptography", ["CLibCrypto"]),
        room("MessageText"),
        room("JSONSchema", ["MessageText"]),
        room("Threads", ["CLinux"]),
        room("NetworkAddress"),
        room("SystemFiles"),
        room("FlowModel", ["NetworkAddress"]),
        room("Media", [nioCore]),

        // Layer 1: formats, configuration and planning, pure but for PacketIO
        room("YAML", ["CLibYAML", "MessageText"]),
        room("FlowConfig", ["FlowModel", "NetworkAddress", "JSONSchema", "MessageText", "YAML"]),
        room("FlowPlanner", ["FlowModel", "NetworkAddress"]),
        room("MPEGTS", ["Media", nioCore]),
        room("FragmentedMP4", ["Media", nioCore]),
        room("RTP", ["Media", nioCore]),
        room("FlowHub", ["Media", "MPEGTS", nioCore]),
        room("Delivery", ["Media", nioCore]),
        room("PacketIO", ["CLinux", "Media", "NetworkAddress", "Threads"]),

        // Layer 2: protocols
        room("SRT", ["Media", "NetworkAddress", "CLibCrypto", "CLibSRT", "CLinux", "Threads"]),
        room("RTMP", ["Cryptography", "Delivery", "Media", "NetworkAddress", nioCore]),
        room("RTSP", ["Cryptography", "Delivery", "Media", "NetworkAddress", "RTP", nioCore]),
        room("HLS", ["Media", "MPEGTS", "FragmentedMP4", nioCore]),

        // Layer 3: running flows, driving them, showing them
        room(
            "FlowRuntime",
            [
                "FlowModel", "FlowPlanner", "NetworkAddress", "Media", "MPEGTS", "RTP", "FlowHub", "PacketIO", "SRT",
                "RTMP", "RTSP", "HLS", "Delivery", "Cryptography", "CLinux", "Threads", "SystemFiles", nioCore,
                nioPosix, nioSSL,
            ],
            exclude: ["Files/Clips/generate.sh"]
        ),
        room(
            "FlowController",
            [
                "FlowModel", "FlowConfig", "FlowPlanner", "NetworkAddress", "Cryptography", "CLinux", "SystemFiles",
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        room(
            "StatusServer",
            [
                "FlowModel", "FlowPlanner", "NetworkAddress", "Cryptography", "StatusViews", "SystemFiles",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                nioSSL,
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        room("StatusViews", ["FlowModel", "FlowPlanner"]),
        room("FlowValidation", ["FlowModel", "FlowConfig"]),
        room("LogOutput", ["FlowModel", .product(name: "Logging", package: "swift-log")]),
        room("EventArchive", ["FlowModel", "SystemFiles"]),
        room(
            "GatewayClient",
            [
                "NetworkAddress",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                nioSSL,
            ]
        ),

        // Layer 4: the composition root and the commands
        .executableTarget(
            name: "headgate",
            dependencies: [
                "FlowModel", "FlowConfig", "FlowPlanner", "FlowController", "FlowRuntime", "StatusServer",
                "StatusViews", "LogOutput", "EventArchive", "GatewayClient", "FlowValidation", "NetworkAddress", "HLS",
                "SystemFiles", nioSSL,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: swiftSettings
        ),

        // Tests
        room("HeadgateTestKit", ["FlowModel", "Media", "CLinux"]),
        tests(of: "Cryptography"),
        tests(of: "MessageText"),
        tests(of: "JSONSchema"),
        tests(of: "Threads", ["CLinux"]),
        tests(of: "NetworkAddress"),
        tests(of: "SystemFiles", ["HeadgateTestKit"]),
        tests(of: "FlowModel", ["NetworkAddress"]),
        tests(of: "YAML"),
        tests(of: "FlowConfig", ["FlowModel", "NetworkAddress", "YAML", "JSONSchema"]),
        tests(of: "FlowPlanner", ["FlowModel", "NetworkAddress"]),
        tests(of: "Media"),
        tests(of: "MPEGTS", ["Media", "HeadgateTestKit", nioCore]),
        tests(of: "FragmentedMP4", ["Media", "HeadgateTestKit", nioCore]),
        tests(of: "RTP", ["Media", nioCore]),
        tests(of: "FlowHub", ["Media", "HeadgateTestKit", nioCore]),
        tests(of: "PacketIO", ["Media", "NetworkAddress", "Threads", "HeadgateTestKit"]),
        tests(of: "SRT", ["Media", "NetworkAddress", "CLibCrypto", "HeadgateTestKit"]),
        tests(
            of: "Delivery",
            ["Media", nioCore, nioPosix, .product(name: "NIOEmbedded", package: "swift-nio")]
        ),
        tests(
            of: "RTMP",
            ["Delivery", "Media", nioCore, nioPosix, .product(name: "NIOEmbedded", package: "swift-nio")]
        ),
        tests(
            of: "RTSP",
            [
                "Delivery", "Media", "NetworkAddress", "RTP", nioCore, nioPosix,
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ]
        ),
        tests(of: "HLS", ["Media", "MPEGTS", "FragmentedMP4", "HeadgateTestKit", nioCore]),
        tests(
            of: "FlowRuntime",
            [
                "FlowModel", "FlowPlanner", "FlowHub", "NetworkAddress", "Media", "MPEGTS", "PacketIO", "RTP", "RTMP",
                "RTSP", "HLS", "Delivery", "HeadgateTestKit",
                nioCore, nioPosix, .product(name: "NIOEmbedded", package: "swift-nio"),
            ]
        ),
        tests(of: "FlowController", ["FlowModel", "FlowConfig", "FlowPlanner", "NetworkAddress", logging]),
        tests(
            of: "StatusServer",
            [
                "FlowModel", "FlowPlanner", "GatewayClient", "HeadgateTestKit", "JSONSchema",
                logging, nioCore, nioPosix, lifecycle,
            ]
        ),
        tests(of: "StatusViews", ["FlowModel", "FlowPlanner"]),
        tests(of: "FlowValidation", ["FlowModel", "FlowConfig"]),
        tests(of: "LogOutput", ["FlowModel", logging]),
        tests(of: "EventArchive", ["FlowModel", "HeadgateTestKit"]),
        tests(of: "GatewayClient", ["HeadgateTestKit", nioCore, nioPosix]),
        .testTarget(name: "ArchitectureTests", swiftSettings: swiftSettings),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["HeadgateTestKit", "FlowModel"],
            swiftSettings: swiftSettings
        ),
    ],
    swiftLanguageModes: [.v6]
)

// `make test` builds a part alone where all of it would take many times longer: `rooms` is everything below the
// servers, for the thread sanitizer; `fuzz` is what reads hostile input, and the fuzzer.
if let part = Context.environment["HEADGATE_PART"] {
    let aboveTheRooms: Set = [
        "headgate", "StatusServer", "GatewayClient", "StatusServerTests", "GatewayClientTests", "EndToEndTests",
    ]
    let fuzzed: Set = [
        "CLibCrypto", "CLibSRT", "CLibYAML", "CLinux", "Cryptography", "MessageText", "JSONSchema", "NetworkAddress",
        "FlowModel", "Media", "YAML", "FlowConfig", "MPEGTS", "RTP", "Delivery", "RTMP", "RTSP", "SRT",
        "HeadgateTestKit", "Threads",
    ]
    var keptPackages = ["swift-nio", "swift-nio-ssl", "swift-log"]
    package.products = []
    package.targets.removeAll {
        part == "fuzz" ? !fuzzed.contains($0.name) : aboveTheRooms.contains($0.name)
    }
    if part == "fuzz" {
        keptPackages = ["swift-nio"]
        package.targets.append(
            .executableTarget(
                name: "headgate-fuzz",
                dependencies: [
                    "FlowConfig", "FlowModel", "JSONSchema", "YAML", "Media", "MPEGTS", "RTP", "RTMP", "RTSP", "SRT",
                    "NetworkAddress", "HeadgateTestKit", nioCore,
                ],
                path: "Tests/Fuzz/headgate-fuzz",
                // libFuzzer brings its own `main`.
                swiftSettings: swiftSettings + [.unsafeFlags(["-parse-as-library"])]
            )
        )
    }
    package.dependencies.removeAll { dependency in
        guard case .sourceControl(_, let location, _) = dependency.kind else { return false }
        return !keptPackages.contains { location.hasSuffix("/\($0)") }
    }
}
