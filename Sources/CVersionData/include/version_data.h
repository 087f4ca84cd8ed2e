#pragma once
#include <stddef.h>

/// A data file that is part of the binary.
struct version_data_file {
    /// Its path below Data.
    const char *_Nonnull name;
    /// Its bytes.
    const unsigned char *_Nonnull bytes;
    /// How many there are.
    size_t count;
};

/// The first of the data files; they are in no order that matters.
const struct version_data_file *_Nonnull version_data_files(void);
/// How many files there are.
extern const size_t version_data_file_count;
