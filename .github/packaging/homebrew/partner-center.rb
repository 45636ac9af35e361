class PartnerCenter < Formula
  desc "Organizations of a Cloud Solution Provider's customers from the command-line"
  homepage "${REPOSITORY}"
  version "${VERSION}"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
      url "${DOWNLOADS}/partner-center-aarch64-apple-darwin.tar.gz"
      sha256 "${SHA256_aarch64_apple_darwin}"
    end
    on_intel do
      url "${DOWNLOADS}/partner-center-x86_64-apple-darwin.tar.gz"
      sha256 "${SHA256_x86_64_apple_darwin}"
    end
  end

  on_linux do
    on_arm do
      url "${DOWNLOADS}/partner-center-aarch64-unknown-linux-musl.tar.gz"
      sha256 "${SHA256_aarch64_unknown_linux_musl}"
    end
    on_intel do
      url "${DOWNLOADS}/partner-center-x86_64-unknown-linux-musl.tar.gz"
      sha256 "${SHA256_x86_64_unknown_linux_musl}"
    end
  end

  def install
    bin.install "partner-center"
    generate_completions_from_executable(bin/"partner-center", "completions")
    mkdir "man"
    system bin/"partner-center", "man", "--to", "man"
    man1.install Dir["man/*.1"]
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/partner-center --version")
  end
end
