# Everything in the mount.
resource "secretzero_policy" "readonly" {
  name   = "readonly"
  policy = provider::secretzero::kv_readonly_policy("secret", "", 2)
}

# What belongs to one app.
resource "secretzero_policy" "app_readonly" {
  name   = "app-readonly"
  policy = provider::secretzero::kv_readonly_policy("secret", "app", 2)
}
