//go:build !unix

package handlers

// openFileLimit is a guess where there is no such limit to ask for.
func openFileLimit() int { return 1 << 14 }
