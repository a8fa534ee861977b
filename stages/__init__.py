"""digitforge: each file here is a DVC stage of that name; each folder is library."""
