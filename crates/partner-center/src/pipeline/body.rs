//! Reads an answer's body under a cap.

use bytes::{Bytes, BytesMut};

/// Why a body could not be read.
#[derive(Debug)]
pub(crate) enum BodyError {
    /// It is larger than this many bytes.
    TooLarge(usize),
    /// The connection broke, or the bytes were no body.
    Broken(reqwest::Error),
}

/// Reads the whole body, and stops as soon as it is larger than `limit` bytes.
///
/// Where the client decompresses, the bytes counted are the decompressed ones.
pub(crate) async fn read(response: &mut reqwest::Response, limit: usize) -> Result<Bytes, BodyError> {
    let announced = response.content_length();
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(BodyError::TooLarge(limit));
    }
    let Some(first) = response.chunk().await.map_err(BodyError::Broken)? else { return Ok(Bytes::new()) };
    if first.len() > limit {
        return Err(BodyError::TooLarge(limit));
    }
    // A small body comes in one piece; nothing is copied then.
    let Some(second) = response.chunk().await.map_err(BodyError::Broken)? else { return Ok(first) };
    // No more is set aside on the word of the other side than a mebibyte.
    let announced = announced.map_or(0, |length| length as usize).min(1 << 20);
    let mut whole = BytesMut::with_capacity(announced.max(first.len() + second.len()).min(limit));
    whole.extend_from_slice(&first);
    let mut next = Some(second);
    while let Some(chunk) = next {
        if whole.len() + chunk.len() > limit {
            return Err(BodyError::TooLarge(limit));
        }
        whole.extend_from_slice(&chunk);
        next = response.chunk().await.map_err(BodyError::Broken)?;
    }
    Ok(whole.freeze())
}
