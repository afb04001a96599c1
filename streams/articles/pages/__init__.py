"""Pages that come as plain text: lines, what each of them is, and the articles they make up."""
