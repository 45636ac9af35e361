//! The examples of each command, for `--help` and manual pages of 80 columns.

pub(super) const ROOT: &str = "\
Examples:
  partner-center login --tenant contoso.onmicrosoft.com --client-id ID
  partner-center customer list --name contoso
  partner-center organization get CUSTOMER_TENANT_ID
  partner-center organization export --to all.csv
  partner-center doctor CUSTOMER_TENANT_ID";

pub(super) const CUSTOMER: &str = "\
Examples:
  partner-center customer list
  partner-center customer domains CUSTOMER_TENANT_ID";

pub(super) const CUSTOMER_LIST: &str = "\
Examples:
  partner-center customer list --name contoso
  partner-center customer list --domain contoso.onmicrosoft.com
  partner-center customer list --format csv --excel > customers.csv
  partner-center customer list -o ndjson | jq -r .customerTenantId";

pub(super) const DOMAINS: &str = "\
Examples:
  partner-center customer domains CUSTOMER_TENANT_ID
  partner-center customer domains --from ids.txt --format csv";

pub(super) const ORGANIZATION: &str = "\
Examples:
  partner-center organization get CUSTOMER_TENANT_ID
  partner-center organization export --to all.csv";

pub(super) const GET: &str = "\
Examples:
  partner-center organization get CUSTOMER_TENANT_ID
  partner-center organization get ID_1 ID_2 --format csv > some.csv
  partner-center organization get --from ids.txt --columns city,state";

pub(super) const EXPORT: &str = "\
Examples:
  partner-center organization export --to all.ndjson
  partner-center org export --to all.ndjson --resume
  partner-center org export --from ids.csv --to some.csv --excel
  partner-center org export --from - < ids.txt | jq -r .displayName";

pub(super) const LOGIN: &str = "\
Examples:
  partner-center login --tenant contoso.onmicrosoft.com --client-id ID
  partner-center login --profile fabrikam --device-code
  partner-center login --with-secret < secret.txt";

pub(super) const LOGOUT: &str = "\
Examples:
  partner-center logout
  partner-center logout --profile fabrikam";

pub(super) const STATUS: &str = "\
Examples:
  partner-center status
  partner-center status --profile fabrikam --output json";

pub(super) const DOCTOR: &str = "\
Examples:
  partner-center doctor
  partner-center doctor CUSTOMER_TENANT_ID
  partner-center doctor CUSTOMER_TENANT_ID --output json > ticket.json";

pub(super) const CONFIG: &str = "\
Examples:
  partner-center config
  partner-center config --profile fabrikam --output json";

pub(super) const PROFILE: &str = "\
Examples:
  partner-center profile list
  partner-center profile list --output json
  partner-center profile use fabrikam";

pub(super) const COMPLETIONS: &str = "\
Examples:
  # bash, in ~/.bashrc
  source <(partner-center completions bash)
  # zsh, in ~/.zshrc after compinit
  source <(partner-center completions zsh)
  # fish, in ~/.config/fish/config.fish
  partner-center completions fish | source
  # PowerShell, in $PROFILE
  partner-center completions powershell | Out-String | Invoke-Expression";

pub(super) const MAN: &str = "\
Examples:
  partner-center man | man -l -
  partner-center man --to ~/.local/share/man/man1";
