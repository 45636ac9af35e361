//! Reads an answer's body under a cap.

use bytes::Bytes;

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
/// Where the client decompresses, the bytes counted are the decompressed ones. What comes is copied even if it comes in
/// one piece, since that piece keeps the connection's whole read buffer from being used again.
pub(crate) async fn read(response: &mut reqwest::Response, limit: usize) -> Result<Bytes, BodyError> {
    let announced = response.content_length().unwrap_or_default();
    if announced > limit as u64 {
        return Err(BodyError::TooLarge(limit));
    }
    // No more is set aside on the word of the other side than a mebibyte.
    let mut whole = Vec::with_capacity(announced.min(1 << 20) as usize);
    while let Some(chunk) = response.chunk().await.map_err(BodyError::Broken)? {
        if whole.len() + chunk.len() > limit {
            return Err(BodyError::TooLarge(limit));
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_keeps_no_more_memory_alive_than_its_own() {
        let buffer = Bytes::from(vec![b'x'; 8192]);
        let mut response = reqwest::Response::from(http::Response::new(buffer.slice(8000..8100)));
        drop(buffer);
        let body = read(&mut response, 100).await.unwrap();
        assert_eq!(body, vec![b'x'; 100]);
        assert!(body.try_into_mut().unwrap().capacity() < 200);
    }
}
