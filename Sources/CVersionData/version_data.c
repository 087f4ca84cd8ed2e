// The data files of version knowledge as part of the binary. C, because the compiler takes half a megabyte of bytes here
// in no time, and an array literal of Swift that long in minutes.
#include "version_data.h"

static const unsigned char api_removals[] = {
#embed "Data/api-removals.yaml"
};
static const unsigned char calico[] = {
#embed "Data/calico.yaml"
};
static const unsigned char feature_gates[] = {
#embed "Data/feature-gates.yaml"
};
static const unsigned char flags[] = {
#embed "Data/flags.yaml"
};
static const unsigned char helm[] = {
#embed "Data/helm.yaml"
};
static const unsigned char kubernetes[] = {
#embed "Data/kubernetes.yaml"
};
static const unsigned char upstream[] = {
#embed "Data/upstream.yaml"
};
static const unsigned char path[] = {
#embed "Data/path.yaml"
};
static const unsigned char urgent_notes[] = {
#embed "Data/urgent-notes.yaml"
};

static const unsigned char accepted_flags[] = {
#embed "Data/accepted-flags.yaml"
};
static const unsigned char recorded_gates[] = {
#embed "Data/recorded-gates.yaml"
};
static const unsigned char requirements[] = {
#embed "Data/requirements.yaml"
};
static const unsigned char object_rewrites[] = {
#embed "Data/object-rewrites.yaml"
};
static const unsigned char served_apis[] = {
#embed "Data/served-apis.yaml"
};

#define FILE_OF(name, bytes) {name, bytes, sizeof bytes}

static const struct version_data_file files[] = {
    FILE_OF("api-removals.yaml", api_removals),
    FILE_OF("calico.yaml", calico),
    FILE_OF("feature-gates.yaml", feature_gates),
    FILE_OF("flags.yaml", flags),
    FILE_OF("helm.yaml", helm),
    FILE_OF("kubernetes.yaml", kubernetes),
    FILE_OF("upstream.yaml", upstream),
    FILE_OF("accepted-flags.yaml", accepted_flags),
    FILE_OF("recorded-gates.yaml", recorded_gates),
    FILE_OF("requirements.yaml", requirements),
    FILE_OF("object-rewrites.yaml", object_rewrites),
    FILE_OF("served-apis.yaml", served_apis),
    FILE_OF("path.yaml", path),
    FILE_OF("urgent-notes.yaml", urgent_notes),
};
const size_t version_data_file_count = sizeof files / sizeof files[0];

const struct version_data_file *version_data_files(void) { return files; }
