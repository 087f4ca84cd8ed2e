internal import CZlib

/// Packs and unpacks gzip with zlib.
enum Gzip {
    /// Why bytes could not be unpacked.
    enum Failure: Error {
        /// They are not gzip, or a part is missing or was changed.
        case damaged
        /// They unpack to more than the limit.
        case tooLarge
    }

    /// What a gzip stream begins with.
    ///
    /// - Source: RFC 1952, 2.3.1: ID1, ID2, and CM for deflate, the only method; helm v2.17 pkg/storage/driver/util.go
    static let magic: [UInt8] = [0x1f, 0x8b, 0x08]

    /// A release that the API can store packs at most some MiB of text; a megabyte of zeros is no release.
    static let limit = 64 << 20

    private static let chunk = 64 << 10

    static func unpack(_ bytes: [UInt8]) throws(Failure) -> [UInt8] {
        var stream = z_stream()
        guard czlib_inflate_gzip(&stream) == Z_OK else { throw .damaged }
        defer { inflateEnd(&stream) }
        var input = bytes
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: chunk)
        var status = Z_OK
        let isTooLarge = input.withUnsafeMutableBufferPointer { input in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(input.count)
            while status == Z_OK {
                let made = buffer.withUnsafeMutableBufferPointer { buffer in
                    stream.next_out = buffer.baseAddress
                    stream.avail_out = UInt32(buffer.count)
                    status = inflate(&stream, Z_NO_FLUSH)
                    return buffer.count - Int(stream.avail_out)
                }
                output.append(contentsOf: buffer[..<made])
                if output.count > limit { return true }
            }
            return false
        }
        if isTooLarge { throw .tooLarge }
        // Z_STREAM_END comes only after the check sum and the length were found right; the input that was cut off ends
        // with Z_BUF_ERROR.
        guard status == Z_STREAM_END else { throw .damaged }
        return output
    }

    static func pack(_ bytes: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        // Fails only where memory is gone or zlib is not the one that was built against.
        guard czlib_deflate_gzip(&stream) == Z_OK else { preconditionFailure("zlib cannot begin") }
        defer { deflateEnd(&stream) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
        let count = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                let status = deflate(&stream, Z_FINISH)
                precondition(status == Z_STREAM_END, "deflateBound gives room for all")
                return output.count - Int(stream.avail_out)
            }
        }
        return Array(output[..<count])
    }
}
