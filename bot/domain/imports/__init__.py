"""Lists of people that organisers bring as a file: read, judged row by row, and given their passes."""
