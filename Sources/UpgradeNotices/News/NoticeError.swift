public import UpgradeCore

/// What of `notifications` cannot be used.
public enum NoticeError: Error, Hashable, Sendable {
    /// A text that is no template, and why.
    case template(receiver: String, reason: String)
    /// A file with a secret that cannot be read.
    case secret(receiver: String, path: String, reason: String)

    /// Looks whether every template is one; reads no file.
    ///
    /// - Throws: `NoticeError.template` for the first that is none.
    public static func checkTemplates(_ options: [NotificationOptions]) throws(NoticeError) {
        for options in options {
            for way in options.ways { _ = try NewsReceiver(options, way) }
        }
    }

    /// Looks whether every file with a secret can be read.
    ///
    /// - Throws: `NoticeError.secret` for the first that cannot.
    public static func checkSecrets(_ options: [NotificationOptions]) throws(NoticeError) {
        for options in options {
            var files = options.tokenFile.map { [$0] } ?? []
            for case .webhookFile(let path) in options.ways { files.append(path) }
            for path in files {
                do throws(AccessError) {
                    _ = try SecretFile.read(path)
                } catch {
                    throw .secret(receiver: options.name, path: path, reason: error.why)
                }
            }
        }
    }
}
