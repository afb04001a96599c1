"""The desk: a web application that shows stories and their copies, from a read model of its own."""
