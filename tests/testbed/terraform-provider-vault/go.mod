module testbed/terraform-provider-vault

go 1.26.2

// v5.9.0. The module path has no /v5, so the release tag does not resolve.
require github.com/hashicorp/terraform-provider-vault v1.9.1-0.20260422134934-5e9fcd457a99

tool github.com/hashicorp/terraform-provider-vault
