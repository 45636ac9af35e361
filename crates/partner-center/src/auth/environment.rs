//! Chooses a credential from environment variables.

use std::env::{self, VarError};
use std::path::PathBuf;
use std::sync::Arc;

use secrecy::zeroize::Zeroizing;

use super::application::{self, Application, NO_TENANT};
use super::authorization::Authorization;
use super::client_authentication::ClientAuthentication;
use super::{
    Credential, CredentialError, CredentialErrorKind, FileStore, MemoryStore, RefreshToken, StaticToken, TokenFuture,
    TokenRequest,
};

const ACCESS_TOKEN: &str = "PARTNER_CENTER_ACCESS_TOKEN";
const REFRESH_TOKEN: &str = "PARTNER_CENTER_REFRESH_TOKEN";
const REFRESH_TOKEN_FILE: &str = "PARTNER_CENTER_REFRESH_TOKEN_FILE";
const TENANT_ID: &str = "AZURE_TENANT_ID";
const CLIENT_ID: &str = "AZURE_CLIENT_ID";
const CLIENT_SECRET: &str = "AZURE_CLIENT_SECRET";
const CERTIFICATE_PATH: &str = "AZURE_CLIENT_CERTIFICATE_PATH";

/// The variables that determine the credential, in order of precedence.
const DECIDING: [&str; 5] = [ACCESS_TOKEN, REFRESH_TOKEN_FILE, REFRESH_TOKEN, CLIENT_SECRET, CERTIFICATE_PATH];

/// Creates the credential that the environment variables describe.
///
/// The first row whose variables are set applies; the names are those of the Azure SDKs where they have one. An empty
/// variable counts as not set, and quotation marks around a value are ignored.
///
/// | Set | Credential |
/// |---|---|
/// | `PARTNER_CENTER_ACCESS_TOKEN` | [`StaticToken`] |
/// | `PARTNER_CENTER_REFRESH_TOKEN_FILE`, `PARTNER_CENTER_REFRESH_TOKEN` or both | [`RefreshToken`] with a [`FileStore`], for which the second is the initial token; without a file with a [`MemoryStore`], which loses rotated tokens when the process ends |
/// | `AZURE_CLIENT_SECRET` | [`ClientSecret`](super::ClientSecret) |
/// | `AZURE_CLIENT_CERTIFICATE_PATH` | `ClientCertificate`, feature `certificate` |
///
/// All but the first need `AZURE_TENANT_ID` and `AZURE_CLIENT_ID`. A refresh token is redeemed with the secret or the
/// certificate if one is set, else as a public client.
///
/// Two more names of the Azure SDKs are not read: `AZURE_AUTHORITY_HOST`, since the authority is a setting of the client
/// ([`cloud`](crate::ClientBuilder::cloud), [`authority`](crate::ClientBuilder::authority)), and
/// `AZURE_CLIENT_CERTIFICATE_PASSWORD`, since the certificate is PEM with a key that is not encrypted.
///
/// # Errors
///
/// [`Configuration`](CredentialErrorKind::Configuration), naming what is missing or cannot be read.
pub fn from_env() -> Result<Arc<dyn Credential>, CredentialError> {
    from_env_with(|_| ())
}

/// Like [`from_env`], with a function for [`RefreshToken::on_store_failure`].
///
/// # Errors
///
/// As [`from_env`].
pub fn from_env_with(
    on_store_failure: impl Fn(&CredentialError) + Send + Sync + 'static,
) -> Result<Arc<dyn Credential>, CredentialError> {
    from_variables(environment_variable, on_store_failure)
}

/// The variable that decides which credential [`from_env`] makes; `None` if none is set.
///
/// # Errors
///
/// [`Configuration`](CredentialErrorKind::Configuration) if a variable is not UTF-8.
pub fn credential_variable() -> Result<Option<&'static str>, CredentialError> {
    for name in DECIDING {
        if environment_variable(name)?.is_some() {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// A variable of the environment as [`from_env`] reads it, for the command's own settings.
///
/// # Errors
///
/// If it is not UTF-8.
#[doc(hidden)]
pub fn environment_variable(name: &str) -> Result<Option<String>, CredentialError> {
    match env::var(name).map(Zeroizing::new) {
        Ok(value) => Ok(bare(&value)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => {
            Err(CredentialError::configuration(format!("the environment variable {name} is not UTF-8")))
        }
    }
}

/// A value without what files and shells leave around it: line breaks, a byte order mark, and quotation marks; `None` if
/// nothing is left. For the command, too.
#[doc(hidden)]
#[must_use]
pub fn bare(value: &str) -> Option<String> {
    let value = value.trim().trim_start_matches('\u{feff}').trim();
    let within = |mark| value.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark));
    let value = within('"').or_else(|| within('\'')).unwrap_or(value).trim();
    (!value.is_empty()).then(|| value.to_owned())
}

fn from_variables(
    variable: impl Fn(&'static str) -> Result<Option<String>, CredentialError>,
    on_store_failure: impl Fn(&CredentialError) + Send + Sync + 'static,
) -> Result<Arc<dyn Credential>, CredentialError> {
    if let Some(token) = variable(ACCESS_TOKEN)? {
        Authorization::check(&token)
            .map_err(|what| CredentialError::configuration(format!("{ACCESS_TOKEN}: the access token {what}")))?;
        return Ok(Arc::new(StaticToken::new(token)));
    }
    let (file, refresh_token) = (variable(REFRESH_TOKEN_FILE)?, variable(REFRESH_TOKEN)?);
    let (secret, certificate) = (variable(CLIENT_SECRET)?, variable(CERTIFICATE_PATH)?);
    if [&file, &refresh_token, &secret, &certificate].into_iter().all(Option::is_none) {
        return Err(CredentialError::configuration(format!(
            "no credential in the environment; set {TENANT_ID}, {CLIENT_ID} and one of {REFRESH_TOKEN_FILE}, \
             {REFRESH_TOKEN}, {CLIENT_SECRET} or {CERTIFICATE_PATH}, or {ACCESS_TOKEN} alone"
        )));
    }
    let required = |name| {
        let missing = || CredentialError::configuration(format!("{name} is missing from the environment"));
        variable(name)?.ok_or_else(missing)
    };
    let (tenant, client_id) = (required(TENANT_ID)?, required(CLIENT_ID)?);
    if !application::is_tenant(&tenant) {
        return Err(CredentialError::configuration(format!("{TENANT_ID} is `{tenant}`, {NO_TENANT}")));
    }
    let (authentication, client) = match (secret, certificate) {
        (Some(secret), _) => (ClientAuthentication::Secret(secret.into()), Some(CLIENT_SECRET)),
        (None, Some(path)) => (certificate_in(&path)?, Some(CERTIFICATE_PATH)),
        (None, None) => (ClientAuthentication::None, None),
    };
    let application = Application::new(tenant, client_id, authentication);
    let rotating = |store| RefreshToken::of(application.clone(), store).on_store_failure(on_store_failure);
    let file = file.map(PathBuf::from);
    let has_initial = refresh_token.is_some();
    let credential: Box<dyn Credential> = match (&file, refresh_token) {
        (Some(path), Some(token)) => Box::new(rotating(Arc::new(FileStore::new(path))).initial(token)),
        (Some(path), None) => Box::new(rotating(Arc::new(FileStore::new(path)))),
        (None, Some(token)) => Box::new(rotating(Arc::new(MemoryStore::new(token)))),
        (None, None) => Box::new(application),
    };
    Ok(Arc::new(FromEnvironment { credential, file, has_initial, client }))
}

/// A credential whose errors name the variable that the rejected credential came from.
struct FromEnvironment {
    credential: Box<dyn Credential>,
    /// The file that [`REFRESH_TOKEN_FILE`] names.
    file: Option<PathBuf>,
    /// Whether [`REFRESH_TOKEN`] is set.
    has_initial: bool,
    /// The variable of the secret or the certificate.
    client: Option<&'static str>,
}

impl Credential for FromEnvironment {
    fn token<'a>(&'a self, request: &'a TokenRequest) -> TokenFuture<'a> {
        Box::pin(async { self.credential.token(request).await.map_err(|error| self.name_variable(error)) })
    }
}

impl FromEnvironment {
    fn name_variable(&self, error: CredentialError) -> CredentialError {
        let name = match error.kind() {
            CredentialErrorKind::InvalidClient => self.client,
            kind if kind.needs_sign_in() => match &self.file {
                // The initial token is used until there is a file.
                Some(file) if !self.has_initial || file.exists() => Some(REFRESH_TOKEN_FILE),
                _ => self.has_initial.then_some(REFRESH_TOKEN),
            },
            _ => None,
        };
        match name {
            Some(CLIENT_SECRET) => error.brought_by(CLIENT_SECRET, "client secret"),
            Some(CERTIFICATE_PATH) => error.brought_by(CERTIFICATE_PATH, "certificate"),
            Some(name) => error.brought_by(name, "refresh token"),
            None => error,
        }
    }
}

#[cfg(feature = "certificate")]
fn certificate_in(path: &str) -> Result<ClientAuthentication, CredentialError> {
    Ok(ClientAuthentication::Certificate(super::Certificate::from_pem_file(path)?))
}

#[cfg(not(feature = "certificate"))]
fn certificate_in(_: &str) -> Result<ClientAuthentication, CredentialError> {
    Err(CredentialError::configuration(format!(
        "{CERTIFICATE_PATH} is set, but the feature `certificate` of partner-center is not enabled"
    )))
}

#[cfg(test)]
mod tests {
    use partner_center_mock::token_endpoint::{OAuthError, TokenEndpoint};

    use super::*;
    use crate::auth::{ExposeSecret, TokenRequest};

    const IDS: [(&str, &str); 2] = [(TENANT_ID, "contoso.example"), (CLIENT_ID, "app")];

    fn choose(variables: &[(&str, &str)]) -> Result<Arc<dyn Credential>, CredentialError> {
        let find = |name| variables.iter().find(|(key, _)| *key == name);
        from_variables(|name| Ok(find(name).and_then(|(_, value)| bare(value))), |_| ())
    }

    /// What the chosen credential asks the token endpoint: the tenant and the fields of the form.
    async fn asked(variables: &[(&str, &str)]) -> String {
        let entra = TokenEndpoint::start().await.unwrap();
        let request = TokenRequest::for_audience("https://service.example", &entra.authority()).unwrap();
        choose(variables).unwrap().token(&request).await.unwrap();
        let asked = &entra.requests()[0];
        let fields: Vec<_> = asked.fields().iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{} {}", asked.tenant(), fields.join(" "))
    }

    #[tokio::test]
    async fn an_access_token_is_enough_and_comes_first() {
        let variables = [(ACCESS_TOKEN, "brought\n"), (CLIENT_SECRET, "s"), IDS[0], IDS[1]];
        let request = TokenRequest::for_audience("https://service.example", "http://127.0.0.1:1").unwrap();
        let token = choose(&variables).unwrap().token(&request).await.unwrap();
        assert_eq!(token.secret().expose_secret(), "brought");
    }

    #[tokio::test]
    async fn the_variables_that_are_set_choose_the_grant() {
        const FOR_USER: &str = "scope=https://service.example/user_impersonation offline_access";
        for (variables, expected) in [
            (&[(REFRESH_TOKEN, "r\n"), (CLIENT_SECRET, " ")][..], format!("refresh_token refresh_token=r {FOR_USER}")),
            (
                &[(REFRESH_TOKEN, "r"), (CLIENT_SECRET, "s")],
                format!("refresh_token client_secret=s refresh_token=r {FOR_USER}"),
            ),
            (
                &[(CLIENT_SECRET, "s"), (CERTIFICATE_PATH, "unused")],
                "client_credentials client_secret=s scope=https://service.example/.default".to_owned(),
            ),
        ] {
            let asked = asked(&[variables, &IDS].concat()).await;
            assert_eq!(asked, format!("contoso.example client_id=app grant_type={expected}"));
        }
    }

    #[tokio::test]
    async fn a_refresh_token_file_takes_precedence_over_the_initial_token() {
        let file = std::env::temp_dir().join(format!("partner-center-{}", uuid::Uuid::new_v4()));
        let path = file.to_str().unwrap();
        let variables = [IDS[0], IDS[1], (REFRESH_TOKEN, "first"), (REFRESH_TOKEN_FILE, path)];
        assert!(asked(&variables).await.contains("refresh_token=first"));
        let rotated = std::fs::read_to_string(&file).unwrap();
        assert!(asked(&variables).await.contains(&format!("refresh_token={rotated} ")));
        for path in [path.to_owned(), format!("{path}.lock")] {
            std::fs::remove_file(path).unwrap();
        }
    }

    #[tokio::test]
    async fn an_error_names_the_variable_of_the_rejected_credential() {
        let entra = TokenEndpoint::start().await.unwrap();
        let request = TokenRequest::for_audience("https://service.example", &entra.authority()).unwrap();
        let file = std::env::temp_dir().join(format!("partner-center-{}", uuid::Uuid::new_v4()));
        std::fs::write(&file, "r").unwrap();
        let in_file = (REFRESH_TOKEN_FILE, file.to_str().unwrap());
        for (variable, oauth_error, name, said) in [
            (IDS[0], OAuthError::revoked_grant(), Some(REFRESH_TOKEN), "The refresh token comes from"),
            ((REFRESH_TOKEN_FILE, "/no/such/file"), OAuthError::mfa_required(), Some(REFRESH_TOKEN), "refresh token"),
            (in_file, OAuthError::revoked_grant(), Some(REFRESH_TOKEN_FILE), "The refresh token comes from"),
            (IDS[0], OAuthError::wrong_secret(), Some(CLIENT_SECRET), "The client secret comes from"),
            (IDS[0], OAuthError::unknown_tenant(), None, "the partner's own tenant"),
        ] {
            entra.respond_next(oauth_error);
            let variables = [variable, (REFRESH_TOKEN, "r"), (CLIENT_SECRET, "s"), IDS[0], IDS[1]];
            let error = choose(&variables).unwrap().token(&request).await.unwrap_err();
            assert_eq!(error.variable(), name, "{error}");
            let help = error.help();
            assert!(help.contains(said) && help.contains(name.unwrap_or_default()), "{help}");
        }
        for path in [file.clone(), format!("{}.lock", file.display()).into()] {
            std::fs::remove_file(path).unwrap();
        }
    }

    #[test]
    fn quotation_marks_and_byte_order_marks_are_not_part_of_a_value() {
        for value in ["s", "\"s\"", "'s'", " s\n", "\u{feff}s", "\"s\"\n"] {
            assert_eq!(bare(value).as_deref(), Some("s"), "{value}");
        }
        assert_eq!(bare("\"half").as_deref(), Some("\"half"));
        assert_eq!(bare("\"\""), None);
    }

    #[test]
    fn says_which_variable_is_missing() {
        let error = |variables: &[(&str, &str)]| choose(variables).err().unwrap().to_string();
        let said = |what: &str| format!("the credential is misconfigured: {what} is missing from the environment");
        assert_eq!(error(&[(CLIENT_SECRET, "s"), IDS[1]]), said("AZURE_TENANT_ID"));
        assert_eq!(error(&[(REFRESH_TOKEN, "r"), IDS[0], (CLIENT_ID, "")]), said("AZURE_CLIENT_ID"));
        assert_eq!(error(&[(REFRESH_TOKEN_FILE, "f")]), said("AZURE_TENANT_ID"));
        for nothing in [&[][..], &IDS, &[(CLIENT_SECRET, " \n")], &[(CLIENT_SECRET, "\"\"")]] {
            let error = error(nothing);
            for name in [TENANT_ID, CLIENT_ID, CLIENT_SECRET, CERTIFICATE_PATH, REFRESH_TOKEN, ACCESS_TOKEN] {
                assert!(error.contains(name), "{error}");
            }
        }
    }

    #[test]
    fn an_invalid_value_is_named_with_its_variable() {
        for (name, value) in [(TENANT_ID, "a/b"), (TENANT_ID, "my tenant"), (ACCESS_TOKEN, "two words")] {
            let error = choose(&[(name, value), (CLIENT_SECRET, "s"), IDS[0], IDS[1]]).err().unwrap();
            assert_eq!(error.kind(), CredentialErrorKind::Configuration);
            let (error, is_secret) = (error.to_string(), name == ACCESS_TOKEN);
            assert!(error.contains(name) && error.contains(value) != is_secret, "{error}");
        }
    }

    #[test]
    fn says_what_is_wrong_with_a_certificate() {
        for refresh_token in ["", "r"] {
            let variables = [IDS[0], IDS[1], (CERTIFICATE_PATH, "/no/such.pem"), (REFRESH_TOKEN, refresh_token)];
            let error = choose(&variables).err().unwrap().to_string();
            let culprit = if cfg!(feature = "certificate") { "/no/such.pem" } else { "the feature `certificate`" };
            assert!(error.contains(culprit), "{error}");
        }
    }
}
