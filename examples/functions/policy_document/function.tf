resource "secretzero_policy" "app" {
  name = "app"
  policy = provider::secretzero::policy_document({
    rules = [
      { path = "kvv2/data/app/*", capabilities = ["read"] },
      { path = "postgres/creds/app", description = "Its own database.", capabilities = ["read"] },
    ]
  })
}
