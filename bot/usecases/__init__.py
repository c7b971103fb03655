"""Acts that chat, pages and command line share and that need more than one package: they write, then notify people."""
