resource "secretzero_policy" "team" {
  name   = "team"
  policy = <<-END
    path "secret/data/team/*" {
      capabilities = ["create", "read", "update", "delete"]
    }
    path "secret/metadata/team/*" {
      capabilities = ["list", "read"]
    }
  END
}
