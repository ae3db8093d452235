"""Reading bundles and notice files, with errors that name file, line and mend."""
