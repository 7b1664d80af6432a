package chat

import (
	"sync"
	"sync/atomic"
	"testing"
)

func TestWhoReadsForAllIsDoneWithTheirOwn(t *testing.T) {
	var all together[int64]
	var readings atomic.Int64
	begun, finish := make(chan struct{}), make(chan struct{})
	read := func() (int64, error) {
		begun <- struct{}{}
		<-finish
		return readings.Add(1), nil
	}
	first := make(chan int64)
	go func() { n, _ := all.get(1, read); first <- n }()
	<-begun
	var others sync.WaitGroup
	for range 20 { // while the first reading is under way
		others.Go(func() {
			if n, _ := all.get(1, read); n < 2 {
				t.Errorf("one who asked during reading 1 has reading %d", n)
			}
		})
	}
	for asked := false; !asked; {
		all.mu.Lock()
		asked = all.next[1] != nil
		all.mu.Unlock()
	}
	finish <- struct{}{}
	<-begun // the second has begun and goes on
	if n := <-first; n != 1 {
		t.Errorf("the first has reading %d", n)
	}
	go func() { // whoever of them asked later still
		for range begun {
			finish <- struct{}{}
		}
	}()
	finish <- struct{}{}
	others.Wait()
	close(begun)
	if len(all.next) > 0 {
		t.Error("a reading is left that nobody waits for")
	}
}
