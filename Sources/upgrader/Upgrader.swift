@main
struct Upgrader {
    static func main() {}
}
