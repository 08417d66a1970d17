"""The course as pages to read (``site``) and to show (``slides``), made from the stored notebooks without running them."""
