internal import FoundationEssentials
internal import Mustache

/// Renders a report as one self-contained HTML file, or as Markdown.
public enum ReportPage {
    /// One HTML file: no script, nothing from a network.
    ///
    /// - Throws: for a mistake in the template.
    public static func html(_ report: RunReport) throws -> String {
        try render(PackageResources.report_html_mustache, PageContext(report, version: nil))
    }

    /// Markdown for a ticket or a wiki.
    ///
    /// - Throws: for a mistake in the template.
    public static func markdown(_ report: RunReport) throws -> String {
        try render(PackageResources.report_md_mustache, PageContext(report, version: nil))
    }

    static func render(_ template: [UInt8], _ context: some Any) throws -> String {
        Self.register
        return try MustacheTemplate(string: String(decoding: template, as: UTF8.self)).render(context)
    }

    /// Once: the table of content types is the package's own and for the whole process.
    private static let register: Void = {
        MustacheContentTypes.register(Escaping(escape: PageText.html), named: "SAFE-HTML")
        MustacheContentTypes.register(Escaping(escape: PageText.markdown), named: "SAFE-MARKDOWN")
    }()

    private struct Escaping: MustacheContentType {
        var escape: @Sendable (String) -> String

        func escapeText(_ text: String) -> String { escape(text) }
    }
}
