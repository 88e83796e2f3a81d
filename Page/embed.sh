#!/bin/sh
# Writes Sources/StatusServer/Page/EmbeddedPage.swift, the copy of the Flow Management page that ships inside the binary.
# A test holds the copy to the originals byte for byte.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=$here/../Sources/StatusServer/Page/EmbeddedPage.swift
cd "$here"
if grep -l '"""##\|\\##' *.html *.css *.js *.svg; then
    echo 'these must contain neither """## nor \##' >&2
    exit 1
fi
{
    cat <<'SWIFT'
// swift-format-ignore-file

/// The files of the Flow Management page. Made by `Page/embed.sh`; edit `Page/` instead.
enum EmbeddedPage {
    static let files: [(name: String, text: String)] = [
SWIFT
    for file in *.html *.css *.js *.svg; do
        printf '        ("%s", ##"""\n' "$file"
        sed 's/^\(.\)/            \1/' "$file"
        printf '\n            """##),\n'
    done
    cat <<'SWIFT'
    ]
}
SWIFT
} >"$target.new"
mv "$target.new" "$target"
