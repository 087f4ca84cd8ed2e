/// Finds the word that was meant.
public enum Spelling {
    /// The candidate nearest to `word`; `nil` where none is near.
    ///
    /// Near means one edit for each three letters, at least one: `hosst` is near `hosts`, `node` is not near `name`.
    public static func nearest(to word: String, among candidates: [String]) -> String? {
        let limit = max(1, word.count / 3)
        let near = candidates.map { (word: $0, edits: distance(word, $0)) }.filter { $0.edits <= limit }
        return near.min { $0.edits < $1.edits }?.word
    }

    /// Counts the insertions, deletions, replacements and swaps of neighbors between two words.
    ///
    /// - Source: optimal string alignment, a restricted Damerau-Levenshtein distance.
    public static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.lowercased())
        let right = Array(right.lowercased())
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for i in left.indices {
            var row = [i + 1]
            for j in right.indices {
                let replaced = last[j] + (left[i] == right[j] ? 0 : 1)
                var best = min(last[j + 1] + 1, row[j] + 1, replaced)
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    best = min(best, beforeLast[j - 1] + 1)
                }
                row.append(best)
            }
            (beforeLast, last) = (last, row)
        }
        return last[right.count]
    }
}
