data "example_note" "soup" {
  name  = "soup"
  shelf = "kitchen"
}

output "soup" {
  value = data.example_note.soup.text
}
