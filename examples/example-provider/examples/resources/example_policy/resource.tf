resource "example_policy" "reader" {
  name   = "reader"
  policy = <<-EOT
    path "secret/data/app/*" {
      capabilities = ["read"]
    }
  EOT
}
