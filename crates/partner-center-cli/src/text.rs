//! Decodes the text of files that other programs wrote.

use encoding_rs::{UTF_8, WINDOWS_1252};

/// The text without its byte order mark: UTF-8 or, where a mark says so (PowerShell 5.1 and Excel write it), UTF-16;
/// what is neither is Windows-1252, as spreadsheets write it.
pub(crate) fn decode(bytes: &[u8]) -> String {
    let encoding = if std::str::from_utf8(bytes).is_ok() { UTF_8 } else { WINDOWS_1252 };
    encoding.decode(bytes).0.into_owned()
}
