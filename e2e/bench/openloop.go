package main

import (
	"math/rand/v2"
	"time"
)

// openLoop calls send at the times of a Poisson process, rate times a second on average, from begin
// until end. What is to be sent never waits for an answer, and send is told the time that was meant:
// latencies count from there. If sending stalls, the messages that were due meanwhile follow at once,
// with the wait in their latency, as it is for people who do not know that the server is slow. Counting
// from the moment of sending would leave out the worst times ("coordinated omission").
//
// wait returns when a time has come, at once if it is over.
func openLoop(rate float64, begin, end time.Time, random *rand.Rand, wait func(time.Time), send func(meant time.Time)) {
	due := begin
	for {
		due = due.Add(time.Duration(random.ExpFloat64() / rate * float64(time.Second)))
		if !due.Before(end) {
			return
		}
		wait(due)
		send(due)
	}
}
