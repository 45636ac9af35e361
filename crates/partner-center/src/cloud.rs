//! The addresses of Partner Center and its sign-in in each cloud.

/// A Microsoft cloud, with its own addresses.
///
/// Each address can be replaced on its own in [`ClientBuilder`](crate::ClientBuilder). The list of customers is documented
/// for every cloud, the calls about one customer only for [`Cloud::Global`]; building a client for another cloud emits
/// one warning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cloud {
    /// The public cloud, which nearly every partner uses.
    #[default]
    Global,
    /// Azure Government: the same service address, its own sign-in.
    ///
    /// [Source](https://learn.microsoft.com/partner-center/developer/developing-for-partner-center-for-microsoft-national-cloud).
    UsGovernment,
    /// Azure operated by 21Vianet in China.
    ///
    /// Sources disagree on the sign-in address: Entra's
    /// [table of national clouds](https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud) has
    /// the one used here, Microsoft's older PowerShell module had `https://login.chinacloudapi.cn`.
    China,
}

impl Cloud {
    /// The base URL of the service, without a path.
    #[must_use]
    pub fn base_url(self) -> &'static str {
        match self {
            Self::Global | Self::UsGovernment => "https://api.partnercenter.microsoft.com",
            Self::China => "https://partner.partnercenterapi.microsoftonline.cn",
        }
    }

    /// The base URL of the sign-in, without a tenant.
    #[must_use]
    pub fn authority(self) -> &'static str {
        match self {
            Self::Global => "https://login.microsoftonline.com",
            Self::UsGovernment => "https://login.microsoftonline.us",
            Self::China => "https://login.partner.microsoftonline.cn",
        }
    }

    /// The audience of access tokens.
    #[must_use]
    pub fn audience(self) -> &'static str {
        self.base_url()
    }
}
