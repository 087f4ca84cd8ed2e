internal import Foundation
internal import UpgradeCore

extension Session {
    /// Takes the lease of the cluster for a run.
    ///
    /// - Parameters:
    ///   - run: the run's name.
    ///   - heirOf: the run that it takes back; `nil` for none.
    ///   - reason: why, in the operator's words.
    ///   - takesOver: whether the operator has said that another holder is put out.
    ///   - world: the cluster.
    ///   - again: the command that is to be given with `--takeover`.
    ///   - byFence: what is known of the fence where the run may go on without an API.
    /// - Returns: the lease, which every host that answers knows of.
    /// - Throws: `Complaint`, with nothing changed, when it is not to be had.
    func takeLease(
        run: String,
        heirOf: String? = nil,
        reason: String,
        takesOver: Bool,
        _ world: World,
        again: String,
        byFence: KnownFence? = nil
    ) async throws -> LeaseHold {
        do {
            let lease = try await LeaseHold.acquire(
                world.leases,
                as: Operator.holder(run: run, reason: reason),
                terms: playbook.lease,
                clock: Operator.clock,
                heirOf: heirOf,
                takesOver: takesOver,
                isRunning: Operator.isRunning,
                byFence: byFence,
                report: { Output.note($0) }
            )
            if let other = lease.claim.takenFrom {
                Output.note("took the lease over from \(other.title); its token is \(lease.token) now")
            }
            return lease
        } catch {
            throw Complaint(lease: error, again: again)
        }
    }

    /// Refuses when somebody else holds the lease; only looks.
    ///
    /// - Throws: `Complaint`.
    func refuseHeld(_ world: World, takesOver: Bool, again: String) async throws {
        let stored: StoredLease
        do throws(AccessError) {
            stored = try await world.leases.readLease()
        } catch {
            throw Complaint(lease: .access(error), again: again)
        }
        guard stored.record?.holder != nil, !takesOver else { return }
        throw Complaint(lease: .held(stored), again: again)
    }
}

/// This process and its machine, as the lease names them.
enum Operator {
    /// Heartbeats and times to live are measured on it: CLOCK_BOOTTIME, which counts a stopped process.
    static let clock = LeaseClock(ContinuousClock(), wall: wall)

    /// Who holds a lease that is taken now.
    static func holder(run: String, reason: String) -> LeaseHolder {
        LeaseHolder(
            user: Session.holder,
            run: run,
            reason: Redaction.redact(reason),
            machine: machine,
            process: process(ProcessInfo.processInfo.processIdentifier) ?? ""
        )
    }

    /// Whether the process that holds a lease still runs, where it is of this machine.
    static func isRunning(_ holder: LeaseHolder) -> Bool {
        guard holder.machine == machine, !holder.process.isEmpty else { return true }
        guard let number = holder.process.split(separator: " ").dropFirst().first.flatMap({ Int32($0) }) else {
            return true
        }
        return process(number) == holder.process
    }

    /// machine-id(5); a copy of a machine that kept it is told apart by the boot.
    private static var machine: String { text("/etc/machine-id") ?? ProcessInfo.processInfo.hostName }

    /// Boot, number and time of start.
    ///
    /// - Source: proc(5), /proc/pid/stat: the 22nd field; the second is in parentheses and may hold anything.
    private static func process(_ number: Int32) -> String? {
        guard let stat = text("/proc/\(number)/stat"), let boot = text("/proc/sys/kernel/random/boot_id"),
            let name = stat.lastIndex(of: ")")
        else { return nil }
        let fields = stat[name...].dropFirst().split(separator: " ")
        // A zombie does nothing any more.
        guard fields.count > 19, fields[0] != "Z" else { return nil }
        return "\(boot) \(number) \(fields[19])"
    }

    private static func text(_ path: String) -> String? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// In the form of the API's MicroTime, which takes no other number of digits.
    ///
    /// - Source: Kubernetes 1.12 k8s.io/apimachinery/pkg/apis/meta/v1/micro_time.go, RFC3339Micro
    private static func wall() -> String {
        let now = Date().timeIntervalSince1970
        let micros = String(Int((now - now.rounded(.down)) * 1_000_000) + 1_000_000).dropFirst()
        let whole = Date(timeIntervalSince1970: now.rounded(.down)).formatted(.iso8601)
        return "\(whole.dropLast()).\(micros)Z"
    }
}
