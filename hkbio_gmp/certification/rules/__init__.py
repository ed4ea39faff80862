"""Pure rules of certificates: status, reminder ladder, gate."""
