"""What goes wrong between the site and its search servers, brought about on purpose."""
