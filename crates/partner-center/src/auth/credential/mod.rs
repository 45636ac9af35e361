//! The credentials and the sign-ins.

mod application_only;
mod brought;
mod device_code;
mod refresh_token;
mod rotation;
mod signed_in;

#[cfg(feature = "certificate")]
pub use self::application_only::ClientCertificate;
pub use self::application_only::ClientSecret;
pub use self::brought::{StaticToken, credential_fn};
pub use self::device_code::{DeviceCode, DevicePrompt};
pub use self::refresh_token::RefreshToken;
pub use self::rotation::finish_redemptions;
pub use self::signed_in::SignedIn;
