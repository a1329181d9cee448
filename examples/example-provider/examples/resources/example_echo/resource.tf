ephemeral "example_lease" "soup" {
  note  = example_note.soup.name
  after = example_note.soup.revision
}

resource "example_echo" "soup" {
  name          = "soup"
  value         = ephemeral.example_lease.soup.secret
  value_version = 1
}
