"""What every page shares: guards, forms, filters, navigation, headers, errors, language."""
