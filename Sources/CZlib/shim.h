#include <zlib.h>

/* The two that C makes with macros, which Swift does not see. */
static inline int czlib_inflate_gzip(z_stream *stream) {
    return inflateInit2(stream, 15 + 16);
}
static inline int czlib_deflate_gzip(z_stream *stream) {
    return deflateInit2(stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}
