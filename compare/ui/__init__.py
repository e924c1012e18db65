"""The app's pages and the few components they share; no scoring and no ranking here."""
