internal import Synchronization
internal import UpgradeCore

/// A disk in memory that keeps apart what was written and what was synced, and forgets at a power cut what it may.
final class SimulatedDisk: Disk {
    /// A change of a file that is not durable yet.
    private enum Change {
        case append([UInt8])
        case overwrite([UInt8])
        case truncate(Int)
    }

    private struct File {
        var bytes: [UInt8] = []
        var durable: [UInt8] = []
        var pending: [Change] = []
    }

    /// A change of the directory that is not durable yet.
    private enum Move {
        case link(String, Int)
        case rename(String, String)
        case remove(String)
    }

    private struct State {
        var files: [Int: File] = [:]
        var names: [String: Int] = [:]
        var durableNames: [String: Int] = [:]
        var moves: [Move] = []
        var next = 0
        var failing: (left: Int, reason: String)?
        var dice: Dice
    }

    private let state: Mutex<State>
    private let fate: Fate

    init(seed: UInt64, _ fate: Fate) {
        state = Mutex(State(dice: Dice(seed: seed ^ 0x6469_736B)))
        self.fate = fate
    }

    // MARK: looking

    func read(_ path: String) throws(JournalError) -> [UInt8]? {
        guard !fate.isDead else { throw Self.error(path, "open", "the process is dead") }
        return content(of: path)
    }

    /// What is in a file, also while the process is dead.
    func content(of path: String) -> [UInt8]? {
        state.withLock { state in state.names[path].flatMap { state.files[$0]?.bytes } }
    }

    /// Replaces what is in a file, as a bad sector or an editor might; durable at once.
    func set(_ bytes: [UInt8], at path: String) {
        state.withLock { state in
            guard let id = state.names[path] else { return }
            state.files[id] = File(bytes: bytes, durable: bytes, pending: [])
        }
    }

    /// Every file's path.
    var paths: [String] { state.withLock { $0.names.keys.sorted() } }

    /// Whether the first bytes of a file would outlast a power cut.
    func isDurable(_ path: String, upTo size: Int) -> Bool {
        state.withLock { state in
            guard let id = state.names[path], state.durableNames[path] == id, let file = state.files[id] else {
                return false
            }
            guard file.bytes.count >= size else { return false }
            // What is taken back and not synced may come back; what stays is safe.
            return file.pending.isEmpty || file.durable.starts(with: file.bytes.prefix(size))
        }
    }

    func names(in directory: String) -> [String] {
        let start = directory + "/"
        let names = state.withLock { state in
            state.names.keys.filter { $0.hasPrefix(start) }.map { $0.dropFirst(start.count).prefix { $0 != "/" } }
        }
        return Set(names.map(String.init)).sorted()
    }

    // MARK: changing

    func makeDirectory(_ path: String) throws(JournalError) {}

    func append(to path: String) throws(JournalError) -> any DiskFile {
        let id = try change(path, "open") { state in state.names[path] ?? Self.link(path, &state) }
        return OpenFile(disk: self, id: id, path: path, isOverwritten: false)
    }

    func overwrite(_ path: String) throws(JournalError) -> any DiskFile {
        let id = state.withLock { $0.names[path] }
        guard let id else { throw Self.error(path, "open", "No such file or directory") }
        return OpenFile(disk: self, id: id, path: path, isOverwritten: true)
    }

    func create(_ path: String) throws(JournalError) -> any DiskFile {
        let id = try change(path, "create") { state in Self.link(path, &state) }
        return OpenFile(disk: self, id: id, path: path, isOverwritten: false)
    }

    func rename(_ path: String, to newPath: String) throws(JournalError) {
        _ = try change(path, "rename") { state in
            let id = state.names.removeValue(forKey: path)
            state.names[newPath] = id
            state.moves.append(.rename(path, newPath))
            return 0
        }
    }

    func remove(_ path: String) {
        guard !fate.isDead else { return }
        state.withLock { state in
            guard state.names.removeValue(forKey: path) != nil else { return }
            state.moves.append(.remove(path))
        }
    }

    func syncDirectory(of path: String) throws(JournalError) {
        _ = try change(path, "fsync") { state in
            state.durableNames = state.names
            state.moves = []
            return 0
        }
    }

    fileprivate func write(_ bytes: [UInt8], to id: Int, _ path: String, isOverwritten: Bool) throws(JournalError) {
        let apply = { (state: inout State, bytes: [UInt8]) in
            if isOverwritten {
                let rest = (state.files[id]?.bytes ?? []).dropFirst(bytes.count)
                state.files[id]?.bytes = bytes + rest
                state.files[id]?.pending.append(.overwrite(bytes))
            } else {
                state.files[id]?.bytes += bytes
                state.files[id]?.pending.append(.append(bytes))
            }
        }
        _ = try change(path, "write") { state in
            apply(&state, bytes)
            return 0
        } inPart: { state in
            // One sector is written wholly or not at all; a longer write stops anywhere.
            if !isOverwritten { apply(&state, Array(bytes.prefix(state.dice.roll(0...bytes.count)))) }
        }
    }

    fileprivate func truncate(_ id: Int, _ path: String, to size: Int) throws(JournalError) {
        _ = try change(path, "truncate") { state in
            let count = state.files[id]?.bytes.count ?? 0
            guard size < count else { return 0 }
            state.files[id]?.bytes.removeLast(count - size)
            state.files[id]?.pending.append(.truncate(size))
            return 0
        }
    }

    fileprivate func sync(_ id: Int, _ path: String) throws(JournalError) {
        _ = try change(path, "fdatasync") { state in
            let bytes = state.files[id]?.bytes ?? []
            state.files[id]?.durable = bytes
            state.files[id]?.pending = []
            return 0
        }
    }

    // MARK: what strikes

    private func change(
        _ path: String,
        _ operation: String,
        _ body: (inout State) -> Int,
        inPart: (inout State) -> Void = { _ in }
    ) throws(JournalError) -> Int {
        guard !fate.isDead else { throw Self.error(path, operation, "the process is dead") }
        for kind in fate.effect(.disk) {
            switch kind {
            case .diskFull(let count):
                state.withLock { $0.failing = (count, "No space left on device") }
            case .diskError(let count):
                state.withLock { $0.failing = (count, "Input/output error") }
            case .kill(let moment):
                strike(moment, body, inPart)
            case .powerCut(let moment):
                strike(moment, body, inPart)
                state.withLock { Self.forget(&$0) }
            default:
                fate.later(kind)
            }
        }
        guard !fate.isDead else { throw Self.error(path, operation, "the process is dead") }
        let reason = state.withLock { state -> String? in
            guard let failing = state.failing else { return nil }
            state.failing = failing.left > 1 ? (failing.left - 1, failing.reason) : nil
            inPart(&state)
            return failing.reason
        }
        if let reason { throw Self.error(path, operation, reason) }
        return state.withLock { body(&$0) }
    }

    /// The process dies at the change: a second fault at the same one finds it dead, and nothing is written any more.
    private func strike(_ moment: Fault.Moment, _ body: (inout State) -> Int, _ inPart: (inout State) -> Void) {
        guard !fate.isDead else { return }
        state.withLock { state in
            switch moment {
            case .before: break
            case .during: inPart(&state)
            case .after: _ = body(&state)
            }
        }
        fate.die()
    }

    /// The power goes at a moment when the process is not writing.
    func cutPower() {
        state.withLock { Self.forget(&$0) }
    }

    /// No write fails any more.
    func heal() {
        state.withLock { $0.failing = nil }
    }

    /// What a power cut leaves: names as after some of the changes that were not synced, in their order; of each file
    /// what was synced and some of the rest: its first part, or its last part with zeros where the first should be.
    private static func forget(_ state: inout State) {
        var names = state.durableNames
        for move in state.moves.prefix(state.dice.roll(0...state.moves.count)) {
            switch move {
            case .link(let path, let id): names[path] = id
            case .rename(let from, let to):
                if let id = names.removeValue(forKey: from) { names[to] = id }
            case .remove(let path): names[path] = nil
            }
        }
        state.names = names
        state.durableNames = names
        state.moves = []
        for id in state.files.keys.sorted() {
            guard var file = state.files[id], !file.pending.isEmpty else { continue }
            var bytes = file.durable
            for change in file.pending.prefix(state.dice.roll(0...file.pending.count)) {
                switch change {
                case .truncate(let size): bytes = Array(bytes.prefix(size))
                case .overwrite(let new): bytes.replaceSubrange(0..<min(new.count, bytes.count), with: new)
                case .append(let new): bytes += torn(new, &state.dice)
                }
            }
            file.bytes = bytes
            file.durable = bytes
            file.pending = []
            state.files[id] = file
        }
    }

    private static func torn(_ bytes: [UInt8], _ dice: inout Dice) -> [UInt8] {
        // A block of 512 bytes is the least that a disk writes; which of several comes first is its own affair.
        switch dice.roll(1...4) {
        case 1: return bytes
        case 2: return Array(bytes.prefix(dice.roll(0...bytes.count)))
        case 3: return [UInt8](repeating: 0, count: bytes.count)
        default:
            var part = bytes
            let cut = min(bytes.count, dice.roll(1...max(1, bytes.count / 512)) * 512)
            part.replaceSubrange(0..<cut, with: [UInt8](repeating: 0, count: cut))
            return part
        }
    }

    private static func link(_ path: String, _ state: inout State) -> Int {
        state.next += 1
        state.files[state.next] = File()
        state.names[path] = state.next
        state.moves.append(.link(path, state.next))
        return state.next
    }

    private static func error(_ path: String, _ operation: String, _ reason: String) -> JournalError {
        .system(path: path, operation: operation, reason: reason)
    }
}

private final class OpenFile: DiskFile {
    private let disk: SimulatedDisk
    private let id: Int
    private let path: String
    private let isOverwritten: Bool

    init(disk: SimulatedDisk, id: Int, path: String, isOverwritten: Bool) {
        self.disk = disk
        self.id = id
        self.path = path
        self.isOverwritten = isOverwritten
    }

    func write(_ bytes: [UInt8]) throws(JournalError) {
        try disk.write(bytes, to: id, path, isOverwritten: isOverwritten)
    }

    func truncate(to size: Int) throws(JournalError) { try disk.truncate(id, path, to: size) }

    func sync() throws(JournalError) { try disk.sync(id, path) }
}
