// Package models holds the words of live chat and the rules that are true wherever data is
// stored: who there is, what a conversation is and which changes it allows, and the kinds of
// failure. Structs carry GORM tags. There is no I/O here, no clock, and no import of ours.
package models
