#!/usr/bin/env bash
# Fills the manifests of winget and the formula of Homebrew into a folder: `bash .github/packaging/fill.sh FOLDER`, where
# the files of checksums of the release are, with the variables that GitHub sets in a workflow.
set -euo pipefail

export VERSION=${GITHUB_REF_NAME#v} OWNER=$GITHUB_REPOSITORY_OWNER REPOSITORY=$GITHUB_SERVER_URL/$GITHUB_REPOSITORY
export DOWNLOADS=$REPOSITORY/releases/download/$GITHUB_REF_NAME
# shellcheck disable=SC2016 # envsubst wants the names.
names='$VERSION $OWNER $REPOSITORY $DOWNLOADS'
for target in {x86_64,aarch64}-{pc-windows-msvc,apple-darwin,unknown-linux-musl}; do
    name=SHA256_${target//-/_}
    read -r sum _ < "partner-center-$target.sha256"
    export "$name=$sum"
    names+=" \$$name"
done
mkdir -p "$1"
templates=$(dirname "${BASH_SOURCE[0]}")
for template in "$templates"/{homebrew,winget}/*; do
    file=$(basename "$template")
    # winget wants its manifests named after the package.
    envsubst "$names" < "$template" > "$1/${file/#package./$OWNER.PartnerCenter.}"
done
