//! The credentials, one file each.

#[cfg(feature = "certificate")]
mod client_certificate;
mod client_secret;
mod device_code;
mod function;
mod refresh_token;
mod static_token;

#[cfg(feature = "certificate")]
pub use self::client_certificate::ClientCertificate;
pub use self::client_secret::ClientSecret;
pub use self::device_code::{DeviceCode, DevicePrompt, SignedIn};
pub use self::function::credential_fn;
pub use self::refresh_token::RefreshToken;
pub use self::static_token::StaticToken;
