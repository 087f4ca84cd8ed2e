internal import Foundation
internal import UpgradeFuzz

/// The reader that `FUZZ_TARGET` names; main is libFuzzer's, and takes its own options alone.
private let target: FuzzTarget = {
    let name = ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? ""
    if let target = FuzzTarget(rawValue: name) { return target }
    let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
    FileHandle.standardError.write(Data("fuzz: FUZZ_TARGET is `\(name)`, and not one of \(names)\n".utf8))
    exit(64)
}()

/// Gives a reader an input of libFuzzer's: `Scripts/fuzz` builds and runs it.
/// - Source: LLVM, docs/LibFuzzer.rst, "Fuzz Target"
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let end = DispatchSemaphore(value: 0)
    Task.detached {
        do {
            try await target.take(bytes)
        } catch {
            fatalError("\(error)")
        }
        end.signal()
    }
    end.wait()
    return 0
}
