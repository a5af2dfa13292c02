"""What a file is made of: its kind by its bytes, archives, workbooks and trees, encodings and line ends, within bounds."""
