// SPDX-License-Identifier: LGPL-2.1-or-later
// errors.go - goroutines that never call anything, so that only asynchronous
// preemption (SuspendThread, SetThreadContext) stops them for the collector,
// beside others that panic and fault 10,000 times.
package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

var sink uint64

// Without a call in it: only asynchronous preemption stops it.
func spin(n uint64) uint64 {
	var x uint64 = 88172645463325252
	for i := uint64(0); i < n; i++ {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	return x
}

func deep(n, i int) (err error) {
	defer func() {
		if n > 0 {
			return
		}
		if r := recover(); r != nil {
			err = fmt.Errorf("recovered %d: %v", i, r)
		}
	}()
	if n > 0 {
		return deep(n-1, i)
	}
	if i%2 == 0 {
		var p *int
		*p = i // an access violation
	}
	panic(errors.New("thrown"))
}

func main() {
	runtime.GOMAXPROCS(2)
	var wg sync.WaitGroup
	var ticks, caught int64
	stop := make(chan bool)
	go func() { // runs only if spinners are preempted
		for {
			select {
			case <-stop:
				return
			default:
				atomic.AddInt64(&ticks, 1)
				time.Sleep(time.Millisecond)
			}
		}
	}()
	go func() {
		for {
			select {
			case <-stop:
				return
			default:
				runtime.GC()
			}
		}
	}()
	for g := 0; g < 6; g++ {
		wg.Add(1)
		go func(g int) {
			defer wg.Done()
			for k := 0; k < 10; k++ {
				atomic.AddUint64(&sink, spin(20_000_000)&1)
			}
		}(g)
	}
	for g := 0; g < 4; g++ {
		wg.Add(1)
		go func(g int) {
			defer wg.Done()
			for i := 0; i < 2500; i++ {
				if deep(i%30, i) != nil {
					atomic.AddInt64(&caught, 1)
				}
			}
		}(g)
	}
	wg.Wait()
	close(stop)
	if ticks < 10 {
		fmt.Println("starved:", ticks)
		os.Exit(1)
	}
	fmt.Println("caught", caught)
}
