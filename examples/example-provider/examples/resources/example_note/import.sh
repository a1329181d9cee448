terraform import example_note.soup kitchen/soup
