"""What comes in from outside and goes out: mail, forms, calls, documents."""
