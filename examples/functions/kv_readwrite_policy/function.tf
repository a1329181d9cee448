# Everything in the mount.
resource "secretzero_policy" "readwrite" {
  name   = "readwrite"
  policy = provider::secretzero::kv_readwrite_policy("secret", "", 2)
}

# What belongs to one app.
resource "secretzero_policy" "app_readwrite" {
  name   = "app-readwrite"
  policy = provider::secretzero::kv_readwrite_policy("secret", "app", 2)
}
