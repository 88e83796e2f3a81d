#!/bin/sh
# Writes Sources/FlowConfig/EmbeddedSchemas.swift, the copy of flow.schema.json that ships inside the binary.
# A test holds the copy to the original byte for byte.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=$here/../Sources/FlowConfig/EmbeddedSchemas.swift
if grep -q '"""##' "$here/flow.schema.json"; then
    echo 'flow.schema.json must not contain """##' >&2
    exit 1
fi
{
    cat <<'SWIFT'
// swift-format-ignore-file

/// The schemas that ship inside the binary. Made by `Schemas/embed.sh`; edit `Schemas/` instead.
enum EmbeddedSchemas {
    /// `Schemas/flow.schema.json`
    static let flow = ##"""
SWIFT
    sed 's/^\(.\)/        \1/' "$here/flow.schema.json"
    cat <<'SWIFT'

        """##
}
SWIFT
} >"$target.new"
mv "$target.new" "$target"
