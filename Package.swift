// swift-tools-version: 6.2
import PackageDescription

// Scripts/check.sh builds with it: a warning of ours is then an error; those of dependencies stay warnings.
let isStrict = Context.environment["UPGRADER_STRICT"] == "1"

let settings: [SwiftSetting] =
    [
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("ExistentialAny"),
    ] + (isStrict ? [.treatAllWarnings(as: .error)] : [])

// Scripts/fuzz sets it: libFuzzer, whose driver the program calls, is only there in a build with its sanitizer.
let isFuzzing = Context.environment["UPGRADER_FUZZ"] == "1"

let package = Package(
    name: "upgrader",
    products: [
        .executable(name: "upgrader", targets: ["upgrader"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "3.12.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
    ],
    targets: [
        .target(
            name: "UpgradeCore",
            dependencies: [
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Yams", package: "Yams"),
            ],
            resources: [.embedInCode("Hops/Data")],
            swiftSettings: settings
        ),
        .target(name: "CVersionData", exclude: ["Data"]),
        .target(
            name: "UpgradeKnowledge",
            dependencies: [
                "CVersionData",
                "UpgradeCore",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: settings
        ),
        .target(name: "UpgradeSteps", dependencies: ["UpgradeCore", "UpgradeKnowledge"], swiftSettings: settings),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(
            name: "UpgradeHelm",
            dependencies: [
                "CZlib",
                "UpgradeCore",
                "UpgradeKnowledge",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                .product(name: "Yams", package: "Yams"),
            ],
            exclude: ["Proto/release.proto", "Proto/README.md"],
            swiftSettings: settings
        ),
        .target(
            name: "UpgradeReport",
            dependencies: [
                "UpgradeCore",
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "Yams", package: "Yams"),
            ],
            resources: [.embedInCode("Steps/Data"), .embedInCode("Page/Templates")],
            swiftSettings: settings
        ),
        .target(
            name: "UpgradeNotices",
            dependencies: [
                "UpgradeCore",
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "UpgradeServe",
            dependencies: [
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "FlyingFox", package: "FlyingFox"),
            ],
            swiftSettings: settings
        ),
        .systemLibrary(
            name: "CLibSSH",
            pkgConfig: "libssh",
            providers: [.apt(["libssh-dev"])]
        ),
        .target(
            name: "UpgradeSSH",
            dependencies: [
                "CLibSSH",
                "UpgradeCore",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings + [.strictMemorySafety()]
        ),
        .executableTarget(
            name: "upgrader",
            dependencies: [
                "UpgradeCore",
                "UpgradeHelm",
                "UpgradeKnowledge",
                "UpgradeNotices",
                "UpgradeReport",
                "UpgradeSSH",
                "UpgradeServe",
                "UpgradeSteps",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "benchmarks",
            dependencies: [
                "UpgradeCore", "UpgradeHelm", "UpgradeKnowledge", "UpgradeSSH", "UpgradeSteps", "UpgradeTorture",
            ],
            path: "benchmarks",
            exclude: ["README.md", "harness", "ansible"],
            swiftSettings: settings
        ),
        .target(
            name: "UpgradeTorture",
            dependencies: ["UpgradeCore", "UpgradeSteps"],
            path: "Tests/UpgradeTorture",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "torture",
            dependencies: ["UpgradeCore", "UpgradeTorture"],
            path: "torture",
            swiftSettings: settings
        ),
        .target(
            name: "UpgradeFuzz",
            dependencies: ["UpgradeCore", "UpgradeHelm", "UpgradeKnowledge", "UpgradeSSH", "UpgradeTorture"],
            path: "Tests/UpgradeFuzz",
            swiftSettings: settings
        ),
        .target(
            name: "UpgradeTestSupport",
            dependencies: [
                "UpgradeCore",
                "UpgradeSteps",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            path: "Tests/UpgradeTestSupport",
            swiftSettings: settings
        ),
        .testTarget(
            name: "UpgradeFuzzTests",
            dependencies: ["UpgradeFuzz"],
            exclude: ["Corpus"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "UpgradeCoreTests",
            dependencies: ["UpgradeCore", "UpgradeSteps", "UpgradeTestSupport", "UpgradeTorture"],
            exclude: ["Fixtures", "Golden"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "UpgradeKnowledgeTests",
            dependencies: [
                "UpgradeCore", "UpgradeHelm", "UpgradeKnowledge", "UpgradeSteps", "UpgradeTestSupport",
                .product(name: "Yams", package: "Yams"),
            ],
            exclude: ["Fixtures"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "UpgradeHelmTests",
            dependencies: [
                "UpgradeCore", "UpgradeHelm", "UpgradeKnowledge", "UpgradeSteps", "UpgradeTestSupport",
                "UpgradeTorture",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            exclude: ["Fixtures"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "UpgradeNoticesTests",
            dependencies: ["UpgradeCore", "UpgradeNotices", "UpgradeSteps", "UpgradeTestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "UpgradeReportTests",
            dependencies: ["UpgradeCore", "UpgradeReport", "UpgradeSteps", "UpgradeTestSupport"],
            exclude: ["Browser"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "UpgradeServeTests",
            dependencies: ["UpgradeServe", "UpgradeTestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "UpgradeStepsTests",
            dependencies: ["UpgradeCore", "UpgradeSteps", "UpgradeTestSupport"],
            exclude: ["Golden"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "UpgradeSSHTests",
            dependencies: ["UpgradeCore", "UpgradeSSH", "UpgradeTestSupport"],
            exclude: ["Sanitizers"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "UpgraderTests",
            dependencies: [
                "UpgradeCore", "UpgradeReport", "UpgradeSteps", "UpgradeTestSupport", "UpgradeTorture", "upgrader",
            ],
            exclude: ["Browser", "Console/Golden", "Golden"],
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)

if isFuzzing {
    package.targets.append(
        .executableTarget(name: "fuzz", dependencies: ["UpgradeFuzz"], path: "fuzz", swiftSettings: settings)
    )
}
