import Foundation
import Yams

/// The hops that this program knows; the data is part of the binary.
public enum HopCatalog {
    /// The data files, in the order of the hops; a new hop is a file in `Hops/Data` and a line here.
    ///
    /// SwiftPM names the constants after the files: what Swift does not allow in a name, a first digit too, is `_`.
    private static let files: [(name: String, bytes: [UInt8])] = [
        ("1.12-1.13.yaml", PackageResources.__12_1_13_yaml),
        ("1.13-1.14.yaml", PackageResources.__13_1_14_yaml),
        ("1.14-1.15.yaml", PackageResources.__14_1_15_yaml),
        ("1.15-1.16.yaml", PackageResources.__15_1_16_yaml),
    ]

    /// What is known of every hop.
    ///
    /// - Returns: the facts by hop.
    /// - Throws: `HopCatalogError` for the first file that is not what it should be.
    public static func all() throws(HopCatalogError) -> [HopID: HopFacts] {
        var catalog: [HopID: HopFacts] = [:]
        for file in files {
            let facts = try decode(file.name, file.bytes)
            catalog[facts.hop] = facts
        }
        return catalog
    }

    /// What is known of one hop.
    ///
    /// - Returns: the facts.
    /// - Throws: `HopCatalogError.unknownHop` when there is no data for it.
    public static func facts(for hop: HopID) throws(HopCatalogError) -> HopFacts {
        let catalog = try all()
        guard let facts = catalog[hop] else {
            throw .unknownHop(hop, known: catalog.keys.sorted())
        }
        return facts
    }

    /// The data files as text, by the name of the file: for those who read facts as addresses.
    public static var texts: [String: String] {
        Dictionary(uniqueKeysWithValues: files.map { ($0.name, String(decoding: $0.bytes, as: UTF8.self)) })
    }

    /// The SHA-256 over the names and contents of the data files, in lowercase hexadecimal.
    public static var digest: String {
        var data = Data()
        for file in files {
            // The length keeps the end of one file from reading as the beginning of the next.
            data.append(Data("\(file.name) \(file.bytes.count)\n".utf8))
            data.append(contentsOf: file.bytes)
        }
        return TextDigest.sha256(of: data)
    }

    /// Reads one data file, whose name says which hop it is of.
    static func decode(_ name: String, _ bytes: [UInt8]) throws(HopCatalogError) -> HopFacts {
        let facts: HopFacts
        do {
            facts = try YAMLDecoder().decode(HopFacts.self, from: Data(bytes))
        } catch {
            throw .unreadable(file: name, reason: "\(error)")
        }
        guard name == "\(facts.hop).yaml" else { throw .misplaced(file: name, hop: facts.hop) }
        return facts
    }
}

/// Why the facts of a hop cannot be had.
public enum HopCatalogError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is no data for the hop.
    case unknownHop(HopID, known: [HopID])
    /// A data file of this program cannot be read; a mistake of its makers.
    case unreadable(file: String, reason: String)
    /// A data file of this program is of another hop than its name says; a mistake of its makers.
    case misplaced(file: String, hop: HopID)

    /// One sentence with the facts of the case.
    public var description: String {
        switch self {
        case .unknownHop(let hop, let known):
            "nothing is known of the hop \(hop); the hops known are "
                + known.map(\.description).joined(separator: ", ")
        case .unreadable(let file, let reason):
            "the data file \(file) of this program cannot be read: \(reason)"
        case .misplaced(let file, let hop):
            "the data file \(file) of this program is of the hop \(hop)"
        }
    }
}
