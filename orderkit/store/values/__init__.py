"""What a cell means: numbers, days, moments and identifiers, decided by evidence; what is never kept, or only in disguise."""
