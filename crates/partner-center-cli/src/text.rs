//! Text of files that other programs wrote, in whichever encoding.

/// The text without its byte order mark: UTF-16 where a mark says so (PowerShell 5.1 and Excel write it), else UTF-8, and
/// Latin-1 where it is not valid UTF-8, as of spreadsheets in Windows-1252.
pub(crate) fn decode(bytes: &[u8]) -> String {
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        bytes => {
            let bytes = without_byte_order_mark(bytes);
            std::str::from_utf8(bytes)
                .map_or_else(|_| bytes.iter().map(|byte| char::from(*byte)).collect(), str::to_owned)
        }
    }
}

/// The bytes without the byte order mark of UTF-8.
pub(crate) fn without_byte_order_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// UTF-16 of either byte order; half a unit at the end is left out.
pub(crate) fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(&units)
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn every_encoding_that_windows_writes_is_read() {
        let utf16: Vec<u16> = "é;x".encode_utf16().collect();
        let little =
            [&[0xff, 0xfe][..], &utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<_>>()].concat();
        let big = [&[0xfe, 0xff][..], &utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect::<Vec<_>>()].concat();
        for bytes in [&little[..], &big, "é;x".as_bytes(), "\u{feff}é;x".as_bytes(), b"\xe9;x"] {
            assert_eq!(decode(bytes), "é;x", "{bytes:?}");
        }
    }
}
