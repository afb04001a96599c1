"""Pages: their lines, what each of them is, and the articles they make up."""
