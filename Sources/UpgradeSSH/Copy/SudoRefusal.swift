/// Tells a refusal by `sudo -n` from a command that failed.
enum SudoRefusal {
    /// What sudo prints when it refuses, in its own words.
    /// - Source: sudo 1.9.13, plugins/sudoers/{auth/sudo_auth.c,logging.c,sudoers.c}, src/{sudo.c,exec.c}
    private static let phrases = [
        "a password is required",
        "a terminal is required",
        "no tty present",
        "you must have a tty to run sudo",
        "is not in the sudoers file",
        "is not allowed to run sudo",
        "is not allowed to execute",
        "may not run sudo",
        "account validation failure",
        "account or password is expired",
        "unable to open /etc/sudoers",
        "no valid sudoers sources found",
        "must be setuid root",
        "must be owned by uid 0",
        "\"no new privileges\" flag is set",
        "effective uid is not 0",
    ]

    /// Returns sudo's own line where it refused; `nil` where the command ran.
    static func reason(status: Int32, errorOutput: String) -> String? {
        let lines = errorOutput.split(separator: "\n")
        if status == 127 {
            return lines.last { $0.contains("sudo") && $0.contains("not found") }.map(String.init)
        }
        guard status == 1 else { return nil }
        // The last line: sudo ends with its refusal, while login shells and sshd may have complained before it.
        let last = lines.last { !$0.hasPrefix("This incident ") && !$0.allSatisfy(\.isWhitespace) }
        guard let last, phrases.contains(where: { last.contains($0) }) else { return nil }
        let isSudo = last.hasPrefix("sudo: ") || last.hasPrefix("Sorry, user ") || last.contains("sudoers file")
        return isSudo ? String(last) : nil
    }
}
