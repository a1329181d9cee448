import {
  to = example_note.soup
  identity = {
    shelf = "kitchen"
    name  = "soup"
  }
}
