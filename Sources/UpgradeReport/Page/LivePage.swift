/// The report as a page that follows its run, as long as somebody serves it.
public enum LivePage {
    /// The one script of the page; whoever serves it lets a browser run this and no other.
    public static let script = String(decoding: PackageResources.live_js, as: UTF8.self)

    /// The report with the script that follows the run.
    ///
    /// - Parameters:
    ///   - report: what is told.
    ///   - version: the name of how things stand; the page is fetched again once the server has another one.
    /// - Returns: HTML.
    /// - Throws: for a mistake in the template.
    public static func html(_ report: RunReport, version: String) throws -> String {
        try ReportPage.render(PackageResources.report_html_mustache, PageContext(report, version: version))
    }

    /// What stands in the place of a report that cannot be told, until it can.
    ///
    /// - Parameters:
    ///   - blocks: each an error in lines, as a label and a text.
    ///   - version: as above.
    /// - Returns: HTML.
    /// - Throws: for a mistake in the template.
    public static func html(
        trouble blocks: [[(label: String, value: String)]],
        version: String
    ) throws -> String {
        let context = Trouble(
            version: version,
            heading: blocks.first?.first?.value ?? "",
            blocks: blocks.map { lines in
                Trouble.Block(lines: lines.map { PageContext.Named(label: $0.label, value: $0.value) })
            }
        )
        return try ReportPage.render(PackageResources.trouble_html_mustache, context)
    }

    private struct Trouble {
        struct Block {
            var lines: [PageContext.Named]
        }

        let style = PageText.style
        let script = LivePage.script
        var version: String
        var heading: String
        var blocks: [Block]
    }
}
