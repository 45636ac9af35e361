//! Chooses a credential by environment variables.

use std::env::{self, VarError};
use std::sync::Arc;

use reqwest::Url;
use secrecy::zeroize::Zeroizing;

use super::{ClientSecret, Credential, CredentialError, FileStore, MemoryStore, RefreshToken, StaticToken};
use crate::cloud::Cloud;

const ACCESS_TOKEN: &str = "PARTNER_CENTER_ACCESS_TOKEN";
const REFRESH_TOKEN: &str = "PARTNER_CENTER_REFRESH_TOKEN";
const REFRESH_TOKEN_FILE: &str = "PARTNER_CENTER_REFRESH_TOKEN_FILE";
const TENANT_ID: &str = "AZURE_TENANT_ID";
const CLIENT_ID: &str = "AZURE_CLIENT_ID";
const CLIENT_SECRET: &str = "AZURE_CLIENT_SECRET";
const CERTIFICATE_PATH: &str = "AZURE_CLIENT_CERTIFICATE_PATH";
const AUTHORITY_HOST: &str = "AZURE_AUTHORITY_HOST";

/// The credential that the environment describes.
///
/// The first row whose variables are set decides; the names are those of the Azure SDKs where these have one. An empty
/// variable counts as not set.
///
/// | Set | Credential |
/// |---|---|
/// | `PARTNER_CENTER_ACCESS_TOKEN` | [`StaticToken`] |
/// | `PARTNER_CENTER_REFRESH_TOKEN_FILE`, `PARTNER_CENTER_REFRESH_TOKEN` or both | [`RefreshToken`] with a [`FileStore`], which begins with the second; or with a [`MemoryStore`], which loses rotated tokens when the process ends |
/// | `AZURE_CLIENT_SECRET` | [`ClientSecret`] |
/// | `AZURE_CLIENT_CERTIFICATE_PATH` | `ClientCertificate`, feature `certificate` |
///
/// All but the first need `AZURE_TENANT_ID` and `AZURE_CLIENT_ID`. A refresh token is redeemed with the secret or the
/// certificate where one is set, else as a public client.
///
/// Two more names of the Azure SDKs are not read. `AZURE_AUTHORITY_HOST`: who issues tokens is a setting of the client,
/// [`cloud`](crate::ClientBuilder::cloud) or [`authority`](crate::ClientBuilder::authority); a warning event says so
/// where the variable names another cloud than the global one. `AZURE_CLIENT_CERTIFICATE_PASSWORD`: the certificate is
/// PEM with a key that is not encrypted.
///
/// # Errors
///
/// [`Configuration`](super::CredentialErrorKind::Configuration), naming what is missing or cannot be read.
pub fn from_env() -> Result<Arc<dyn Credential>, CredentialError> {
    from_variables(&|name| match env::var(name) {
        Ok(value) => Ok(Some(Zeroizing::new(value))),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => {
            Err(CredentialError::configuration(format!("the environment variable {name} is not UTF-8")))
        }
    })
}

/// What a variable holds, wiped once the part that is needed has been copied out of it.
type Lookup<'a> = &'a dyn Fn(&str) -> Result<Option<Zeroizing<String>>, CredentialError>;

fn from_variables(lookup: Lookup<'_>) -> Result<Arc<dyn Credential>, CredentialError> {
    let variable = |name| -> Result<Option<String>, CredentialError> {
        // Secrets that come from a file often end with its line break.
        Ok(lookup(name)?.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()))
    };
    if let Some(token) = variable(ACCESS_TOKEN)? {
        return Ok(Arc::new(StaticToken::new(token)));
    }
    let file = variable(REFRESH_TOKEN_FILE)?;
    let refresh_token = variable(REFRESH_TOKEN)?;
    let secret = variable(CLIENT_SECRET)?;
    let certificate = variable(CERTIFICATE_PATH)?;
    if [&file, &refresh_token, &secret, &certificate].into_iter().all(Option::is_none) {
        return Err(CredentialError::configuration(format!(
            "no credential in the environment; set {TENANT_ID}, {CLIENT_ID} and one of {REFRESH_TOKEN_FILE}, \
             {REFRESH_TOKEN}, {CLIENT_SECRET} or {CERTIFICATE_PATH}, or {ACCESS_TOKEN} alone"
        )));
    }
    let (tenant, client_id) = match (variable(TENANT_ID)?, variable(CLIENT_ID)?) {
        (Some(tenant), Some(client_id)) => (tenant, client_id),
        (tenant, client_id) => {
            let missing = [(TENANT_ID, tenant.is_none()), (CLIENT_ID, client_id.is_none())];
            let missing: Vec<_> = missing.iter().filter(|(_, is_missing)| *is_missing).map(|(name, _)| *name).collect();
            let missing = missing.join(" and ");
            return Err(CredentialError::configuration(format!("{missing} is missing in the environment")));
        }
    };
    if variable(AUTHORITY_HOST).ok().flatten().is_some_and(|host| !is_global(&host)) {
        let to_set = "ClientBuilder::cloud or ClientBuilder::authority";
        tracing::warn!(variable = AUTHORITY_HOST, to_set, "the variable is not read; who issues tokens is a setting");
    }
    if file.is_none() && refresh_token.is_none() {
        return match (secret, certificate) {
            (Some(secret), _) => Ok(Arc::new(ClientSecret::new(tenant, client_id, secret))),
            (None, path) => certified::alone(tenant, client_id, &path.unwrap_or_default()),
        };
    }
    let mut credential = match file {
        Some(path) => RefreshToken::new(tenant, client_id, FileStore::new(path)),
        None => RefreshToken::new(tenant, client_id, MemoryStore::default()),
    };
    if let Some(refresh_token) = refresh_token {
        credential = credential.initial(refresh_token);
    }
    match (secret, certificate) {
        (Some(secret), _) => Ok(Arc::new(credential.client_secret(secret))),
        (None, Some(path)) => certified::for_user(credential, &path),
        (None, None) => Ok(Arc::new(credential)),
    }
}

/// Whether an authority, with or without its scheme, is that of the global cloud.
fn is_global(authority: &str) -> bool {
    let host = |address: &str| Some(Url::parse(address).ok()?.host_str()?.to_owned());
    let found = host(authority).or_else(|| host(&format!("https://{authority}")));
    found.is_some() && found == host(Cloud::Global.authority())
}

/// Credentials that prove themselves with the certificate in a file.
#[cfg(feature = "certificate")]
mod certified {
    use super::*;
    use crate::auth::{Certificate, ClientCertificate};

    pub(super) fn alone(tenant: String, client_id: String, path: &str) -> Result<Arc<dyn Credential>, CredentialError> {
        Ok(Arc::new(ClientCertificate::new(tenant, client_id, Certificate::from_pem_file(path)?)))
    }

    pub(super) fn for_user(credential: RefreshToken, path: &str) -> Result<Arc<dyn Credential>, CredentialError> {
        Ok(Arc::new(credential.certificate(Certificate::from_pem_file(path)?)))
    }
}

#[cfg(not(feature = "certificate"))]
mod certified {
    use super::*;

    pub(super) fn alone(_: String, _: String, _: &str) -> Result<Arc<dyn Credential>, CredentialError> {
        Err(needs_feature())
    }

    pub(super) fn for_user(_: RefreshToken, _: &str) -> Result<Arc<dyn Credential>, CredentialError> {
        Err(needs_feature())
    }

    fn needs_feature() -> CredentialError {
        CredentialError::configuration(format!(
            "{CERTIFICATE_PATH} is set, and the feature `certificate` of partner-center is not turned on"
        ))
    }
}

#[cfg(test)]
mod tests {
    use partner_center_mock::token_endpoint::TokenEndpoint;

    use super::*;
    use crate::auth::{ExposeSecret, TokenRequest};

    const IDS: [(&str, &str); 2] = [(TENANT_ID, "contoso.example"), (CLIENT_ID, "app")];

    fn choose(variables: &[(&str, &str)]) -> Result<Arc<dyn Credential>, CredentialError> {
        from_variables(&|name| {
            let found = variables.iter().find(|(key, _)| *key == name);
            Ok(found.map(|(_, value)| Zeroizing::new((*value).to_owned())))
        })
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
    async fn a_refresh_token_is_redeemed_with_the_secret_where_there_is_one() {
        let scope = "scope=https://service.example/user_impersonation offline_access";
        let public = [IDS[0], IDS[1], (REFRESH_TOKEN, "r\n"), (CLIENT_SECRET, " ")];
        let expected = format!("contoso.example client_id=app grant_type=refresh_token refresh_token=r {scope}");
        assert_eq!(asked(&public).await, expected);

        let confidential = [IDS[0], IDS[1], (REFRESH_TOKEN, "r"), (CLIENT_SECRET, "s")];
        let expected =
            format!("contoso.example client_id=app grant_type=refresh_token client_secret=s refresh_token=r {scope}");
        assert_eq!(asked(&confidential).await, expected);
    }

    #[tokio::test]
    async fn a_refresh_token_file_goes_before_the_token_it_began_with() {
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
    async fn a_secret_alone_signs_the_application_in() {
        let variables = [IDS[0], IDS[1], (CLIENT_SECRET, "s"), (CERTIFICATE_PATH, "unused")];
        let expected = "contoso.example client_id=app grant_type=client_credentials client_secret=s \
                        scope=https://service.example/.default";
        assert_eq!(asked(&variables).await, expected);
    }

    #[test]
    fn knows_the_global_authority_however_it_is_written() {
        for global in
            ["https://login.microsoftonline.com", "https://login.microsoftonline.com/", "LOGIN.microsoftonline.com"]
        {
            assert!(is_global(global), "{global}");
        }
        for other in
            ["https://login.microsoftonline.us/", "login.partner.microsoftonline.cn", "http://127.0.0.1:1", "/"]
        {
            assert!(!is_global(other), "{other}");
        }
    }

    #[test]
    fn says_which_variable_is_missing() {
        let error = |variables: &[(&str, &str)]| choose(variables).err().unwrap().to_string();
        let said = |what: &str| format!("the credential is not set up right: {what} is missing in the environment");
        assert_eq!(error(&[(CLIENT_SECRET, "s"), IDS[1]]), said("AZURE_TENANT_ID"));
        assert_eq!(error(&[(REFRESH_TOKEN, "r"), IDS[0], (CLIENT_ID, "")]), said("AZURE_CLIENT_ID"));
        assert_eq!(error(&[(REFRESH_TOKEN_FILE, "f")]), said("AZURE_TENANT_ID and AZURE_CLIENT_ID"));
        for nothing in [&[][..], &IDS, &[(CLIENT_SECRET, " \n")]] {
            let error = error(nothing);
            for name in [TENANT_ID, CLIENT_ID, CLIENT_SECRET, CERTIFICATE_PATH, REFRESH_TOKEN, ACCESS_TOKEN] {
                assert!(error.contains(name), "{error}");
            }
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
