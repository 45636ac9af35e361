//! What `--help` and the manual pages show after the options.

pub(super) const ROOT: &str = "\
Examples:
  partner-center login --tenant contoso.onmicrosoft.com --client-id APPLICATION_ID
  partner-center organization get CUSTOMER_TENANT_ID
  partner-center organization export --from customers.csv --to organizations.csv
  partner-center doctor CUSTOMER_TENANT_ID";

pub(super) const GET: &str = "\
Examples:
  partner-center organization get CUSTOMER_TENANT_ID
  partner-center organization get ID_1 ID_2 --format csv > organizations.csv
  partner-center organization get --from customers.txt --columns displayName,city";

pub(super) const EXPORT: &str = "\
Examples:
  partner-center organization export --from customers.csv --to organizations.ndjson
  partner-center organization export --from customers.csv --to organizations.ndjson --resume
  partner-center organization export --from customers.csv --to organizations.csv --excel
  partner-center organization export --from - --to - < customers.txt | jq -r .displayName";

pub(super) const LOGIN: &str = "\
Examples:
  partner-center login --tenant contoso.onmicrosoft.com --client-id APPLICATION_ID
  partner-center login --profile fabrikam --tenant fabrikam.onmicrosoft.com
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

pub(super) const COMPLETIONS: &str = "\
Examples:
  bash        echo 'source <(partner-center completions bash)' >> ~/.bashrc
  zsh         echo 'source <(partner-center completions zsh)' >> ~/.zshrc
  fish        partner-center completions fish > ~/.config/fish/completions/partner-center.fish
  PowerShell  partner-center completions powershell >> $PROFILE";

pub(super) const MAN: &str = "\
Examples:
  partner-center man | man -l -
  partner-center man --to ~/.local/share/man/man1";
