internal import Foundation
internal import UpgradeTorture

/// Simulated worlds by the thousand: `Scripts/torture` runs it in a release build and says what its options are.
@main
enum Torture {
    static func main() async throws {
        let options: Options
        do {
            options = try Options(Array(CommandLine.arguments.dropFirst()))
        } catch {
            FileHandle.standardError.write(Data("torture: \(error.text)\n".utf8))
            exit(64)
        }
        switch options.mode {
        case .seeds: exit(try await Seeds(options).run())
        case .kills: exit(try await Kills(options).run())
        case .bits: exit(try await Bits(options).run())
        case .killed(let faults): exit(try await Kills(options).replay(faults))
        case .replay(let seed): exit(try await Seeds(options).replay(seed))
        }
    }
}
